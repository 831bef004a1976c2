#include "services/platform/log/kafka/core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::kafka {
namespace {

constexpr std::string_view kVersion = ".v1";
// No service's: who owns what is agreed there.
constexpr std::string_view kControl = "control";

constexpr size_t kClientIdBytesMax = 32;
constexpr size_t kServiceNameBytesMax = 128;

constexpr std::chrono::milliseconds kSuspectTick(300);
constexpr size_t kProbedAtOnce = 8;

// For so long a topic that one broker does not know may be news to it.
constexpr std::chrono::milliseconds kUnknownTopic(2000);
constexpr std::chrono::milliseconds kUnknownTopicTick(100);

absl::Status Check(const KafkaLogOptions& options) {
  if (options.brokers.empty()) return absl::InvalidArgumentError("brokers: not set");
  if (options.topic_prefix.empty()) return absl::InvalidArgumentError("topic_prefix: not set");
  if (options.client_id.size() > kClientIdBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("client_id: ", options.client_id.size(), " bytes, ", kClientIdBytesMax, " allowed"));
  }
  if (options.value_bytes_max + 1024 > options.append_bytes_waiting_max) {
    return absl::InvalidArgumentError("value_bytes_max: more than append_bytes_waiting_max has room for");
  }
  if (options.cursors_max == 0 || options.cursors_of_a_partition_max == 0) {
    return absl::InvalidArgumentError("cursors_max, cursors_of_a_partition_max: 0");
  }
  return absl::OkStatus();
}

}  // namespace

LogCore::LogCore(const KafkaLogOptions& options)
    : options_(options), queries_(options_), producer_(options_), catch_up_(options_) {}

absl::Status LogCore::Start() {
  if (absl::Status good = Check(options_); !good.ok()) return good;
  auto topics = queries_.Topics();  // Somebody answers.
  if (!topics.ok()) return topics.status();
  topics_ = *std::move(topics);
  auto tail = Fetcher::Make(options_, Client::Role::kTail);
  if (!tail.ok()) return tail.status();
  tail_ = *std::move(tail);
  ++tails_;
  if (absl::Status started = producer_.Start(); !started.ok()) return started;
  supervisor_ = std::thread([this] { Supervise(); });
  return absl::OkStatus();
}

void LogCore::Close() {
  const std::lock_guard once(close_mutex_);
  {
    const std::lock_guard lock(supervising_);
    if (std::exchange(closing_, true)) return;
  }
  wake_.notify_all();
  if (supervisor_.joinable()) supervisor_.join();
  producer_.Close();
  for (Partition* partition : Opened()) partition->Close();
  // Each may wait for a client that hangs.
  std::thread tail([this] {
    const std::lock_guard lock(tail_mutex_);
    tail_.reset();
  });
  catch_up_.Stop();
  tail.join();
}

// --- Partitions ---

std::string LogCore::TopicOf(const std::string& service) const {
  return absl::StrCat(options_.topic_prefix, ".", service, std::string(kVersion));
}

std::vector<Partition*> LogCore::Opened() const {
  std::vector<Partition*> opened;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, partition] : partitions_) opened.push_back(partition.get());
  return opened;
}

absl::StatusOr<std::shared_ptr<LogPartition>> LogCore::Open(const PartitionId& id) {
  if (id.service.empty() || id.service.size() > kServiceNameBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("a service's name of ", id.service.size(), " bytes, 1 to ",
                                                   kServiceNameBytesMax, " allowed"));
  }
  const std::lock_guard opening(opening_);
  {
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(id);
    if (found != partitions_.end())
      return std::shared_ptr<LogPartition>(shared_from_this(), found->second.get());
  }
  auto made = Make(id);
  if (!made.ok()) return made.status();
  Partition* const partition = made->get();
  {
    const std::lock_guard lock(mutex_);
    partitions_[id] = *std::move(made);
  }
  return std::shared_ptr<LogPartition>(shared_from_this(), partition);
}

absl::Status LogCore::CheckTopic(const std::string& topic, const PartitionId& id) {
  const auto has_it = [&] {
    const auto found = topics_.find(topic);
    return found != topics_.end() && id.number < static_cast<uint32_t>(found->second);
  };
  const auto until = Clock::now() + kUnknownTopic;
  while (!has_it()) {
    auto topics = queries_.Topics();
    if (!topics.ok()) return topics.status();
    topics_ = *std::move(topics);
    if (has_it() || Clock::now() > until) break;
    std::this_thread::sleep_for(kUnknownTopicTick);
  }
  if (has_it()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no partition ", id.number, " of topic ", topic, " on ",
                                          options_.brokers, "; make it with: afterbell topics apply --kafka ",
                                          options_.brokers));
}

absl::StatusOr<std::unique_ptr<Partition>> LogCore::Make(const PartitionId& id) {
  const std::string topic = TopicOf(id.service);
  if (absl::Status known = CheckTopic(topic, id); !known.ok()) return known;
  const auto extents = queries_.Extents({{topic, static_cast<int32_t>(id.number)}});
  if (!extents.ok()) return extents.status();
  const Extent extent = extents->front();
  if (extent.low > 0) {
    return absl::DataLossError(absl::StrCat(topic, "/", id.number, " at 0: its first record is at ",
                                            extent.low, ": what was before it is gone"));
  }
  auto partition = std::make_unique<Partition>(id, topic, this, options_, extent.high);
  producer_.Warm(topic);
  const std::lock_guard lock(tail_mutex_);
  if (tail_ == nullptr) return absl::UnavailableError("the log is closing");
  absl::Status started = tail_->Start(topic, partition->number(), extent.high, partition->TailSink());
  if (!started.ok()) return started;
  return partition;
}

