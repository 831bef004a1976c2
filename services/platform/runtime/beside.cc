#include "services/platform/runtime/beside.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell {
namespace {

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;

}  // namespace

stored::StoredPosition StoredOf(const Chain& chain) {
  const ChainPosition& at = chain.at();
  stored::StoredPosition position;
  position.set_index(at.index);
  position.set_hash(at.hash);
  position.set_claim_index(at.claim_index);
  position.set_offset(at.offset);
  position.set_log_id(at.log_id);
  position.set_record_offset(chain.last().offset);
  position.set_hash_before(chain.last().hash_before);
  return position;
}

Chain ChainOf(const PartitionId& id, const stored::StoredPosition& stored) {
  return Chain(id, {stored.index(), stored.hash(), stored.claim_index(), stored.offset(), stored.log_id()},
               {stored.record_offset(), stored.hash_before()});
}

Beside::Beside(Store* store, PartitionId id, RowsOf rows_of)
    : store_(store),
      id_(std::move(id)),
      rows_of_(std::move(rows_of)),
      rows_(store->Live(id_.number)),
      chain_(ChainOf(id_, store->Position(id_.number))),
      written_index_(chain_.at().index) {}

void Beside::Take(const log::v1::Commit& commit, uint64_t offset) {
  size_t numbered = unwritten_.size();
  rows_of_(commit, offset, &unwritten_);
  for (; numbered < unwritten_.size(); ++numbered) unwritten_[numbered].serial = ++serial_;
}

absl::Status Beside::Write(const Chain& chain) {
  if (unwritten_.empty() && chain.at().index < written_index_ + kMovedFar) return absl::OkStatus();
  KeepNewest(&unwritten_);
  const absl::Status status = store_->Write(id_.number, unwritten_, StoredOf(chain));
  if (!status.ok()) return status;
  unwritten_.clear();
  written_index_ = chain.at().index;
  return absl::OkStatus();
}

absl::StatusOr<bool> Beside::CatchUp(LogPartition& log, uint64_t until) {
  while (chain_.at().index < until) {
    absl::StatusOr<LogBatch> batch = log.Read(chain_.at().offset, kReadRecords, kReadBytes);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) return false;
    for (const LogBatch::Entry& entry : batch->records) {
      log::v1::Record record;
      if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
        return absl::DataLossError(absl::StrCat(ToString(id_), " at ", entry.offset, ": not a record"));
      const Verdict verdict = chain_.Offer(record, entry.value, entry.offset);
      if (verdict == Verdict::kDiverged) return absl::DataLossError(chain_.divergence());
      if (verdict == Verdict::kValid && record.has_commit()) Take(record.commit(), entry.offset);
    }
    chain_.set_offset(batch->next_offset);
    const absl::Status written = Write(chain_);
    if (!written.ok()) return written;
  }
  return true;
}

}  // namespace afterbell
