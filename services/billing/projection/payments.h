// Payments as people ask for them: by day, by pupil, and those that came too early.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_PAYMENTS_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_PAYMENTS_H_

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void ProjectPayments(const Recorded& own, const v1::BillingEvent& event, ViewRows rows);

// A pupil's at a school, in order of payment.
void ForEachPaymentOf(const QueryRows& rows, std::string_view school_id, std::string_view pupil_id,
                      const std::function<void(const state::Payment&)>& visit);

absl::StatusOr<v1::ListPaymentsAnswer> ListPayments(const QueryRows& rows,
                                                    const v1::ListPaymentsRequest& request);

// Paid while no notice stood or before the term had begun. Judged when asked, by all that
// is known then: a notice may be told of late, too.
absl::StatusOr<v1::ListEarlyCollectionsAnswer> ListEarlyCollections(
    const QueryRows& rows, const v1::ListEarlyCollectionsRequest& request);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_PAYMENTS_H_
