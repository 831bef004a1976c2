// The board: which notices stood when, and whether money may be collected today.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_NOTICES_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_NOTICES_H_

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void ProjectNotices(const Recorded& own, const v1::BillingEvent& event, ViewRows rows);

absl::StatusOr<v1::ListFeeNoticesAnswer> ListFeeNotices(const QueryRows& rows,
                                                        const v1::ListFeeNoticesRequest& request);

// The same gates that IssueCharge and RecordPayment pass, all of them at once. An error names what
// policy leaves unset.
absl::StatusOr<v1::GetCollectionGateAnswer> GetCollectionGate(const QueryRows& rows,
                                                              const v1::GetCollectionGateRequest& request);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_NOTICES_H_
