// One handle of librdkafka: its settings, its topics, what it last complained about, and its end.
//
// The settings are those of design.md's simple subset; each guard against a trap of librdkafka 2.0.2
// stands beside the setting or the call it concerns.
//
// Threads: any.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CLIENT_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CLIENT_H_

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/options.h"

namespace afterbell::kafka {

// Runs `work` on a thread of its own and waits for it. False: it still runs after `at_most` and is left
// to itself, so it must own all it touches. For calls of librdkafka 2.0.2 that may never return.
bool WithinDeadline(std::function<void()> work, std::chrono::milliseconds at_most);

// An error of librdkafka as a status; `what` says what was being done.
absl::Status StatusOf(rd_kafka_resp_err_t error, std::string_view what);

class Client {
 public:
  enum class Role { kProducer, kTail, kCatchUp, kQueries, kMember };
  using Report = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);
  using Rebalance = std::function<void(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*)>;
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // What only some roles have.
  struct Extra {
    Report report = nullptr;  // Delivery reports of a producer, on the thread that polls.
    Settings settings;        // Of a member: its group.
    Rebalance rebalance;      // The same, on the thread that polls; also of a handle that was left behind.
  };
  static absl::StatusOr<std::shared_ptr<Client>> Make(const KafkaLogOptions& options, Role role, Extra extra);
  static absl::StatusOr<std::shared_ptr<Client>> Make(const KafkaLogOptions& options, Role role) {
    return Make(options, role, Extra());
  }

  // Destroys the handle, and leaves it behind if that does not end within close_timeout. Nothing that
  // was fetched or produced through it may be in use any more.
  ~Client();

  rd_kafka_t* handle() const { return handle_; }

  // The topic's handle, the same for the same name; null when librdkafka refuses the name.
  rd_kafka_topic_t* Topic(const std::string& name);

  // What it last said went wrong: for messages of errors.
  std::string complaint() const;

  // A fatal error was met: nothing more will come of this handle.
  bool fatal() const;

 private:
  // What callbacks touch; lives as long as librdkafka may call.
  struct Heard {
    mutable std::mutex mutex;
    std::string complaint;
    bool fatal = false;
    Rebalance rebalance;
  };

  Client(rd_kafka_t* handle, std::unique_ptr<Heard> heard, std::chrono::milliseconds close_timeout)
      : handle_(handle), heard_(std::move(heard)), close_timeout_(close_timeout) {}
  static void OnError(rd_kafka_t* handle, int error, const char* reason, void* opaque);
  static void OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* line);

  rd_kafka_t* const handle_;
  std::unique_ptr<Heard> heard_;
  const std::chrono::milliseconds close_timeout_;
  std::mutex mutex_;
  std::map<std::string, rd_kafka_topic_t*> topics_;  // Guarded by mutex_.
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CLIENT_H_
