// An archive of a log (proto/afterbell/log/v1/archive.proto): its files, read and written.
//
// Writing is atomic by the manifest: a file is appended to and synced, then the manifest that counts it
// replaces the one before. What a crash leaves behind the counted bytes is cut by the next writer.
//
// Errors: DATA_LOSS for a file that is damaged or shorter than the manifest says, naming it; NOT_FOUND for a
// folder without a manifest; UNAVAILABLE and RESOURCE_EXHAUSTED for what the disk refuses.
//
// Threads: one at a time for each object; several may read one archive.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_ARCHIVE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_ARCHIVE_H_

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/log/v1/archive.pb.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"

namespace afterbell::archive {

// Of the records of a frame, before they are pressed; a longer record is a frame by itself.
inline constexpr size_t kBlockBytes = 1 << 20;

absl::StatusOr<log::v1::Archive> ReadManifest(const std::string& directory);
absl::Status WriteManifest(const std::string& directory, const log::v1::Archive& archive);

// Where the chain of a partition stands at the end of its file.
Chain ChainOf(const log::v1::ArchivedPartition& partition);
PartitionId IdOf(const log::v1::ArchivedPartition& partition);
// "attendance-17.zst"
std::string FileOf(const PartitionId& id);

// Appends records to the file of a partition.
class BlockWriter {
 public:
  // Cuts the file to `bytes`, what counts of it.
  static absl::StatusOr<std::unique_ptr<BlockWriter>> Open(const std::string& path, uint64_t bytes);
  ~BlockWriter();

  absl::Status Add(std::string_view value);
  // Writes what was added, and syncs. The bytes that count from now on.
  absl::StatusOr<uint64_t> Finish();

 private:
  BlockWriter() = default;
  absl::Status WriteBlock();

  std::string path_;
  int file_ = -1;
  uint64_t bytes_ = 0;
  std::string block_;
};

// Calls `take` with each record of a partition in order, until it returns an error.
absl::Status ReadRecords(const std::string& directory, const log::v1::ArchivedPartition& partition,
                         const std::function<absl::Status(std::string_view value)>& take);

}  // namespace afterbell::archive

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_ARCHIVE_H_
