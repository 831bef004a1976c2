#include "services/inspection/domain/reactions.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/inspection/domain/detectors.h"

namespace afterbell::inspection {

bool Hears(std::string_view service, int event) {
  using attendance::v1::AttendanceEvent;
  using billing::v1::BillingEvent;
  if (service == "attendance")
    return event == AttendanceEvent::kAdultCheckedIn || event == AttendanceEvent::kGroupTakenOver;
  return service == "billing" &&
         (event == BillingEvent::kChargeIssued || event == BillingEvent::kPaymentReceived ||
          event == BillingEvent::kFeeNoticeWithdrawn);
}

std::vector<v1::InspectionCommand> ReactTo(const Situation& s, const Recorded& cause) {
  // A case stands at a school; what names none is no school's.
  if (cause.commit.school_id().empty()) return {};
  Suspicions suspicions;
  for (const Detector& detector : Detectors()) detector.detect(s, cause, &suspicions);
  std::vector<v1::InspectionCommand> commands;
  for (v1::SuspectViolation& suspicion : suspicions) {
    *commands.emplace_back().mutable_suspect_violation() = std::move(suspicion);
  }
  return commands;
}

}  // namespace afterbell::inspection
