// The event log in Apache Kafka: for a city, with as many processes as it needs.
//
// Partition n of a service is partition n of topic <prefix>.<service>.v1, a value is a message without
// key or headers, an offset is Kafka's. Topics are made by `afterbell topics apply` (topics.h), never here.
//
// Guarantees beyond those of the port:
//   - `done` is OK only when the brokers have acknowledged the values with acks=all: they are on every
//     replica in sync, at least min.insync.replicas of them. Kafka acknowledges from the page cache: one
//     replica survives kill -9, only several survive a power cut.
//   - Values of one Append keep their order, and may be written in part: each is a message of its own.
//     Answers are given in order of appends per partition, each once, also when the producer is lost.
//   - End() is right as of Open of the partition, and never behind what was answered here; others'
//     records move it when they arrive, or when the end is asked for (probe_interval).
//   - Read is a look into memory. The newest records of a partition are there (window_bytes_max); behind
//     them cursors fetch ahead of each reader (catch_up.h), and growth is told when they have come.
//   - Lost clients are replaced: a producer that met a fatal error, a fetch that does not move.
// What is noticed here and is DATA_LOSS for good, with topic, partition and offset: a first record above
// 0, an end that went back (asked for three times), a topic that is gone, offsets that are skipped, and a
// record that differs from what was acknowledged. A topic made anew and longer than the old one is not
// noticed here, nor is a truncation that was written over: the chain finds both.
// Not promised: that a late message of a lost producer comes before those of its successor.
//
// Errors: Open is UNAVAILABLE when no broker answers in time, INVALID_ARGUMENT for options, NOT_FOUND
// for a partition whose topic has to be made. Append is RESOURCE_EXHAUSTED only from an answer's own
// thread; elsewhere it waits for room. After Close everything is UNAVAILABLE.
//
// Threads: any. Answers come on the producer's thread, growth on that or a fetching one. Partitions and
// batches may outlive the log.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_KAFKA_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_KAFKA_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/options.h"
#include "services/platform/log/log.h"

namespace afterbell {

namespace kafka {
class LogCore;
}

struct KafkaLogStats {
  uint64_t producers = 0;       // Made since Open, the first included.
  uint64_t tails = 0;           // The same for what fetches the newest records.
  uint64_t cursors_opened = 0;  // For readers further back.
};

class KafkaLog final : public EventLog {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaLog>> Open(const KafkaLogOptions& options);

  // Closes.
  ~KafkaLog() override;

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) override;
  absl::StatusOr<std::vector<PartitionId>> List() const override;

  // Answers what is in flight, within close_timeout, and leaves behind what hangs. Not to be called from
  // a callback.
  void Close();

  KafkaLogStats Stats() const;

  // For tests: ends the producer as librdkafka does after a fatal error.
  void BreakProducerForTest();

 private:
  explicit KafkaLog(std::shared_ptr<kafka::LogCore> core);

  const std::shared_ptr<kafka::LogCore> core_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_KAFKA_LOG_H_
