#include "services/enrollment/projection/applications.h"

#include <string>
#include <vector>

#include "services/enrollment/domain/application.h"
#include "services/enrollment/domain/enrollment.h"
#include "services/enrollment/domain/steps.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

using state::Application;

// A key part for a pupil in no class.
constexpr char kNoClass[] = "-";

std::string QueuedAtKey(std::string_view application_id) { return Key("v/to_review_at", application_id); }

bool IsUnderWay(const Application& row) {
  return row.state() == Application::SUBMITTED || row.state() == Application::AGREED ||
         row.state() == Application::ENROLLED;
}

// Where it waits, or nothing.
std::string QueueKey(const Application& row) {
  const std::string step = IsUnderWay(row) ? AwaitedWord(row) : std::string();
  if (step.empty()) return {};
  return Key("v/to_review", row.school_id(), step, row.class_id().empty() ? kNoClass : row.class_id(),
             InstantText(row.submitted_at()), row.application_id());
}

void Index(const std::string& application_id, MutableRows& rows) {
  const auto row = rows.Get<Application>(ApplicationKey(application_id));
  if (!row) return;
  rows.PutBytes(Key("v/application_of", row->school_id(), row->pupil_id(), row->term_id(),
                    InstantText(row->started_at()), application_id),
                "");
  if (const auto before = rows.GetBytes(QueuedAtKey(application_id))) rows.Erase(*before);
  const std::string key = QueueKey(*row);
  if (key.empty()) {
    rows.Erase(QueuedAtKey(application_id));
    return;
  }
  rows.PutBytes(key, "");
  rows.PutBytes(QueuedAtKey(application_id), key);
}

std::vector<std::string> ApplicationsIn(const v1::EnrollmentEvent& event, const Rows& rows) {
  using v1::EnrollmentEvent;
  const auto list = [](const auto& ids) { return std::vector<std::string>(ids.begin(), ids.end()); };
  switch (event.event_case()) {
    case EnrollmentEvent::kApplicationStarted:
      return {event.application_started().application_id()};
    case EnrollmentEvent::kApplicationSubmitted:
      return {event.application_submitted().application_id()};
    case EnrollmentEvent::kClassReviewPassed:
      return {event.class_review_passed().application_id()};
    case EnrollmentEvent::kSchoolReviewPassed:
      return {event.school_review_passed().application_id()};
    case EnrollmentEvent::kApplicationApproved:
      return {event.application_approved().application_id()};
    case EnrollmentEvent::kApprovedListPosted:
      return list(event.approved_list_posted().application_ids());
    case EnrollmentEvent::kParticipantsReported:
      return list(event.participants_reported().application_ids());
    case EnrollmentEvent::kApplicationDeclined:
      return {event.application_declined().application_id()};
    case EnrollmentEvent::kAgreementTookEffect:
      return {event.agreement_took_effect().application_id()};
    case EnrollmentEvent::kPupilEnrolled:
      return {event.pupil_enrolled().application_id()};
    case EnrollmentEvent::kEnrollmentWithdrawn: {
      const auto row =
          rows.Get<state::Enrollment>(EnrollmentKey(event.enrollment_withdrawn().enrollment_id()));
      return row ? std::vector<std::string>{row->application_id()} : std::vector<std::string>{};
    }
    default:
      return {};
  }
}

v1::ApplicationView ViewOf(const Application& row) {
  v1::ApplicationView view;
  view.set_application_id(row.application_id());
  view.set_pupil_id(row.pupil_id());
  view.set_term_id(row.term_id());
  view.set_product(row.product());
  view.set_state(Application::State_Name(row.state()));
  if (IsUnderWay(row)) view.set_awaited_step(AwaitedWord(row));
  *view.mutable_steps() = row.steps();
  for (const auto& taken : row.taken()) {
    v1::StepView& step = *view.add_taken();
    step.set_step(row.steps(taken.place()));
    step.set_by_person_id(taken.by_person_id());
    step.set_role(taken.role());
    *step.mutable_take_time() = TimestampOf(taken.at());
  }
  view.set_project_id(row.project_id());
  view.set_advised_project_id(row.advised_project_id());
  view.set_class_id(row.class_id());
  view.set_grade(row.grade());
  view.set_stage(row.stage());
  view.set_addressee(row.addressee());
  view.set_agreement_id(row.agreement_id());
  view.set_list_posted(row.list_posted());
  view.set_decline_ground(row.decline_ground());
  *view.mutable_start_time() = TimestampOf(row.started_at());
  if (row.submitted_at() != 0) *view.mutable_submit_time() = TimestampOf(row.submitted_at());
  *view.mutable_wishes() = row.wishes();
  *view.mutable_periods() = row.periods();
  return view;
}

// The application an index row stands for: its id is the last part of the key.
std::optional<Application> At(const Rows& rows, std::string_view index_key) {
  return rows.Get<Application>(ApplicationKey(index_key.substr(index_key.rfind('/') + 1)));
}

}  // namespace

void ProjectApplications(const Recorded&, const v1::EnrollmentEvent& event, MutableRows& rows) {
  for (const std::string& application_id : ApplicationsIn(event, rows)) Index(application_id, rows);
}

absl::StatusOr<v1::GetApplicationAnswer> GetApplication(const Rows& rows,
                                                        const v1::GetApplicationRequest& request) {
  const auto row = rows.Get<Application>(ApplicationKey(request.application_id()));
  if (!row || row->school_id() != request.header().school_id())
    return Unknown("application", request.application_id());
  v1::GetApplicationAnswer answer;
  *answer.mutable_application() = ViewOf(*row);
  return answer;
}

absl::StatusOr<v1::ListPupilApplicationsAnswer> ListPupilApplications(
    const Rows& rows, const v1::ListPupilApplicationsRequest& request) {
  const std::string pupil = Key("v/application_of", request.header().school_id(), request.pupil_id());
  const std::string prefix = request.has_term_id() ? Key(pupil, request.term_id(), "") : Key(pupil, "");
  v1::ListPupilApplicationsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const auto row = At(rows, key);
                                       if (row) *answer.add_applications() = ViewOf(*row);
                                       return row.has_value();
                                     }));
  return answer;
}

absl::StatusOr<v1::ListApplicationsToReviewAnswer> ListApplicationsToReview(
    const Rows& rows, const v1::ListApplicationsToReviewRequest& request) {
  const std::string step = Key("v/to_review", request.header().school_id(), request.step());
  const std::string prefix = request.has_class_id() ? Key(step, request.class_id(), "") : Key(step, "");
  v1::ListApplicationsToReviewAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const auto row = At(rows, key);
                                       if (!row ||
                                           (request.has_term_id() && row->term_id() != request.term_id())) {
                                         return false;
                                       }
                                       *answer.add_applications() = ViewOf(*row);
                                       return true;
                                     }));
  return answer;
}

}  // namespace afterbell::enrollment
