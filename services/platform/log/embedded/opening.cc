#include "services/platform/log/embedded/opening.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/platform/log/embedded/scan.h"

namespace afterbell::embedded {
namespace {

namespace fs = std::filesystem;

// A look at so much tells whether anything was appended since.
constexpr uint64_t kPeekBytes = 4096;
// A log in use may be written between two reads of it; so often a doubt is looked at again.
constexpr int kDoubtsMax = 5;

// Bytes from `position` on, `bytes_max` at most: by read and not by a mapping, for the owner of a
// log in use may cut its file meanwhile.
absl::StatusOr<std::string> ReadFrom(const std::string& path, uint64_t position, uint64_t bytes_max) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(errno, "open", path);
  struct stat facts;
  int error = fstat(fd, &facts) == 0 ? 0 : errno;
  std::string bytes;
  if (error == 0 && static_cast<uint64_t>(facts.st_size) > position) {
    bytes.resize(std::min<uint64_t>(facts.st_size - position, bytes_max));
  }
  size_t have = 0;
  while (error == 0 && have < bytes.size()) {
    const ssize_t got = pread(fd, &bytes[have], bytes.size() - have, position + have);
    if (got < 0 && errno != EINTR) error = errno;
    if (got == 0) bytes.resize(have);
    if (got > 0) have += got;
  }
  close(fd);
  if (error != 0) return FileError(error, "read", path);
  return bytes;
}

absl::StatusOr<SegmentHeader> ReadHeader(const std::string& path, uint64_t sequence) {
  const absl::StatusOr<std::string> bytes = ReadFrom(path, 0, kSegmentHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<SegmentHeader> header = DecodeSegmentHeader(*bytes);
  if (!header.ok()) {
    return absl::Status(header.status().code(),
                        absl::StrCat(path, ": ", header.status().message(), " at byte 0"));
  }
  if (header->sequence != sequence) {
    return absl::DataLossError(
        absl::StrCat(path, ": is segment ", header->sequence, " by its header at byte 0"));
  }
  return header;
}

// The successor says where the segment before it ended, and which one that was.
absl::Status CheckSuccessor(const Segment& segment, const SegmentHeader& successor) {
  if (successor.previous_salt != segment.salt) {
    return absl::DataLossError(
        absl::StrCat(segment.path, ": is not the segment that the next one was written behind (byte 0)"));
  }
  std::error_code error;
  const uint64_t size = fs::file_size(segment.path, error);
  if (error || size < successor.previous_bytes) {
    return absl::DataLossError(absl::StrCat(segment.path, ": the file ends at byte ", size,
                                            ", its records at byte ", successor.previous_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint64_t>> ListSegments(const std::string& directory) {
  std::vector<uint64_t> sequences;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    uint64_t sequence = 0;
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() == kSegmentSuffix && stem.size() == 16 &&
        absl::SimpleHexAtoi(stem, &sequence)) {
      sequences.push_back(sequence);
    }
  }
  if (error) return FileError(error.value(), "list", directory);
  std::sort(sequences.begin(), sequences.end());
  for (uint64_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i] != i) {
      return absl::DataLossError(
          absl::StrCat(SegmentFile(directory, i, kSegmentSuffix), ": missing, later segments are there"));
    }
  }
  return sequences;
}

// Anything but a mark and zeros behind the frames that are known.
bool MayHaveGrown(const Segment& segment) {
  const absl::StatusOr<std::string> bytes = ReadFrom(segment.path, segment.bytes, kPeekBytes);
  if (!bytes.ok()) return true;
  const std::optional<Frame> frame = DecodeFrame(*bytes, segment.bytes, segment.salt);
  const size_t known = frame && frame->kind == FrameKind::kMark ? kMarkBytes : 0;
  return bytes->find_first_not_of('\0', known) != std::string::npos;
}

Segment SegmentOf(const std::string& path, const SegmentHeader& header) {
  return {.sequence = header.sequence, .salt = header.salt, .bytes = kSegmentHeaderBytes, .path = path};
}

}  // namespace

absl::Status ReadSegments(const std::string& directory, Catalog* catalog) {
  const absl::StatusOr<std::vector<uint64_t>> sequences = ListSegments(directory);
  if (!sequences.ok()) return sequences.status();
  std::optional<Segment> previous;
  for (const uint64_t sequence : *sequences) {
    const std::string path = SegmentFile(directory, sequence, kSegmentSuffix);
    const absl::StatusOr<SegmentHeader> header = ReadHeader(path, sequence);
    if (!header.ok()) return header.status();
    if (previous) {
      if (absl::Status fits = CheckSuccessor(*previous, *header); !fits.ok()) return fits;
      previous->bytes = header->previous_bytes;
      if (absl::Status added = catalog->AddClosed(*previous); !added.ok()) return added;
    }
    previous = SegmentOf(path, *header);
  }
  return previous ? catalog->SetActive(*previous, previous->path) : absl::OkStatus();
}

absl::StatusOr<uint64_t> ReadActive(Catalog* catalog, bool writable, std::optional<uint64_t> closed_end) {
  Segment segment = catalog->active();
  const uint64_t base = segment.bytes;
  std::optional<uint64_t> doubted;
  for (int doubts = 0;; ++doubts) {
    const absl::StatusOr<std::string> bytes = ReadFrom(segment.path, base, kSegmentBytesMax);
    if (!bytes.ok()) return bytes.status();
    const FramesEnd end = FindEnd(*bytes, base, segment.salt);
    const Tail tail = ExamineTail(*bytes, base, segment.salt, end);
    // A closed segment of a log in use is complete: whatever keeps its frames from reaching its
    // end is damage, and ReadContent names it.
    if (tail.witness && !closed_end) {
      // Of a log in use, the first part may have been read before a commit and the rest behind it.
      const bool again = !writable && doubted != end.end && doubts < kDoubtsMax;
      doubted = end.end;
      if (again) continue;
      return absl::DataLossError(absl::StrCat(segment.path, ": damaged frame at byte ", end.end,
                                              " (a frame written later is there at byte ", *tail.witness,
                                              ")"));
    }
    segment.bytes = closed_end ? *closed_end : writable ? end.end : end.durable;
    if (segment.bytes > base) {
      if (absl::Status added = catalog->AddToActive(segment, *bytes, base); !added.ok()) return added;
    }
    return tail.garbage_bytes;
  }
}

absl::Status ReadOn(const std::string& directory, Catalog* catalog) {
  if (!catalog->has_active()) {
    if (absl::Status read = ReadSegments(directory, catalog); !read.ok()) return read;
  }
  while (catalog->has_active()) {
    const Segment segment = catalog->active();
    // The successor first: when it is there, the segment is complete.
    const std::string path = SegmentFile(directory, segment.sequence + 1, kSegmentSuffix);
    std::optional<SegmentHeader> successor;
    if (fs::exists(path)) {
      absl::StatusOr<SegmentHeader> header = ReadHeader(path, segment.sequence + 1);
      if (!header.ok()) return header.status();
      if (absl::Status fits = CheckSuccessor(segment, *header); !fits.ok()) return fits;
      successor = *header;
    }
    const std::optional<uint64_t> closed_end =
        successor ? std::optional(successor->previous_bytes) : std::nullopt;
    if (closed_end || MayHaveGrown(segment)) {
      // The file may have grown beyond its mapping.
      if (absl::Status mapped = catalog->RemapActive(); !mapped.ok()) return mapped;
      const absl::StatusOr<uint64_t> garbage = ReadActive(catalog, /*writable=*/false, closed_end);
      if (!garbage.ok()) return garbage.status();
    }
    if (!successor) return absl::OkStatus();
    if (absl::Status next = catalog->PrepareNext(SegmentOf(path, *successor), path); !next.ok()) return next;
    catalog->Switch();
  }
  return absl::OkStatus();
}

void RemoveLeftovers(const std::string& directory, const Catalog& catalog) {
  std::error_code ignored;
  std::vector<fs::path> leftovers;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == kNewSuffix) leftovers.push_back(entry.path());
  }
  if (catalog.has_active()) leftovers.push_back(IndexFile(catalog.active()));
  for (const fs::path& leftover : leftovers) fs::remove(leftover, ignored);
}

}  // namespace afterbell::embedded
