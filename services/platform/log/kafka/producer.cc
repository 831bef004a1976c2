#include "services/platform/log/kafka/producer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::kafka {
namespace {

constexpr int kPollMs = 100;
constexpr std::chrono::seconds kStalledTick(1);
// What a value costs librdkafka and us beside its bytes.
constexpr uint64_t kValueOverheadBytes = 64;

// Whether this is a thread that runs callbacks: it must not wait for room that only it can make.
thread_local bool answers_here = false;

}  // namespace

absl::Status Producer::Start() {
  auto client = Client::Make(options_, Client::Role::kProducer, {&OnReport, {}, {}});
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  ++made_;
  thread_ = std::thread([this] { Poll(); });
  return absl::OkStatus();
}

// --- Append ---

absl::Status Producer::Admit(const PendingAppend& append) {
  for (const std::string& value : append.values) {
    if (value.size() > options_.value_bytes_max) {
      return absl::InvalidArgumentError(absl::StrCat("a value of ", value.size(), " bytes, ",
                                                     options_.value_bytes_max, " allowed (value_bytes_max)"));
    }
  }
  if (append.bytes > options_.append_bytes_waiting_max) {
    return absl::InvalidArgumentError(absl::StrCat("an append of ", append.bytes, " bytes, ",
                                                   options_.append_bytes_waiting_max,
                                                   " allowed (append_bytes_waiting_max)"));
  }
  return append.partition->damaged();
}

void Producer::Append(Partition* partition, std::vector<std::string> values, LogPartition::Appended done) {
  auto append = std::make_unique<PendingAppend>();
  append->producer = this;
  append->partition = partition;
  append->values = std::move(values);
  append->done = std::move(done);
  append->bytes = kValueOverheadBytes;
  for (const std::string& value : append->values) append->bytes += value.size() + kValueOverheadBytes;
  append->refused = Admit(*append);
  {
    std::unique_lock lock(mutex_);
    const auto fits = [&] {
      return closing_ || appends_waiting_ == 0 || !append->refused.ok() ||
             bytes_waiting_ + append->bytes <= options_.append_bytes_waiting_max;
    };
    if (answers_here && !fits()) {
      append->refused = absl::ResourceExhaustedError("too many bytes wait to be appended");
    }
    room_.wait(lock, fits);
    if (closing_) {
      lock.unlock();
      return append->done(absl::UnavailableError("the log is closing"), LogPartition::kOffsetUnknown);
    }
    bytes_waiting_ += append->bytes;
    ++appends_waiting_;
    seen_.insert(partition);
  }
  std::shared_lock client(client_mutex_);
  if (client_ == nullptr) {  // Closed since.
    client.unlock();
    return append->done(absl::UnavailableError("the log is closing"), LogPartition::kOffsetUnknown);
  }
  const std::lock_guard order(partition->pending.mutex);
  PendingAppend* const queued = append.get();
  partition->pending.appends.push_back(std::move(append));
  Produce(partition, queued);
}

void Producer::Produce(Partition* partition, PendingAppend* append) {
  if (!append->refused.ok() || append->values.empty()) return Ready(partition);
  append->client = client_.get();
  const size_t count = append->values.size();
  append->unreported = count;
  for (size_t i = 0; i < count; ++i) {
    std::string& value = append->values[i];
    // producev, not produceva: the latter frees headers twice for a missing partition in 2.0.2.
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_->handle(), RD_KAFKA_V_TOPIC(partition->topic().c_str()),
        RD_KAFKA_V_PARTITION(partition->number()), RD_KAFKA_V_VALUE(value.data(), value.size()),
        RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_OPAQUE(append), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    append->refused = StatusOf(error, ToString(partition->id()));
    const size_t never = count - i;
    if (append->unreported.fetch_sub(never) == never) Ready(partition);
    return;
  }
}

void Producer::Ready(Partition* partition) {
  {
    const std::lock_guard lock(mutex_);
    ready_.insert(partition);
  }
  if (answers_here) return;  // It will come to it.
  rd_kafka_queue_t* const main = rd_kafka_queue_get_main(client_->handle());
  rd_kafka_queue_yield(main);
  rd_kafka_queue_destroy(main);
}

// --- Reports and answers ---

void Producer::OnReport(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  static_cast<PendingAppend*>(message->_private)->producer->Reported(*message);
}

void Producer::Reported(const rd_kafka_message_t& message) {
  auto* const append = static_cast<PendingAppend*>(message._private);
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (append->status.ok()) {
      append->status = StatusOf(
          message.err, absl::StrCat(ToString(append->partition->id()), ", ", append->client->complaint()));
    }
  } else if (message.offset < 0) {
    // Delivered as a duplicate: written, and not told where.
    append->dense = false;
  } else if (append->reported == 0) {
    append->first_offset = message.offset;
  } else if (append->first_offset + append->reported != static_cast<uint64_t>(message.offset)) {
    append->dense = false;
  }
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && message.offset >= 0) append->end = message.offset + 1;
  ++append->reported;
  if (append->unreported.fetch_sub(1) == 1) {
    const std::lock_guard lock(mutex_);
    ready_.insert(append->partition);
  }
}

void Producer::AnswerReady() {
  std::set<Partition*> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(ready_);
  }
  for (Partition* partition : ready) Answer(partition);
}

