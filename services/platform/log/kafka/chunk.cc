#include "services/platform/log/kafka/chunk.h"

#include <algorithm>
#include <utility>

namespace afterbell::kafka {
namespace {

// What a record and a chunk cost beside the values.
constexpr uint64_t kRecordBytes = sizeof(LogBatch::Entry);
constexpr uint64_t kTakenBytes = sizeof(std::string);
constexpr uint64_t kChunkBytes = 256;

// Chunks one batch may hold on to.
constexpr size_t kBatchChunksMax = 256;

}  // namespace

std::string_view ValueOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}

ChunkPtr Chunk::Copy(rd_kafka_message_t* const* messages, size_t count) {
  auto chunk = std::make_shared<Chunk>();
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) bytes += messages[i]->len;
  chunk->copied_.reserve(bytes);
  chunk->records_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const std::string_view value = ValueOf(*messages[i]);
    const char* const at = chunk->copied_.data() + chunk->copied_.size();
    chunk->copied_.append(value);
    chunk->records_.push_back({static_cast<uint64_t>(messages[i]->offset), {at, value.size()}});
  }
  chunk->bytes_ = bytes + count * kRecordBytes + kChunkBytes;
  return chunk;
}

ChunkPtr Chunk::Take(uint64_t first, std::vector<std::string> values) {
  auto chunk = std::make_shared<Chunk>();
  chunk->taken_ = std::move(values);
  chunk->records_.reserve(chunk->taken_.size());
  chunk->bytes_ = chunk->taken_.size() * (kRecordBytes + kTakenBytes) + kChunkBytes;
  for (const std::string& value : chunk->taken_) {
    chunk->records_.push_back({first++, value});
    chunk->bytes_ += value.size();
  }
  return chunk;
}

std::deque<Run::Placed>::const_iterator Run::Find(uint64_t offset) const {
  return std::prev(
      std::upper_bound(chunks_.begin(), chunks_.end(), offset,
                       [](uint64_t wanted, const Placed& one) { return wanted < one.chunk->first(); }));
}

uint64_t Run::BytesFrom(uint64_t offset) const {
  if (offset >= next_ || chunks_.empty()) return 0;
  return position_ - (offset < first() ? chunks_.front().position : Find(offset)->position);
}

void Run::Push(ChunkPtr chunk) {
  next_ = chunk->next();
  const uint64_t bytes = chunk->bytes();
  chunks_.push_back({position_, std::move(chunk)});
  position_ += bytes;
}

void Run::Trim(uint64_t bytes_max, uint64_t until) {
  while (chunks_.size() > 1 && bytes() > bytes_max && chunks_.front().chunk->next() <= until) {
    chunks_.pop_front();
  }
}

LogBatch Run::Read(uint64_t offset, size_t records_max, size_t bytes_max) const {
  LogBatch batch{.records = {}, .next_offset = offset, .holds = nullptr};
  auto holds = std::make_shared<std::vector<ChunkPtr>>();
  size_t bytes = 0;
  for (auto at = Find(offset); at != chunks_.end() && holds->size() < kBatchChunksMax; ++at) {
    const std::vector<LogBatch::Entry>& records = at->chunk->records();
    holds->push_back(at->chunk);
    for (size_t i = batch.next_offset - at->chunk->first(); i < records.size(); ++i) {
      const bool first = batch.records.empty();
      if (batch.records.size() >= records_max || (!first && bytes + records[i].value.size() > bytes_max)) {
        batch.holds = std::move(holds);
        return batch;
      }
      bytes += records[i].value.size();
      batch.records.push_back(records[i]);
      batch.next_offset = records[i].offset + 1;
    }
  }
  batch.holds = std::move(holds);
  return batch;
}

std::string_view Run::At(uint64_t offset) const {
  const ChunkPtr& chunk = Find(offset)->chunk;
  return chunk->records()[offset - chunk->first()].value;
}

}  // namespace afterbell::kafka
