// The public topics as an outside consumer has them: a plain client of librdkafka, every message of every
// partition.
#ifndef AFTERBELL_TESTS_RELAY_PUBLIC_TOPICS_H_
#define AFTERBELL_TESTS_RELAY_PUBLIC_TOPICS_H_

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/relay/truth.h"

namespace afterbell::relay_test {

struct PublicMessage {
  int32_t partition = 0;
  int64_t timestamp_ms = 0;  // Of whoever published it.
  std::string key, value;
  std::map<std::string, std::string> headers;

  PublicIdentity identity() const;
  PublicContent content() const;
};

// Threads: one at a time.
class PublicTopic {
 public:
  PublicTopic(const KafkaLogOptions& options, const std::string& service);
  ~PublicTopic();
  PublicTopic(const PublicTopic&) = delete;

  // How many messages it has.
  absl::StatusOr<uint64_t> Count();
  // All of them up to the ends as they stand, by partition and offset.
  absl::StatusOr<std::vector<PublicMessage>> ReadAll();
  int partitions() const { return partitions_; }

 private:
  const std::string topic_;
  rd_kafka_t* handle_ = nullptr;
  int partitions_ = 0;
};

}  // namespace afterbell::relay_test

#endif  // AFTERBELL_TESTS_RELAY_PUBLIC_TOPICS_H_
