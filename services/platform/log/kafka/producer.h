// Appends of all partitions, through one idempotent producer that is replaced when it is lost.
//
// librdkafka 2.0.2 may end an idempotent producer for good after a single cut connection (a possibly
// persisted batch: "sequence desynchronization"). So its thread supervises it: after a fatal error, or
// when an append stays unanswered far beyond append_timeout, everything in flight is answered
// UNAVAILABLE (it may have been written), what was not sent yet is thrown away, and a new producer takes
// the appends that come. A late request of the old one may then still reach a broker behind them: that is the
// void record that the chain is made for.
//
// Threads: Append and Warm from any; answers are given on the producer's thread, in order of appends
// per partition.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PRODUCER_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PRODUCER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/log/kafka/client.h"
#include "services/platform/log/kafka/partition.h"

namespace afterbell::kafka {

class Producer;

// One Append, from the call to its answer. The producer's thread writes what is reported.
struct PendingAppend {
  Producer* producer = nullptr;
  Client* client = nullptr;  // That it was given to.
  Partition* partition = nullptr;
  std::vector<std::string> values;  // Not copied: librdkafka sends from here.
  LogPartition::Appended done;
  uint64_t bytes = 0;
  Clock::time_point since = Clock::now();
  std::atomic<size_t> unreported{0};  // Zero: to be answered in its turn.
  absl::Status status;                // Of the first value that failed,
  absl::Status refused;               // or why the rest was never produced.
  size_t reported = 0;
  uint64_t first_offset = LogPartition::kOffsetUnknown;
  bool dense = true;  // Offsets one after the other, and all of them told.
  uint64_t end = 0;   // Behind the last offset that was told.
};

class Producer {
 public:
  explicit Producer(const KafkaLogOptions& options) : options_(options) {}
  ~Producer() { Close(); }

  absl::Status Start();

  void Append(Partition* partition, std::vector<std::string> values, LogPartition::Appended done);

  // Asks for a topic's leaders, so that its first append need not: up to a second in 2.0.2.
  void Warm(const std::string& topic);

  // Answers what can be answered within close_timeout, the rest UNAVAILABLE.
  void Close();

  uint64_t made() const { return made_; }
  // For tests: as if librdkafka had given up.
  void BreakForTest();

 private:
  static void OnReport(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  void Reported(const rd_kafka_message_t& message);

  absl::Status Admit(const PendingAppend& append);
  void Produce(Partition* partition, PendingAppend* append);
  void Ready(Partition* partition);
  void Poll();
  void AnswerReady();
  void Answer(Partition* partition);
  void Replace(const std::string& because);
  void Abandon(std::shared_ptr<Client> client, const absl::Status& status);
  bool Stalled();

  const KafkaLogOptions& options_;

  // Shared: to produce. Alone: to replace. Taken before a partition's pending.mutex, never held in a
  // callback.
  std::shared_mutex client_mutex_;
  std::shared_ptr<Client> client_;  // Guarded by client_mutex_.
  std::set<std::string> topics_;    // Guarded by client_mutex_.
  std::atomic<uint64_t> made_{0};

  std::mutex mutex_;
  std::condition_variable room_, answered_;
  uint64_t bytes_waiting_ = 0;  // Guarded by mutex_, as is the rest.
  uint64_t appends_waiting_ = 0;
  bool closing_ = false;
  std::set<Partition*> ready_;  // With appends to answer.
  std::set<Partition*> seen_;   // That were ever appended to.

  std::mutex close_mutex_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_PRODUCER_H_
