#include "services/platform/log/kafka/kafka_log.h"

#include <utility>

#include "services/platform/log/kafka/core.h"

namespace afterbell {

KafkaLog::KafkaLog(std::shared_ptr<kafka::LogCore> core) : core_(std::move(core)) {}
KafkaLog::~KafkaLog() { Close(); }

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(const KafkaLogOptions& options) {
  auto core = std::make_shared<kafka::LogCore>(options);
  if (absl::Status started = core->Start(); !started.ok()) return started;
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(core)));
}

absl::StatusOr<std::shared_ptr<LogPartition>> KafkaLog::Open(const PartitionId& id) {
  return core_->Open(id);
}
absl::StatusOr<std::vector<PartitionId>> KafkaLog::List() const { return core_->List(); }
void KafkaLog::Close() { core_->Close(); }
void KafkaLog::BreakProducerForTest() { core_->producer().BreakForTest(); }

KafkaLogStats KafkaLog::Stats() const {
  return {.producers = core_->producer().made(),
          .tails = core_->tails(),
          .cursors_opened = core_->cursors_opened()};
}

}  // namespace afterbell
