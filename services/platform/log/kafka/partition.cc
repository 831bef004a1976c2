#include "services/platform/log/kafka/partition.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/log/kafka/producer.h"

namespace afterbell::kafka {
namespace {

constexpr size_t kWantsMax = 64;

// A fetch that skips records does so again, or it was a straggler of the fetch before.
constexpr int kSkippedMax = 3;

// What a broker says once may be an election under way.
constexpr int kStrikesMax = 3;
// A broker that has just come back may not know a topic yet.
constexpr int kMissingMax = 10;
constexpr std::chrono::seconds kBetweenStrikes(1);

}  // namespace

// The partition's end of the tail; holds it no longer than the log does.
struct Partition::Tail final : public Sink {
  explicit Tail(Partition* its) : partition(its) {}
  void Took(rd_kafka_message_t* const* messages, size_t count) override {
    partition->TookForTail(messages, count);
  }
  void Met(rd_kafka_resp_err_t error) override { partition->Met(error); }
  Partition* const partition;
};

Partition::Partition(PartitionId id, std::string topic, PartitionHost* host, const KafkaLogOptions& options,
                     uint64_t end)
    : id_(std::move(id)),
      topic_(std::move(topic)),
      host_(host),
      options_(options),
      end_(end),
      window_(end),
      tail_next_(end) {}

Partition::~Partition() = default;

std::shared_ptr<Sink> Partition::TailSink() { return std::make_shared<Tail>(this); }

void Partition::Append(std::vector<std::string> values, Appended done) {
  host_->Append(this, std::move(values), std::move(done));
}

absl::StatusOr<LogBatch> Partition::Read(uint64_t offset, size_t records_max, size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  if (!damaged_.ok()) return damaged_;
  if (window_.Has(offset)) return window_.Read(offset, records_max, bytes_max);
  const LogBatch nothing{.records = {}, .next_offset = offset, .holds = nullptr};
  // What is acknowledged and not in the window yet comes with the tail.
  if (offset >= window_.next()) return nothing;
  for (const std::shared_ptr<Cursor>& cursor : cursors_) {
    if (!cursor->run.Has(offset)) continue;
    LogBatch batch = cursor->run.Read(offset, records_max, bytes_max);
    cursor->last_read = Clock::now();
    // Who reads on is fetched for further ahead; who looks up one record is not.
    if (records_max > 1) {
      cursor->ahead_bytes = std::min(2 * cursor->ahead_bytes, options_.cursor_ahead_bytes_max);
      cursor->read = std::max(cursor->read, batch.next_offset);
      if (!cursor->fetching) host_->WantRecords(const_cast<Partition*>(this));
    }
    return batch;
  }
  const auto waiting = std::find_if(cursors_.begin(), cursors_.end(),
                                    [&](const auto& cursor) { return cursor->run.next() == offset; });
  if (waiting != cursors_.end()) {
    (*waiting)->hungry = true;
    (*waiting)->read = offset;
    (*waiting)->last_read = Clock::now();
  } else if (wants_.size() < kWantsMax && std::none_of(wants_.begin(), wants_.end(), [&](const Want& want) {
               return want.offset == offset;
             })) {
    wants_.push_back({offset, Clock::now()});
  }
  host_->WantRecords(const_cast<Partition*>(this));
  return nothing;
}

void Partition::MoveEnd(uint64_t end) {
  const uint64_t known = end_.load(std::memory_order_relaxed);
  if (end <= known) return;
  // It was at the end until now: from here on it is behind, and that is timed.
  if (tail_next_ >= known) tail_took_ = Clock::now();
  end_.store(end, std::memory_order_release);
}

void Partition::Acknowledged(uint64_t first, std::vector<std::string> values) {
  const std::lock_guard lock(mutex_);
  if (!damaged_.ok()) return;
  MoveEnd(first + values.size());
  // Nobody else's record lies before it: no need to wait until it is fetched.
  if (first != window_.next()) return;
  window_.Push(Chunk::Take(first, std::move(values)));
  window_.Trim(options_.window_bytes_max, window_.next());
}

void Partition::AcknowledgedTo(uint64_t end) {
  const std::lock_guard lock(mutex_);
  MoveEnd(end);
}

void Partition::TookForTail(rd_kafka_message_t* const* messages, size_t count) {
  bool grew = false;
  {
    const std::lock_guard lock(mutex_);
    if (!damaged_.ok()) return;
    grew = PushFetched(messages, count);
  }
  if (grew) TellGrowth();
}

bool Partition::PushFetched(rd_kafka_message_t* const* messages, size_t count) {
  size_t from = 0;
  while (from < count && static_cast<uint64_t>(messages[from]->offset) < tail_next_) ++from;
  if (from == count) return false;
  tail_took_ = Clock::now();
  // Fetches of 2.0.2 were known to skip records. Offsets of our topics have no holes: they are never
  // compacted and hold no transactions.
  size_t to = from;
  while (to < count && static_cast<uint64_t>(messages[to]->offset) == tail_next_ + (to - from)) ++to;
  if (to < count) {
    tail_restart_ = true;
    host_->Suspect(this);
    if (to == from && ++tail_skipped_ > kSkippedMax) {
      DamageLocked(absl::StrCat("records from ", tail_next_, " to ", messages[from]->offset, " are missing"));
    }
    if (to == from) return false;
  }
  tail_skipped_ = 0;
  tail_next_ += to - from;
  // What own appends put into the window is held against what the log has there.
  for (; from < to && static_cast<uint64_t>(messages[from]->offset) < window_.next(); ++from) {
    const uint64_t offset = messages[from]->offset;
    if (window_.Has(offset) && window_.At(offset) != ValueOf(*messages[from])) {
      DamageLocked(absl::StrCat("another record stands at ", offset, " than was acknowledged"));
      return false;
    }
  }
  if (from == to) return false;
  window_.Push(Chunk::Copy(messages + from, to - from));
  window_.Trim(options_.window_bytes_max, window_.next());
  MoveEnd(window_.next());
  return true;
}

void Partition::TookForCursor(Cursor* cursor, rd_kafka_message_t* const* messages, size_t count) {
  uint64_t next;
  {
    const std::lock_guard lock(mutex_);
    next = cursor->run.next();
  }
  size_t from = 0;
  while (from < count && static_cast<uint64_t>(messages[from]->offset) < next) ++from;
  size_t to = from;
  while (to < count && static_cast<uint64_t>(messages[to]->offset) == next + (to - from)) ++to;
  // Copied without the mutex: nobody else pushes here.
  ChunkPtr chunk = to > from ? Chunk::Copy(messages + from, to - from) : nullptr;
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    if (!damaged_.ok()) return;
    if (to < count && from < count) {
      cursor->restart = true;
      if (chunk == nullptr && ++cursor->skipped > kSkippedMax) {
        DamageLocked(absl::StrCat("records from ", next, " to ", messages[from]->offset, " are missing"));
      }
      host_->WantRecords(this);
    }
    if (chunk != nullptr) {
      cursor->skipped = 0;
      cursor->last_took = Clock::now();
      cursor->run.Push(std::move(chunk));
      cursor->run.Trim(2 * options_.cursor_ahead_bytes_max, cursor->read);
      if (cursor->run.BytesFrom(cursor->read) >= cursor->ahead_bytes ||
          cursor->run.next() >= window_.first()) {
        host_->WantRecords(this);
      }
      tell = std::exchange(cursor->hungry, false);
    }
  }
  if (tell) TellGrowth();
}

