// Questions to the brokers: which topics there are, and where partitions begin and end.
//
// query_watermark_offsets of librdkafka 2.0.2 may never return, so each question runs on a thread of its
// own with a deadline; a client that hangs is left behind and the next question gets a new one.
//
// Threads: any; one question at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_QUERIES_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_QUERIES_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/log/kafka/client.h"

namespace afterbell::kafka {

struct Place {
  std::string topic;
  int32_t partition = 0;
};

struct Extent {
  int64_t low = 0;
  int64_t high = 0;  // Where the next record goes; all below it is replicated.
};

class Queries {
 public:
  explicit Queries(const KafkaLogOptions& options) : options_(options) {}

  // How many partitions each topic has. UNAVAILABLE when no broker answers in time.
  absl::StatusOr<std::map<std::string, int32_t>> Topics();

  absl::StatusOr<std::vector<Extent>> Extents(const std::vector<Place>& places);

 private:
  // Runs `work` with the client, for at most `open_timeout`.
  absl::Status Ask(std::function<absl::Status(rd_kafka_t*)> work, const std::string& what);

  const KafkaLogOptions& options_;
  std::mutex mutex_;
  std::shared_ptr<Client> client_;  // Guarded by mutex_.
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_QUERIES_H_
