// Which commands inspection knows, where each is decided and who may ask for it.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::inspection {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_COMMANDS_H_
