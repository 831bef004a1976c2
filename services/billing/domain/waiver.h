// Waivers: who pays less, and how much less.
//
// A waiver rests on a special status the school has verified (ENR-28) and names a category; it
// carries no rate. The rate is policy's at the time of the charge (BIL-14), so that another rate can
// be asked about without granting anything again.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_WAIVER_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_WAIVER_H_

#include <string>
#include <string_view>
#include <vector>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/billing/domain/fee_terms.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

std::string WaiverId(std::string_view pupil_id, std::string_view category, std::string_view from_on);

void EvolveWaiverGranted(const Recorded& own, const v1::WaiverGranted& event, StateRows rows);

Decision<v1::BillingEvent> DecideGrantWaiver(const Situation& s, const v1::GrantWaiver& command);

// What the waivers of a pupil take off a charge of the school.
struct Reduction {
  std::vector<int64_t> percent;         // Each of what the ones before it left.
  std::vector<std::string> waiver_ids;  // Those that counted.
};
// By the waivers in force on a day. Where several categories have a rate, p:waiver_stacking says
// what then; it is unset wherever the sources are silent (S-07), and that stops the computation.
absl::StatusOr<Reduction> ReductionOf(const Rows& rows, Lookup& lookup, std::string_view school_id,
                                      std::string_view pupil_id, std::string_view on);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_WAIVER_H_
