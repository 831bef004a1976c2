// What billing keeps of enrollment and attendance (tables.h), and how its rules read it.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_FACTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/rows.h"
#include "services/platform/policy/resolve.h"

namespace afterbell::billing {

// The fee for the service itself (basic care), the one kind that is charged today.
inline constexpr char kServiceFee[] = "service_fee";

// The deadline of a month of an enrollment: when it is over. Its entity carries the month, because
// a deadline may be taken up long after it fired.
inline constexpr std::string_view kMonthEnd = "month_end";
std::string MonthEndEntity(std::string_view school_id, std::string_view pupil_id,
                           std::string_view enrollment_id, std::string_view month);
// The first instant after a month. By one clock for all districts: a fold sees no district's zone.
Micros EndOfMonth(std::string_view month);
std::string NextMonth(std::string_view month);

// The days of a charge's period: a month, or a term.
struct Days {
  std::string first_on;
  std::string last_on;  // Included.
};
// Nothing where it is neither a month nor a term that is known.
std::optional<Days> DaysOfPeriod(const Rows& rows, std::string_view period);

// A stay in basic care that touches a period, within its own term.
struct StayIn {
  RowPtr<state::Stay> stay;
  bool left_early = false;  // Ended before the period and its term did.
};
// The last such stay at the school; an empty term asks for any.
std::optional<StayIn> LastStayIn(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                                 std::string_view term_id, const Days& days);

// Where a pupil of a school stands, as policy asks for it: with stage and grade of the latest stay
// there, where one is known.
policy::Place PlaceOfPupil(const Rows& rows, std::string_view school_id, std::string_view pupil_id);

// Somebody this school has enrolled at any time.
bool IsKnownPupil(const Rows& rows, std::string_view school_id, std::string_view pupil_id);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_FACTS_H_
