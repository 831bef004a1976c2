#include "tests/bench/kafka_city.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/kafka/topics.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kAtMost(60);
constexpr uint64_t kNewest = 500;  // Records of a partition, for their mean.

}  // namespace

absl::StatusOr<std::unique_ptr<CityOnKafka>> CityOnKafka::Start(const Flags& flags) {
  std::unique_ptr<CityOnKafka> on_kafka(new CityOnKafka());
  KafkaCity& city = on_kafka->city_;
  city.brokers = flags.kafka;
  city.topic_prefix = absl::StrCat("test-bench-", getpid());
  city.school_partitions = static_cast<uint32_t>(flags.partitions);
  city.clock = log::v1::SIMULATED;
  AFTERBELL_ASSIGN_OR_RETURN(on_kafka->log_, BeginCity(city));
  const auto made = ApplyTopics(LogOptionsOf(city), {{on_kafka->bare_topic(), flags.partitions, 1, {}}});
  if (!made.ok()) return made.status();
  std::filesystem::remove_all(flags.data);
  std::vector<std::string> more = {"--kafka", flags.kafka, "--prefix", city.topic_prefix};
  if (flags.timed) more.push_back("--timed");
  AFTERBELL_ASSIGN_OR_RETURN(on_kafka->child_, Child::Spawn("city", flags.data, more));
  AFTERBELL_ASSIGN_OR_RETURN(on_kafka->address_, on_kafka->child_->Await("address"));
  AFTERBELL_RETURN_IF_ERROR(on_kafka->child_->Await("ready").status());
  return on_kafka;
}

CityOnKafka::~CityOnKafka() {
  if (child_ != nullptr) child_->Kill();
  log_.reset();
  auto topics = BuiltInTopics();
  if (!topics.ok()) return;
  SetPrefix(city_.topic_prefix, &*topics);
  for (const auto& topic : topics->topics()) DeleteTestTopic(LogOptionsOf(city_), topic.name()).IgnoreError();
  DeleteTestTopic(LogOptionsOf(city_), bare_topic()).IgnoreError();
}

absl::StatusOr<int> CityOnKafka::MeanRecordBytes() {
  uint64_t records = 0, bytes = 0;
  for (uint32_t number = 1; number <= city_.school_partitions; ++number) {
    AFTERBELL_ASSIGN_OR_RETURN(const auto partition, log_->Open({"attendance", number}));
    const uint64_t end = partition->End();
    AFTERBELL_ASSIGN_OR_RETURN(const LogBatch batch, ReadWaiting(*partition, end - std::min(end, kNewest),
                                                                 kNewest, 1 << 20, kAtMost));
    for (const LogBatch::Entry& entry : batch.records) bytes += entry.value.size();
    records += batch.records.size();
  }
  return records == 0 ? absl::StatusOr<int>(absl::DataLossError("attendance recorded nothing"))
                      : static_cast<int>(bytes / records);
}

}  // namespace afterbell::bench
