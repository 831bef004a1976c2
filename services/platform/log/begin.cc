#include "services/platform/log/begin.h"

#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/platform/base/random_id.h"

namespace afterbell {

using google::protobuf::util::TimeUtil;

log::v1::Record GenesisOf(const LogBeginning& beginning, const PartitionId& id) {
  log::v1::Record record;
  log::v1::Genesis* genesis = record.mutable_genesis();
  genesis->set_log_id(beginning.log_id);
  genesis->set_service(id.service);
  genesis->set_partition(id.number);
  genesis->set_school_partitions(beginning.school_partitions);
  genesis->set_clock(beginning.clock);
  *genesis->mutable_recorded_at() = TimeUtil::MicrosecondsToTimestamp(beginning.now);
  return record;
}

absl::StatusOr<log::v1::Genesis> ReadGenesis(LogPartition& partition, std::chrono::milliseconds at_most) {
  const auto first = ReadWaiting(partition, 0, 1, 1, at_most);
  if (!first.ok()) return first.status();
  log::v1::Record record;
  if (first->records.empty() ||
      !record.ParseFromArray(first->records[0].value.data(),
                             static_cast<int>(first->records[0].value.size())) ||
      !record.has_genesis()) {
    return absl::DataLossError(absl::StrCat(ToString(partition.id()), " does not begin with a Genesis"));
  }
  return record.genesis();
}

absl::StatusOr<log::v1::Genesis> FindGenesis(EventLog& log, std::chrono::milliseconds at_most) {
  const auto ids = log.List();
  if (!ids.ok()) return ids.status();
  if (ids->empty()) return absl::NotFoundError("nobody has begun this log");
  const auto partition = log.Open(ids->front());
  if (!partition.ok()) return partition.status();
  return ReadGenesis(**partition, at_most);
}

absl::StatusOr<std::string> BeginLog(EventLog& log, LogBeginning beginning,
                                     std::chrono::milliseconds at_most) {
  const auto genesis = FindGenesis(log, at_most);
  if (!genesis.ok() && !absl::IsNotFound(genesis.status())) return genesis.status();
  if (genesis.ok()) {
    if (genesis->school_partitions() != beginning.school_partitions || genesis->clock() != beginning.clock) {
      return absl::FailedPreconditionError(absl::StrCat(
          "log ", genesis->log_id(), " was begun with ", genesis->school_partitions(),
          " partitions of schools and a ", log::v1::Clock_Name(genesis->clock()), " clock, not with ",
          beginning.school_partitions, " and a ", log::v1::Clock_Name(beginning.clock), " one"));
    }
    beginning.log_id = genesis->log_id();
  } else if (beginning.log_id.empty()) {
    beginning.log_id = RandomId();
  }
  std::vector<std::future<absl::Status>> written;
  for (const std::string& service : beginning.services) {
    for (uint32_t number = 0; number <= beginning.school_partitions; ++number) {
      const PartitionId id{service, number};
      const auto partition = log.Open(id);
      if (!partition.ok()) return partition.status();
      if ((*partition)->End() > 0) continue;
      const auto done = std::make_shared<std::promise<absl::Status>>();
      written.push_back(done->get_future());
      (*partition)
          ->Append({GenesisOf(beginning, id).SerializeAsString()},
                   [done](const absl::Status& status, uint64_t) { done->set_value(status); });
    }
  }
  for (std::future<absl::Status>& each : written) {
    if (const absl::Status status = each.get(); !status.ok()) return status;
  }
  return beginning.log_id;
}

}  // namespace afterbell
