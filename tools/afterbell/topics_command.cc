// afterbell topics: the topics of a city in Kafka, applied and checked. Services never make one.
#include <cstdio>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/city/city.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

constexpr std::chrono::seconds kBeginAtMost(10);

struct TopicsFlags {
  std::string kafka = "127.0.0.1:9092";
  std::string file = "infra/kafka/topics.textproto";
  uint32_t partitions = 0;   // 0: as the file says.
  uint32_t replication = 0;  // The same.
  bool simulated_clock = false;
};

absl::StatusOr<kafka::v1::Topics> TopicsOf(const TopicsFlags& flags) {
  auto topics = LoadTopics(flags.file);
  if (!topics.ok()) return topics.status();
  if (flags.partitions > 0) topics->set_school_partitions(flags.partitions);
  if (flags.replication > 0) topics->set_replication(flags.replication);
  return topics;
}

absl::StatusOr<std::vector<TopicPlan>> PlanOf(const TopicsFlags& flags) {
  const auto topics = TopicsOf(flags);
  if (!topics.ok()) return topics.status();
  return PlanTopics(*topics);
}

KafkaLogOptions OptionsOf(const TopicsFlags& flags) {
  KafkaLogOptions options;
  options.brokers = flags.kafka;
  return options;
}

// The Genesis of every partition that has none.
int Begin(const TopicsFlags& flags) {
  const auto topics = TopicsOf(flags);
  if (!topics.ok()) return Failed(topics.status());
  auto log = KafkaLog::Open(OptionsOf(flags));
  if (!log.ok()) return Failed(log.status());
  LogBeginning beginning;
  for (const Service* service : CityServices()) beginning.services.emplace_back(service->name());
  beginning.school_partitions = topics->school_partitions();
  beginning.clock = flags.simulated_clock ? log::v1::SIMULATED : log::v1::REAL;
  beginning.now = absl::ToUnixMicros(absl::Now());
  const auto log_id = BeginLog(**log, beginning, kBeginAtMost);
  if (!log_id.ok()) return Failed(log_id.status());
  std::printf("log %s, %u partitions of schools, %s clock\n", log_id->c_str(), topics->school_partitions(),
              log::v1::Clock_Name(beginning.clock).c_str());
  return kExitDone;
}

int Apply(const TopicsFlags& flags) {
  const auto plan = PlanOf(flags);
  if (!plan.ok()) return Failed(plan.status());
  const auto done = ApplyTopics(OptionsOf(flags), *plan);
  if (!done.ok()) return Failed(done.status());
  for (const std::string& line : *done) std::printf("%s\n", line.c_str());
  std::printf("%zu topics are as they should be\n", plan->size());
  return Begin(flags);
}

int Check(const TopicsFlags& flags) {
  const auto plan = PlanOf(flags);
  if (!plan.ok()) return Failed(plan.status());
  const auto differences = CheckTopics(OptionsOf(flags), *plan);
  if (!differences.ok()) return Failed(differences.status());
  for (const TopicDifference& difference : *differences) std::printf("%s\n", ToString(difference).c_str());
  if (!differences->empty()) return kExitNo;
  std::printf("%zu topics are as they should be\n", plan->size());
  return kExitDone;
}

void AddFlags(CLI::App* command, TopicsFlags* flags) {
  command->add_option("--kafka", flags->kafka, "Brokers")->capture_default_str();
  command->add_option("--file", flags->file, "What they should be")->capture_default_str();
  command->add_option("--partitions", flags->partitions, "Of schools; chosen once for a city (the file's)");
  command->add_option("--replication", flags->replication, "1 for a single broker (the file's)");
}

}  // namespace

void AddTopics(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<TopicsFlags>();
  CLI::App* topics = app->add_subcommand("topics", "The topics of a city in Kafka");
  topics->require_subcommand(1);
  CLI::App* apply =
      topics->add_subcommand("apply", "Make what is missing, change settings that differ, begin the log");
  AddFlags(apply, flags.get());
  apply->add_flag("--simulated-clock", flags->simulated_clock,
                  "Begin a log whose time is moved by MoveClock, for a played term");
  apply->callback([flags, exit_code] { *exit_code = Apply(*flags); });
  CLI::App* check = topics->add_subcommand("check", "Say what differs; exit 3 if anything does");
  AddFlags(check, flags.get());
  check->callback([flags, exit_code] { *exit_code = Check(*flags); });
}

}  // namespace afterbell
