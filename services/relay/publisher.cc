#include "services/relay/publisher.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::relay {
namespace {

using kafka::Client;
using std::chrono::steady_clock;

constexpr int kPurgePollMs = 10;

}  // namespace

// What a report is of. The generation tells reports of a client that was replaced.
struct Publisher::Given {
  Publisher* publisher;
  uint64_t generation;
  size_t bytes;
  std::shared_ptr<Receipt> receipt;
};

absl::StatusOr<std::shared_ptr<Client>> Publisher::MakeClient() const {
  KafkaLogOptions log = options_.log;
  log.append_timeout = std::chrono::milliseconds(options_.limits.publish_ms_max());
  return Client::Make(
      log, Client::Role::kProducer,
      {&OnReport,
       {// As Java's clients choose a partition, so that those of other languages that look up a key agree.
        {"partitioner", "murmur2_random"},
        // Headers are most of a message and much the same in all: a tenth of the bytes, for ever.
        {"compression.codec", "lz4"}},
       {}});
}

absl::StatusOr<std::unique_ptr<Publisher>> Publisher::Make(const RelayOptions& options) {
  std::unique_ptr<Publisher> publisher(new Publisher(options));
  auto client = publisher->MakeClient();
  if (!client.ok()) return client.status();
  publisher->client_ = *std::move(client);
  publisher->clients_ = 1;
  return publisher;
}

Publisher::~Publisher() {
  if (client_ == nullptr) return;
  ++clients_;  // Whatever is still reported is of nobody's interest.
  rd_kafka_purge(client_->handle(),
                 RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  const auto until = steady_clock::now() + options_.log.close_timeout;
  while (rd_kafka_outq_len(client_->handle()) > 0 && steady_clock::now() < until)
    rd_kafka_poll(client_->handle(), kPurgePollMs);
}

void Publisher::Send(const std::string& topic, int32_t partition, std::string_view key,
                     std::string_view value, rd_kafka_headers_t* headers, size_t bytes,
                     const std::shared_ptr<Receipt>& receipt) {
  auto given = std::make_unique<Given>(Given{this, clients_, bytes, receipt});
  ++receipt->outstanding;
  if (messages_ == 0) moved_ = steady_clock::now();
  ++messages_;
  bytes_ += bytes;
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_->handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_KEY(key.data(), key.size()), RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(given.get()),
      RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    given.release();  // Comes back with its report.
    return;
  }
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  // It counts as in flight: nothing behind it may be taken for acknowledged.
  Lose(absl::StrCat(topic, ": ", rd_kafka_err2str(error)));
}

void Publisher::Publish(const std::string& topic, const CloudEvent& event,
                        const std::shared_ptr<Receipt>& receipt) {
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(event.headers.size());
  for (const auto& [name, value] : event.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  Send(topic, RD_KAFKA_PARTITION_UA, event.key, event.data, headers, event.bytes(), receipt);
}

void Publisher::Put(const std::string& topic, uint32_t partition, const std::string& key,
                    const std::string& value, const std::shared_ptr<Receipt>& receipt) {
  Send(topic, static_cast<int32_t>(partition), key, value, nullptr, key.size() + value.size(), receipt);
}

bool Publisher::HasRoom(size_t messages, size_t bytes) const {
  return messages_ == 0 || (messages_ + messages <= options_.limits.events_in_flight_max() &&
                            bytes_ + bytes <= options_.limits.bytes_in_flight_max());
}

void Publisher::OnReport(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  const std::unique_ptr<Given> given(static_cast<Given*>(message->_private));
  given->publisher->Reported(*message, *given);
}

void Publisher::Reported(const rd_kafka_message_t& message, const Given& given) {
  if (given.generation != clients_) return;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Lose(absl::StrCat(rd_kafka_topic_name(message.rkt), "/", message.partition, ": ",
                      rd_kafka_err2str(message.err)));
    return;
  }
  --given.receipt->outstanding;
  --messages_;
  bytes_ -= given.bytes;
  ++acknowledged_;
  moved_ = steady_clock::now();
}

void Publisher::Poll(std::chrono::milliseconds at_most) {
  rd_kafka_poll(client_->handle(), static_cast<int>(at_most.count()));
}

void Publisher::Wake() {
  const std::lock_guard lock(mutex_);
  rd_kafka_queue_t* const queue = rd_kafka_queue_get_main(client_->handle());
  rd_kafka_queue_yield(queue);
  rd_kafka_queue_destroy(queue);
}

void Publisher::Lose(std::string why) {
  if (why_.empty()) why_ = std::move(why);  // The first is the cause.
}

bool Publisher::lost() {
  if (!why_.empty()) return true;
  if (client_->fatal()) Lose(client_->complaint());
  // Reports come by themselves after publish_ms_max; a client that does not even do that hangs.
  const auto limit = std::chrono::milliseconds(options_.limits.publish_ms_max()) + options_.log.stall_timeout;
  if (messages_ > 0 && steady_clock::now() - moved_ > limit) Lose("nothing is acknowledged");
  return !why_.empty();
}

void Publisher::BreakForTest() {
  rd_kafka_test_fatal_error(client_->handle(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "broken by a test");
}

absl::Status Publisher::Replace() {
  auto fresh = MakeClient();
  if (!fresh.ok()) return fresh.status();
  const std::shared_ptr<Client> old = client_;
  {
    const std::lock_guard lock(mutex_);
    client_ = *std::move(fresh);
  }
  ++clients_;
  messages_ = bytes_ = 0;
  why_.clear();
  // What waits in it is not to follow what the new one sends. A request that is under way may: a repeat.
  rd_kafka_purge(old->handle(),
                 RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  const auto until = steady_clock::now() + options_.log.close_timeout;
  while (rd_kafka_outq_len(old->handle()) > 0 && steady_clock::now() < until)
    rd_kafka_poll(old->handle(), kPurgePollMs);
  return absl::OkStatus();
}

}  // namespace afterbell::relay
