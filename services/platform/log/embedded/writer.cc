#include "services/platform/log/embedded/writer.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::embedded {
namespace {

constexpr uint64_t kPageBytes = 4096;

// The disk refused, and what it holds now is not known: a later sync may report success for pages
// that were dropped. The next start reads what is really there.
[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "event log: %s; what the disk holds is not known, ending the process\n",
               status.ToString().c_str());
  std::abort();
}

void DieUnless(const absl::Status& status) {
  if (!status.ok()) Die(status);
}

// OK, or RESOURCE_EXHAUSTED: the one failure that is survived.
absl::Status SurviveFullDisk(absl::Status status) {
  if (!status.ok() && !absl::IsResourceExhausted(status)) Die(status);
  return status;
}

uint64_t RandomSalt() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

}  // namespace

Writer::Writer(const EmbeddedLogOptions& options, std::shared_ptr<Storage> storage, Catalog* catalog)
    : options_(options),
      storage_(std::move(storage)),
      catalog_(catalog),
      queue_(options.append_bytes_waiting_max) {}

absl::Status Writer::Start(bool cut) {
  if (!catalog_->has_active()) {
    if (absl::Status made = Roll(options_.segment_bytes); !made.ok()) return made;
  } else {
    segment_ = catalog_->active();
    capacity_ = std::max(options_.segment_bytes, segment_.bytes + kMarkBytes);
    absl::StatusOr<std::unique_ptr<StorageFile>> file = storage_->Open(segment_.path);
    if (!file.ok()) return file.status();
    file_ = *std::move(file);
    if (cut) {
      if (absl::Status done = file_->Truncate(segment_.bytes); !done.ok()) return done;
    }
    // A log on a full disk can still be read.
    if (absl::Status room = Allocate(capacity_); !room.ok() && !absl::IsResourceExhausted(room)) return room;
    // What a killed process wrote but did not sync is about to be shown as durable.
    Sync();
    DieUnless(storage_->SyncDirectory(options_.directory));
    WriteMark();
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Writer::Append(PendingAppend append) {
  for (const std::string& value : append.values) {
    if (value.size() > options_.value_bytes_max) {
      append.status = absl::InvalidArgumentError(
          absl::StrCat("a value of ", value.size(), " bytes, ", options_.value_bytes_max, " allowed"));
    }
  }
  if (append.status.ok() && append.frame_bytes > options_.append_bytes_waiting_max) {
    append.status = absl::InvalidArgumentError(absl::StrCat("an append of ", append.frame_bytes, " bytes, ",
                                                            options_.append_bytes_waiting_max, " allowed"));
  }
  if (!append.status.ok()) {
    append.values.clear();
    append.frame_bytes = 0;
  }
  // A callback that appends must not wait for the thread it runs on.
  const bool may_wait = std::this_thread::get_id() != thread_id_.load();
  if (absl::Status pushed = queue_.Push(std::move(append), may_wait); !pushed.ok()) append.done(pushed, 0);
}

void Writer::Close() {
  queue_.Close();
  if (!thread_.joinable()) return;
  thread_.join();
  FinishSegment();
  file_.reset();
}

void Writer::Run() {
  thread_id_ = std::this_thread::get_id();
  for (;;) {
    std::vector<PendingAppend> appends = queue_.Take(options_.group_commit_bytes_max);
    if (appends.empty()) return;
    for (PendingAppend& append : appends) Stage(std::move(append));
    Commit();
    // Tells a tool that reads along, and the next open after a crash, that all is durable. Only
    // when idle: under load the next commit says the same.
    if (queue_.empty()) WriteMark();
  }
}

void Writer::Stage(PendingAppend append) {
  Partition& partition = *append.partition;
  if (!append.values.empty()) {
    // The declaration always counts, as the append may move to a new segment.
    const uint64_t bytes = append.frame_bytes + DeclarationFrameBytes(partition.id());
    if (segment_.bytes + frames_.size() + bytes + kMarkBytes > allocated_) {
      Commit();
      append.status = MakeRoom(bytes);
    }
  }
  Staged staged{.append = std::move(append), .first_offset = partition.writing.next_offset, .positions = {}};
  if (staged.append.status.ok() && !staged.append.values.empty()) Encode(&staged);
  staged_.push_back(std::move(staged));
}

void Writer::Encode(Staged* staged) {
  Partition& partition = *staged->append.partition;
  const uint64_t durable_below = segment_.bytes;
  const auto position = [&] { return segment_.bytes + frames_.size(); };
  if (partition.writing.reference == 0) {
    catalog_->Declare(&partition);
    declared_.push_back(&partition);
    EncodeFrame(FrameKind::kPartition, partition.writing.reference, durable_below,
                EncodeDeclaration({partition.id(), partition.writing.next_offset}), position(), segment_.salt,
                &frames_);
  }
  staged->positions.reserve(staged->append.values.size());
  for (const std::string& value : staged->append.values) {
    staged->positions.push_back(position() / kAlignment);
    EncodeFrame(FrameKind::kRecord, partition.writing.reference, durable_below, value, position(),
                segment_.salt, &frames_);
  }
  partition.writing.next_offset += staged->append.values.size();
}

void Writer::Commit() {
  if (!frames_.empty()) {
    if (absl::Status written = WriteFrames(); written.ok()) {
      Publish();
    } else {
      Undo();
      for (Staged& staged : staged_) {
        if (staged.append.status.ok()) staged.append.status = written;
      }
    }
  }
  frames_.clear();
  declared_.clear();
  std::vector<Partition*> grew;
  for (Staged& staged : staged_) {
    Partition* const partition = staged.append.partition;
    if (staged.append.status.ok() && !staged.positions.empty() && !partition->writing.grew) {
      partition->writing.grew = true;
      grew.push_back(partition);
    }
    staged.append.done(staged.append.status, staged.first_offset);
  }
  staged_.clear();
  for (Partition* partition : grew) {
    partition->writing.grew = false;
    partition->TellGrowth();
  }
}

absl::Status Writer::WriteFrames() {
  if (absl::Status written = SurviveFullDisk(file_->Write(segment_.bytes, frames_)); !written.ok()) {
    return written;
  }
  Sync();
  segment_.bytes += frames_.size();
  ++batches_;
  return absl::OkStatus();
}

void Writer::Undo() {
  for (auto staged = staged_.rbegin(); staged != staged_.rend(); ++staged) {
    staged->append.partition->writing.next_offset = staged->first_offset;
  }
  for (size_t i = 0; i < declared_.size(); ++i) catalog_->UndoDeclaration();
  // Synced before the refusal is told: refused records must not come back.
  DieUnless(file_->Truncate(segment_.bytes));
  Sync();
  allocated_ = segment_.bytes;
}

void Writer::Publish() {
  for (const Staged& staged : staged_) {
    if (!staged.positions.empty()) staged.append.partition->Publish(segment_.sequence, staged.positions);
  }
  catalog_->MoveActiveEnd(segment_.bytes);
}

absl::Status Writer::MakeRoom(uint64_t frame_bytes) {
  const uint64_t end = segment_.bytes + frame_bytes + kMarkBytes;
  if (end <= allocated_) return absl::OkStatus();
  // Room that an earlier full disk has not given yet, or an empty segment that is too small.
  if (end <= capacity_ || segment_.bytes == kSegmentHeaderBytes) {
    return SurviveFullDisk(Allocate(std::max(capacity_, (end + kPageBytes - 1) / kPageBytes * kPageBytes)));
  }
  return Roll(std::max(options_.segment_bytes, kSegmentHeaderBytes + frame_bytes + kMarkBytes));
}

absl::Status Writer::Allocate(uint64_t bytes) {
  absl::Status room = file_->Allocate(bytes);
  if (room.ok()) room = catalog_->RemapActive();
  if (room.ok()) {
    allocated_ = capacity_ = bytes;
  } else if (absl::IsResourceExhausted(room)) {
    // Gives back what part of it was taken; nobody else should starve for it.
    allocated_ = std::max(allocated_, segment_.bytes);
    DieUnless(file_->Truncate(allocated_));
  }
  return room;
}

absl::Status Writer::Roll(uint64_t bytes) {
  const bool first = !catalog_->has_active();
  Segment next{.sequence = first ? 0 : segment_.sequence + 1,
               .salt = RandomSalt(),
               .bytes = kSegmentHeaderBytes,
               .path = ""};
  next.path = SegmentFile(options_.directory, next.sequence, kSegmentSuffix);
  const std::string temporary = next.path + kNewSuffix;
  const SegmentHeader header{.sequence = next.sequence,
                             .salt = next.salt,
                             .previous_bytes = segment_.bytes,
                             .previous_salt = segment_.salt};
  // Made whole under a temporary name: a segment that has its name has its header.
  std::unique_ptr<StorageFile> file;
  const absl::Status made = [&]() -> absl::Status {
    absl::StatusOr<std::unique_ptr<StorageFile>> opened = storage_->Open(temporary);
    if (!opened.ok()) return opened.status();
    file = *std::move(opened);
    if (absl::Status done = file->Truncate(0); !done.ok()) return done;
    if (absl::Status done = file->Allocate(bytes); !done.ok()) return done;
    if (absl::Status done = file->Write(0, EncodeSegmentHeader(header)); !done.ok()) return done;
    ++syncs_;
    DieUnless(file->Sync());
    absl::Status mapped =
        first ? catalog_->SetActive(next, temporary) : catalog_->PrepareNext(next, temporary);
    return mapped.ok() ? storage_->Rename(temporary, next.path) : mapped;
  }();
  if (!made.ok()) {
    unlink(temporary.c_str());
    // While the log is being made, its maker is told whatever it is.
    return first ? made : SurviveFullDisk(made);
  }
  DieUnless(storage_->SyncDirectory(options_.directory));
  if (!first) {
    FinishSegment();
    catalog_->WriteActiveIndex();
    catalog_->Switch();
  }
  file_ = std::move(file);
  segment_ = next;
  allocated_ = capacity_ = bytes;
  return absl::OkStatus();
}

void Writer::FinishSegment() {
  WriteMark();
  SurviveFullDisk(file_->Truncate(std::min(allocated_, segment_.bytes + kMarkBytes))).IgnoreError();
  Sync();
}

void Writer::WriteMark() {
  if (segment_.bytes + kMarkBytes > allocated_) return;
  std::string mark;
  EncodeFrame(FrameKind::kMark, 0, segment_.bytes, "", segment_.bytes, segment_.salt, &mark);
  // Only a hint: a full disk may do without.
  SurviveFullDisk(file_->Write(segment_.bytes, mark)).IgnoreError();
}

void Writer::Sync() {
  ++syncs_;
  DieUnless(file_->Sync());
}

}  // namespace afterbell::embedded
