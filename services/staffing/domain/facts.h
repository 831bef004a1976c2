// What staffing knows from attendance of the school's own partition, as rows that intake/ folds (tables.h).
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/platform/decider/decider.h"
#include "services/staffing/domain/tables.h"

namespace afterbell::staffing {

// From when until when, in microseconds; `to` is after `from`.
struct Interval {
  Micros from = 0;
  Micros to = 0;
};

// When a person was there for a session, in order and apart from each other. Presence begins with a
// check-in or with taking the group over, and ends with a check-out; one that began by taking over ends
// also by handing over. Where nobody said when it ended it lasts until the session was closed.
std::vector<Interval> PresenceOf(const Rows& rows, std::string_view school_id, std::string_view person_id,
                                 std::string_view date, std::string_view session_id, Micros closed_at);

// Whole minutes of an interval that lie in any of the others.
int MinutesWithin(const Interval& duty, const std::vector<Interval>& presence);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_FACTS_H_
