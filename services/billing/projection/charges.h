// Charges as people ask for them: a pupil's, one explained, and those that wait to be issued.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void ProjectCharges(const Recorded& own, const v1::BillingEvent& event, ViewRows rows);

absl::StatusOr<v1::GetPupilStatementAnswer> GetPupilStatement(const QueryRows& rows,
                                                              const v1::GetPupilStatementRequest& request);
absl::StatusOr<v1::ListPupilChargesAnswer> ListPupilCharges(const QueryRows& rows,
                                                            const v1::ListPupilChargesRequest& request);
// NOT_FOUND where the school has no such charge.
absl::StatusOr<v1::ExplainChargeAnswer> ExplainCharge(const QueryRows& rows,
                                                      const v1::ExplainChargeRequest& request);
absl::StatusOr<v1::ListChargesToIssueAnswer> ListChargesToIssue(const QueryRows& rows,
                                                                const v1::ListChargesToIssueRequest& request);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_
