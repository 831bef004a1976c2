// A partition of the Kafka log: what of it is in memory, who waits for more, and what is being appended.
//
//   window    the newest records, for all readers: own appends as they are acknowledged, and what the
//             tail fetches. What the tail brings again is compared with what is there.
//   cursors   runs further back, each fetched ahead of the readers it serves (catch_up.h)
//   wants     offsets that nobody fetches yet
//   pending   appends in order, until their answers are given (producer.h)
//
// A partition that has lost or changed records is damaged for good: everything answers DATA_LOSS.
//
// Threads: any; each part says whose it is.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PARTITION_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PARTITION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/chunk.h"
#include "services/platform/log/kafka/fetcher.h"
#include "services/platform/log/kafka/options.h"
#include "services/platform/log/listeners.h"
#include "services/platform/log/log.h"

namespace afterbell::kafka {

using Clock = std::chrono::steady_clock;

class Partition;
struct PendingAppend;

// What a partition needs of its log. Called with the partition's mutex held, but for Append.
class PartitionHost {
 public:
  virtual ~PartitionHost() = default;
  virtual void Append(Partition* partition, std::vector<std::string> values, LogPartition::Appended done) = 0;
  virtual void WantRecords(Partition* partition) = 0;  // There are wants, or a cursor may go on.
  virtual void Suspect(Partition* partition) = 0;      // See whether the topic is what it was.
};

// A reader's place further back, guarded by the mutex of its partition. Readers near each other share it.
struct Cursor {
  explicit Cursor(uint64_t at) : run(at), read(at) {}

  Run run;
  uint64_t read;                     // The furthest that was read of it.
  uint64_t ahead_bytes = 256 << 10;  // What may be fetched ahead; grows as it is read on.
  bool hungry = true;                // A reader waits for run.next().
  bool fetching = false;
  bool restart = false;  // Fetch again from run.next(): something was skipped.
  int skipped = 0;       // Times that it was, since records came.
  Clock::time_point last_read = Clock::now();
  Clock::time_point last_took = Clock::now();
};

class Partition final : public LogPartition {
 public:
  Partition(PartitionId id, std::string topic, PartitionHost* host, const KafkaLogOptions& options,
            uint64_t end);
  ~Partition() override;

  const PartitionId& id() const override { return id_; }
  void Append(std::vector<std::string> values, Appended done) override;
  absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const override;
  uint64_t End() const override { return end_.load(std::memory_order_acquire); }
  bool knows_end() const override { return false; }
  std::shared_ptr<void> OnGrowth(std::function<void()> grew) override {
    return listeners_.Add(std::move(grew));
  }

  const std::string& topic() const { return topic_; }
  int32_t number() const { return static_cast<int32_t>(id_.number); }

  // --- Of the producer ---

  // Values of one Append that were acknowledged at offsets one after the other. Call TellGrowth after it.
  void Acknowledged(uint64_t first, std::vector<std::string> values);
  // The same, when all that is known is that the partition is as long as that.
  void AcknowledgedTo(uint64_t end);
  void TellGrowth() { listeners_.Tell(); }

  // Appends that wait for their answers, in order.
  struct Pending {
    std::mutex mutex;  // Held while an Append is produced, so that order there is order here.
    std::deque<std::unique_ptr<PendingAppend>> appends;
  };
  Pending pending;

  // --- Of the tail ---

  std::shared_ptr<Sink> TailSink();
  // Where the tail is to fetch from: nothing if it is fetching well.
  std::optional<uint64_t> TailRestart(bool always);
  // Since when the tail has been behind the end without anything coming.
  std::optional<Clock::time_point> TailBehindSince() const;

  // --- Of the supervisor ---

  // What the broker says the partition now holds; `known_end` is End() from before it was asked.
  void Judge(int64_t low, int64_t high, uint64_t known_end);
  // The broker knows no such topic or partition.
  void Missing();
  void Damage(const std::string& what);
  absl::Status damaged() const;
  // The log is closed: reads are UNAVAILABLE from now on.
  void Close();

  // --- Of the catch-up (catch_up.cc), which guards them with mutex() ---

  std::mutex& mutex() const { return mutex_; }
  const Run& window() const { return window_; }
  struct Want {
    uint64_t offset;
    Clock::time_point since;
  };
  std::deque<Want>& wants() { return wants_; }
  std::vector<std::shared_ptr<Cursor>>& cursors() { return cursors_; }
  const absl::Status& damaged_locked() const { return damaged_; }
  void MetForCursor(Cursor* cursor, rd_kafka_resp_err_t error);
  void TookForCursor(Cursor* cursor, rd_kafka_message_t* const* messages, size_t count);

 private:
  struct Tail;

  void TookForTail(rd_kafka_message_t* const* messages, size_t count);
  bool PushFetched(rd_kafka_message_t* const* messages, size_t count);
  void MoveEnd(uint64_t end);
  void DamageLocked(const std::string& what);
  void Met(rd_kafka_resp_err_t error);

  const PartitionId id_;
  const std::string topic_;
  PartitionHost* const host_;
  const KafkaLogOptions& options_;
  std::atomic<uint64_t> end_;
  Listeners listeners_;

  mutable std::mutex mutex_;
  Run window_;  // Guarded by mutex_, as is the rest.
  mutable std::deque<Want> wants_;
  std::vector<std::shared_ptr<Cursor>> cursors_;
  absl::Status damaged_;
  uint64_t tail_next_;  // What the tail has fetched up to: at or behind window_.next().
  bool tail_restart_ = false;
  int tail_skipped_ = 0;
  Clock::time_point tail_took_ = Clock::now();
  int shrunk_ = 0, missing_ = 0;  // Times in a row that the broker said so.
  Clock::time_point strike_{};
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PARTITION_H_
