#include "services/billing/domain/reactions.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/tables.h"
#include "services/platform/decider/service.h"

namespace afterbell::billing {
namespace {

using attendance::v1::AttendanceEvent;
using attendance::v1::ClassHoursCounted;
using enrollment::v1::EnrollmentEvent;
using enrollment::v1::PupilEnrolled;
using enrollment::v1::SpecialStatusVerified;
using v1::BillingCommand;

BillingCommand Assess(std::string_view pupil_id, std::string_view period, std::string_view term_id) {
  BillingCommand command;
  v1::AssessCharge& assess = *command.mutable_assess_charge();
  assess.set_pupil_id(std::string(pupil_id));
  assess.set_fee_kind(kServiceFee);
  assess.set_period(std::string(period));
  assess.set_term_id(std::string(term_id));
  return command;
}

BillingCommand Grant(const SpecialStatusVerified& status) {
  BillingCommand command;
  v1::GrantWaiver& grant = *command.mutable_grant_waiver();
  grant.set_pupil_id(status.pupil_id());
  grant.set_category(status.category());
  grant.set_from_on(status.from_on());
  if (!status.to_on().empty()) grant.set_to_on(status.to_on());
  grant.set_status_id(status.status_id());
  return command;
}

void OnEnrollment(const EnrollmentEvent& event, std::vector<BillingCommand>* commands) {
  if (event.has_pupil_enrolled()) {
    const PupilEnrolled& enrolled = event.pupil_enrolled();
    if (enrolled.product() != enrollment::v1::BASIC_CARE) return;
    commands->push_back(Assess(enrolled.pupil_id(), enrolled.term_id(), enrolled.term_id()));
  } else if (event.has_special_status_verified()) {
    commands->push_back(Grant(event.special_status_verified()));
  }
}

void OnAttendance(const Situation& s, const AttendanceEvent& event, std::vector<BillingCommand>* commands) {
  if (!event.has_class_hours_counted()) return;
  const ClassHoursCounted& count = event.class_hours_counted();
  if (count.subject() != attendance::v1::OF_PUPIL) return;
  const auto days = DaysOfPeriod(s.rows, count.month());
  if (!days) return;
  const auto stay = LastStayIn(s.rows, s.context.school_id, count.subject_id(), {}, *days);
  if (!stay) return;  // A guest of a day is no participant and owes nothing (ENR-16).
  commands->push_back(Assess(count.subject_id(), count.month(), stay->stay->enrolled().term_id()));
}

}  // namespace

bool Hears(std::string_view service, int event) {
  if (service == "enrollment")
    return event == EnrollmentEvent::kPupilEnrolled || event == EnrollmentEvent::kSpecialStatusVerified;
  return service == "attendance" && event == AttendanceEvent::kClassHoursCounted;
}

std::vector<BillingCommand> ReactTo(const Situation& s, const Recorded& cause) {
  std::vector<BillingCommand> commands;
  if (cause.partition == 0) return commands;  // Pupils live in their school's partition.
  if (cause.service == "enrollment") {
    ForEachEventOf<EnrollmentEvent>(cause,
                                    [&](const EnrollmentEvent& event) { OnEnrollment(event, &commands); });
  } else if (cause.service == "attendance") {
    ForEachEventOf<AttendanceEvent>(cause,
                                    [&](const AttendanceEvent& event) { OnAttendance(s, event, &commands); });
  }
  return commands;
}

std::vector<BillingCommand> ReachDeadline(const Situation& s, std::string_view name,
                                          std::string_view entity) {
  if (name != kMonthEnd) return {};
  const std::string_view pupil_id = EntityPart(entity, 1);
  const auto enrollment = s.rows.Get(kEnrollments, {s.context.school_id, pupil_id, EntityPart(entity, 2)});
  if (!enrollment || enrollment->stays().empty()) return {};
  return {Assess(pupil_id, EntityPart(entity, 3), enrollment->stays(0).enrolled().term_id())};
}

}  // namespace afterbell::billing
