// A disk for tests that fills up, or breaks, when told to. Everything else goes to the real one,
// without waiting for it.
//
// Threads: the switches from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FAULT_STORAGE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FAULT_STORAGE_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "services/platform/log/embedded/storage.h"

namespace afterbell {

class FaultStorage final : public Storage {
 public:
  // Bytes that may still be written before the disk is full; a write over it writes what fits.
  std::atomic<int64_t> write_bytes_left{std::numeric_limits<int64_t>::max()};
  std::atomic<bool> allocation_fails{false};
  std::atomic<bool> sync_fails{false};
  std::atomic<bool> write_fails{false};  // With EIO.
  std::atomic<int64_t> refused{0};       // How often the disk was full.

  absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status SyncDirectory(const std::string& directory) override;

 private:
  const std::shared_ptr<Storage> disk_ = UnsyncedStorage();
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FAULT_STORAGE_H_
