// The rows of attendance's views. A session's own rows say the rest: no view repeats a state that changes.
// Keys begin with the school, save where a question names none.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_TABLES_H_

#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/attendance/domain/attendance_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::attendance {

inline constexpr ViewTable<Mark, key::Id, key::Date, key::Instant, key::Id> kSessionsOfDay{
    "v/day", "school/date/start/session", Ranged(2)};
// Of an adult who is to serve there.
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Date, key::Instant, key::Id> kSessionsOfPerson{
    "v/my", "school/person/date/start/session", Ranged(3)};
// The adults who answered for a session.
inline constexpr ViewTable<v1::ChainLine, key::Id, key::Id, key::Instant, key::Number, key::Id> kChainLines{
    "v/chain", "school/session/recorded/step/person", Ranged(2)};

// Absences are few, so they have rows of their own. Period "day" stands for the whole day.
inline constexpr ViewTable<state::Absence, key::Id, key::Date, key::Id, key::Word> kAbsences{
    "v/absence", "school/date/pupil/period", Ranged(2)};

// While fewer adults served than were asked.
inline constexpr ViewTable<state::ShortSpan, key::Id, key::Date, key::Id, key::Number, key::Word,
                           key::Instant>
    kShortSpans{"v/short", "school/date/session/phase/parameter/since", Ranged(3)};
inline constexpr ViewTable<v1::RatioLine, key::Id, key::Id, key::Instant, key::Number> kRatioLines{
    "v/ratio", "school/session/recorded/phase", Ranged(2)};

// The school of a session that was assessed: for who asks about it and names no school. Ids of sessions are
// derived from the school, so there is one.
inline constexpr ViewTable<Mark, key::Id, key::Id> kSchoolsOfSession{"v/ratio_school", "session/school",
                                                                     Ranged(1)};

inline TableList ViewTables() {
  return {&kSessionsOfDay, &kSessionsOfPerson, &kChainLines,      &kAbsences,
          &kShortSpans,    &kRatioLines,       &kSchoolsOfSession};
}

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_TABLES_H_
