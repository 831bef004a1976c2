// Relays valid events of services to their public topics, for whoever stands outside.
//
// Guarantees: every event of every valid record is published at least once, in the order of its partition for
// each key, and nothing else is. A kill at any moment loses nothing and repeats at most what was published
// behind the last checkpoint (events_repeated_max of each partition). Any number of relays share the
// partitions by a consumer group a service (log/kafka/membership.h), as liveness only: two that relay the
// same do no harm but repeats.
//
// What stops a partition: a divergence, a log that is not the one of its checkpoint, lost or damaged records,
// an event this program does not know. It is said at once and with every lag, and holds until the relay is
// started again by somebody who has looked; other partitions go on.
//
// Threads: any. The work is done by one of the relay's own.
#ifndef AFTERBELL_SERVICES_RELAY_RELAY_H_
#define AFTERBELL_SERVICES_RELAY_RELAY_H_

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/membership.h"
#include "services/relay/cloud_event.h"
#include "services/relay/options.h"
#include "services/relay/publisher.h"
#include "services/relay/source.h"

namespace afterbell::relay {

// How far it is with a service, of the partitions that are this relay's.
struct Lag {
  std::string service;
  size_t partitions = 0, of = 0;
  size_t settled = 0;           // Nothing is behind, in flight or to be checkpointed.
  uint64_t records_behind = 0;  // Not yet taken.
  uint64_t published = 0;       // Events, since they are this relay's; repeats included.
  uint64_t void_records = 0;    // Passed over since then.
  std::vector<std::string> halted;
};
std::string ToString(const Lag& lag);

class Relay {
 public:
  // Errors: those of KafkaLog::Open and CheckForService; NOT_FOUND for a service whose events this program
  // does not know.
  static absl::StatusOr<std::unique_ptr<Relay>> Start(RelayOptions options);

  // Stops.
  ~Relay();

  // Waits for what is in flight, checkpoints and leaves. OK, or why it ended before it was asked to; without
  // halts.
  absl::Status Stop();

  // Whether it goes on, or has given up: retries_max.
  bool running() const { return !ended_; }

  std::vector<Lag> Lags();
  bool halted();

  // As if librdkafka had given up.
  void BreakPublisherForTest() { broken_for_test_ = true; }
  uint64_t publishers();

 private:
  struct Served {
    CloudEvents events;
    std::unique_ptr<Membership> member;
    std::set<uint32_t> wanted;  // Of the group's latest word; guarded by wanted_mutex_.
  };
  // A partition that is this relay's.
  struct Held {
    std::unique_ptr<Source> source;  // None: to begin, or halted.
    std::shared_ptr<void> listening;
    std::string halted;  // Why.
  };

  explicit Relay(RelayOptions options) : options_(std::move(options)) {}
  absl::Status Open();
  absl::Status Join();

  void Run();
  void Work();
  std::set<PartitionId> Wanted();
  void Follow(const std::set<PartitionId>& wanted);
  void Begin(const std::set<PartitionId>& ids);
  void BeginOne(const PartitionId& id, std::optional<v1::Checkpoint> checkpoint);
  void Release(const std::set<PartitionId>& ids);
  bool Advance();
  void Halt(const PartitionId& id, const absl::Status& why);
  void Recover();
  bool WaitUnlessStopped(std::chrono::milliseconds at_most);
  void Say(const std::string& line) const;

  RelayOptions options_;
  uint32_t school_partitions_ = 0;
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<Publisher> publisher_;
  std::map<std::string, Served> services_;

  std::mutex wanted_mutex_;
  std::condition_variable stop_;
  std::atomic<bool> stopping_{false};  // Set with wanted_mutex_ held.
  std::atomic<bool> ended_{false};
  std::atomic<bool> broken_for_test_{false};

  std::mutex mutex_;  // Of what follows; left while the relay waits.
  std::map<PartitionId, Held> held_;
  absl::Status gave_up_;
  uint64_t tries_ = 0;  // To publish, without an acknowledgement between them.
  uint64_t acknowledged_at_try_ = 0;
  std::chrono::steady_clock::time_point begin_again_{};
  std::thread thread_;
};

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_RELAY_H_
