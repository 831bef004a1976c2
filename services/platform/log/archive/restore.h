// Puts an archive back into an empty log, as a new incarnation of it.
//
// First the greatest consistent cut is found (cut.h): what lies beyond it goes, and is named. Then each
// partition is written, read back from the log and held against the chain; then each gets its `Restored`,
// under one new name, and that is read back too. Whatever fails before that leaves a log that was never
// opened: empty it, and import again.
//
// Nobody may write to the log meanwhile: who owns partitions in Kafka agrees on a control topic, which is to
// be made after this; an embedded log is locked. Whoever does all the same is noticed: the chain read back
// ends otherwise.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_RESTORE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_RESTORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/archive.pb.h"
#include "services/platform/base/time.h"
#include "services/platform/log/log.h"

namespace afterbell::archive {

struct RestoredPartition {
  PartitionId id;
  uint64_t archived = 0;  // Records of the archive,
  uint64_t kept = 0;      // of which these were put back.
  uint64_t known_of = 0;  // Beyond the archive: others had seen up to here; 0 when nobody had.
};

struct Restoration {
  std::string log_id, incarnation;
  std::vector<RestoredPartition> partitions;
  uint64_t records = 0;
  uint64_t lost = 0;  // In the archive, and not put back.
};

struct RestoreOptions {
  std::string directory;
  Micros now = 0;
  // Told of each record that is not put back.
  std::function<void(const PartitionId& id, const log::v1::Record& record)> lost;
};

// FAILED_PRECONDITION for a log that holds anything, DATA_LOSS for a damaged archive and for a log that, read
// back, is not what was written.
absl::StatusOr<Restoration> Restore(EventLog* log, const RestoreOptions& options);

}  // namespace afterbell::archive

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_RESTORE_H_
