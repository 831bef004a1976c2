// Which commands the registry knows, where each is decided and who may ask for it.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::registry {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_COMMANDS_H_
