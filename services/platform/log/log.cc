#include "services/platform/log/log.h"

namespace afterbell {

std::string ToString(const PartitionId& id) { return id.service + "/" + std::to_string(id.number); }

}  // namespace afterbell
