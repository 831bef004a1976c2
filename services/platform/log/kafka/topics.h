// Topics as they should be (infra/kafka/topics.textproto) and as they are in a cluster.
//
// Applying makes what is missing and changes configurations that differ. It changes no number of
// partitions, which would move schools, and no replication, which needs an operator: both are refused
// before anything is done. Settings of a topic that the file does not name are left as they are.
//
// Errors: UNAVAILABLE when no broker answers in time, INVALID_ARGUMENT for a file that contradicts itself
// and for what the brokers refuse, FAILED_PRECONDITION for what apply must not change.
//
// Threads: any. Each call has a client of its own.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_TOPICS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_TOPICS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/kafka/v1/topics.pb.h"
#include "services/platform/log/kafka/options.h"

namespace afterbell {

// A topic as it should be.
struct TopicPlan {
  std::string name;
  int partitions = 0;
  int replication = 0;
  std::map<std::string, std::string> configs;  // min.insync.replicas included.
};

// One thing that is not as it should be. Keys: of Kafka's configuration, or "topic", "partitions",
// "replication".
struct TopicDifference {
  std::string topic, key, wanted, found;
};

// "afterbell.billing.v1 retention.ms: wanted -1, found 604800000"
std::string ToString(const TopicDifference& difference);

// The file, with place and line of what is wrong in it.
absl::StatusOr<kafka::v1::Topics> LoadTopics(const std::string& file);

// The file as it was when this program was built.
absl::StatusOr<kafka::v1::Topics> BuiltInTopics();

// Another prefix than "afterbell", for all of them.
void SetPrefix(const std::string& prefix, kafka::v1::Topics* topics);

absl::StatusOr<std::vector<TopicPlan>> PlanTopics(const kafka::v1::Topics& topics);

// What differs, in order of the plan; nothing when all is as it should be.
absl::StatusOr<std::vector<TopicDifference>> CheckTopics(const KafkaLogOptions& options,
                                                         const std::vector<TopicPlan>& plan);

// Whether a service may run on these topics: FAILED_PRECONDITION names whatever differs from the file this
// program was built with. How many partitions and copies there are is the deployment's to choose; with fewer
// copies than the file says, a sentence about it.
absl::StatusOr<std::vector<std::string>> CheckForService(const KafkaLogOptions& options,
                                                         uint32_t school_partitions);

// What was done, a line each.
absl::StatusOr<std::vector<std::string>> ApplyTopics(const KafkaLogOptions& options,
                                                     const std::vector<TopicPlan>& plan);

// For tests of a topic that is made anew. FAILED_PRECONDITION for a name that has no "test" in it.
absl::Status DeleteTestTopic(const KafkaLogOptions& options, const std::string& name);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_TOPICS_H_
