#include "services/platform/log/embedded/catalog.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::embedded {
namespace {

absl::Status CheckFirstOffset(const Segment& segment, const PartitionId& id, uint64_t first_offset,
                              uint64_t expected) {
  if (first_offset == expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(segment.path, ": records of ", ToString(id), " begin at offset ",
                                          first_offset, ", expected ", expected));
}

}  // namespace

Catalog::Catalog(PartitionHost* host, size_t readers_max, std::shared_ptr<Storage> storage_or_null)
    : host_(host), storage_(std::move(storage_or_null)), readers_(readers_max, storage_) {}

Partition* Catalog::PartitionOf(const PartitionId& id) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Partition>& partition = partitions_[id];
  if (partition == nullptr) partition = std::make_unique<Partition>(id, host_);
  return partition.get();
}

std::vector<const Partition*> Catalog::Partitions() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Partition*> partitions;
  partitions.reserve(partitions_.size());
  for (const auto& [id, partition] : partitions_) partitions.push_back(partition.get());
  return partitions;
}

absl::StatusOr<std::vector<IndexedPartition>> Catalog::IndexOf(const Segment& segment) {
  if (const absl::StatusOr<std::unique_ptr<const Mapping>> file = Mapping::Of(IndexFile(segment));
      file.ok()) {
    const std::string_view bytes = (*file)->bytes();
    if (const std::optional<IndexHead> head = DecodeIndexHead(bytes, segment.salt, segment.bytes)) {
      const uint64_t size = kIndexHeadBytes + head->table_bytes + head->records * sizeof(uint32_t);
      std::optional<std::vector<IndexedPartition>> table = DecodeIndexTable(bytes, *head);
      if (table && bytes.size() == size) return *std::move(table);
    }
  }
  const absl::StatusOr<std::unique_ptr<const Mapping>> log = Mapping::Of(segment.path);
  if (!log.ok()) return log.status();
  SegmentContent content;
  if (absl::Status read = ReadSegment(segment, (*log)->bytes(), &content); !read.ok()) return read;
  readers_.CountRebuilt();
  if (storage_ != nullptr) WriteIndex(segment, content, *storage_).IgnoreError();
  std::vector<IndexedPartition> table;
  for (const SegmentPartition& partition : content) {
    table.push_back({partition.id, partition.first_offset, partition.positions.size()});
  }
  return table;
}

absl::Status Catalog::AddClosed(const Segment& segment) {
  const absl::StatusOr<std::vector<IndexedPartition>> index = IndexOf(segment);
  if (!index.ok()) return index.status();
  uint64_t entry = 0;
  for (const IndexedPartition& indexed : *index) {
    Partition* const partition = PartitionOf(indexed.id);
    const absl::Status first = CheckFirstOffset(segment, indexed.id, indexed.first_offset, partition->End());
    if (!first.ok()) return first;
    partition->AddClosed(segment.sequence, entry, indexed.records);
    partition->writing.next_offset = partition->End();
    entry += indexed.records;
  }
  const std::lock_guard lock(mutex_);
  closed_.push_back(segment);
  return absl::OkStatus();
}

absl::Status Catalog::SetActive(const Segment& segment, const std::string& file) {
  absl::StatusOr<std::shared_ptr<const SegmentReader>> reader = SegmentReader::OfActive(segment, file);
  if (!reader.ok()) return reader.status();
  const std::lock_guard lock(mutex_);
  active_ = segment;
  active_reader_ = *std::move(reader);
  has_active_ = true;
  return absl::OkStatus();
}

