// The school's fund, as its accountant and an inspector read it.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_FUND_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_FUND_H_

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

// Balances, and the entries page by page; with known_at as both were known then.
absl::StatusOr<v1::GetSchoolFundAnswer> GetSchoolFund(const QueryRows& rows,
                                                      const v1::GetSchoolFundRequest& request);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_FUND_H_
