// Fetches partitions from offsets on, and hands what comes to their sinks, on a thread of its own.
//
// It uses the simple consumer (consume_start with an explicit offset into one queue): no group, no
// coordinator, no assignment that others' partitions would feel, no pause and resume.
//
// Threads: Start and Stop from any thread, but not two at once for one partition; sinks are called on
// the fetcher's thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_FETCHER_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_FETCHER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/client.h"

namespace afterbell::kafka {

class Sink {
 public:
  virtual ~Sink() = default;
  // Messages of the partition as they come. After a Stop and a Start they may still be some of the
  // fetch before, so a sink looks at offsets.
  virtual void Took(rd_kafka_message_t* const* messages, size_t count) = 0;
  // The fetch met an error that it will not recover from by itself, or may not.
  virtual void Met(rd_kafka_resp_err_t error) = 0;
};

class Fetcher {
 public:
  static absl::StatusOr<std::unique_ptr<Fetcher>> Make(const KafkaLogOptions& options, Client::Role role);
  // Ends its fetches and its thread; what hangs is left behind. Not on its own thread.
  ~Fetcher();

  absl::Status Start(const std::string& topic, int32_t partition, uint64_t offset,
                     std::shared_ptr<Sink> sink);
  // False: librdkafka does not answer, and this fetcher should be replaced. Nothing of the partition
  // reaches the sink after the call that may be under way.
  bool Stop(const std::string& topic, int32_t partition);

  std::string complaint() const { return client_->complaint(); }

 private:
  using Key = std::pair<rd_kafka_topic_t*, int32_t>;

  Fetcher(std::shared_ptr<Client> client, const KafkaLogOptions& options);
  void Drain();
  void Deliver(rd_kafka_message_t* const* messages, size_t count);

  const std::shared_ptr<Client> client_;
  const std::chrono::milliseconds close_timeout_;
  rd_kafka_queue_t* queue_;
  std::mutex mutex_;
  std::map<Key, std::shared_ptr<Sink>> sinks_;  // Guarded by mutex_.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_FETCHER_H_
