// Who is on duty for a group on a day: two teachers, another pair each day.
#ifndef AFTERBELL_TOOLS_CITYGEN_ROSTER_H_
#define AFTERBELL_TOOLS_CITYGEN_ROSTER_H_

#include <string>

#include "tools/citygen/world.h"

namespace afterbell::citygen {

struct OnDuty {
  std::string responsible;
  std::string assistant;
};

OnDuty RosterOf(const World& world, const School& school, const std::string& date, int group);
// A teacher without any duty that day.
std::string FreeTeacher(const World& world, const School& school, const std::string& date);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_ROSTER_H_
