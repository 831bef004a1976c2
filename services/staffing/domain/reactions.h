// What follows from others' records: a session that attendance closed has its duties settled (STF-28,
// STF-29).
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_REACTIONS_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_REACTIONS_H_

#include <string_view>
#include <vector>

#include "services/platform/decider/service.h"
#include "services/staffing/domain/clearance.h"

namespace afterbell::staffing {

// Whether ReactToAttendance may answer to such an event: the number of its field in <Service>Event.
bool Hears(std::string_view service, int event);

std::vector<v1::StaffingCommand> ReactToAttendance(const Recorded& cause);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_REACTIONS_H_
