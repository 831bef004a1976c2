#include "services/platform/log/kafka/client.h"

#include <syslog.h>

#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace afterbell::kafka {
namespace {

using Settings = Client::Settings;

std::string Text(std::chrono::milliseconds duration) { return absl::StrCat(duration.count()); }

Settings SettingsOf(const KafkaLogOptions& options, Client::Role role) {
  Settings settings = {
      {"bootstrap.servers", options.brokers},
      {"client.id", options.client_id},
      {"socket.nagle.disable", "true"},  // On by default before 2.10.0.
      {"socket.timeout.ms", Text(options.request_timeout)},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.interval.ms", "60000"},
  };
  if (role == Client::Role::kProducer) {
    const Settings producer = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"linger.ms", "1"},  // 0 is worse at the 99th percentile.
        {"message.timeout.ms", Text(options.append_timeout)},
        {"message.max.bytes", absl::StrCat(options.value_bytes_max + (64 << 10))},
        // The limit is append_bytes_waiting_max, which counts overhead too; librdkafka's own must not be
        // met before it, in the middle of an Append.
        {"queue.buffering.max.messages", "10000000"},
        {"queue.buffering.max.kbytes", "2097151"},
    };
    settings.insert(settings.end(), producer.begin(), producer.end());
  } else if (role == Client::Role::kMember) {
    const Settings member = {
        // Eager: assignors that hand over step by step crash and spin in 2.0.2.
        {"partition.assignment.strategy", "range"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "latest"},  // Nothing is read there.
        {"fetch.wait.max.ms", "5000"},
    };
    settings.insert(settings.end(), member.begin(), member.end());
  } else if (role != Client::Role::kQueries) {
    const Settings consumer = {
        {"auto.offset.reset", "error"},  // An offset that is gone is data loss, never a place to go on from.
        {"check.crcs", "true"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"fetch.error.backoff.ms", "100"},
        // A partition that is added waits for the fetch under way; a cursor is never idle at the end.
        {"fetch.wait.max.ms", role == Client::Role::kTail ? "100" : "10"},
        // A full queue is looked at again only after a second in 2.0.2: queues are drained promptly,
        // and fetching ahead is bounded by stopping.
        {"queued.min.messages", "1000000"},
        {"queued.max.messages.kbytes", "65536"},
    };
    settings.insert(settings.end(), consumer.begin(), consumer.end());
  }
  settings.insert(settings.end(), options.security.begin(), options.security.end());
  return settings;
}

}  // namespace

bool WithinDeadline(std::function<void()> work, std::chrono::milliseconds at_most) {
  const auto done = std::make_shared<std::promise<void>>();
  std::future<void> finished = done->get_future();
  std::thread([work = std::move(work), done]() mutable {
    work();
    work = nullptr;  // What it owns goes before it is said to be done.
    done->set_value();
  }).detach();
  return finished.wait_for(at_most) == std::future_status::ready;
}

absl::Status StatusOf(rd_kafka_resp_err_t error, std::string_view what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string message = absl::StrCat(std::string(what), ": ", rd_kafka_err2str(error));
  switch (error) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return absl::ResourceExhaustedError(message);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return absl::InvalidArgumentError(message);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return absl::NotFoundError(message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::shared_ptr<Client>> Client::Make(const KafkaLogOptions& options, Role role, Extra extra) {
  char problem[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Settings settings = SettingsOf(options, role);
  settings.insert(settings.end(), extra.settings.begin(), extra.settings.end());
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem, sizeof problem) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(problem);
    }
  }
  auto heard = std::make_unique<Heard>();
  rd_kafka_conf_set_opaque(conf, heard.get());
  rd_kafka_conf_set_error_cb(conf, &OnError);
  rd_kafka_conf_set_log_cb(conf, &OnLog);
  if (extra.report != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, extra.report);
  if (extra.rebalance) rd_kafka_conf_set_rebalance_cb(conf, &OnRebalance);
  heard->rebalance = std::move(extra.rebalance);
  const auto type = role == Role::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  rd_kafka_t* handle = rd_kafka_new(type, conf, problem, sizeof problem);
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(problem);
  }
  return std::shared_ptr<Client>(new Client(handle, std::move(heard), options.close_timeout));
}

Client::~Client() {
  // Destroy may wait for ever in 2.0.2 (a lost partition, a message in a fetch queue).
  WithinDeadline(
      [handle = handle_, heard = heard_.release(), topics = std::move(topics_)] {
        for (const auto& [name, topic] : topics) rd_kafka_topic_destroy(topic);
        rd_kafka_destroy(handle);
        delete heard;
      },
      close_timeout_);
}

rd_kafka_topic_t* Client::Topic(const std::string& name) {
  const std::lock_guard lock(mutex_);
  rd_kafka_topic_t*& topic = topics_[name];
  if (topic == nullptr) topic = rd_kafka_topic_new(handle_, name.c_str(), nullptr);
  return topic;
}

std::string Client::complaint() const {
  const std::lock_guard lock(heard_->mutex);
  return heard_->complaint;
}

bool Client::fatal() const {
  const std::lock_guard lock(heard_->mutex);
  return heard_->fatal;
}

void Client::OnError(rd_kafka_t*, int error, const char* reason, void* opaque) {
  auto* heard = static_cast<Heard*>(opaque);
  const std::lock_guard lock(heard->mutex);
  // "All brokers are down" may be wrong in 2.0.2, so it is repeated and never acted on.
  heard->complaint = reason;
  if (error == RD_KAFKA_RESP_ERR__FATAL) heard->fatal = true;
}

void Client::OnRebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error,
                         rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  static_cast<Heard*>(opaque)->rebalance(handle, error, partitions);
}

void Client::OnLog(const rd_kafka_t* handle, int level, const char*, const char* line) {
  if (level > LOG_ERR) return;
  auto* heard = static_cast<Heard*>(rd_kafka_opaque(handle));
  if (heard == nullptr) return;
  const std::lock_guard lock(heard->mutex);
  heard->complaint = line;
}

}  // namespace afterbell::kafka
