#include "services/platform/log/embedded/partition.h"

#include <algorithm>
#include <string_view>

#include "services/platform/log/embedded/frame.h"

namespace afterbell::embedded {
namespace {

// Positions copied out of the partition at a time, and segments one batch may keep mapped.
constexpr size_t kLocatedRecordsMax = 1024;
constexpr size_t kBatchSegmentsMax = 64;

}  // namespace

void Partition::Append(std::vector<std::string> values, Appended done) {
  uint64_t frame_bytes = 0;
  for (const std::string& value : values) frame_bytes += FrameBytes(value.size());
  host_->Enqueue({.partition = this,
                  .values = std::move(values),
                  .done = std::move(done),
                  .frame_bytes = frame_bytes,
                  .status = absl::OkStatus()});
}

absl::StatusOr<LogBatch> Partition::Read(uint64_t offset, size_t records_max, size_t bytes_max) const {
  LogBatch batch{.records = {}, .next_offset = offset, .holds = nullptr};
  auto holds = std::make_shared<std::vector<std::shared_ptr<const SegmentReader>>>();
  size_t bytes = 0;
  // What was read before a damaged record is good, and returned; the next call meets the damage.
  const auto damaged = [&](const absl::Status& status) -> absl::StatusOr<LogBatch> {
    if (batch.records.empty()) return status;
    batch.holds = std::move(holds);
    return std::move(batch);
  };
  while (batch.records.size() < records_max && holds->size() < kBatchSegmentsMax) {
    const size_t wanted = std::min(records_max - batch.records.size(), kLocatedRecordsMax);
    const Located located = Locate(batch.next_offset, wanted);
    if (located.records == 0) break;
    absl::StatusOr<std::shared_ptr<const SegmentReader>> reader = host_->ReaderOf(located.segment);
    if (!reader.ok()) return damaged(reader.status());
    if (holds->empty() || holds->back() != *reader) holds->push_back(*reader);
    for (uint64_t i = 0; i < located.records; ++i) {
      const uint32_t position =
          located.positions.empty() ? (*reader)->PositionAt(located.entry + i) : located.positions[i];
      const absl::StatusOr<std::string_view> value = (*reader)->ValueAt(position);
      if (!value.ok()) return damaged(value.status());
      if (!batch.records.empty() && bytes + value->size() > bytes_max) {
        batch.holds = std::move(holds);
        return batch;
      }
      bytes += value->size();
      batch.records.push_back({batch.next_offset++, *value});
    }
  }
  batch.holds = std::move(holds);
  return batch;
}

Partition::Located Partition::Locate(uint64_t offset, size_t records_max) const {
  const std::lock_guard lock(mutex_);
  const uint64_t end = end_.load(std::memory_order_relaxed);
  if (offset >= end) return {};
  const uint64_t active_first = end - active_positions_.size();
  if (offset >= active_first) {
    const auto from = active_positions_.begin() + (offset - active_first);
    const size_t records = std::min<size_t>(end - offset, records_max);
    return {.segment = active_segment_, .records = records, .entry = 0, .positions = {from, from + records}};
  }
  auto run = std::upper_bound(closed_.begin(), closed_.end(), offset,
                              [](uint64_t wanted, const Run& one) { return wanted < one.first_offset; });
  const uint64_t run_end = run == closed_.end() ? active_first : run->first_offset;
  --run;
  return {.segment = run->segment,
          .records = std::min<uint64_t>(run_end - offset, records_max),
          .entry = run->entry + (offset - run->first_offset),
          .positions = {}};
}

void Partition::AddClosed(uint64_t segment, uint64_t entry, uint64_t records) {
  if (records == 0) return;
  const std::lock_guard lock(mutex_);
  const uint64_t first = end_.load(std::memory_order_relaxed);
  closed_.push_back({first, static_cast<uint32_t>(segment), static_cast<uint32_t>(entry)});
  end_.store(first + records, std::memory_order_release);
}

void Partition::Publish(uint64_t active_segment, const std::vector<uint32_t>& positions) {
  const std::lock_guard lock(mutex_);
  active_segment_ = active_segment;
  active_positions_.insert(active_positions_.end(), positions.begin(), positions.end());
  end_.fetch_add(positions.size(), std::memory_order_release);
}

SegmentPartition Partition::ActiveContent() const {
  const std::lock_guard lock(mutex_);
  return {id_, end_.load(std::memory_order_relaxed) - active_positions_.size(), active_positions_};
}

uint64_t Partition::CloseActive(uint64_t segment, uint64_t entry) {
  const std::lock_guard lock(mutex_);
  const std::vector<uint32_t> positions = std::exchange(active_positions_, {});
  if (positions.empty()) return 0;
  const uint64_t first = end_.load(std::memory_order_relaxed) - positions.size();
  closed_.push_back({first, static_cast<uint32_t>(segment), static_cast<uint32_t>(entry)});
  return positions.size();
}

}  // namespace afterbell::embedded
