#include "services/platform/log/log.h"

#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace afterbell {

std::string ToString(const PartitionId& id) { return id.service + "/" + std::to_string(id.number); }

absl::StatusOr<LogBatch> ReadWaiting(LogPartition& partition, uint64_t offset, size_t records_max,
                                     size_t bytes_max, std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  // The end is asked first: what came after it may be left for the next call.
  uint64_t end = partition.End();
  absl::StatusOr<LogBatch> batch = partition.Read(offset, records_max, bytes_max);
  if (!batch.ok() || !batch->records.empty() || offset >= end) return batch;

  std::mutex mutex;
  std::condition_variable changed;
  uint64_t growths = 0;
  const std::shared_ptr<void> listening = partition.OnGrowth([&] {
    const std::lock_guard lock(mutex);
    ++growths;
    changed.notify_all();
  });
  for (;;) {
    uint64_t seen;
    {
      const std::lock_guard lock(mutex);
      seen = growths;
    }
    end = partition.End();
    batch = partition.Read(offset, records_max, bytes_max);
    if (!batch.ok() || !batch->records.empty() || offset >= end) return batch;
    std::unique_lock lock(mutex);
    if (!changed.wait_until(lock, deadline, [&] { return growths != seen; })) {
      return absl::DeadlineExceededError(absl::StrCat(ToString(partition.id()), " at ", offset,
                                                      ": not read within ", at_most.count(), " ms"));
    }
  }
}

}  // namespace afterbell
