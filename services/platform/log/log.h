// The event log: a port. Partitions of records, appended at the end and kept for ever.
//
// It knows nothing of commands, chains or claims: values are bytes. What is valid among
// them is decided above it (services/platform/log/chain.h), the same for every adapter.
//
// Guarantees, held by one contract suite (tests/contract) for every adapter:
//   - Order. The values of one Append keep their order and lie next to each other only by
//     chance: other writers' records may come between. Appends of one caller thread to one
//     partition keep their order.
//   - Durability. `done` is called with OK only when the values survive a crash of the
//     process and, for the embedded adapter, of the machine.
//   - Readers see durable records only, each exactly as appended, at offsets that grow.
//     Offsets of a partition start at 0 and have no gaps in the embedded adapter; callers must
//     not rely on the latter.
//   - A failed Append may or may not have been written. Nothing here is retried for the caller.
// Not promised: that an Append is written once (a crash between writing and answering), or
// that records of two partitions keep an order between them.
//
// Errors: RESOURCE_EXHAUSTED when there is no room (nothing was written; the caller may try
// again), UNAVAILABLE when the log is closing or cannot be reached (what was being appended may
// have been written), DATA_LOSS when stored bytes are damaged or gone (the message names file or
// topic, and offset), INVALID_ARGUMENT for a value over `value_bytes_max`, NOT_FOUND for a partition
// that an adapter cannot make by itself.
//
// Threads: everything here may be called from any thread. Callbacks run on the log's own
// threads, answers in order of offsets per partition, and must be quick and not call back into Append
// with waiting.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_LOG_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace afterbell {

// Topic afterbell.<service>.v1 and a partition of it; number 0 is the commons.
struct PartitionId {
  std::string service;
  uint32_t number = 0;

  friend bool operator==(const PartitionId&, const PartitionId&) = default;
  friend auto operator<=>(const PartitionId&, const PartitionId&) = default;
};

// "attendance/17", for messages and logs.
std::string ToString(const PartitionId& id);

// Records read in one go. The views live as long as the batch.
struct LogBatch {
  struct Entry {
    uint64_t offset;
    std::string_view value;
  };
  std::vector<Entry> records;
  uint64_t next_offset = 0;  // Where to read on.
  std::shared_ptr<const void> holds;
};

class LogPartition {
 public:
  // With OK, where the first value stands, or kOffsetUnknown: a log may know that it was written
  // and not where.
  using Appended = std::function<void(const absl::Status& status, uint64_t first_offset)>;
  static constexpr uint64_t kOffsetUnknown = UINT64_MAX;

  virtual ~LogPartition() = default;

  virtual const PartitionId& id() const = 0;

  // Appends values in order. Waits only when `append_bytes_waiting_max` is reached.
  virtual void Append(std::vector<std::string> values, Appended done) = 0;

  // What is durable from `offset` on, at most `records_max` records and about `bytes_max` bytes
  // (one record at least, if there is one). Empty at the end. Never waits: below End() it may come back
  // empty when the records have to be fetched from elsewhere first; what OnGrowth was given is called
  // when they are here. (The embedded adapter has all of them here.) Only ReadWaiting waits.
  virtual absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const = 0;

  // The offset the next record will have, as far as is known now; everything below it is durable.
  virtual uint64_t End() const = 0;

  // Whether End() is all there is, and not only what is known of it here.
  virtual bool knows_end() const { return true; }

  // Nobody reads for now: memory that reading would bring back by itself may go.
  virtual void Rest() const {}

  // Calls `grew` after End() has moved, or records that a Read did not find have come, on a thread of
  // the log's, until the handle is destroyed.
  // Destroying it waits for a call under way. Several moves may be told as one.
  virtual std::shared_ptr<void> OnGrowth(std::function<void()> grew) = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // The partition, made when it does not exist yet (by the embedded adapter; NOT_FOUND where topics are
  // made by a tool). The same object for the same id. Its End() is right as of this call.
  virtual absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) = 0;

  // The partitions that hold at least one record, in order of id.
  // An error is not an empty log: a caller that took it for one would begin a second history.
  virtual absl::StatusOr<std::vector<PartitionId>> List() const = 0;
};

// Read, but waits for records below End() that are not here yet: for offline readers and tests, not
// for a thread of the log's. Empty at the end only; DEADLINE_EXCEEDED after `at_most`.
absl::StatusOr<LogBatch> ReadWaiting(LogPartition& partition, uint64_t offset, size_t records_max,
                                     size_t bytes_max, std::chrono::milliseconds at_most);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_LOG_H_
