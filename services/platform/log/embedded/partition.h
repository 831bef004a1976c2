// A partition of the embedded log: where its records lie, and who wants to know when it grows.
//
// A record is found through two lists: runs of offsets in closed segments (their positions stand in
// the index files) and the positions in the active one. Sixteen bytes a segment are kept for a
// partition, four bytes a record for the active segment only.
//
// Threads: what LogPartition declares, from any thread. The rest belongs to the log thread (or to
// the one that opens the log, before there is a log thread).
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_PARTITION_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_PARTITION_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/log/embedded/append_queue.h"
#include "services/platform/log/embedded/scan.h"
#include "services/platform/log/embedded/segment_reader.h"
#include "services/platform/log/listeners.h"
#include "services/platform/log/log.h"

namespace afterbell::embedded {

// What a partition needs of its log.
class PartitionHost {
 public:
  virtual ~PartitionHost() = default;
  virtual void Enqueue(PendingAppend append) = 0;
  virtual absl::StatusOr<std::shared_ptr<const SegmentReader>> ReaderOf(uint64_t segment) const = 0;
  virtual void Rest() const = 0;
};

class Partition final : public LogPartition {
 public:
  Partition(PartitionId id, PartitionHost* host) : id_(std::move(id)), host_(host) {}

  const PartitionId& id() const override { return id_; }
  void Append(std::vector<std::string> values, Appended done) override;
  absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const override;
  uint64_t End() const override { return end_.load(std::memory_order_acquire); }
  void Rest() const override { host_->Rest(); }
  std::shared_ptr<void> OnGrowth(std::function<void()> grew) override {
    return listeners_.Add(std::move(grew));
  }

  // Records known from the index of a closed segment, from entry `entry` of it on.
  void AddClosed(uint64_t segment, uint64_t entry, uint64_t records);
  // Durable records in the active segment: End moves.
  void Publish(uint64_t active_segment, const std::vector<uint32_t>& positions);
  // What the active segment holds of this partition.
  SegmentPartition ActiveContent() const;
  // The active segment is closed; its index has this partition from `entry` on. Returns its records.
  uint64_t CloseActive(uint64_t segment, uint64_t entry);
  void TellGrowth() { listeners_.Tell(); }

  // Of the log thread, between taking an append and publishing it.
  struct Writing {
    uint32_t reference = 0;    // In the active segment; 0: not declared yet.
    uint64_t next_offset = 0;  // Runs ahead of End.
    bool grew = false;
  };
  Writing writing;

 private:
  struct Run {
    uint64_t first_offset;
    uint32_t segment;
    uint32_t entry;
  };
  struct Located {
    uint64_t segment = 0;
    uint64_t records = 0;
    uint64_t entry = 0;               // Of the index, if
    std::vector<uint32_t> positions;  // this is empty.
  };

  // Records that lie in one segment, from `offset` on.
  Located Locate(uint64_t offset, size_t records_max) const;

  const PartitionId id_;
  PartitionHost* const host_;
  std::atomic<uint64_t> end_{0};
  Listeners listeners_;

  mutable std::mutex mutex_;
  std::vector<Run> closed_;                 // Guarded by mutex_, as is the rest.
  std::vector<uint32_t> active_positions_;  // The last of the partition.
  uint64_t active_segment_ = 0;             // Where they lie.
};

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_PARTITION_H_
