// The valid Commits of one partition, in order, one at a time: the chain is run along the way, and
// what is void is passed over.
//
// Threads: one at a time. Many readers may read one partition.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_READER_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_READER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/base/spare.h"
#include "services/platform/base/time.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"

namespace afterbell::replay {

class RecordReader {
 public:
  using CommitPtr = std::shared_ptr<const log::v1::Commit>;

  // Reads to the end the log has when it gets there, or to the first Commit recorded after `as_of`.
  // A null log is a partition without records.
  RecordReader(PartitionId id, std::shared_ptr<LogPartition> log, Micros as_of);

  const PartitionId& id() const { return id_; }

  // The next Commit, which stays the next until Pop; null at the end. Errors: DATA_LOSS for bytes
  // that are no record and for another history than its writers had read.
  absl::StatusOr<CommitPtr> Peek();
  void Pop() { next_ = nullptr; }

  // The last valid record read, a Genesis or a Claim too: at or behind what Peek returned.
  const ChainPosition& at() const { return chain_.at(); }
  uint64_t void_records() const { return chain_.void_records(); }

  // Commits under the newest claim that did not follow from the record before them, since the last
  // valid record. A writer's own records follow one another, so at the end of a log any such
  // means that a record before them was altered or lost.
  uint64_t void_at_end() const { return void_at_end_; }

 private:
  absl::Status Take(const LogBatch::Entry& entry);

  PartitionId id_;
  std::shared_ptr<LogPartition> log_;
  Micros as_of_;
  Chain chain_;
  LogBatch batch_;
  size_t batch_next_ = 0;
  static constexpr size_t kSpareMax = 4096;  // Who folds may lag behind another.
  std::shared_ptr<Spare<log::v1::Record>> spare_ = Spare<log::v1::Record>::Make(kSpareMax);
  CommitPtr next_;
  bool ended_ = false;
  uint64_t void_at_end_ = 0;
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_READER_H_
