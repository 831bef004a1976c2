#include "services/inspection/domain/detectors.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"

namespace afterbell::inspection {

using attendance::v1::AttendanceEvent;
using billing::v1::BillingEvent;

const std::vector<Detector>& Detectors() {
  static const auto* const kDetectors = new std::vector<Detector>{
      {"unreviewed_entry",
       1,
       DetectUnreviewedEntry,
       "attendance",
       {AttendanceEvent::kAdultCheckedIn, AttendanceEvent::kGroupTakenOver}},
      {"barred_adult",
       1,
       DetectBarredAdult,
       "attendance",
       {AttendanceEvent::kAdultCheckedIn, AttendanceEvent::kGroupTakenOver}},
      {"unposted_charge",
       1,
       DetectUnpostedCharge,
       "billing",
       {BillingEvent::kChargeIssued, BillingEvent::kPaymentReceived, BillingEvent::kFeeNoticeWithdrawn}},
  };
  return *kDetectors;
}

const Detector* FindDetector(std::string_view name) {
  for (const Detector& detector : Detectors()) {
    if (detector.name == name) return &detector;
  }
  return nullptr;
}

}  // namespace afterbell::inspection
