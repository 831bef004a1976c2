// Everything of a Kafka log but its public face, so that partitions may outlive that: who is opened, the
// tail, and a supervisor that asks the brokers when something looks wrong.
//
// Threads: any.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CORE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CORE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/catch_up.h"
#include "services/platform/log/kafka/fetcher.h"
#include "services/platform/log/kafka/partition.h"
#include "services/platform/log/kafka/producer.h"
#include "services/platform/log/kafka/queries.h"

namespace afterbell::kafka {

class LogCore final : public PartitionHost, public std::enable_shared_from_this<LogCore> {
 public:
  explicit LogCore(const KafkaLogOptions& options);
  ~LogCore() override { Close(); }

  absl::Status Start();
  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id);
  absl::StatusOr<std::vector<PartitionId>> List();
  void Close();

  void Append(Partition* partition, std::vector<std::string> values, LogPartition::Appended done) override {
    producer_.Append(partition, std::move(values), std::move(done));
  }
  void WantRecords(Partition* partition) override { catch_up_.Want(partition); }
  void Suspect(Partition* partition) override;

  Producer& producer() { return producer_; }
  const Producer& producer() const { return producer_; }
  uint64_t tails() const { return tails_; }
  uint64_t cursors_opened() const { return catch_up_.cursors_opened(); }

 private:
  std::string TopicOf(const std::string& service) const;
  absl::StatusOr<std::unique_ptr<Partition>> Make(const PartitionId& id);
  absl::Status CheckTopic(const std::string& topic, const PartitionId& id);
  std::vector<Partition*> Opened() const;

  void Supervise();
  void LookInto(const std::set<Partition*>& suspects);
  void Probe();
  void Judge(const std::vector<Partition*>& partitions);
  void TendTail();
  void RestartTail(Partition* partition);

  const KafkaLogOptions options_;
  Queries queries_;
  Producer producer_;
  CatchUp catch_up_;

  std::mutex opening_;
  std::map<std::string, int32_t> topics_;  // Guarded by opening_: how many partitions.

  mutable std::mutex mutex_;
  std::map<PartitionId, std::unique_ptr<Partition>> partitions_;  // Guarded by mutex_; none ever goes.

  std::mutex tail_mutex_;
  std::unique_ptr<Fetcher> tail_;  // Guarded by tail_mutex_.
  std::atomic<uint64_t> tails_{0};

  std::mutex supervising_;
  std::condition_variable wake_;
  std::set<Partition*> suspects_;  // Guarded by supervising_, as is the next.
  bool closing_ = false;
  PartitionId probed_;  // Of the supervisor's thread, as is the next.
  Clock::time_point tail_made_{};
  std::mutex close_mutex_;
  std::thread supervisor_;
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CORE_H_