absl::StatusOr<std::vector<PartitionId>> LogCore::List() {
  const auto topics = queries_.Topics();
  if (!topics.ok()) return topics.status();
  const std::string prefix = options_.topic_prefix + ".";
  std::vector<PartitionId> ids;
  std::vector<Place> places;
  for (const auto& [topic, count] : *topics) {
    if (topic.size() <= prefix.size() + kVersion.size() || topic.compare(0, prefix.size(), prefix) != 0 ||
        topic.compare(topic.size() - kVersion.size(), kVersion.size(), kVersion) != 0) {
      continue;
    }
    const std::string service = topic.substr(prefix.size(), topic.size() - prefix.size() - kVersion.size());
    if (service == kControl || service.find('.') != std::string::npos) continue;
    for (int32_t number = 0; number < count; ++number) {
      ids.push_back({service, static_cast<uint32_t>(number)});
      places.push_back({topic, number});
    }
  }
  const auto extents = queries_.Extents(places);
  if (!extents.ok()) return extents.status();
  std::vector<PartitionId> with_records;
  for (size_t i = 0; i < ids.size(); ++i) {
    if ((*extents)[i].high > 0) with_records.push_back(ids[i]);
  }
  std::sort(with_records.begin(), with_records.end());
  return with_records;
}

// --- The supervisor ---

void LogCore::Suspect(Partition* partition) {
  const std::lock_guard lock(supervising_);
  suspects_.insert(partition);
}

void LogCore::Supervise() {
  auto next_probe = Clock::now() + options_.probe_interval;
  std::unique_lock lock(supervising_);
  while (!wake_.wait_for(lock, kSuspectTick, [this] { return closing_; })) {
    const std::set<Partition*> suspects = std::exchange(suspects_, {});
    lock.unlock();
    if (!suspects.empty()) LookInto(suspects);
    if (Clock::now() >= next_probe) {
      Probe();
      next_probe = Clock::now() + options_.probe_interval;
    }
    TendTail();
    lock.lock();
  }
}

void LogCore::LookInto(const std::set<Partition*>& suspects) {
  const auto topics = queries_.Topics();
  if (!topics.ok()) {  // Nobody to ask: that alone is no damage.
    for (Partition* partition : suspects) Suspect(partition);
    return;
  }
  std::vector<Partition*> present;
  for (Partition* partition : suspects) {
    const auto found = topics->find(partition->topic());
    if (found == topics->end() || found->second <= partition->number()) {
      partition->Missing();
    } else {
      present.push_back(partition);
    }
  }
  Judge(present);
}

void LogCore::Judge(const std::vector<Partition*>& partitions) {
  std::vector<Place> places;
  std::vector<uint64_t> ends;
  for (Partition* partition : partitions) {
    places.push_back({partition->topic(), partition->number()});
    ends.push_back(partition->End());
  }
  const auto extents = queries_.Extents(places);
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (extents.ok()) {
      partitions[i]->Judge((*extents)[i].low, (*extents)[i].high, ends[i]);
    } else {
      Suspect(partitions[i]);
    }
  }
}

// A few partitions after those of the last time: whoever is written to by others and read by nobody.
void LogCore::Probe() {
  std::vector<Partition*> next;
  {
    const std::lock_guard lock(mutex_);
    auto at = partitions_.upper_bound(probed_);
    for (size_t i = 0; i < std::min(kProbedAtOnce, partitions_.size()); ++i) {
      if (at == partitions_.end()) at = partitions_.begin();
      probed_ = at->first;
      next.push_back((at++)->second.get());
    }
  }
  if (!next.empty()) Judge(next);
}

void LogCore::TendTail() {
  const auto now = Clock::now();
  const std::vector<Partition*> opened = Opened();
  const bool stalled = now - tail_made_ > options_.stall_timeout &&
                       std::any_of(opened.begin(), opened.end(), [&](Partition* one) {
                         const auto behind = one->TailBehindSince();
                         return behind.has_value() && now - *behind > options_.stall_timeout;
                       });
  if (!stalled) {
    for (Partition* partition : opened) RestartTail(partition);
    return;
  }
  auto fresh = Fetcher::Make(options_, Client::Role::kTail);
  if (!fresh.ok()) return;
  tail_made_ = now;
  std::unique_ptr<Fetcher> old;
  {
    const std::lock_guard opening(opening_);  // Nobody is started on the old one meanwhile.
    const std::lock_guard lock(tail_mutex_);
    old = std::exchange(tail_, *std::move(fresh));
    ++tails_;
    for (Partition* partition : Opened()) {
      const auto from = partition->TailRestart(/*always=*/true);
      if (from.has_value()) {
        tail_->Start(partition->topic(), partition->number(), *from, partition->TailSink()).IgnoreError();
      }
    }
  }
}

void LogCore::RestartTail(Partition* partition) {
  const auto from = partition->TailRestart(/*always=*/false);
  if (!from.has_value()) return;
  const std::lock_guard lock(tail_mutex_);
  tail_->Stop(partition->topic(), partition->number());
  tail_->Start(partition->topic(), partition->number(), *from, partition->TailSink()).IgnoreError();
}

}  // namespace afterbell::kafka
