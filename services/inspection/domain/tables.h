// The rows of inspection's rules: its cases, and what it remembers of other services, folded by intake/. All
// belong to a school, and a partition holds many, so every key begins with it.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_TABLES_H_

#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/inspection/domain/inspection_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::inspection {

inline constexpr StateTable<state::CaseRow, key::Id, key::Id> kCases{"s/case", "school/case", Point()};

inline constexpr FactTable<registry::v1::PostAssigned, key::Id, key::Id, key::Id> kPosts{
    "f/registry/post", "school/person/post", Ranged(2)};
inline constexpr FactTable<state::NoticeRow, key::Id, key::Id> kNotices{"f/billing/notice", "school/notice",
                                                                        Ranged(1)};
inline constexpr FactTable<billing::v1::ChargeAssessed, key::Id, key::Id> kCharges{"f/billing/charge",
                                                                                   "school/charge", Point()};
// Charges made payable ("issue") and money taken ("payment"), by when: a withdrawal that is told late asks
// for all since then.
inline constexpr FactTable<state::MoneyRow, key::Id, key::Instant, key::Word, key::Id> kMoney{
    "f/billing/money", "school/at/kind/id", Ranged(1)};

inline TableList DomainTables() { return {&kCases, &kPosts, &kNotices, &kCharges, &kMoney}; }

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_TABLES_H_
