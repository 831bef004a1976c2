// Segments mapped for reading, and a bounded cache of them.
//
// A log of hundreds of segments must not hold hundreds of mappings, and a batch handed to a reader
// must outlive any eviction: so mappings are made on demand, shared, and the cache holds the most
// recently used ones. No file descriptor stays open behind a mapping.
//
// Threads: everything here may be called from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SEGMENT_READER_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SEGMENT_READER_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/embedded/scan.h"
#include "services/platform/log/embedded/storage.h"

namespace afterbell::embedded {

// A closed segment, or what is known of the active one.
struct Segment {
  uint64_t sequence = 0;
  uint64_t salt = 0;
  uint64_t bytes = 0;  // Where its frames end. The file may be longer: a mark, zeros.
  std::string path;
};

// "<directory>/<sequence in 16 hexadecimal digits><suffix>"
std::string SegmentFile(const std::string& directory, uint64_t sequence, std::string_view suffix);
inline constexpr char kSegmentSuffix[] = ".log";
inline constexpr char kIndexSuffix[] = ".idx";
inline constexpr char kNewSuffix[] = ".new";  // Behind another suffix: a file being made.
std::string IndexFile(const Segment& segment);

// A whole file mapped for reading.
class Mapping {
 public:
  static absl::StatusOr<std::unique_ptr<const Mapping>> Of(const std::string& path);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::string_view bytes() const { return bytes_; }
  // Its pages no longer count as this process's; whoever reads finds them again, in the file.
  void Rest() const;

 private:
  explicit Mapping(std::string_view bytes) : bytes_(bytes) {}
  const std::string_view bytes_;
};

// Writes the index of a closed segment under a temporary name and renames it.
absl::Status WriteIndex(const Segment& segment, const SegmentContent& content, Storage& storage);

// The content of a closed segment, every frame checked. DATA_LOSS names file and byte.
absl::Status ReadSegment(const Segment& segment, std::string_view bytes, SegmentContent* content);

class SegmentReader {
 public:
  // The active segment: positions come from the writer. `file` is where it lies at the moment.
  static absl::StatusOr<std::shared_ptr<const SegmentReader>> OfActive(const Segment& segment,
                                                                       const std::string& file);
  // A closed segment with its index. A missing or damaged index is made again from the segment,
  // and written unless `storage` is null; `rebuilt` then counts up.
  static absl::StatusOr<std::shared_ptr<const SegmentReader>> OfClosed(const Segment& segment,
                                                                       Storage* storage,
                                                                       std::atomic<uint64_t>* rebuilt);

  // The position of an entry of the index, in units of 8 bytes. Closed segments only.
  uint32_t PositionAt(uint64_t entry) const;

  // The value of the record there. DATA_LOSS names file and byte.
  absl::StatusOr<std::string_view> ValueAt(uint32_t position) const;

  std::string_view bytes() const { return log_->bytes(); }
  void Rest() const {
    log_->Rest();
    if (index_ != nullptr) index_->Rest();
  }
  uint64_t salt() const { return salt_; }
  const std::string& path() const { return path_; }

 private:
  SegmentReader(const Segment& segment, std::unique_ptr<const Mapping> log)
      : path_(segment.path), salt_(segment.salt), log_(std::move(log)) {}

  const std::string path_;
  const uint64_t salt_;
  const std::unique_ptr<const Mapping> log_;
  std::unique_ptr<const Mapping> index_;  // Either this
  std::string rebuilt_index_;             // or that holds positions_.
  std::string_view positions_;
};

// The most recently used readers of closed segments.
class SegmentReaders {
 public:
  SegmentReaders(size_t readers_max, std::shared_ptr<Storage> storage_or_null)
      : readers_max_(readers_max), storage_(std::move(storage_or_null)) {}

  absl::StatusOr<std::shared_ptr<const SegmentReader>> Get(const Segment& segment);

  void Rest();  // Of all of them.

  uint64_t indexes_rebuilt() const { return rebuilt_; }
  void CountRebuilt() { ++rebuilt_; }

 private:
  using Recent = std::list<std::pair<uint64_t, std::shared_ptr<const SegmentReader>>>;

  const size_t readers_max_;
  const std::shared_ptr<Storage> storage_;
  std::atomic<uint64_t> rebuilt_{0};
  std::mutex mutex_;
  Recent recent_;                                               // Guarded by mutex_; the latest first.
  std::unordered_map<uint64_t, Recent::iterator> by_sequence_;  // Guarded by mutex_.
};

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SEGMENT_READER_H_
