// Charges as people ask for them: a pupil's, one explained, and those that wait to be issued.
//
//   v/pupil_charges/<school id>/<pupil id>/<period>/<charge id>   (empty) an index of s/charge
//   v/to_issue/<school id>/<period>/<pupil id>/<charge id>        (empty) the same, while assessed
//   v/charge_record/<charge id>/<index>/<event>/<subject id>      state.ChargeRecord
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void ProjectCharges(const Recorded& own, const v1::BillingEvent& event, MutableRows& rows);

absl::StatusOr<v1::GetPupilStatementAnswer> GetPupilStatement(const Rows& rows,
                                                              const v1::GetPupilStatementRequest& request);
absl::StatusOr<v1::ListPupilChargesAnswer> ListPupilCharges(const Rows& rows,
                                                            const v1::ListPupilChargesRequest& request);
// NOT_FOUND where the school has no such charge.
absl::StatusOr<v1::ExplainChargeAnswer> ExplainCharge(const Rows& rows,
                                                      const v1::ExplainChargeRequest& request);
absl::StatusOr<v1::ListChargesToIssueAnswer> ListChargesToIssue(const Rows& rows,
                                                                const v1::ListChargesToIssueRequest& request);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_CHARGES_H_
