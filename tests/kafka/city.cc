#include "tests/kafka/city.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/city/city.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/kafka/topics.h"

namespace afterbell {
namespace {

constexpr std::chrono::seconds kPatience(60);

}  // namespace

KafkaLogOptions LogOptionsOf(const KafkaCity& city) {
  KafkaLogOptions options;
  options.brokers = city.brokers;
  options.topic_prefix = city.topic_prefix;
  return options;
}

absl::Status MakeTopics(const KafkaCity& city) {
  auto topics = BuiltInTopics();
  if (!topics.ok()) return topics.status();
  topics->set_school_partitions(city.school_partitions);
  topics->set_replication(city.replication);
  SetPrefix(city.topic_prefix, &*topics);
  const auto plan = PlanTopics(*topics);
  if (!plan.ok()) return plan.status();
  return ApplyTopics(LogOptionsOf(city), *plan).status();
}

absl::StatusOr<std::unique_ptr<KafkaLog>> BeginCity(const KafkaCity& city) {
  if (absl::Status made = MakeTopics(city); !made.ok()) return made;
  auto log = KafkaLog::Open(LogOptionsOf(city));
  if (!log.ok()) return log.status();
  LogBeginning beginning;
  for (const Service* service : CityServices()) beginning.services.emplace_back(service->name());
  beginning.school_partitions = city.school_partitions;
  beginning.clock = city.clock;
  beginning.now = absl::ToUnixMicros(absl::Now());
  const auto begun = BeginLog(**log, beginning, kPatience);
  if (!begun.ok()) return begun.status();
  return *std::move(log);
}

}  // namespace afterbell
