// What a partition keeps beside its state, in a database of its own: rows made from single records, such
// as request ids and the history of entities. No part of the state: no decision rests on them but "asked
// twice", and no digest covers them.
//
// They are written behind, like the state, but seldom: each time makes a file. After a crash they may end
// before the state or behind it. What they lack of it is caught up from the log first; what they have of
// records that are folded again is not made again, so a state that is lost, or of another schema, comes back
// the sooner.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/chain.h"
#include "services/platform/projection/store.h"

namespace afterbell {

class Beside {
 public:
  // Adds the rows of one record, which stands at `offset`. Pure.
  using RowsOf = std::function<void(const Recorded&, uint64_t offset, RowBlock*)>;

  // The store outlives this.
  Beside(Store* store, PartitionId id, RowsOf rows_of);

  Store* store() const { return store_; }
  // Where its store stood when it was opened, or after that was caught up.
  const ChainPosition& at() const { return chain_.at(); }

  // A row, written or not.
  std::optional<std::string> Find(const std::string& key) const;

  // A record was read back.
  void Take(const Recorded& recorded, uint64_t offset);

  // Visits the rows whose keys begin so, from one on, in order, written or not.
  void Scan(const std::string& prefix, const std::string& from, const BytesRows::Visitor& visit) const;

  // What was taken since the last time, for a batch; and that the oldest batch was written.
  const RowBlock& unwritten() const { return unwritten_; }
  std::shared_ptr<const RowBlock> Capture();
  void Written();
  size_t bytes() const;  // Of memory, about, for what is not written.

  // Reads on until what is here reaches `until`. False when the log has to fetch first: call again when it
  // has grown.
  absl::StatusOr<bool> CatchUp(LogPartition& log, uint64_t until);

 private:
  Store* const store_;
  const PartitionId id_;
  const RowsOf rows_of_;
  const std::unique_ptr<BytesRows> rows_;
  Chain chain_;
  RowBlock unwritten_;
  std::deque<std::shared_ptr<const RowBlock>> captured_;  // In batches that are being written.
  size_t captured_bytes_ = 0;
};

// Where a chain stands, as a store keeps it.
stored::StoredPosition StoredOf(const ChainPosition& at, const LastRecord& last);
Chain ChainOf(const PartitionId& id, const stored::StoredPosition& stored);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
