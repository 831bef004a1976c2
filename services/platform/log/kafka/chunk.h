// Records as they are kept in memory: chunks, and runs of chunks without a hole.
//
// A chunk owns the bytes of records that lie next to each other. What was fetched is copied into it
// once, a few hundred records at a time, rather than kept in librdkafka's messages: a message costs more
// than a small record, pins the whole response it came in, keeps fetch queues from being destroyed and
// must not outlive its handle, while a batch may outlive the log.
//
// Threads: chunks are immutable; a run is its owner's to guard.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CHUNK_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CHUNK_H_

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/platform/log/log.h"

namespace afterbell::kafka {

class Chunk {
 public:
  // Messages at offsets one after the other; one at least.
  static std::shared_ptr<const Chunk> Copy(rd_kafka_message_t* const* messages, size_t count);
  // Values that were appended, the first one at `first`; one at least.
  static std::shared_ptr<const Chunk> Take(uint64_t first, std::vector<std::string> values);

  const std::vector<LogBatch::Entry>& records() const { return records_; }
  uint64_t first() const { return records_.front().offset; }
  uint64_t next() const { return records_.back().offset + 1; }
  uint64_t bytes() const { return bytes_; }  // Of memory, about.

 private:
  std::vector<LogBatch::Entry> records_;
  std::string copied_;
  std::vector<std::string> taken_;
  uint64_t bytes_ = 0;
};

using ChunkPtr = std::shared_ptr<const Chunk>;

std::string_view ValueOf(const rd_kafka_message_t& message);

class Run {
 public:
  explicit Run(uint64_t at) : next_(at) {}

  uint64_t first() const { return chunks_.empty() ? next_ : chunks_.front().chunk->first(); }
  uint64_t next() const { return next_; }
  bool Has(uint64_t offset) const { return first() <= offset && offset < next_; }
  size_t chunks() const { return chunks_.size(); }
  uint64_t bytes() const { return chunks_.empty() ? 0 : position_ - chunks_.front().position; }
  // Of what a reader at `offset` has before it; the chunk it is in counts in full.
  uint64_t BytesFrom(uint64_t offset) const;

  // Begins at next().
  void Push(ChunkPtr chunk);
  // The oldest chunks, as long as more than `bytes_max` are kept and they end at or before `until`.
  void Trim(uint64_t bytes_max, uint64_t until);

  // Has(offset).
  LogBatch Read(uint64_t offset, size_t records_max, size_t bytes_max) const;
  std::string_view At(uint64_t offset) const;

 private:
  struct Placed {
    uint64_t position;  // Bytes of all that was pushed before.
    ChunkPtr chunk;
  };
  std::deque<Placed>::const_iterator Find(uint64_t offset) const;

  std::deque<Placed> chunks_;
  uint64_t next_;
  uint64_t position_ = 0;
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CHUNK_H_
