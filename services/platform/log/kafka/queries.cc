#include "services/platform/log/kafka/queries.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::kafka {
namespace {

// Of the time a question has: it should end by itself before it is given up.
constexpr int kShare = 2;

constexpr std::chrono::milliseconds kBeforeAgain(50);

// What passes by itself: an election, or a topic made a moment ago.
bool Passes(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR__TRANSPORT ||
         error == RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

rd_kafka_resp_err_t ExtentOf(rd_kafka_t* handle, const Place& place, int timeout_ms, Extent* extent) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        handle, place.topic.c_str(), place.partition, &extent->low, &extent->high, timeout_ms);
    if (!Passes(error) || std::chrono::steady_clock::now() > until) return error;
    std::this_thread::sleep_for(kBeforeAgain);
    // 2.0.2 does not look for a new leader by itself here.
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(handle, 1, nullptr, &metadata, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
    }
  }
}

}  // namespace

absl::Status Queries::Ask(std::function<absl::Status(rd_kafka_t*)> work, const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (client_ == nullptr) {
    auto client = Client::Make(options_, Client::Role::kQueries);
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
  }
  const auto answer = std::make_shared<absl::Status>();
  const bool ended = WithinDeadline(
      [client = client_, work = std::move(work), answer] {
        *answer = work(client->handle());
        rd_kafka_poll(client->handle(), 0);
      },
      options_.open_timeout);
  if (ended && answer->ok()) return absl::OkStatus();
  const std::string complaint = client_->complaint();
  if (!ended) {
    client_ = nullptr;
    return absl::UnavailableError(
        absl::StrCat(what, ": no answer within ", options_.open_timeout.count(), " ms (", complaint, ")"));
  }
  return absl::Status(answer->code(), absl::StrCat(std::string(answer->message()),
                                                   complaint.empty() ? "" : " (" + complaint + ")"));
}

absl::StatusOr<std::map<std::string, int32_t>> Queries::Topics() {
  const auto counts = std::make_shared<std::map<std::string, int32_t>>();
  const int timeout = static_cast<int>(options_.open_timeout.count()) / kShare;
  const std::string what = absl::StrCat("topics of ", options_.brokers);
  const absl::Status asked = Ask(
      [counts, timeout, what](rd_kafka_t* handle) {
        const rd_kafka_metadata_t* metadata = nullptr;
        const rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 1, nullptr, &metadata, timeout);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, what);
        for (int i = 0; i < metadata->topic_cnt; ++i) {
          const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
          if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) (*counts)[topic.topic] = topic.partition_cnt;
        }
        rd_kafka_metadata_destroy(metadata);
        return absl::OkStatus();
      },
      what);
  if (!asked.ok()) return asked;
  return *counts;
}

absl::StatusOr<std::vector<Extent>> Queries::Extents(const std::vector<Place>& places) {
  const auto extents = std::make_shared<std::vector<Extent>>(places.size());
  const int timeout = static_cast<int>(options_.open_timeout.count()) / kShare;
  const absl::Status asked = Ask(
      [extents, places, timeout](rd_kafka_t* handle) {
        for (size_t i = 0; i < places.size(); ++i) {
          const rd_kafka_resp_err_t error = ExtentOf(handle, places[i], timeout, &(*extents)[i]);
          if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return StatusOf(error, absl::StrCat(places[i].topic, "/", places[i].partition));
          }
        }
        return absl::OkStatus();
      },
      absl::StrCat("ends of ", places.size(), " partitions"));
  if (!asked.ok()) return asked;
  return *extents;
}

}  // namespace afterbell::kafka
