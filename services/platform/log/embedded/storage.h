// The file operations that durability hangs on, behind a seam.
//
// The log writes through this and nothing else, so that a test can lose what was not synced, run
// without waiting for a disk, fill the disk or break it. Reading goes around it: readers map the
// files and look only at what a Sync has covered.
//
// Errors: RESOURCE_EXHAUSTED means the disk (or quota) is full; every other error means that the
// disk refuses and its state is not known. Messages name the file.
// Threads: a file is used by one thread at a time; Storage itself by many.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_STORAGE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_STORAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace afterbell {

class StorageFile {
 public:
  virtual ~StorageFile() = default;

  // Writes all of `bytes` at `position`. After an error any part of them may have been written.
  virtual absl::Status Write(uint64_t position, std::string_view bytes) = 0;

  // What was written and truncated before survives a crash of the machine once this is OK.
  virtual absl::Status Sync() = 0;

  // Reserves room: the file is at least `bytes` long, new bytes are zero.
  virtual absl::Status Allocate(uint64_t bytes) = 0;

  virtual absl::Status Truncate(uint64_t bytes) = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;

  // Opens a file for writing, empty if it was not there.
  virtual absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) = 0;

  // Either done or not; durable after SyncDirectory.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;

  virtual absl::Status SyncDirectory(const std::string& directory) = 0;
};

// The disk: pwrite, fdatasync, posix_fallocate.
std::shared_ptr<Storage> DiskStorage();

// The disk without waiting for it: what was acknowledged survives the process, not the machine.
std::shared_ptr<Storage> UnsyncedStorage();

// Keeps writes and truncations in memory until Sync and then writes them out, without waiting for
// the disk: a killed process loses exactly what a machine without power may lose.
std::shared_ptr<Storage> UnsyncedInMemoryStorage();

// The status of errno for an operation on a file, with the file's name.
absl::Status FileError(int error, std::string_view operation, std::string_view path);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_STORAGE_H_
