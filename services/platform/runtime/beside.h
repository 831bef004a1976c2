// What a partition keeps beside its state, in a database of its own: rows made from single records, such
// as request ids and the history of entities. No part of the state: no decision rests on them but "asked
// twice", and no digest covers them.
//
// They are written behind, like the state and before it. After a crash they may end before it (a lost folder,
// an unflushed tail) and are caught up from the log first.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/chain.h"
#include "services/platform/projection/store.h"

namespace afterbell {

class Beside {
 public:
  // Adds the rows of one record, which stands at `offset`. Pure.
  using RowsOf = std::function<void(const Recorded&, uint64_t offset, std::vector<RowChange>*)>;

  // The store outlives this. `asked`: Find is called, so what is not written yet is kept to be found.
  Beside(Store* store, PartitionId id, RowsOf rows_of, bool asked);

  Store* store() const { return store_; }

  // A row, written or not.
  std::optional<std::string> Find(const std::string& key) const;

  // A record was read back.
  void Take(const Recorded& recorded, uint64_t offset);

  // Visits the rows whose keys begin so, from one on, in order, written or not.
  void Scan(const std::string& prefix, const std::string& from, const BytesRows::Visitor& visit) const;

  size_t unwritten() const { return unwritten_.size(); }
  // What was taken since the last time, for a batch; and that this batch was written. One at a time.
  std::shared_ptr<const std::vector<RowChange>> Capture();
  void Written();

  // Reads on until what is here reaches `until`. False when the log has to fetch first: call again when it
  // has grown.
  absl::StatusOr<bool> CatchUp(LogPartition& log, uint64_t until);

 private:
  using Found = absl::flat_hash_map<std::string, std::string>;

  Store* const store_;
  const PartitionId id_;
  const RowsOf rows_of_;
  const bool asked_;
  const std::unique_ptr<BytesRows> rows_;
  Chain chain_;  // While catching up.
  std::vector<RowChange> unwritten_;
  std::shared_ptr<const std::vector<RowChange>> captured_;  // In a batch that is being written.
  Found found_, captured_found_;                            // By key: of these two.
  uint64_t serial_ = 0;
};

// Where a chain stands, as a store keeps it.
stored::StoredPosition StoredOf(const ChainPosition& at, const LastRecord& last);
Chain ChainOf(const PartitionId& id, const stored::StoredPosition& stored);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
