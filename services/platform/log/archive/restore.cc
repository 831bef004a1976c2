#include "services/platform/log/archive/restore.h"

#include <future>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/archive/cut.h"
#include "services/platform/log/valid_records.h"

namespace afterbell::archive {
namespace {

constexpr size_t kAppendBytes = 1 << 20;

// One pass over a partition of the archive: its chain, and what it had seen.
absl::StatusOr<SeenOf> Survey(const std::string& directory, const log::v1::ArchivedPartition& archived) {
  const PartitionId id = IdOf(archived);
  Chain chain(id);
  SeenOf seen;
  log::v1::Record record;
  AFTERBELL_RETURN_IF_ERROR(ReadRecords(directory, archived, [&](std::string_view value) -> absl::Status {
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size())) ||
        chain.Offer(record, value) != Verdict::kValid) {
      return absl::DataLossError(absl::StrCat(directory, "/", archived.file(), ": what follows record ",
                                              chain.at().index, " is not the next of its chain"));
    }
    if (record.has_commit()) seen.Take(chain.at().index, record.commit());
    return absl::OkStatus();
  }));
  if (chain.at().index != archived.index() || chain.at().hash != archived.hash()) {
    return absl::DataLossError(absl::StrCat(
        directory, "/", archived.file(), " ends with record ", chain.at().index, "; the manifest says ",
        archived.index(), chain.at().index == archived.index() ? ", of another chain" : ""));
  }
  return seen;
}

absl::Status AppendAndWait(LogPartition& log, std::vector<std::string> values) {
  const auto done = std::make_shared<std::promise<absl::Status>>();
  auto written = done->get_future();
  log.Append(std::move(values), [done](const absl::Status& status, uint64_t) { done->set_value(status); });
  return written.get();
}

// The records that stay, and where their chain stands.
absl::StatusOr<ChainPosition> Write(LogPartition& log, const RestoreOptions& options,
                                    const log::v1::ArchivedPartition& archived, uint64_t kept) {
  const PartitionId id = IdOf(archived);
  Chain chain(id);
  log::v1::Record record;
  std::vector<std::string> values;
  size_t bytes = 0;
  uint64_t index = 0;
  AFTERBELL_RETURN_IF_ERROR(
      ReadRecords(options.directory, archived, [&](std::string_view value) -> absl::Status {
        if (!record.ParseFromArray(value.data(), static_cast<int>(value.size())))
          return absl::DataLossError(absl::StrCat(archived.file(), ": not a record"));
        if (++index > kept) {
          if (options.lost) options.lost(id, record);
          return absl::OkStatus();
        }
        chain.Offer(record, value);
        values.emplace_back(value);
        bytes += value.size();
        if (bytes < kAppendBytes) return absl::OkStatus();
        bytes = 0;
        return AppendAndWait(log, std::exchange(values, {}));
      }));
  if (!values.empty()) AFTERBELL_RETURN_IF_ERROR(AppendAndWait(log, std::move(values)));
  return chain.at();
}

// What the log holds of a partition now, read with the chain, must end so.
absl::Status ReadBack(const std::shared_ptr<LogPartition>& log, const ChainPosition& expected) {
  ValidRecords records(log, Chain(log->id()));
  for (;;) {
    AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Record* record, records.Next());
    if (record == nullptr) break;
  }
  const ChainPosition& at = records.chain().at();
  if (at.index == expected.index && at.hash == expected.hash && records.chain().void_records() == 0)
    return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(ToString(log->id()), ", read back, ends with record ", at.index, " and ",
                   records.chain().void_records(), " void ones, where ", expected.index,
                   " were written: somebody else writes to it. Empty it, and import again"));
}

log::v1::Record RestoredAfter(const ChainPosition& at, const std::string& incarnation, Micros now) {
  log::v1::Record record;
  log::v1::Restored* restored = record.mutable_restored();
  restored->set_index(at.index + 1);
  restored->set_tag(Chain::TagOf(at.hash));
  restored->set_incarnation(incarnation);
  *restored->mutable_recorded_at() = TimestampOf(now);
  return record;
}

}  // namespace

absl::StatusOr<Restoration> Restore(EventLog* log, const RestoreOptions& options) {
  AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Archive archive, ReadManifest(options.directory));
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<PartitionId> there, log->List());
  if (!there.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the log is not empty: ", ToString(there.front()), " holds records"));
  }
  Cut cut;
  for (const log::v1::ArchivedPartition& archived : archive.partitions()) {
    AFTERBELL_ASSIGN_OR_RETURN(SeenOf seen, Survey(options.directory, archived));
    cut.Add(IdOf(archived), archived.index(), std::move(seen));
  }
  cut.Find();
  const std::map<PartitionId, uint64_t> known_of = cut.known_of();
  Restoration restoration;
  restoration.log_id = archive.log_id();
  restoration.incarnation = RandomId();
  std::vector<std::pair<std::shared_ptr<LogPartition>, ChainPosition>> written;
  for (const log::v1::ArchivedPartition& archived : archive.partitions()) {
    RestoredPartition partition{IdOf(archived), archived.index(), cut.kept(IdOf(archived)), 0};
    if (const auto known = known_of.find(partition.id); known != known_of.end())
      partition.known_of = known->second;
    if (partition.kept == 0) {
      return absl::DataLossError(
          absl::StrCat("nothing of ", ToString(partition.id), " can be put back, not even its Genesis"));
    }
    AFTERBELL_ASSIGN_OR_RETURN(std::shared_ptr<LogPartition> target, log->Open(partition.id));
    AFTERBELL_ASSIGN_OR_RETURN(ChainPosition at, Write(*target, options, archived, partition.kept));
    written.emplace_back(std::move(target), std::move(at));
    restoration.records += partition.kept;
    restoration.lost += partition.archived - partition.kept;
    restoration.partitions.push_back(std::move(partition));
  }
  for (const auto& [target, at] : written) AFTERBELL_RETURN_IF_ERROR(ReadBack(target, at));
  for (auto& [target, at] : written) {
    const log::v1::Record record = RestoredAfter(at, restoration.incarnation, options.now);
    const std::string value = record.SerializeAsString();
    AFTERBELL_RETURN_IF_ERROR(AppendAndWait(*target, {value}));
    Chain chain(target->id(), at);
    chain.Offer(record, value);
    at = chain.at();
  }
  for (const auto& [target, at] : written) AFTERBELL_RETURN_IF_ERROR(ReadBack(target, at));
  return restoration;
}

}  // namespace afterbell::archive
