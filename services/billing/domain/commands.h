// The table of billing's commands: where each is decided, and by whom it may be asked.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::billing {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_COMMANDS_H_