void Partition::Met(rd_kafka_resp_err_t error) {
  const std::lock_guard lock(mutex_);
  // The fetch has ended with it: from an offset that is gone (auto.offset.reset=error), of a topic that is.
  if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    tail_restart_ = true;
  }
  if (error != RD_KAFKA_RESP_ERR__PARTITION_EOF) host_->Suspect(this);
}

void Partition::MetForCursor(Cursor* cursor, rd_kafka_resp_err_t error) {
  const std::lock_guard lock(mutex_);
  if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
  cursor->fetching = false;  // Tended again, it starts again; what it met is looked into.
  host_->Suspect(this);
}

std::optional<uint64_t> Partition::TailRestart(bool always) {
  const std::lock_guard lock(mutex_);
  if (!damaged_.ok() || (!tail_restart_ && !always)) return std::nullopt;
  tail_restart_ = false;
  tail_took_ = Clock::now();
  return tail_next_;
}

std::optional<Clock::time_point> Partition::TailBehindSince() const {
  const std::lock_guard lock(mutex_);
  if (!damaged_.ok() || tail_next_ >= End()) return std::nullopt;
  return tail_took_;
}

void Partition::Judge(int64_t low, int64_t high, uint64_t known_end) {
  bool grew = false;
  {
    const std::lock_guard lock(mutex_);
    missing_ = 0;
    if (low > 0) {
      DamageLocked(absl::StrCat("its first record is at ", low, ": what was before it is gone"));
    } else if (static_cast<uint64_t>(high) < known_end) {
      const auto now = Clock::now();
      if (now - strike_ >= kBetweenStrikes) {
        strike_ = now;
        ++shrunk_;
      }
      if (shrunk_ >= kStrikesMax) {
        DamageLocked(absl::StrCat("it ended at ", known_end, " and now ends at ", high));
      } else {
        host_->Suspect(this);
      }
    } else {
      shrunk_ = 0;
      grew = static_cast<uint64_t>(high) > end_.load(std::memory_order_relaxed);
      MoveEnd(high);
    }
  }
  if (grew) TellGrowth();
}

void Partition::Missing() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (now - strike_ >= kBetweenStrikes) {
    strike_ = now;
    ++missing_;
  }
  if (missing_ >= kMissingMax) {
    DamageLocked("the topic is gone");
  } else {
    host_->Suspect(this);
  }
}

void Partition::Damage(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    DamageLocked(what);
  }
  TellGrowth();
}

void Partition::DamageLocked(const std::string& what) {
  if (!damaged_.ok()) return;
  damaged_ = absl::DataLossError(absl::StrCat(topic_, "/", id_.number, " at ", tail_next_, ": ", what));
  wants_.clear();
  host_->WantRecords(this);  // Its cursors are to go, and readers to hear of it.
}

void Partition::Close() {
  {
    const std::lock_guard lock(mutex_);
    if (damaged_.ok()) damaged_ = absl::UnavailableError("the log is closed");
    wants_.clear();
  }
  TellGrowth();
}

absl::Status Partition::damaged() const {
  const std::lock_guard lock(mutex_);
  return damaged_;
}

}  // namespace afterbell::kafka
