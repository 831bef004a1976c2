// The rows of staffing's views: indices, most of which hold nothing but their key. What is shown is read from
// the rows of the rules (domain/tables.h), and a person's duties are walked there too.
#ifndef AFTERBELL_SERVICES_STAFFING_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_STAFFING_PROJECTION_TABLES_H_

#include "services/platform/decider/table.h"
#include "services/staffing/domain/staffing_state.pb.h"

namespace afterbell::staffing {

inline constexpr ViewTable<Mark, key::Word, key::Instant, key::Id> kClearancesByState{
    "v/clearance_by_state", "state/at/person", Ranged(1)};
inline constexpr ViewTable<Mark, key::Id, key::Id> kClearancesBySchool{"v/clearance_by_school",
                                                                       "school/person", Ranged(1)};
// Where a person's clearance stands in these two.
inline constexpr ViewTable<state::ClearanceIndexed, key::Id> kClearancesIndexed{"v/clearance_at", "person",
                                                                                Point()};

inline constexpr ViewTable<Mark, key::Id, key::Date, key::Word, key::Instant, key::Id> kDutiesOn{
    "v/duty_on", "school/date/state/start/duty", Ranged(2)};

inline TableList ViewTables() {
  return {&kClearancesByState, &kClearancesBySchool, &kClearancesIndexed, &kDutiesOn};
}

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_PROJECTION_TABLES_H_
