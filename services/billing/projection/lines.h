// Rows as the lines answers show.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_LINES_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_LINES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_queries.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/rows.h"

namespace afterbell::billing {

v1::ChargeLine LineOf(const state::Charge& charge);
v1::PaymentLine LineOf(const state::Payment& payment);

// Local dates of a query, both included; empty is open. INVALID_ARGUMENT for what is no date.
struct DateRange {
  std::string from;
  std::string to;
  bool Has(const std::string& date) const {
    return (from.empty() || from <= date) && (to.empty() || date <= to);
  }
};
absl::StatusOr<DateRange> DateRangeOf(const std::string& from, const std::string& to);

// Minutes east of UTC at a school.
int ZoneAt(const QueryRows& rows, std::string_view school_id);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_LINES_H_
