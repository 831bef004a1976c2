#include "services/enrollment/domain/enrollment.h"

#include "services/enrollment/domain/agreement.h"
#include "services/enrollment/domain/care_group.h"
#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Agreement;
using state::Application;
using state::Enrollment;
using state::Group;

std::string EnrollmentIdOf(const Application& application) {
  return EnrollmentId(application.pupil_id(), application.term_id(), application.product());
}

// The enrollment that a PupilEnrolled begins.
Enrollment EnrollmentOf(const v1::PupilEnrolled& event) {
  Enrollment row;
  row.set_enrollment_id(event.enrollment_id());
  row.set_application_id(event.application_id());
  row.set_agreement_id(AgreementId(event.application_id()));
  row.set_pupil_id(event.pupil_id());
  row.set_term_id(event.term_id());
  row.set_product(event.product());
  row.set_project_id(event.project_id());
  row.set_from_on(event.from_on());
  row.set_class_id(event.class_id());
  row.set_grade(event.grade());
  row.set_stage(event.stage());
  row.set_state(Enrollment::ENROLLED);
  return row;
}

void EvolveEnrolled(const Recorded& own, const v1::PupilEnrolled& event, StateRows rows) {
  ChangeApplication(rows, own.commit.school_id(), event.application_id(), [&](Application& application) {
    rows.Put(kEnrollments, {own.commit.school_id(), event.enrollment_id()}, EnrollmentOf(event));
    if (application.enroll_at() != 0) {
      ClearDeadline(rows, application.enroll_at(), kEnrollmentDue, EnrollmentDueEntity(application));
      application.clear_enroll_at();
    }
    application.set_state(Application::ENROLLED);
  });
}

void EvolveWithdrawn(const Recorded& own, const v1::EnrollmentWithdrawn& event, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  const auto enrollment = rows.Get(kEnrollments, {school_id, event.enrollment_id()});
  if (!enrollment) return;
  Enrollment row = *enrollment;
  row.set_state(Enrollment::WITHDRAWN);
  row.set_effective_on(event.effective_on());
  rows.Put(kEnrollments, {school_id, event.enrollment_id()}, std::move(row));
  ChangeApplication(rows, school_id, enrollment->application_id(), [&](Application& application) {
    application.set_state(Application::WITHDRAWN);
    CloseApplication(rows, application);
  });
}

// A group of the enrollment's own term; nothing of another school is known here.
absl::Status CheckGroup(const RowPtr<Group>& group, std::string_view group_id, std::string_view term_id) {
  if (!group) return Unknown("group", group_id);
  if (std::string_view(group->term_id()) != term_id)
    return InvalidField("group_id", group_id, "a group of the term");
  return absl::OkStatus();
}

RowPtr<Enrollment> EnrollmentAt(const Situation& s, std::string_view enrollment_id) {
  return s.rows.Get(kEnrollments, {s.context.school_id, enrollment_id});
}

// Enrolled by now without any place: the group asked for is still to be given.
Decision<EnrollmentEvent> PlaceTheEnrolled(const Situation& s, const Application& application,
                                           const v1::EnrollPupil& command) {
  const auto enrollment = EnrollmentAt(s, EnrollmentIdOf(application));
  if (command.group_id().empty() || !enrollment ||
      !PlacesOf(s.rows, s.context.school_id, enrollment->enrollment_id()).empty()) {
    return {};
  }
  const auto group = GroupAt(s, command.group_id());
  AFTERBELL_RETURN_IF_ERROR(CheckGroup(group, command.group_id(), application.term_id()));
  return DecidePlace(s, *enrollment, *group, std::max(enrollment->from_on(), command.from_on()));
}

EnrollmentEvent Enrolled(const Situation& s, const Application& application, const std::string& from_on) {
  EnrollmentEvent event;
  v1::PupilEnrolled& enrolled = *event.mutable_pupil_enrolled();
  enrolled.set_enrollment_id(EnrollmentIdOf(application));
  enrolled.set_application_id(application.application_id());
  enrolled.set_pupil_id(application.pupil_id());
  enrolled.set_term_id(application.term_id());
  enrolled.set_product(application.product());
  enrolled.set_project_id(application.project_id());
  enrolled.set_from_on(from_on);
  const Seat seat = SeatOf(s.rows, application.school_id(), application.pupil_id())
                        .value_or(Seat{application.class_id(), application.grade(), application.stage()});
  enrolled.set_class_id(seat.class_id);
  enrolled.set_grade(seat.grade);
  enrolled.set_stage(seat.stage);
  return event;
}

}  // namespace

std::string EnrollmentId(std::string_view pupil_id, std::string_view term_id, v1::Product product) {
  return DerivedId("enrollment", {pupil_id, term_id, v1::Product_Name(product)});
}

