// What the log says of the requests, and what a fresh fold of it says of the rows.
//
// Both look at a copy, opened as a server would open it: the driver repairs nothing.
#ifndef AFTERBELL_TESTS_FAULT_CHECKER_H_
#define AFTERBELL_TESTS_FAULT_CHECKER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "tests/fault/load.h"
#include "tests/fault/server.h"

namespace afterbell::fault {

// Where a request stands among the valid Commits.
struct Stands {
  PartitionId id;
  uint64_t index = 0;
  bool decided = false;
  std::string rule, reason;
};
using StandsById = std::unordered_map<std::string, std::vector<Stands>>;

struct Findings {
  uint64_t lost = 0;     // Answered, and not in the log as answered.
  uint64_t doubled = 0;  // Request ids that stand there more than once.
  std::string first;     // In words.
};

// A copy of the log of a data folder, and that copy opened.
absl::StatusOr<std::unique_ptr<EmbeddedLog>> OpenCopy(const std::string& data, const std::string& copy);

absl::StatusOr<StandsById> ReadRequests(EventLog* log);

Findings Check(const std::deque<Request>& requests, const StandsById& stands);

// Folds the log anew, making every decision again on the way, and counts the partitions that came out
// otherwise than `live`. `why` says which was the first.
absl::StatusOr<uint64_t> CountMismatches(EventLog* log, const std::map<PartitionId, Digest>& live,
                                         std::string* why);

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_CHECKER_H_
