#include "services/relay/checkpoints.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/log/kafka/fetcher.h"
#include "services/platform/log/kafka/queries.h"

namespace afterbell::relay {
namespace {

using kafka::Extent;
using kafka::Fetcher;
using kafka::Place;

// Keeps the newest checkpoint of each key of a partition, until its end as it stood.
class Newest final : public kafka::Sink {
 public:
  Newest(std::string place, int64_t end) : place_(std::move(place)), end_(end) {}

  void Took(rd_kafka_message_t* const* messages, size_t count) override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < count && !done_; ++i) {
      const rd_kafka_message_t& message = *messages[i];
      v1::Checkpoint checkpoint;
      if (checkpoint.ParseFromArray(message.payload, static_cast<int>(message.len)) &&
          checkpoint.index() > 0) {
        found_[{checkpoint.service(), checkpoint.partition()}] = checkpoint;
      } else {
        problem_ = absl::DataLossError(absl::StrCat(place_, " at ", message.offset, ": not a checkpoint"));
      }
      // The last record of a compacted partition is never taken away: it is the newest of its key.
      done_ = !problem_.ok() || message.offset + 1 >= end_;
    }
    changed_.notify_all();
  }

  void Met(rd_kafka_resp_err_t error) override {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    problem_ = kafka::StatusOf(error, place_);
    done_ = true;
    changed_.notify_all();
  }

  absl::StatusOr<std::map<PartitionId, v1::Checkpoint>> Await(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, until, [this] { return done_; }))
      return absl::UnavailableError(absl::StrCat(place_, ": not read in time"));
    if (!problem_.ok()) return problem_;
    return found_;
  }

 private:
  const std::string place_;
  const int64_t end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  absl::Status problem_;
  std::map<PartitionId, v1::Checkpoint> found_;
};

}  // namespace

std::string CheckpointTopic(const std::string& prefix) {
  return absl::StrCat(prefix, ".relay.checkpoints.v1");
}

absl::StatusOr<std::map<PartitionId, v1::Checkpoint>> ReadCheckpoints(const KafkaLogOptions& options,
                                                                      const std::set<uint32_t>& numbers) {
  const std::string topic = CheckpointTopic(options.topic_prefix);
  std::vector<Place> places;
  for (const uint32_t number : numbers) places.push_back({topic, static_cast<int32_t>(number)});
  const auto extents = kafka::Queries(options).Extents(places);
  if (!extents.ok()) return extents.status();
  auto fetcher = Fetcher::Make(options, kafka::Client::Role::kCatchUp);
  if (!fetcher.ok()) return fetcher.status();
  std::vector<std::shared_ptr<Newest>> reading;
  for (size_t i = 0; i < places.size(); ++i) {
    const Extent& extent = (*extents)[i];
    if (extent.low >= extent.high) continue;
    reading.push_back(std::make_shared<Newest>(absl::StrCat(topic, "/", places[i].partition), extent.high));
    const absl::Status started =
        (*fetcher)->Start(topic, places[i].partition, static_cast<uint64_t>(extent.low), reading.back());
    if (!started.ok()) return started;
  }
  const auto until = std::chrono::steady_clock::now() + options.open_timeout;
  std::map<PartitionId, v1::Checkpoint> all;
  for (const std::shared_ptr<Newest>& one : reading) {
    auto found = one->Await(until);
    if (!found.ok()) return found.status();
    all.merge(*found);
  }
  return all;
}

}  // namespace afterbell::relay
