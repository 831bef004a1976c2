// What a partition keeps beside its state, in a database of its own: rows made from single records, such
// as request ids and the history of entities. No part of the state: no decision rests on them but "asked
// twice", and no digest covers them.
//
// They are written before the state is, so whatever the state knows of is here too; after a crash they may
// end before it (a lost folder, an unflushed tail) and are caught up from the log first.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/chain.h"
#include "services/platform/projection/store.h"

namespace afterbell {

class Beside {
 public:
  // Adds the rows of one record, which stands at `offset`. Pure.
  using RowsOf = std::function<void(const log::v1::Commit&, uint64_t offset, std::vector<RowChange>*)>;

  // The store outlives this.
  Beside(Store* store, PartitionId id, RowsOf rows_of);

  const Rows& rows() const { return *rows_; }

  // A record was read back.
  void Take(const log::v1::Commit& commit, uint64_t offset);

  // Writes what was taken, up to where the partition stands; the position alone only when it has moved far,
  // so that a kill costs no more than kMovedFar records to read again. RESOURCE_EXHAUSTED when there is no
  // room: everything is kept, and written by the next call.
  static constexpr uint64_t kMovedFar = 4096;
  absl::Status Write(const Chain& chain);

  // Reads on until what is here reaches `until`. False when the log has to fetch first: call again when it
  // has grown.
  absl::StatusOr<bool> CatchUp(LogPartition& log, uint64_t until);

 private:
  Store* const store_;
  const PartitionId id_;
  const RowsOf rows_of_;
  const std::unique_ptr<Rows> rows_;
  Chain chain_;  // While catching up.
  uint64_t written_index_;
  std::vector<RowChange> unwritten_;
  uint64_t serial_ = 0;
};

// Where a chain stands, as a store keeps it.
stored::StoredPosition StoredOf(const Chain& chain);
Chain ChainOf(const PartitionId& id, const stored::StoredPosition& stored);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_BESIDE_H_
