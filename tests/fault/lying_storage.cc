#include "tests/fault/lying_storage.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <map>
#include <mutex>
#include <vector>

namespace afterbell::fault {

struct LyingStorage::Ledger {
  explicit Ledger(const std::string& path)
      : fd(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) {}
  ~Ledger() { close(fd); }

  absl::Status Note(const std::string& opened_as, uint64_t position, size_t bytes) {
    const std::lock_guard lock(mutex);
    const auto now = renamed.find(opened_as);
    const std::string& path = now == renamed.end() ? opened_as : now->second;
    const std::string line = path + "\t" + std::to_string(position) + "\t" + std::to_string(bytes) + "\n";
    const bool noted = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    return noted ? absl::OkStatus() : FileError(errno, "note", path);
  }

  absl::Status Clear() const {
    return ftruncate(fd, 0) == 0 ? absl::OkStatus() : FileError(errno, "clear", "ledger");
  }

  const int fd;
  std::atomic<int> syncs{0};
  std::mutex mutex;
  std::map<std::string, std::string> renamed;  // What a file was opened as -> what it is called now.
};

class LyingStorage::File final : public StorageFile {
 public:
  File(std::shared_ptr<Ledger> ledger, std::string path, std::unique_ptr<StorageFile> file)
      : ledger_(std::move(ledger)), path_(std::move(path)), file_(std::move(file)) {}

  absl::Status Write(uint64_t position, std::string_view bytes) override {
    // Noted first: a kill in between takes nothing that was there before.
    if (absl::Status noted = ledger_->Note(path_, position, bytes.size()); !noted.ok()) return noted;
    return file_->Write(position, bytes);
  }

  absl::Status Sync() override {
    return ++ledger_->syncs % kWriteBackEvery == 0 ? ledger_->Clear() : absl::OkStatus();
  }

  absl::Status Allocate(uint64_t bytes) override { return file_->Allocate(bytes); }
  absl::Status Truncate(uint64_t bytes) override { return file_->Truncate(bytes); }

 private:
  const std::shared_ptr<Ledger> ledger_;
  const std::string path_;
  const std::unique_ptr<StorageFile> file_;
};

LyingStorage::LyingStorage(const std::string& ledger) : ledger_(std::make_shared<Ledger>(ledger)) {}
LyingStorage::~LyingStorage() = default;

absl::StatusOr<std::unique_ptr<StorageFile>> LyingStorage::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<StorageFile>> file = disk_->Open(path);
  if (!file.ok()) return file.status();
  return std::make_unique<File>(ledger_, path, *std::move(file));
}

absl::Status LyingStorage::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->renamed[from] = to;
  return disk_->Rename(from, to);
}

absl::Status LyingStorage::SyncDirectory(const std::string& directory) {
  return disk_->SyncDirectory(directory);
}

void LyingStorage::WriteBack() { ledger_->Clear().IgnoreError(); }

absl::Status LyingStorage::PowerCut(const std::string& ledger) {
  std::ifstream notes(ledger);
  std::string path;
  uint64_t position, bytes;
  while (notes >> path >> position >> bytes) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) continue;  // Written before it got its name: survives.
    if (fd < 0) return FileError(errno, "open", path);
    const std::vector<char> zeros(bytes, 0);
    const bool cut = pwrite(fd, zeros.data(), bytes, position) == static_cast<ssize_t>(bytes);
    close(fd);
    if (!cut) return FileError(errno, "cut", path);
  }
  return absl::OkStatus();
}

}  // namespace afterbell::fault
