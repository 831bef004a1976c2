// The rows of staffing's rules: state that follows from its own events, and facts of attendance that intake/
// folds. A clearance is in the commons; what others ask of it (cleared where, in which role, until when;
// barred; papers) are the commons' tables of platform/reference. What is not in the commons belongs to a
// school, and its keys begin with it: a partition holds many.
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_TABLES_H_

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/platform/decider/table.h"
#include "services/staffing/domain/staffing_state.pb.h"

namespace afterbell::staffing {

// ---- state

// How far somebody's clearance has come.
inline constexpr StateTable<state::Clearance, key::Id> kClearances{"s/clearance", "person", Point()};
// The earliest of each ground.
inline constexpr StateTable<state::Bar, key::Id, key::Word> kBars{"s/bar", "person/ground", Point()};
// So that a repeat is known, whatever came between.
inline constexpr StateTable<Mark, key::Id, key::Word, key::Date> kTrainings{"s/training", "person/course/on",
                                                                            Point()};

inline constexpr StateTable<state::Duty, key::Id, key::Id> kDuties{"s/duty", "school/duty", Point()};
// The same, by when they begin.
inline constexpr StateTable<state::Duty, key::Id, key::Id, key::Instant, key::Id> kDutiesOf{
    "s/duty_of", "school/person/from/duty", Ranged(2)};
inline constexpr StateTable<Mark, key::Id, key::Id, key::Id> kDutiesInSession{
    "s/session_duty", "school/session/duty", Ranged(2)};

// ---- facts

inline constexpr FactTable<attendance::v1::SessionPlanned, key::Id, key::Id> kSessions{
    "f/attendance/session", "school/session", Point()};
inline constexpr FactTable<state::Closed, key::Id, key::Id> kClosures{"f/attendance/closed", "school/session",
                                                                      Point()};
// An adult came or went. Where no session is named, "-" stands for it.
inline constexpr FactTable<state::Presence, key::Id, key::Id, key::Date, key::Instant, key::Number, key::Id>
    kPresences{"f/attendance/presence", "school/person/date/at/kind/session", Ranged(3)};

inline TableList DomainTables() {
  return {&kClearances,      &kBars,     &kTrainings, &kDuties,   &kDutiesOf,
          &kDutiesInSession, &kSessions, &kClosures,  &kPresences};
}

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_TABLES_H_
