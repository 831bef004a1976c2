#include "services/platform/log/kafka/fetcher.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace afterbell::kafka {
namespace {

constexpr size_t kMessagesMax = 2048;
constexpr int kWaitMs = 50;

}  // namespace

absl::StatusOr<std::unique_ptr<Fetcher>> Fetcher::Make(const KafkaLogOptions& options, Client::Role role) {
  auto client = Client::Make(options, role);
  if (!client.ok()) return client.status();
  return std::unique_ptr<Fetcher>(new Fetcher(*std::move(client), options));
}

Fetcher::Fetcher(std::shared_ptr<Client> client, const KafkaLogOptions& options)
    : client_(std::move(client)),
      close_timeout_(options.close_timeout),
      queue_(rd_kafka_queue_new(client_->handle())),
      thread_([this] { Drain(); }) {}

Fetcher::~Fetcher() {
  std::map<Key, std::shared_ptr<Sink>> sinks;
  {
    const std::lock_guard lock(mutex_);
    sinks.swap(sinks_);
  }
  // The queue is drained until every fetch has ended: messages in it would keep destroy waiting.
  const bool ended = WithinDeadline(
      [client = client_, sinks = std::move(sinks)] {
        for (const auto& [key, sink] : sinks) rd_kafka_consume_stop(key.first, key.second);
      },
      close_timeout_);
  stopping_ = true;
  thread_.join();
  // A queue that a hanging call may still use is left behind.
  if (ended) rd_kafka_queue_destroy(queue_);
}

absl::Status Fetcher::Start(const std::string& topic, int32_t partition, uint64_t offset,
                            std::shared_ptr<Sink> sink) {
  rd_kafka_topic_t* const handle = client_->Topic(topic);
  if (handle == nullptr) return absl::InvalidArgumentError(absl::StrCat("no topic can be called ", topic));
  {
    const std::lock_guard lock(mutex_);
    sinks_[{handle, partition}] = std::move(sink);
  }
  if (rd_kafka_consume_start_queue(handle, partition, static_cast<int64_t>(offset), queue_) == 0) {
    return absl::OkStatus();
  }
  const absl::Status status = StatusOf(rd_kafka_last_error(), absl::StrCat(topic, "/", partition));
  const std::lock_guard lock(mutex_);
  sinks_.erase({handle, partition});
  return status;
}

bool Fetcher::Stop(const std::string& topic, int32_t partition) {
  rd_kafka_topic_t* const handle = client_->Topic(topic);
  {
    const std::lock_guard lock(mutex_);
    sinks_.erase({handle, partition});
  }
  return WithinDeadline([client = client_, handle, partition] { rd_kafka_consume_stop(handle, partition); },
                        close_timeout_);
}

void Fetcher::Drain() {
  std::vector<rd_kafka_message_t*> messages(kMessagesMax);
  while (!stopping_) {
    rd_kafka_poll(client_->handle(), 0);  // Errors and logs.
    // consume_batch waits for a full batch or all of its time, so one message is waited for and the
    // rest taken as it is there.
    messages[0] = rd_kafka_consume_queue(queue_, kWaitMs);
    if (messages[0] == nullptr) continue;
    const ssize_t more = rd_kafka_consume_batch_queue(queue_, 0, messages.data() + 1, kMessagesMax - 1);
    const size_t count = 1 + (more > 0 ? more : 0);
    Deliver(messages.data(), count);
    for (size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages[i]);
  }
}

void Fetcher::Deliver(rd_kafka_message_t* const* messages, size_t count) {
  for (size_t i = 0; i < count;) {
    const rd_kafka_message_t& first = *messages[i];
    size_t end = i + 1;
    const auto belongs = [&](const rd_kafka_message_t& one) {
      return one.err == 0 && one.rkt == first.rkt && one.partition == first.partition;
    };
    while (first.err == 0 && end < count && belongs(*messages[end])) ++end;
    std::shared_ptr<Sink> sink;
    {
      const std::lock_guard lock(mutex_);
      const auto found = sinks_.find({first.rkt, first.partition});
      if (found != sinks_.end()) sink = found->second;
    }
    if (sink != nullptr) {
      if (first.err == 0) {
        sink->Took(messages + i, end - i);
      } else {
        sink->Met(first.err);
      }
    }
    i = end;
  }
}

}  // namespace afterbell::kafka