void Producer::Answer(Partition* partition) {
  std::vector<std::unique_ptr<PendingAppend>> answered;
  {
    const std::lock_guard lock(partition->pending.mutex);
    auto& appends = partition->pending.appends;
    while (!appends.empty() && appends.front()->unreported == 0) {
      answered.push_back(std::move(appends.front()));
      appends.pop_front();
    }
  }
  bool grew = false;
  uint64_t bytes = 0;
  for (const std::unique_ptr<PendingAppend>& append : answered) {
    bytes += append->bytes;
    if (append->status.ok()) append->status = append->refused;
    if (!append->status.ok()) {
      append->done(append->status, LogPartition::kOffsetUnknown);
    } else if (append->values.empty()) {
      append->done(append->status, partition->End());
    } else {
      // The end moves before the answer is given.
      grew = true;
      if (append->dense) {
        partition->Acknowledged(append->first_offset, std::move(append->values));
      } else {
        partition->AcknowledgedTo(append->end);
      }
      append->done(append->status, append->first_offset);
    }
  }
  if (answered.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    bytes_waiting_ -= bytes;
    appends_waiting_ -= answered.size();
  }
  room_.notify_all();
  answered_.notify_all();
  if (grew) partition->TellGrowth();
}

// --- The thread ---

void Producer::Poll() {
  answers_here = true;
  auto next_look = Clock::now() + kStalledTick;
  while (!stopping_) {
    // Only this thread replaces the client, so it may use it without the lock.
    rd_kafka_poll(client_->handle(), kPollMs);
    AnswerReady();
    if (client_->fatal()) {
      Replace(client_->complaint());
    } else if (Clock::now() >= next_look) {
      next_look = Clock::now() + kStalledTick;
      if (Stalled()) Replace("appends were not answered");
    }
  }
}

bool Producer::Stalled() {
  std::set<Partition*> partitions;
  {
    const std::lock_guard lock(mutex_);
    if (appends_waiting_ == 0) return false;
    partitions = seen_;
  }
  const auto limit = options_.append_timeout + options_.stall_timeout;
  for (Partition* partition : partitions) {
    const std::lock_guard lock(partition->pending.mutex);
    if (partition->pending.appends.empty()) continue;
    if (Clock::now() - partition->pending.appends.front()->since > limit) return true;
  }
  return false;
}

void Producer::Replace(const std::string& because) {
  auto fresh = Client::Make(options_, Client::Role::kProducer, {&OnReport, {}, {}});
  if (!fresh.ok()) return;  // Tried again in a moment.
  std::shared_ptr<Client> lost;
  {
    const std::unique_lock lock(client_mutex_);
    // Before a new one sends: what waits to be sent must not follow it.
    rd_kafka_purge(client_->handle(),
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    for (const std::string& topic : topics_) (*fresh)->Topic(topic);
    lost = std::exchange(client_, *std::move(fresh));
  }
  ++made_;
  Abandon(std::move(lost), absl::UnavailableError(absl::StrCat("the producer was lost (", because, ")")));
}

// Everything that was given to a client is answered: by its reports, or, if they do not come, without.
void Producer::Abandon(std::shared_ptr<Client> client, const absl::Status& status) {
  const auto until = Clock::now() + options_.close_timeout;
  while (rd_kafka_outq_len(client->handle()) > 0 && Clock::now() < until) {
    rd_kafka_poll(client->handle(), 10);
  }
  AnswerReady();
  std::set<Partition*> partitions;
  {
    const std::lock_guard lock(mutex_);
    partitions = seen_;
  }
  for (Partition* partition : partitions) {
    {
      const std::lock_guard order(partition->pending.mutex);
      for (const std::unique_ptr<PendingAppend>& append : partition->pending.appends) {
        if (append->unreported == 0 || append->client != client.get()) continue;
        append->status = status;
        // librdkafka may still hold the bytes: they are left to it.
        new std::vector<std::string>(std::move(append->values));
        append->values.clear();
        append->unreported = 0;
      }
    }
    Answer(partition);
  }
}

void Producer::Warm(const std::string& topic) {
  std::shared_ptr<Client> client;
  {
    const std::unique_lock lock(client_mutex_);
    if (client_ == nullptr || !topics_.insert(topic).second) return;
    client = client_;
  }
  WithinDeadline(
      [client, topic, timeout = options_.open_timeout] {
        const rd_kafka_metadata_t* metadata = nullptr;
        rd_kafka_metadata(client->handle(), 0, client->Topic(topic), &metadata,
                          static_cast<int>(timeout.count()));
        if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
      },
      options_.open_timeout);
}

void Producer::BreakForTest() {
  const std::shared_lock lock(client_mutex_);
  if (client_ == nullptr) return;
  rd_kafka_test_fatal_error(client_->handle(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "broken by a test");
}

void Producer::Close() {
  const std::lock_guard closing(close_mutex_);
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    closing_ = true;
    room_.notify_all();
    answered_.wait_for(lock, options_.close_timeout, [this] { return appends_waiting_ == 0; });
  }
  stopping_ = true;
  thread_.join();
  std::shared_ptr<Client> last;
  {
    const std::unique_lock lock(client_mutex_);
    last = std::exchange(client_, nullptr);
  }
  rd_kafka_purge(last->handle(),
                 RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  answers_here = true;
  Abandon(std::move(last), absl::UnavailableError("the log is closing"));
  answers_here = false;
}

}  // namespace afterbell::kafka
