#include "services/platform/runtime/beside.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell {
namespace {

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;
// That make a file while catching up.
constexpr size_t kCatchUpRows = 65536;

}  // namespace

stored::StoredPosition StoredOf(const ChainPosition& at, const LastRecord& last) {
  stored::StoredPosition position;
  position.set_index(at.index);
  position.set_hash(at.hash);
  position.set_claim_index(at.claim_index);
  position.set_offset(at.offset);
  position.set_log_id(at.log_id);
  position.set_record_offset(last.offset);
  position.set_hash_before(last.hash_before);
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
      chain_(ChainOf(id_, store->Position(id_.number))) {}

std::optional<std::string> Beside::Find(const std::string& key) const {
  const RowBlock::Row* row = unwritten_.Find(key);
  for (auto block = captured_.rbegin(); row == nullptr && block != captured_.rend(); ++block)
    row = (*block)->Find(key);
  return row != nullptr ? std::string(row->value) : rows_->GetBytes(key);
}

void Beside::Take(const Recorded& recorded, uint64_t offset) { rows_of_(recorded, offset, &unwritten_); }

std::shared_ptr<const RowBlock> Beside::Capture() {
  captured_.push_back(std::make_shared<const RowBlock>(std::exchange(unwritten_, {})));
  captured_bytes_ += captured_.back()->bytes();
  return captured_.back();
}

void Beside::Written() {
  captured_.pop_front();
  captured_bytes_ = 0;
  for (const auto& block : captured_) captured_bytes_ += block->bytes();
}

size_t Beside::bytes() const { return unwritten_.bytes() + captured_bytes_; }

void Beside::Scan(const std::string& prefix, const std::string& from, const BytesRows::Visitor& visit) const {
  std::map<std::string_view, std::string_view> over;
  const auto lay = [&](const RowBlock& rows) {
    for (const RowBlock::Row& row : rows.rows()) {
      if (row.key.compare(0, prefix.size(), prefix) == 0 && row.key >= from) over[row.key] = row.value;
    }
  };
  for (const auto& block : captured_) lay(*block);
  lay(unwritten_);
  auto top = over.begin();
  bool going = true;
  rows_->ScanBytes(prefix, from, [&](std::string_view key, std::string_view bytes) {
    for (; going && top != over.end() && top->first < key; ++top) going = visit(top->first, top->second);
    if (going && top != over.end() && top->first == key) ++top;  // Written meanwhile: the same.
    going = going && visit(key, bytes);
    return going;
  });
  for (; going && top != over.end(); ++top) going = visit(top->first, top->second);
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
      if (verdict == Verdict::kValid && record.has_commit())
        Take(Recorded{record.commit(), id_.service, id_.number}, entry.offset);
    }
    chain_.set_offset(batch->next_offset);
    if (unwritten_.size() < kCatchUpRows && chain_.at().index < until) continue;
    // Nobody is answered here yet: written at once, and what a disk refuses is kept and tried again.
    const absl::Status written =
        store_->WriteFile({{id_.number, {&unwritten_}, StoredOf(chain_.at(), chain_.last())}});
    if (!written.ok()) return written;
    unwritten_ = {};
  }
  return true;
}

}  // namespace afterbell
