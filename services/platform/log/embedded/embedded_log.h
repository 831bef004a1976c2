// The event log as one directory of plain append-only files: for a laptop, a single school, tests.
//
// All partitions share one stream of segments, so that one sync makes the records of all of them
// durable: a lone writer waits for the disk once per record, sixty-four writers wait once together.
//
//   LOCK                    held while a process writes
//   0000000000000000.log …  segments (embedded/frame.h), preallocated; the last one is active
//   0000000000000000.idx …  one for each segment but the last (embedded/index_file.h); derived
//
// Guarantees beyond those of the port:
//   - `done` is OK only after fdatasync. A failed fdatasync, or any write error but a full disk,
//     ends the process with a message: what the disk then holds is not known, asking again lies.
//   - A full disk fails the appends that wait (RESOURCE_EXHAUSTED) and leaves nothing of them; later
//     ones succeed by themselves once there is room.
//   - All values of one Append become readable together. (After a crash before `done`, any first
//     part of them may be there.)
//   - Open cuts what a crash left half-written, and reports it. Anything that had been durable and
//     is damaged refuses to open, with DATA_LOSS, file and byte. Of closed segments Open checks
//     header, length and index; VerifyAll checks every byte; Read checks every record it returns.
//     Damage to the very last group commit can be told from a torn write only if its mark survived
//     (frame.h): a log closed in order, or idle since, has one.
//   - Backup is copying closed segments: each is complete in itself.
// Not promised: that two machines may share the directory (the lock is flock).
//
// Threads: any. Partitions and batches may outlive the log; after Close appends are UNAVAILABLE and
// reads still work.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_EMBEDDED_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_EMBEDDED_LOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/embedded/options.h"
#include "services/platform/log/log.h"

namespace afterbell {

namespace embedded {
class LogCore;
}

struct EmbeddedLogStats {
  // What Open cut from the end of the last segment.
  struct Recovered {
    std::string file;
    uint64_t position = 0;
    uint64_t bytes_cut = 0;
  };

  uint64_t segments = 0;
  uint64_t bytes = 0;  // Headers and frames, without preallocated room.
  std::map<PartitionId, uint64_t> records;
  uint64_t syncs = 0;    // Of segment files, since Open.
  uint64_t batches = 0;  // Group commits since Open.
  uint64_t indexes_rebuilt = 0;
  std::optional<Recovered> recovered;
};

class EmbeddedLog final : public EventLog {
 public:
  // UNAVAILABLE when another process holds the directory, DATA_LOSS for damage (file and byte are
  // named), FAILED_PRECONDITION for a format this program does not know, INVALID_ARGUMENT for
  // options that contradict each other, NOT_FOUND for a missing directory to be read only.
  static absl::StatusOr<std::unique_ptr<EmbeddedLog>> Open(const EmbeddedLogOptions& options);

  // Closes.
  ~EmbeddedLog() override;

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) override;
  absl::StatusOr<std::vector<PartitionId>> List() const override;

  // Writes what is queued, answers it, and gives the preallocated room back. Appends that come
  // meanwhile are UNAVAILABLE. Not to be called from a callback.
  void Close();

  // Reads every frame of every segment. DATA_LOSS names the first bad one.
  absl::Status VerifyAll() const;

  // Read only: looks for what has become durable since; growth is told on the calling thread. One
  // call at a time. Costs a few milliseconds for each segment that grew, next to nothing otherwise.
  absl::Status Refresh();

  EmbeddedLogStats Stats() const;

 private:
  explicit EmbeddedLog(std::shared_ptr<embedded::LogCore> core);

  const std::shared_ptr<embedded::LogCore> core_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_EMBEDDED_LOG_H_
