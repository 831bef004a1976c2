// The tables of enrollment: its state, folded by domain/, and the facts of registry's partition of the same
// school, folded by intake/ (rows are registry's events themselves).
//
// A partition holds many schools, and ids are chosen by callers or derived from a pupil, who may be known at
// two of them. So every key begins with the school.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_TABLES_H_

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/enrollment/domain/enrollment_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::enrollment {

// ---- state

inline constexpr StateTable<state::Application, key::Id, key::Id> kApplications{
    "s/application", "school/application", Point()};
// The one application that is open or enrolled.
inline constexpr StateTable<state::OpenApplication, key::Id, key::Id, key::Id, key::Word> kOpenApplications{
    "s/open_application", "school/pupil/term/product", Point()};
inline constexpr StateTable<state::Agreement, key::Id, key::Id> kAgreements{"s/agreement", "school/agreement",
                                                                            Point()};
inline constexpr StateTable<state::Enrollment, key::Id, key::Id> kEnrollments{"s/enrollment",
                                                                              "school/enrollment", Point()};
// The places that are held.
inline constexpr StateTable<state::Place, key::Id, key::Id, key::Id> kPlaces{
    "s/place", "school/enrollment/group", Ranged(2)};
// The same, kept when left: who was in the group on a day.
inline constexpr StateTable<state::Place, key::Id, key::Id, key::Id, key::Date> kMembers{
    "s/member", "school/group/pupil/from_on", Ranged(2)};
inline constexpr StateTable<state::Group, key::Id, key::Id> kGroups{"s/group", "school/group", Point()};
inline constexpr StateTable<state::Project, key::Id, key::Id> kProjects{"s/project", "school/project",
                                                                        Point()};
inline constexpr StateTable<state::SpecialStatus, key::Id, key::Id> kStatuses{"s/status", "school/status",
                                                                              Point()};

// ---- facts

// On roll at that school.
inline constexpr FactTable<registry::v1::PersonRegistered, key::Id, key::Id> kPupils{"f/registry/pupil",
                                                                                     "school/pupil", Point()};
inline constexpr FactTable<registry::v1::ClassOpened, key::Id, key::Id> kClasses{"f/registry/class",
                                                                                 "school/class", Point()};
inline constexpr FactTable<registry::v1::GuardianshipRecorded, key::Id, key::Id, key::Id> kGuardians{
    "f/registry/guardian", "school/pupil/guardian", Point()};
// On site; others lie in the commons.
inline constexpr FactTable<registry::v1::VenueRegistered, key::Id, key::Id> kVenues{"f/registry/venue",
                                                                                    "school/venue", Point()};

inline TableList DomainTables() {
  return {&kApplications, &kOpenApplications, &kAgreements, &kEnrollments, &kPlaces,    &kMembers, &kGroups,
          &kProjects,     &kStatuses,         &kPupils,     &kClasses,     &kGuardians, &kVenues};
}

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_TABLES_H_
