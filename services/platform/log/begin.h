// How a log begins: every partition's first record is its Genesis, which says whose log it is, how many
// partitions there are, and by which clock it lives.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_BEGIN_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_BEGIN_H_

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/log.h"

namespace afterbell {

struct LogBeginning {
  std::string log_id;  // Empty: that of a Genesis there is, or a new one.
  std::vector<std::string> services;
  uint32_t school_partitions = 16;
  log::v1::Clock clock = log::v1::REAL;
  int64_t now = 0;  // Microseconds since 1970.
};

log::v1::Record GenesisOf(const LogBeginning& beginning, const PartitionId& id);

// The Genesis of a partition; DATA_LOSS when it begins otherwise.
absl::StatusOr<log::v1::Genesis> ReadGenesis(LogPartition& partition, std::chrono::milliseconds at_most);

// The first Genesis that is found; NOT_FOUND where nobody has begun.
absl::StatusOr<log::v1::Genesis> FindGenesis(EventLog& log, std::chrono::milliseconds at_most);

// Writes the Genesis of every partition of the services that holds nothing, and returns the log's id.
// Doing it twice, or two doing it at once, does no harm: a second Genesis is void.
// FAILED_PRECONDITION when the log was begun with other partitions or another clock.
absl::StatusOr<std::string> BeginLog(EventLog& log, LogBeginning beginning,
                                     std::chrono::milliseconds at_most);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_BEGIN_H_
