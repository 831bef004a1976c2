// What the log consists of: its segments and its partitions.
//
// Filled when the log is opened, changed by the log thread (or by Refresh, in a log opened for
// reading only), read by everybody.
//
// Threads: const members and Partitions() from any thread; the rest by one thread at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CATALOG_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CATALOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/embedded/index_file.h"
#include "services/platform/log/embedded/partition.h"
#include "services/platform/log/embedded/scan.h"
#include "services/platform/log/embedded/segment_reader.h"

namespace afterbell::embedded {

class Catalog {
 public:
  // `storage_or_null`: null when nothing may be written.
  Catalog(PartitionHost* host, size_t readers_max, std::shared_ptr<Storage> storage_or_null);

  // The partition, made when there is none. Lives as long as the catalog.
  Partition* PartitionOf(const PartitionId& id);
  std::vector<const Partition*> Partitions() const;  // In order of id.

  // Closed segments come first, in order, then the active one.
  absl::Status AddClosed(const Segment& segment);
  absl::Status SetActive(const Segment& segment, const std::string& file);
  // The active segment has (more) frames than known: publishes them.
  absl::Status AddToActive(const Segment& segment, std::string_view bytes, uint64_t base);

  // The writer's steps. Partitions declared in the active segment, in order of reference:
  uint32_t Declare(Partition* partition);
  void UndoDeclaration();
  void MoveActiveEnd(uint64_t bytes);
  // The mapping must reach the end of the file again.
  absl::Status RemapActive();
  // Closes the active segment under `next`, which lies in `next_file` for now. Nothing is changed
  // by a failure; a success is followed by Switch.
  absl::Status PrepareNext(const Segment& next, const std::string& next_file);
  void WriteActiveIndex();
  void Switch();

  bool has_active() const;
  Segment active() const;
  std::vector<Segment> Segments() const;  // Closed ones, then the active one.
  absl::StatusOr<std::shared_ptr<const SegmentReader>> ReaderOf(uint64_t segment) const;
  void Rest() const;  // No mapping holds pages of its file until it is read again.
  absl::Status VerifyAll() const;
  uint64_t indexes_rebuilt() const { return readers_.indexes_rebuilt(); }

 private:
  absl::StatusOr<std::vector<IndexedPartition>> IndexOf(const Segment& segment);

  PartitionHost* const host_;
  const std::shared_ptr<Storage> storage_;
  mutable SegmentReaders readers_;

  mutable std::mutex mutex_;
  std::map<PartitionId, std::unique_ptr<Partition>> partitions_;  // Guarded by mutex_, as are these:
  std::vector<Segment> closed_;                                   // By sequence.
  Segment active_;
  std::shared_ptr<const SegmentReader> active_reader_;
  bool has_active_ = false;

  // Of the one thread that changes things.
  std::vector<Partition*> declared_;
  Segment next_;
  std::shared_ptr<const SegmentReader> next_reader_;
};

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CATALOG_H_
