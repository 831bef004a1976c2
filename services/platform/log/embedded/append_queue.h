// Appends waiting for the log thread, bounded in bytes.
//
// Threads: Push from any thread, Take from one.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_APPEND_QUEUE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_APPEND_QUEUE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/log/log.h"

namespace afterbell::embedded {

class Partition;

struct PendingAppend {
  Partition* partition = nullptr;
  std::vector<std::string> values;
  LogPartition::Appended done;
  uint64_t frame_bytes = 0;  // Of all values, headers included.
  absl::Status status;       // Not OK: only to be answered, in its turn.
};

class AppendQueue {
 public:
  explicit AppendQueue(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits for room if `may_wait`, else RESOURCE_EXHAUSTED. UNAVAILABLE once closed. `append` is
  // moved from only when OK.
  absl::Status Push(PendingAppend&& append, bool may_wait);

  // The oldest appends up to `bytes_max`, one at least; waits for it. Empty: closed and drained.
  std::vector<PendingAppend> Take(uint64_t bytes_max);

  bool empty() const;
  void Close();

 private:
  const uint64_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<PendingAppend> waiting_;  // Guarded by mutex_, as is the rest.
  uint64_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_APPEND_QUEUE_H_
