// Who may ask for which command of this service, and where it is decided: the catalogue's table.
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::staffing {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_COMMANDS_H_
