// What a school's partition of the registry keeps of its own. Rows are mostly the events themselves. What is
// in the commons lies in the tables of platform/reference, which partition 0 folds as state of its own.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_TABLES_H_

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/table.h"
#include "services/registry/domain/registry_state.pb.h"

namespace afterbell::registry {

inline constexpr StateTable<v1::ClassOpened, key::Id, key::Id> kClasses{"s/class", "school/class", Point()};
inline constexpr StateTable<v1::PersonRegistered, key::Id, key::Id> kPeople{"s/person", "school/person",
                                                                            Point()};
inline constexpr StateTable<v1::GuardianshipRecorded, key::Id, key::Id, key::Id> kGuardians{
    "s/guardian", "school/pupil/guardian", Ranged(2)};
// Of offices, in the commons, the school is empty.
inline constexpr StateTable<v1::PostAssigned, key::Id, key::Id> kPosts{"s/post", "school/post", Point()};
// A school's own exceptions.
inline constexpr StateTable<v1::ServiceDaySet, key::Id, key::Date> kOwnDays{"s/day", "school/date", Point()};
// On site.
inline constexpr StateTable<v1::VenueRegistered, key::Id, key::Id> kVenues{"s/venue", "school/venue",
                                                                           Point()};
inline constexpr StateTable<state::PlanRow, key::Id, key::Id> kPlans{"s/plan", "school/plan", Point()};

inline TableList DomainTables() {
  return {&kClasses, &kPeople, &kGuardians, &kPosts, &kOwnDays, &kVenues, &kPlans};
}

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_TABLES_H_
