// Who may ask for which command of this service, and where it is decided: the catalogue's table.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::enrollment {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_COMMANDS_H_
