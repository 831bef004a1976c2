#include "services/platform/replay/reader.h"

#include "absl/strings/str_cat.h"
#include "services/platform/log/parse.h"

namespace afterbell::replay {
namespace {

using log::v1::Record;

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 1 << 20;
// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kReadAtMost(60);

}  // namespace

RecordReader::RecordReader(PartitionId id, std::shared_ptr<LogPartition> log, Micros as_of)
    : id_(std::move(id)), log_(std::move(log)), as_of_(as_of), chain_(id_) {}

absl::StatusOr<RecordReader::CommitPtr> RecordReader::Peek() {
  while (next_ == nullptr && !ended_ && log_ != nullptr) {
    if (batch_next_ >= batch_.records.size()) {
      const uint64_t offset = chain_.at().offset;
      if (offset >= log_->End()) break;
      absl::StatusOr<LogBatch> batch = ReadWaiting(*log_, offset, kReadRecords, kReadBytes, kReadAtMost);
      if (!batch.ok()) return batch.status();
      if (batch->records.empty()) break;
      batch_ = *std::move(batch);
      batch_next_ = 0;
    }
    const absl::Status status = Take(batch_.records[batch_next_++]);
    if (!status.ok()) return status;
  }
  return next_;
}

absl::Status RecordReader::Take(const LogBatch::Entry& entry) {
  const std::shared_ptr<Record> record =
      entry.value.size() <= kServesAgainBytes ? spare_->Take() : std::make_shared<Record>();
  if (!ParseAgain(entry.value, record.get()))
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", entry.offset, ": not a record"));
  if (record->has_commit() && MicrosOf(record->commit().recorded_at()) > as_of_ &&
      Chain(chain_).Offer(*record, entry.value) == Verdict::kValid) {
    // What is recorded grows along the valid records, so nothing behind this one is earlier.
    ended_ = true;
    return absl::OkStatus();
  }
  const Verdict verdict = chain_.Offer(*record, entry.value, entry.offset);
  switch (verdict) {
    case Verdict::kDiverged:
      return absl::DataLossError(chain_.divergence());
    case Verdict::kVoid:
      if (record->has_commit() && record->commit().claim_index() == chain_.at().claim_index) ++void_at_end_;
      return absl::OkStatus();
    case Verdict::kValid:
      break;
  }
  void_at_end_ = 0;
  if (record->has_commit()) next_ = CommitPtr(record, &record->commit());
  return absl::OkStatus();
}

}  // namespace afterbell::replay
