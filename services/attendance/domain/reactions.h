// What follows from others' records and from time: commands, decided like any other (catalogue 3.4).
// Pure; runs after the cause was folded.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_REACTIONS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_REACTIONS_H_

#include <string_view>
#include <vector>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

// Whether ReactionsTo may answer to such an event: the number of its field in <Service>Event.
bool Hears(std::string_view service, int event);

// A duty assigned: the session's staffing is noted (ATT-33).
std::vector<v1::AttendanceCommand> ReactionsTo(const Situation& s, const Recorded& cause);

// Grace after the start is over (ATT-10); a month is over (ATT-23, ATT-24).
std::vector<v1::AttendanceCommand> ReactionsAt(std::string_view deadline, std::string_view entity);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_REACTIONS_H_