absl::Status Catalog::AddToActive(const Segment& segment, std::string_view bytes, uint64_t base) {
  // References go on from those known.
  SegmentContent content;
  for (const Partition* partition : declared_) content.push_back({partition->id(), partition->End(), {}});
  const size_t known = content.size();
  absl::Status read = ReadContent(bytes, base, segment.bytes, segment.salt, &content);
  if (!read.ok()) return absl::Status(read.code(), absl::StrCat(segment.path, ": ", read.message()));
  for (size_t i = 0; i < content.size(); ++i) {
    Partition* const partition = i < known ? declared_[i] : PartitionOf(content[i].id);
    const absl::Status first =
        CheckFirstOffset(segment, partition->id(), content[i].first_offset, partition->End());
    if (!first.ok()) return first;
    if (i >= known) Declare(partition);
    partition->Publish(segment.sequence, content[i].positions);
    partition->writing.next_offset = partition->End();
  }
  MoveActiveEnd(segment.bytes);
  for (size_t i = 0; i < content.size(); ++i) {
    if (!content[i].positions.empty()) declared_[i]->TellGrowth();
  }
  return absl::OkStatus();
}

uint32_t Catalog::Declare(Partition* partition) {
  declared_.push_back(partition);
  partition->writing.reference = declared_.size();
  return partition->writing.reference;
}

void Catalog::UndoDeclaration() {
  declared_.back()->writing.reference = 0;
  declared_.pop_back();
}

void Catalog::MoveActiveEnd(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  active_.bytes = bytes;
}

absl::Status Catalog::RemapActive() {
  const Segment segment = active();
  return SetActive(segment, segment.path);
}

absl::Status Catalog::PrepareNext(const Segment& next, const std::string& next_file) {
  absl::StatusOr<std::shared_ptr<const SegmentReader>> reader = SegmentReader::OfActive(next, next_file);
  if (!reader.ok()) return reader.status();
  next_ = next;
  next_reader_ = *std::move(reader);
  return absl::OkStatus();
}

void Catalog::WriteActiveIndex() {
  if (storage_ == nullptr) return;
  SegmentContent content;
  for (const Partition* partition : declared_) content.push_back(partition->ActiveContent());
  // When it cannot be written, the first reader makes it again.
  WriteIndex(active(), content, *storage_).IgnoreError();
}

void Catalog::Switch() {
  const uint64_t segment = active().sequence;
  {
    // Readers that still hold positions of the segment find it among the closed ones from here on.
    const std::lock_guard lock(mutex_);
    closed_.push_back(std::exchange(active_, next_));
    active_reader_ = std::move(next_reader_);
  }
  uint64_t entry = 0;
  for (Partition* partition : declared_) {
    entry += partition->CloseActive(segment, entry);
    partition->writing.reference = 0;
  }
  declared_.clear();
}

bool Catalog::has_active() const {
  const std::lock_guard lock(mutex_);
  return has_active_;
}

Segment Catalog::active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

std::vector<Segment> Catalog::Segments() const {
  const std::lock_guard lock(mutex_);
  std::vector<Segment> segments = closed_;
  if (has_active_) segments.push_back(active_);
  return segments;
}

absl::StatusOr<std::shared_ptr<const SegmentReader>> Catalog::ReaderOf(uint64_t segment) const {
  Segment closed;
  {
    const std::lock_guard lock(mutex_);
    if (segment == active_.sequence) return active_reader_;
    closed = closed_[segment];
  }
  return readers_.Get(closed);
}

void Catalog::Rest() const {
  readers_.Rest();
  const std::lock_guard lock(mutex_);
  if (active_reader_ != nullptr) active_reader_->Rest();
}

absl::Status Catalog::VerifyAll() const {
  std::map<PartitionId, uint64_t> ends;
  for (const Segment& segment : Segments()) {
    const absl::StatusOr<std::unique_ptr<const Mapping>> log = Mapping::Of(segment.path);
    if (!log.ok()) return log.status();
    SegmentContent content;
    if (absl::Status read = ReadSegment(segment, (*log)->bytes(), &content); !read.ok()) return read;
    for (const SegmentPartition& partition : content) {
      uint64_t& end = ends[partition.id];
      absl::Status first = CheckFirstOffset(segment, partition.id, partition.first_offset, end);
      if (!first.ok()) return first;
      end += partition.positions.size();
    }
  }
  return absl::OkStatus();
}

}  // namespace afterbell::embedded
