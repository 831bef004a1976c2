#include "services/platform/log/embedded/segment_reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "services/platform/log/embedded/index_file.h"

namespace afterbell::embedded {

std::string SegmentFile(const std::string& directory, uint64_t sequence, std::string_view suffix) {
  return absl::StrCat(directory, "/", absl::Hex(sequence, absl::kZeroPad16)).append(suffix);
}

std::string IndexFile(const Segment& segment) {
  return std::filesystem::path(segment.path).replace_extension(kIndexSuffix).string();
}

absl::StatusOr<std::unique_ptr<const Mapping>> Mapping::Of(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(errno, "open", path);
  struct stat facts;
  void* at = MAP_FAILED;
  int error = fstat(fd, &facts) == 0 ? 0 : errno;
  const size_t size = error == 0 ? facts.st_size : 0;
  if (error == 0 && size > 0) {
    at = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) error = errno;
  }
  close(fd);
  if (error != 0) return FileError(error, "map", path);
  const std::string_view bytes = size == 0 ? "" : std::string_view(static_cast<const char*>(at), size);
  return std::unique_ptr<const Mapping>(new Mapping(bytes));
}

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

void Mapping::Rest() const {
  // A mapping of a file that is only read: its pages are the file's, and nothing is lost with them.
  if (!bytes_.empty()) madvise(const_cast<char*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

absl::Status WriteIndex(const Segment& segment, const SegmentContent& content, Storage& storage) {
  const std::string path = IndexFile(segment);
  const std::string temporary = path + kNewSuffix;
  absl::StatusOr<std::unique_ptr<StorageFile>> file = storage.Open(temporary);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Truncate(0);
  if (status.ok()) status = (*file)->Write(0, EncodeIndex(segment.salt, segment.bytes, content));
  if (status.ok()) status = (*file)->Sync();
  if (status.ok()) status = storage.Rename(temporary, path);
  // Nothing half-made stays to take up room on a disk that may just be full.
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

absl::Status ReadSegment(const Segment& segment, std::string_view bytes, SegmentContent* content) {
  if (bytes.size() < segment.bytes) {
    return absl::DataLossError(absl::StrCat(segment.path, ": the file ends at byte ", bytes.size(),
                                            ", its records at byte ", segment.bytes));
  }
  const absl::StatusOr<SegmentHeader> header = DecodeSegmentHeader(bytes);
  if (!header.ok()) {
    return absl::Status(header.status().code(),
                        absl::StrCat(segment.path, ": ", header.status().message(), " at byte 0"));
  }
  absl::Status read = ReadContent(bytes.substr(kSegmentHeaderBytes, segment.bytes - kSegmentHeaderBytes),
                                  kSegmentHeaderBytes, segment.bytes, segment.salt, content);
  if (read.ok()) return read;
  return absl::Status(read.code(), absl::StrCat(segment.path, ": ", read.message()));
}

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentReader::OfActive(const Segment& segment,
                                                                             const std::string& file) {
  absl::StatusOr<std::unique_ptr<const Mapping>> log = Mapping::Of(file);
  if (!log.ok()) return log.status();
  return std::shared_ptr<const SegmentReader>(new SegmentReader(segment, *std::move(log)));
}

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentReader::OfClosed(const Segment& segment,
                                                                             Storage* storage,
                                                                             std::atomic<uint64_t>* rebuilt) {
  absl::StatusOr<std::unique_ptr<const Mapping>> log = Mapping::Of(segment.path);
  if (!log.ok()) return log.status();
  if ((*log)->bytes().size() < segment.bytes) {
    return absl::DataLossError(absl::StrCat(segment.path, ": the file ends at byte ", (*log)->bytes().size(),
                                            ", its records at byte ", segment.bytes));
  }
  std::shared_ptr<SegmentReader> reader(new SegmentReader(segment, *std::move(log)));
  if (absl::StatusOr<std::unique_ptr<const Mapping>> index = Mapping::Of(IndexFile(segment)); index.ok()) {
    const std::optional<std::string_view> positions =
        DecodeIndexPositions((*index)->bytes(), segment.salt, segment.bytes);
    if (positions) {
      reader->index_ = *std::move(index);
      reader->positions_ = *positions;
      return reader;
    }
  }
  SegmentContent content;
  if (absl::Status read = ReadSegment(segment, reader->bytes(), &content); !read.ok()) return read;
  ++*rebuilt;
  // When it cannot be written, the next one to need it reads the segment again: slow, not wrong.
  if (storage != nullptr) WriteIndex(segment, content, *storage).IgnoreError();
  reader->rebuilt_index_ = EncodeIndex(segment.salt, segment.bytes, content);
  reader->positions_ = *DecodeIndexPositions(reader->rebuilt_index_, segment.salt, segment.bytes);
  return reader;
}

uint32_t SegmentReader::PositionAt(uint64_t entry) const {
  return Load<uint32_t>(&positions_[entry * sizeof(uint32_t)]);
}

absl::StatusOr<std::string_view> SegmentReader::ValueAt(uint32_t position) const {
  const uint64_t at = uint64_t{position} * kAlignment;
  if (at < bytes().size()) {
    const std::optional<Frame> frame = DecodeFrame(bytes().substr(at), at, salt_);
    if (frame && frame->kind == FrameKind::kRecord) return frame->payload;
  }
  return absl::DataLossError(absl::StrCat(path_, ": damaged frame at byte ", at));
}

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentReaders::Get(const Segment& segment) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_sequence_.find(segment.sequence); found != by_sequence_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->second;
  }
  absl::StatusOr<std::shared_ptr<const SegmentReader>> reader =
      SegmentReader::OfClosed(segment, storage_.get(), &rebuilt_);
  if (!reader.ok()) return reader;
  recent_.emplace_front(segment.sequence, *reader);
  by_sequence_[segment.sequence] = recent_.begin();
  if (recent_.size() > readers_max_) {
    by_sequence_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return reader;
}

void SegmentReaders::Rest() {
  const std::lock_guard lock(mutex_);
  for (const auto& [sequence, reader] : recent_) reader->Rest();
}

}  // namespace afterbell::embedded
