// The gates before money: who may collect, for which term, and whether the board says so.
//
// They hold where policy sets them and nowhere else (D-01), save that money is never collected for a
// term that has not begun (BIL-11, core). None of them ever touches the child's place.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_GATE_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_GATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/billing/domain/fee_terms.h"
#include "services/billing/domain/notice.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

// BIL-01: nothing is taken where nothing is charged.
std::optional<Refused> FreeGate(const FeeTerms& terms, std::string_view subject);

// BIL-13, where p:notice_before_collecting holds at a place on a day: a notice stands,
std::optional<Refused> PostedGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                  const Board& board, std::string_view subject);
// and says exactly what policy asks for.
std::optional<Refused> MatchingGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                    const Board& board, const FeeTerms& terms, std::string_view subject);

// BIL-11: the term has begun by that day. A term that is not known is not open.
std::optional<Refused> TermGate(const Rows& rows, std::string_view term_id, std::string_view on,
                                std::string_view subject);

// BIL-08: the role is of those p:collector names; silent or unset: nobody is turned away.
std::optional<Refused> CollectorGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                     std::string_view role, std::string_view subject);

// The word of p:collector for the service fee; empty where no source gives one.
std::string CollectorAt(policy::Policy& policy, const policy::Place& place, std::string_view on);
inline constexpr std::string_view kNobody = "nobody";

// The local day of the decision: gates ask about now, whatever day the matter is told of (H-09).
std::string Today(const Context& context);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_GATE_H_
