// Checkpoints as they are kept: in a compacted topic, partition n of it for partition n of every service, the
// newest of a key counts.
//
// Not committed offsets of a consumer group: brokers forget those after offsets.retention.minutes without a
// commit (a week, unless told), and schools have holidays. A topic also needs no coordinator.
//
// Errors: UNAVAILABLE when it cannot be read; that is not the same as no checkpoint. DATA_LOSS for bytes that
// are none.
//
// Threads: any.
#ifndef AFTERBELL_SERVICES_RELAY_CHECKPOINTS_H_
#define AFTERBELL_SERVICES_RELAY_CHECKPOINTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "afterbell/relay/v1/checkpoint.pb.h"
#include "services/platform/log/kafka/options.h"
#include "services/platform/log/log.h"

namespace afterbell::relay {

std::string CheckpointTopic(const std::string& prefix);

// Those of all services for these numbers, where there are any.
absl::StatusOr<std::map<PartitionId, v1::Checkpoint>> ReadCheckpoints(const KafkaLogOptions& options,
                                                                      const std::set<uint32_t>& numbers);

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_CHECKPOINTS_H_
