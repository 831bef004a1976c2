#include "services/platform/log/archive/export.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/valid_records.h"

namespace afterbell::archive {
namespace {

constexpr std::chrono::seconds kReadAtMost(60);

absl::StatusOr<log::v1::Archive> ManifestFor(const log::v1::Genesis& genesis, const std::string& directory) {
  auto archive = ReadManifest(directory);
  if (absl::IsNotFound(archive.status())) {
    archive = log::v1::Archive();
    archive->set_log_id(genesis.log_id());
    archive->set_clock(genesis.clock());
    archive->set_school_partitions(genesis.school_partitions());
  }
  if (archive.ok() && archive->log_id() != genesis.log_id()) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " is an archive of log ", archive->log_id(), ", not of ", genesis.log_id()));
  }
  return archive;
}

log::v1::ArchivedPartition* Find(const PartitionId& id, log::v1::Archive* archive) {
  for (log::v1::ArchivedPartition& each : *archive->mutable_partitions()) {
    if (IdOf(each) == id) return &each;
  }
  log::v1::ArchivedPartition* added = archive->add_partitions();
  added->set_service(id.service);
  added->set_partition(id.number);
  added->set_file(FileOf(id));
  return added;
}

// The log still holds, where it stood, what the archive ends with: else it is not the same any more.
absl::Status CheckGoesOn(LogPartition& log, const Chain& chain) {
  if (chain.at().index == 0) return absl::OkStatus();
  if (chain.last().offset < log.End()) {
    const auto batch = ReadWaiting(log, chain.last().offset, 1, 1, kReadAtMost);
    if (!batch.ok()) return batch.status();
    if (!batch->records.empty() && batch->records[0].offset == chain.last().offset &&
        IsLastOf(chain, batch->records[0].value)) {
      return absl::OkStatus();
    }
  }
  return absl::DataLossError(absl::StrCat(ToString(log.id()), ": the archive ends with record ",
                                          chain.at().index, " of offset ", chain.last().offset,
                                          ", which is not there: the log has lost records, or was restored "
                                          "(then begin a new archive)"));
}

absl::Status ExportPartition(const std::shared_ptr<LogPartition>& log, const std::string& directory,
                             log::v1::ArchivedPartition* archived, Exported* exported) {
  const Chain chain = ChainOf(*archived);
  AFTERBELL_RETURN_IF_ERROR(CheckGoesOn(*log, chain));
  AFTERBELL_ASSIGN_OR_RETURN(const auto writer,
                             BlockWriter::Open(directory + "/" + archived->file(), archived->file_bytes()));
  const uint64_t end = log->End();
  ValidRecords records(log, chain);
  while (records.chain().at().offset < end) {
    AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Record* record, records.Next());
    if (record == nullptr) break;
    AFTERBELL_RETURN_IF_ERROR(writer->Add(records.value()));
    if (record->has_commit()) *archived->mutable_recorded_at() = record->commit().recorded_at();
    ++exported->records;
  }
  AFTERBELL_ASSIGN_OR_RETURN(const uint64_t bytes, writer->Finish());
  exported->bytes += bytes - archived->file_bytes();
  const ChainPosition& at = records.chain().at();
  archived->set_file_bytes(bytes);
  archived->set_index(at.index);
  archived->set_hash(at.hash);
  archived->set_hash_before(records.chain().last().hash_before);
  archived->set_claim_index(at.claim_index);
  archived->set_log_id(at.log_id);
  archived->set_record_offset(records.chain().last().offset);
  archived->set_offset(at.offset);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Exported> Export(EventLog* log, const std::string& directory, Micros now) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(directory + ": " + error.message());
  AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Genesis genesis, FindGenesis(*log, kReadAtMost));
  AFTERBELL_ASSIGN_OR_RETURN(log::v1::Archive archive, ManifestFor(genesis, directory));
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<PartitionId> ids, log->List());
  Exported exported;
  std::vector<std::shared_ptr<LogPartition>> logs;
  for (const PartitionId& id : ids) {
    AFTERBELL_ASSIGN_OR_RETURN(std::shared_ptr<LogPartition> partition, log->Open(id));
    AFTERBELL_RETURN_IF_ERROR(ExportPartition(partition, directory, Find(id, &archive), &exported));
    logs.push_back(std::move(partition));
  }
  *archive.mutable_archived_at() = TimestampOf(now);
  AFTERBELL_RETURN_IF_ERROR(WriteManifest(directory, archive));
  for (const auto& partition : logs) {
    const log::v1::ArchivedPartition* archived = Find(partition->id(), &archive);
    ++exported.partitions;
    exported.records_all += archived->index();
    exported.left += partition->End() - archived->offset();
  }
  return exported;
}

}  // namespace afterbell::archive
