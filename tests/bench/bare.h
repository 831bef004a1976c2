// librdkafka bare: what every adapter, runtime and city of ours stands beside. The settings are those of the
// adapter, so that a ratio is about what we add.
//
// Threads: one at a time.
#ifndef AFTERBELL_TESTS_BENCH_BARE_H_
#define AFTERBELL_TESTS_BENCH_BARE_H_

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace afterbell::bench {

// An idempotent producer that waits for acks=all.
class BareProducer {
 public:
  // `acknowledged` is called by Poll and Flush with what Send was given.
  explicit BareProducer(std::function<void(uint64_t sent)> acknowledged = {});
  ~BareProducer();

  absl::Status Open(const std::string& brokers);

  // Waits only when as much is in flight as the adapter allows itself. The value is copied, unless it stays.
  void Send(const std::string& topic, int partition, std::string_view key, std::string_view value,
            uint64_t sent = 0, bool stays = false);
  void Poll(int milliseconds) { rd_kafka_poll(handle_, milliseconds); }
  // Returns when everything was acknowledged; UNAVAILABLE when something was not.
  absl::Status Flush();

 private:
  const std::function<void(uint64_t)> acknowledged_;
  rd_kafka_t* handle_ = nullptr;
  uint64_t failed_ = 0;
};

// Records a second: so many of one value, by turns to the partitions.
absl::StatusOr<double> BareProduce(const std::string& brokers, const std::string& topic, int partitions,
                                   uint64_t records, const std::string& value);

// Reads partitions of a topic from their beginning.
class BareConsumer {
 public:
  ~BareConsumer();

  absl::Status Open(const std::string& brokers, const std::string& topic);
  // Of a partition, now.
  absl::StatusOr<uint64_t> End(int partition);
  // Messages of the partition go to a queue of its own, or to the one that is given.
  rd_kafka_queue_t* Start(int partition, int64_t offset, rd_kafka_queue_t* queue = nullptr);

 private:
  std::string name_;
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  std::vector<int> started_;
  std::vector<rd_kafka_queue_t*> queues_;
};

// Records a second.
absl::StatusOr<double> BareConsume(const std::string& brokers, const std::string& topic, int partitions,
                                   uint64_t records);

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_BARE_H_
