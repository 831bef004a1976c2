#include "services/platform/log/embedded/fault_storage.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace afterbell {
namespace {

class FaultFile final : public StorageFile {
 public:
  FaultFile(FaultStorage* faults, std::string path, std::unique_ptr<StorageFile> file)
      : faults_(faults), path_(std::move(path)), file_(std::move(file)) {}

  absl::Status Write(uint64_t position, std::string_view bytes) override {
    if (faults_->write_fails) return FileError(EIO, "write", path_);
    const int64_t left = std::max<int64_t>(faults_->write_bytes_left, 0);
    const std::string_view fits = bytes.substr(0, left);
    faults_->write_bytes_left -= fits.size();
    if (absl::Status written = file_->Write(position, fits); !written.ok()) return written;
    return fits.size() == bytes.size() ? absl::OkStatus() : Full("write");
  }

  absl::Status Sync() override {
    return faults_->sync_fails ? FileError(EIO, "fdatasync", path_) : file_->Sync();
  }

  absl::Status Allocate(uint64_t bytes) override {
    return faults_->allocation_fails ? Full("allocate") : file_->Allocate(bytes);
  }

  absl::Status Truncate(uint64_t bytes) override { return file_->Truncate(bytes); }

 private:
  absl::Status Full(std::string_view operation) {
    ++faults_->refused;
    return FileError(ENOSPC, operation, path_);
  }

  FaultStorage* const faults_;
  const std::string path_;
  const std::unique_ptr<StorageFile> file_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StorageFile>> FaultStorage::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<StorageFile>> file = disk_->Open(path);
  if (!file.ok()) return file.status();
  return std::make_unique<FaultFile>(this, path, *std::move(file));
}

absl::Status FaultStorage::Rename(const std::string& from, const std::string& to) {
  return disk_->Rename(from, to);
}

absl::Status FaultStorage::SyncDirectory(const std::string& directory) {
  return disk_->SyncDirectory(directory);
}

}  // namespace afterbell