void EvolveEnrollment(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case EnrollmentEvent::kPupilEnrolled:
      EvolveEnrolled(own, event.pupil_enrolled(), rows);
      break;
    case EnrollmentEvent::kEnrollmentWithdrawn:
      EvolveWithdrawn(own, event.enrollment_withdrawn(), rows);
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideEnrollPupil(const Situation& s, const v1::EnrollPupil& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (application && application->state() == Application::ENROLLED)
    return PlaceTheEnrolled(s, *application, command);

  // Without the guardian's own application nobody is enrolled, whoever asks (ENR-01).
  if (!application || application->state() == Application::DRAFT ||
      application->state() == Application::DECLINED || application->state() == Application::WITHDRAWN) {
    return Refused{"ENR-01", "NO_APPLICATION", command.application_id(), "SUBMITTED",
                   application ? StateName(*application) : "none"};
  }
  const auto agreement = AgreementAt(s, application->agreement_id());
  if (application->state() != Application::AGREED || !agreement) {
    return Refused{"ENR-16", "AGREEMENT_NOT_IN_FORCE", command.application_id(), "IN_FORCE",
                   agreement ? Agreement::State_Name(agreement->state()) : "none"};
  }
  const std::string from_on = command.from_on().empty() ? agreement->from_on() : command.from_on();
  if (from_on < agreement->from_on() || from_on > agreement->to_on()) {
    return Refused{"ENR-16", "AGREEMENT_NOT_IN_FORCE", command.application_id(),
                   from_on < agreement->from_on() ? agreement->from_on() : agreement->to_on(), from_on};
  }
  std::vector<EnrollmentEvent> events = {Enrolled(s, *application, from_on)};
  if (command.group_id().empty()) return events;
  const auto group = GroupAt(s, command.group_id());
  AFTERBELL_RETURN_IF_ERROR(CheckGroup(group, command.group_id(), application->term_id()));
  Decision<EnrollmentEvent> placing =
      DecidePlace(s, EnrollmentOf(events[0].pupil_enrolled()), *group, from_on);
  if (!placing.ok()) return placing;
  events.insert(events.end(), placing.events.begin(), placing.events.end());
  return events;
}

Decision<EnrollmentEvent> DecidePlacePupil(const Situation& s, const v1::PlacePupil& command) {
  const std::string enrollment_id = EnrollmentId(command.pupil_id(), command.term_id(), command.product());
  const auto enrollment = EnrollmentAt(s, enrollment_id);
  const auto group = GroupAt(s, command.group_id());
  AFTERBELL_RETURN_IF_ERROR(CheckGroup(group, command.group_id(), command.term_id()));
  if (s.rows.Has(kPlaces, {s.context.school_id, enrollment_id, command.group_id()})) return {};

  if (!enrollment || enrollment->state() != Enrollment::ENROLLED) {
    return Refused{"ENR-16", "NOT_ENROLLED", command.pupil_id(), "ENROLLED",
                   enrollment ? Enrollment::State_Name(enrollment->state()) : "none"};
  }
  if (command.from_on() < enrollment->from_on()) {
    return InvalidField("from_on", command.from_on(), "a date from the enrollment's first day on");
  }
  return DecidePlace(s, *enrollment, *group, command.from_on());
}

Decision<EnrollmentEvent> DecideWithdrawEnrollment(const Situation& s,
                                                   const v1::WithdrawEnrollment& command) {
  const std::string enrollment_id = EnrollmentId(command.pupil_id(), command.term_id(), command.product());
  const auto enrollment = EnrollmentAt(s, enrollment_id);
  if (!enrollment) return Unknown("enrollment", enrollment_id);
  AFTERBELL_RETURN_IF_ERROR(CheckFamily(s, command.pupil_id()));
  if (enrollment->state() == Enrollment::WITHDRAWN) return {};

  const std::string last_on = AddDays(command.effective_on(), -1);
  std::vector<EnrollmentEvent> events(1);
  v1::EnrollmentWithdrawn& withdrawn = *events[0].mutable_enrollment_withdrawn();
  withdrawn.set_enrollment_id(enrollment_id);
  withdrawn.set_pupil_id(command.pupil_id());
  withdrawn.set_term_id(command.term_id());
  withdrawn.set_effective_on(command.effective_on());
  for (const state::Place& place : PlacesOf(s.rows, s.context.school_id, enrollment_id)) {
    events.push_back(Unplaced(s, place, last_on));
  }
  v1::AgreementEnded& ended = *events.emplace_back().mutable_agreement_ended();
  ended.set_agreement_id(enrollment->agreement_id());
  ended.set_last_on(last_on);
  ended.set_reason("withdrawal");
  return events;
}

}  // namespace afterbell::enrollment
