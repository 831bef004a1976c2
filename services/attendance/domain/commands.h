// The table of commands: which there are, where they are decided and who may ask (catalogue 3.2).
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_COMMANDS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_COMMANDS_H_

#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell::attendance {

const std::vector<CommandInfo>& Commands();

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_COMMANDS_H_
