#include "services/platform/log/embedded/storage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace afterbell {
namespace {

class DiskFile final : public StorageFile {
 public:
  DiskFile(int fd, std::string path, bool waits) : fd_(fd), path_(std::move(path)), waits_(waits) {}
  ~DiskFile() override { close(fd_); }

  absl::Status Write(uint64_t position, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), position);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return FileError(errno, "write", path_);
      position += written;
      bytes.remove_prefix(written);
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    // Never retried, not even after EINTR: a second call may report success for pages the kernel
    // has given up on.
    if (waits_ && fdatasync(fd_) != 0) return FileError(errno, "fdatasync", path_);
    return absl::OkStatus();
  }

  absl::Status Allocate(uint64_t bytes) override {
    int error;
    do {
      error = posix_fallocate(fd_, 0, bytes);
    } while (error == EINTR);
    return error == 0 ? absl::OkStatus() : FileError(error, "allocate", path_);
  }

  absl::Status Truncate(uint64_t bytes) override {
    return ftruncate(fd_, bytes) == 0 ? absl::OkStatus() : FileError(errno, "truncate", path_);
  }

 private:
  const int fd_;
  const std::string path_;
  const bool waits_;
};

class Disk final : public Storage {
 public:
  explicit Disk(bool waits) : waits_(waits) {}

  absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) override {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return FileError(errno, "open", path);
    return std::make_unique<DiskFile>(fd, path, waits_);
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    return rename(from.c_str(), to.c_str()) == 0 ? absl::OkStatus() : FileError(errno, "rename", from);
  }

  absl::Status SyncDirectory(const std::string& directory) override {
    if (!waits_) return absl::OkStatus();
    const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return FileError(errno, "open", directory);
    const int error = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return error == 0 ? absl::OkStatus() : FileError(error, "fsync", directory);
  }

 private:
  const bool waits_;
};

class InMemoryFile final : public StorageFile {
 public:
  explicit InMemoryFile(std::unique_ptr<StorageFile> file) : file_(std::move(file)) {}

  absl::Status Write(uint64_t position, std::string_view bytes) override {
    unsynced_.push_back([this, position, copy = std::string(bytes)] { return file_->Write(position, copy); });
    return absl::OkStatus();
  }

  absl::Status Truncate(uint64_t bytes) override {
    unsynced_.push_back([this, bytes] { return file_->Truncate(bytes); });
    return absl::OkStatus();
  }

  absl::Status Allocate(uint64_t bytes) override {
    // Truncations before it first, or they would take the room away again. Room that is there
    // although it was not synced does no harm: it reads as zeros.
    if (absl::Status flushed = Sync(); !flushed.ok()) return flushed;
    return file_->Allocate(bytes);
  }

  absl::Status Sync() override {
    for (const auto& operation : std::exchange(unsynced_, {})) {
      if (absl::Status done = operation(); !done.ok()) return done;
    }
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<StorageFile> file_;
  std::vector<std::function<absl::Status()>> unsynced_;
};

class InMemory final : public Storage {
 public:
  absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) override {
    absl::StatusOr<std::unique_ptr<StorageFile>> file = disk_.Open(path);
    if (!file.ok()) return file.status();
    return std::make_unique<InMemoryFile>(*std::move(file));
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return disk_.Rename(from, to);
  }
  absl::Status SyncDirectory(const std::string& directory) override { return disk_.SyncDirectory(directory); }

 private:
  Disk disk_{/*waits=*/false};
};

}  // namespace

std::shared_ptr<Storage> DiskStorage() { return std::make_shared<Disk>(/*waits=*/true); }
std::shared_ptr<Storage> UnsyncedStorage() { return std::make_shared<Disk>(/*waits=*/false); }
std::shared_ptr<Storage> UnsyncedInMemoryStorage() { return std::make_shared<InMemory>(); }

absl::Status FileError(int error, std::string_view operation, std::string_view path) {
  const std::string message = std::string(operation).append(" ").append(path);
  // Over quota is as full as full.
  if (error == EDQUOT || error == EFBIG) error = ENOSPC;
  return absl::ErrnoToStatus(error, message);
}

}  // namespace afterbell
