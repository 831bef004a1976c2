// Copies what a log holds into an archive, valid records alone, byte for byte; again and again, each time
// what is new.
//
// Each partition is read to its own end, so tails are uneven: what an import does about that is in restore.h.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_EXPORT_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_EXPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/platform/base/time.h"
#include "services/platform/log/log.h"

namespace afterbell::archive {

struct Exported {
  uint64_t partitions = 0;
  uint64_t records = 0, bytes = 0;  // That are new; bytes as they lie in the files.
  uint64_t records_all = 0;
  uint64_t left = 0;  // Records of the log that came meanwhile: what a loss now would cost.
};

// FAILED_PRECONDITION for a folder with an archive of another log, DATA_LOSS when the log no longer holds
// what the archive ends with.
absl::StatusOr<Exported> Export(EventLog* log, const std::string& directory, Micros now);

}  // namespace afterbell::archive

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_EXPORT_H_
