#include "tests/bench/bare.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kTogether = 32;         // Values in a row to one partition, as an owner's pipeline brings them.
constexpr int kInFlightMax = 300000;  // As little as the adapter allows itself.
constexpr int kAnswerAtMostMs = 10000;
constexpr size_t kReadRecords = 2048;

using Settings = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<rd_kafka_conf_t*> ConfOf(const Settings& settings) {
  char problem[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem, sizeof problem) != RD_KAFKA_CONF_OK)
      return absl::InvalidArgumentError(problem);
  }
  return conf;
}

absl::StatusOr<rd_kafka_t*> Make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  char problem[512];
  rd_kafka_t* handle = rd_kafka_new(type, conf, problem, sizeof problem);
  if (handle == nullptr) return absl::InternalError(problem);
  return handle;
}

}  // namespace

BareProducer::BareProducer(std::function<void(uint64_t)> acknowledged)
    : acknowledged_(std::move(acknowledged)) {}

BareProducer::~BareProducer() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

absl::Status BareProducer::Open(const std::string& brokers) {
  AFTERBELL_ASSIGN_OR_RETURN(rd_kafka_conf_t* const conf,
                             ConfOf({{"bootstrap.servers", brokers},
                                     {"enable.idempotence", "true"},
                                     {"acks", "all"},
                                     {"linger.ms", "1"},
                                     {"socket.nagle.disable", "true"},
                                     {"queue.buffering.max.messages", "10000000"}}));
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto* const self = static_cast<BareProducer*>(opaque);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++self->failed_;
    if (self->acknowledged_) self->acknowledged_(reinterpret_cast<uint64_t>(message->_private));
  });
  AFTERBELL_ASSIGN_OR_RETURN(handle_, Make(RD_KAFKA_PRODUCER, conf));
  return absl::OkStatus();
}

void BareProducer::Send(const std::string& topic, int partition, std::string_view key, std::string_view value,
                        uint64_t sent, bool stays) {
  while (rd_kafka_outq_len(handle_) > kInFlightMax) rd_kafka_poll(handle_, 1);
  const auto produce = [&] {
    return rd_kafka_producev(handle_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
                             RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                             RD_KAFKA_V_MSGFLAGS(stays ? 0 : RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(sent)), RD_KAFKA_V_END);
  };
  while (produce() == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(handle_, 1);
}

absl::Status BareProducer::Flush() {
  while (rd_kafka_outq_len(handle_) > 0) rd_kafka_poll(handle_, 10);
  return failed_ == 0 ? absl::OkStatus()
                      : absl::UnavailableError(absl::StrCat(failed_, " records were not acknowledged"));
}

absl::StatusOr<double> BareProduce(const std::string& brokers, const std::string& topic, int partitions,
                                   uint64_t records, const std::string& value) {
  BareProducer producer;
  AFTERBELL_RETURN_IF_ERROR(producer.Open(brokers));
  producer.Send(topic, 0, {}, value);  // Connected.
  AFTERBELL_RETURN_IF_ERROR(producer.Flush());
  const auto begun = steady_clock::now();
  for (uint64_t i = 0; i < records; ++i) {
    producer.Send(topic, static_cast<int>(i / kTogether % partitions), {}, value, 0, /*stays=*/true);
    if (i % 1024 == 0) producer.Poll(0);
  }
  AFTERBELL_RETURN_IF_ERROR(producer.Flush());
  return records / SecondsSince(begun);
}

BareConsumer::~BareConsumer() {
  for (const int partition : started_) rd_kafka_consume_stop(topic_, partition);
  for (rd_kafka_queue_t* queue : queues_) rd_kafka_queue_destroy(queue);
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

absl::Status BareConsumer::Open(const std::string& brokers, const std::string& topic) {
  name_ = topic;
  AFTERBELL_ASSIGN_OR_RETURN(rd_kafka_conf_t* const conf, ConfOf({{"bootstrap.servers", brokers},
                                                                  {"check.crcs", "true"},
                                                                  {"fetch.wait.max.ms", "10"},
                                                                  {"queued.min.messages", "1000000"},
                                                                  {"socket.nagle.disable", "true"},
                                                                  {"enable.auto.commit", "false"}}));
  AFTERBELL_ASSIGN_OR_RETURN(handle_, Make(RD_KAFKA_CONSUMER, conf));
  topic_ = rd_kafka_topic_new(handle_, topic.c_str(), nullptr);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> BareConsumer::End(int partition) {
  int64_t low = 0, high = 0;
  const auto error =
      rd_kafka_query_watermark_offsets(handle_, name_.c_str(), partition, &low, &high, kAnswerAtMostMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return absl::UnavailableError(rd_kafka_err2str(error));
  return static_cast<uint64_t>(high);
}

rd_kafka_queue_t* BareConsumer::Start(int partition, int64_t offset, rd_kafka_queue_t* queue) {
  if (queue == nullptr) {
    queue = rd_kafka_queue_new(handle_);
    queues_.push_back(queue);
  }
  rd_kafka_consume_start_queue(topic_, partition, offset, queue);
  started_.push_back(partition);
  return queue;
}

absl::StatusOr<double> BareConsume(const std::string& brokers, const std::string& topic, int partitions,
                                   uint64_t records) {
  BareConsumer consumer;
  AFTERBELL_RETURN_IF_ERROR(consumer.Open(brokers, topic));
  const auto begun = steady_clock::now();
  rd_kafka_queue_t* const queue = consumer.Start(0, 0);
  for (int p = 1; p < partitions; ++p) consumer.Start(p, 0, queue);
  std::vector<rd_kafka_message_t*> messages(kReadRecords);
  uint64_t seen = 0, bytes = 0;
  while (seen < records) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 20, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      if (messages[i]->err == 0) ++seen;
      bytes += messages[i]->len;
      rd_kafka_message_destroy(messages[i]);
    }
  }
  return bytes == 0 ? 0 : records / SecondsSince(begun);
}

}  // namespace afterbell::bench
