#include "services/platform/log/embedded/embedded_log.h"

#include <filesystem>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/directory_lock.h"
#include "services/platform/log/embedded/catalog.h"
#include "services/platform/log/embedded/frame.h"
#include "services/platform/log/embedded/opening.h"
#include "services/platform/log/embedded/partition.h"
#include "services/platform/log/embedded/writer.h"

namespace afterbell {
namespace embedded {
namespace {

std::shared_ptr<Storage> StorageOf(const EmbeddedLogOptions& options) {
  if (options.storage != nullptr) return options.storage;
  switch (options.durability) {
    case EmbeddedLogOptions::Durability::kUnsynced:
      return UnsyncedStorage();
    case EmbeddedLogOptions::Durability::kUnsyncedInMemory:
      return UnsyncedInMemoryStorage();
    case EmbeddedLogOptions::Durability::kDisk:
      break;
  }
  return DiskStorage();
}

absl::Status Check(const EmbeddedLogOptions& options) {
  if (options.directory.empty()) return absl::InvalidArgumentError("directory: not set");
  if (options.segment_bytes < 4096 || options.segment_bytes > kSegmentBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("segment_bytes: ", options.segment_bytes,
                                                   ", between 4096 and ", kSegmentBytesMax, " allowed"));
  }
  if (FrameBytes(options.value_bytes_max) > options.append_bytes_waiting_max) {
    return absl::InvalidArgumentError("value_bytes_max: more than append_bytes_waiting_max has room for");
  }
  // A segment must hold any Append.
  if (options.append_bytes_waiting_max > kSegmentBytesMax / 2) {
    return absl::InvalidArgumentError(absl::StrCat("append_bytes_waiting_max: over ", kSegmentBytesMax / 2));
  }
  if (options.segments_mapped_max == 0) return absl::InvalidArgumentError("segments_mapped_max: 0");
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& directory, Storage& storage) {
  namespace fs = std::filesystem;
  if (fs::is_directory(directory)) return absl::OkStatus();
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return FileError(error.value(), "make", directory);
  // Records are about children: for the owner only.
  fs::permissions(directory, fs::perms::owner_all, error);
  if (error) return FileError(error.value(), "restrict", directory);
  return storage.SyncDirectory(fs::absolute(directory).lexically_normal().parent_path().string());
}

}  // namespace

// Everything but the public face, so that partitions may outlive that.
class LogCore final : public PartitionHost, public std::enable_shared_from_this<LogCore> {
 public:
  explicit LogCore(const EmbeddedLogOptions& options)
      : options_(options),
        storage_(StorageOf(options)),
        catalog_(this, options.segments_mapped_max, options.read_only ? nullptr : storage_) {}

  absl::Status Start() { return options_.read_only ? StartReading() : StartWriting(); }

  void Enqueue(PendingAppend append) override {
    if (writer_ != nullptr) return writer_->Append(std::move(append));
    append.done(absl::FailedPreconditionError("the log is open for reading only"), 0);
  }
  absl::StatusOr<std::shared_ptr<const SegmentReader>> ReaderOf(uint64_t segment) const override {
    return catalog_.ReaderOf(segment);
  }
  void Rest() const override { catalog_.Rest(); }

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) {
    if (id.service.empty() || id.service.size() > kServiceNameBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("a service's name of ", id.service.size(),
                                                     " bytes, 1 to ", kServiceNameBytesMax, " allowed"));
    }
    return std::shared_ptr<LogPartition>(shared_from_this(), catalog_.PartitionOf(id));
  }

  void Close() {
    const std::lock_guard lock(closing_);
    if (writer_ != nullptr) writer_->Close();
    lock_ = DirectoryLock();
  }

  absl::Status Refresh() {
    if (!options_.read_only) return absl::FailedPreconditionError("the log is not open for reading only");
    return ReadOn(options_.directory, &catalog_);
  }

  const Catalog& catalog() const { return catalog_; }

  EmbeddedLogStats Stats() const {
    EmbeddedLogStats stats;
    for (const Segment& segment : catalog_.Segments()) {
      ++stats.segments;
      stats.bytes += segment.bytes;
    }
    for (const Partition* partition : catalog_.Partitions()) {
      if (partition->End() > 0) stats.records[partition->id()] = partition->End();
    }
    if (writer_ != nullptr) {
      stats.syncs = writer_->syncs();
      stats.batches = writer_->batches();
    }
    stats.indexes_rebuilt = catalog_.indexes_rebuilt();
    stats.recovered = recovered_;
    return stats;
  }

 private:
  absl::Status StartReading() {
    if (!std::filesystem::is_directory(options_.directory)) {
      return absl::NotFoundError(absl::StrCat("no log in ", options_.directory));
    }
    return Refresh();
  }

  absl::Status StartWriting() {
    if (absl::Status made = MakeDirectory(options_.directory, *storage_); !made.ok()) return made;
    absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(options_.directory);
    if (!lock.ok()) return lock.status();
    lock_ = *std::move(lock);
    if (absl::Status read = ReadSegments(options_.directory, &catalog_); !read.ok()) return read;
    uint64_t garbage_bytes = 0;
    if (catalog_.has_active()) {
      const absl::StatusOr<uint64_t> garbage =
          ReadActive(&catalog_, /*writable=*/true, /*closed_end=*/std::nullopt);
      if (!garbage.ok()) return garbage.status();
      garbage_bytes = *garbage;
    }
    // Nothing in the directory is changed before all of it has been found good.
    RemoveLeftovers(options_.directory, catalog_);
    if (garbage_bytes > 0) {
      const Segment active = catalog_.active();
      recovered_ = EmbeddedLogStats::Recovered{active.path, active.bytes, garbage_bytes};
    }
    auto writer = std::make_unique<Writer>(options_, storage_, &catalog_);
    if (absl::Status started = writer->Start(/*cut=*/garbage_bytes > 0); !started.ok()) return started;
    writer_ = std::move(writer);
    return absl::OkStatus();
  }

  const EmbeddedLogOptions options_;
  const std::shared_ptr<Storage> storage_;
  Catalog catalog_;
  std::optional<EmbeddedLogStats::Recovered> recovered_;
  std::mutex closing_;
  DirectoryLock lock_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace embedded

EmbeddedLog::EmbeddedLog(std::shared_ptr<embedded::LogCore> core) : core_(std::move(core)) {}
EmbeddedLog::~EmbeddedLog() { Close(); }

absl::StatusOr<std::unique_ptr<EmbeddedLog>> EmbeddedLog::Open(const EmbeddedLogOptions& options) {
  if (absl::Status good = embedded::Check(options); !good.ok()) return good;
  auto core = std::make_shared<embedded::LogCore>(options);
  if (absl::Status started = core->Start(); !started.ok()) return started;
  return std::unique_ptr<EmbeddedLog>(new EmbeddedLog(std::move(core)));
}

absl::StatusOr<std::shared_ptr<LogPartition>> EmbeddedLog::Open(const PartitionId& id) {
  return core_->Open(id);
}

absl::StatusOr<std::vector<PartitionId>> EmbeddedLog::List() const {
  std::vector<PartitionId> ids;
  for (const embedded::Partition* partition : core_->catalog().Partitions()) {
    if (partition->End() > 0) ids.push_back(partition->id());
  }
  return ids;
}

void EmbeddedLog::Close() { core_->Close(); }
absl::Status EmbeddedLog::VerifyAll() const { return core_->catalog().VerifyAll(); }
absl::Status EmbeddedLog::Refresh() { return core_->Refresh(); }
EmbeddedLogStats EmbeddedLog::Stats() const { return core_->Stats(); }

}  // namespace afterbell
