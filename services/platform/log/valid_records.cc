#include "services/platform/log/valid_records.h"

#include <string>

namespace afterbell {
namespace {

constexpr size_t kReadRecords = 4096;
constexpr size_t kReadBytes = 2 << 20;
// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kReadAtMost(60);

}  // namespace

absl::StatusOr<const log::v1::Record*> ValidRecords::Next() {
  for (;;) {
    if (batch_next_ >= batch_.records.size()) {
      const uint64_t offset = batch_.records.empty() ? chain_.at().offset : batch_.next_offset;
      if (offset >= log_->End()) return nullptr;
      absl::StatusOr<LogBatch> batch = ReadWaiting(*log_, offset, kReadRecords, kReadBytes, kReadAtMost);
      if (!batch.ok()) return batch.status();
      if (batch->records.empty()) return nullptr;
      batch_ = *std::move(batch);
      batch_next_ = 0;
    }
    const LogBatch::Entry& entry = batch_.records[batch_next_++];
    if (!record_.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()))) {
      return absl::DataLossError(ToString(log_->id()) + " at " + std::to_string(entry.offset) +
                                 ": not a record");
    }
    const Verdict verdict = chain_.Offer(record_, entry.value, entry.offset);
    if (verdict == Verdict::kDiverged) return absl::DataLossError(chain_.divergence());
    if (verdict == Verdict::kVoid) continue;
    value_ = entry.value;
    return &record_;
  }
}

}  // namespace afterbell
