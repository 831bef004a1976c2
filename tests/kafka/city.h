// A city's topics on a broker, and its log begun on them: what `afterbell topics apply` does.
#ifndef AFTERBELL_TESTS_KAFKA_CITY_H_
#define AFTERBELL_TESTS_KAFKA_CITY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/kafka/kafka_log.h"

namespace afterbell {

struct KafkaCity {
  std::string brokers;
  std::string topic_prefix = "afterbell";
  uint32_t school_partitions = 4;
  int replication = 1;
  log::v1::Clock clock = log::v1::REAL;
};

KafkaLogOptions LogOptionsOf(const KafkaCity& city);

// The topics alone.
absl::Status MakeTopics(const KafkaCity& city);

// The topics, and every Genesis.
absl::StatusOr<std::unique_ptr<KafkaLog>> BeginCity(const KafkaCity& city);

}  // namespace afterbell

#endif  // AFTERBELL_TESTS_KAFKA_CITY_H_
