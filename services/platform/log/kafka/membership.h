// Who is to own what: agreed by an eager consumer group on the control topic, whose partition n stands for
// partition n of a service. It is liveness only: who really owns a partition is said by the claims in its
// log, so a member that is late, paused or wrong about it does no harm.
//
//   auto member = Membership::Join(options, "billing", [](const std::set<uint32_t>& numbers) { … });
//
// Guarantees: `assigned` is told every change, with all that this member is to own from then on; nothing is
// ever assigned to two members by the same agreement. A member that leaves is replaced at once, one that
// is silent for `session_timeout` after that. A member whose client has failed joins anew.
//
// Errors: INVALID_ARGUMENT for options. Without brokers nothing is assigned, and joining goes on.
//
// Threads: any. `assigned` runs on the member's own thread, one call at a time; it must not leave.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_MEMBERSHIP_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_MEMBERSHIP_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "services/platform/log/kafka/options.h"

struct rd_kafka_s;

namespace afterbell {

struct MembershipOptions {
  KafkaLogOptions log;
  std::string service;  // The group is <prefix>.<service>, the topic <prefix>.control.v1.
  // The brokers' group.min.session.timeout.ms is a lower bound: 6 s unless they are told.
  std::chrono::milliseconds session_timeout{6000};
  std::chrono::milliseconds heartbeat{100};  // How soon a member hears that another came or left.
};

class Membership {
 public:
  using Assigned = std::function<void(const std::set<uint32_t>& numbers)>;

  static absl::StatusOr<std::unique_ptr<Membership>> Join(const MembershipOptions& options,
                                                          Assigned assigned);

  // Leaves.
  ~Membership();

  // How many are in the group as the brokers know it, this one included; 0 when they do not say in time.
  int Members() const;

  // Tells the group, so that it agrees anew at once; `assigned` is called no more. Returns within
  // close_timeout.
  void Leave();

 private:
  // What a client that was left behind may still call.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool leaving = false;
    Assigned assigned;  // Called with the mutex held.
    rd_kafka_s* polled = nullptr;
  };

  explicit Membership(const MembershipOptions& options) : options_(options) {}
  void Run();
  void Stay();

  const MembershipOptions options_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_MEMBERSHIP_H_
