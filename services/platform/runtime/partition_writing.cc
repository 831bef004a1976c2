// A partition and its stores: what is settled is counted, and handed to the writer when there is reason to.
#include <algorithm>
#include <utility>

#include "services/platform/base/check.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

// Rows of the state that make a batch worth writing before it is old, and while a long log is folded, when
// each of them may yet change many times; and rows beside it, which are written in files.
constexpr size_t kBatchRows = 8192;
constexpr size_t kFoldingBatchRows = 65536;
constexpr size_t kBesideBatchRows = 8192;
// How many batches of the state may wait for the one before them: then the partition waits too.
constexpr size_t kBatchesWaiting = 2;
// Rows that are worth writing when there is little room in memory.
constexpr size_t kPressedRows = 4096;
// Of a partition's share of the records that may be in no file: what is not worth a file.
constexpr uint64_t kLittleShare = 4;

}  // namespace

stored::StoredPosition Partition::PositionOfSettled() const {
  stored::StoredPosition position = StoredOf(settled(), reader_->last());
  for (const auto& [index, name] : names_) {
    stored::StoredName* stored = position.add_names();
    stored->set_from_index(index);
    stored->set_log_id(name);
  }
  position.set_recorded_at(committed_newest_);
  position.set_owner_instance_id(newest_claim_.instance_id);
  position.set_owner_address(newest_claim_.address);
  for (size_t i = 0; i < sources_.size(); ++i) {
    const ChainPosition& at = (*committed_sources_)[i];
    stored::StoredSource* source = position.add_sources();
    source->set_service(sources_[i].id.service);
    source->set_partition(sources_[i].id.number);
    source->set_index(at.index);
    source->set_hash(at.hash);
    source->set_claim_index(at.claim_index);
    source->set_offset(at.offset);
    source->set_log_id(at.log_id);
  }
  return position;
}

void Partition::CountSettled() {
  const uint64_t index = settled().index;
  if (index == counted_index_) return;
  // Of a long log that is folded none is: whoever is killed then folds it again.
  if (caught_up_) {
    const uint64_t more = index - counted_index_;
    shared_.write_behind->CountRecords(more);
    counted_ += more;
    if (requests_ != nullptr) {
      shared_.write_behind->CountBeside(more);
      counted_beside_ += more;
    }
  }
  counted_index_ = index;
  settled_at_ = std::chrono::steady_clock::now();
  if (unwritten_since_ == SteadyTime::max()) unwritten_since_ = settled_at_;
  for (Micros newest = *shared_.newest;
       newest < committed_newest_ && !shared_.newest->compare_exchange_weak(newest, committed_newest_);) {
  }
}

// The batches under way, if they are written.
absl::Status Partition::TakeWritten() {
  std::optional<absl::Status> done;
  std::vector<std::pair<uint64_t, absl::Status>> beside_done;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    done = std::exchange(batch_done_, std::nullopt);
    beside_done.swap(beside_done_);
    if (done && done->ok()) stats_.written_index = captured_index_;
  }
  if (done) {
    AFTERBELL_RETURN_IF_ERROR(*done);
    AFTERBELL_CHECK(written_index_ <= captured_index_ && captured_index_ <= settled().index);
    written_index_ = captured_index_;
    rows_->Written();
  }
  for (const auto& [index, status] : beside_done) {
    AFTERBELL_RETURN_IF_ERROR(status);
    AFTERBELL_CHECK(beside_written_index_ < index && index <= beside_captured_index_);
    beside_written_index_ = index;
    requests_->Written();
    history_->Written();
  }
  return absl::OkStatus();
}

// There is little room in memory, and this partition holds more than its share of it.
bool Partition::IsPressed() const {
  const RowBudget& budget = *shared_.budget;
  return rows_->bytes() + beside_bytes_ > budget.bytes_max / budget.partitions &&
         budget.bytes > budget.bytes_max / 2;
}

bool Partition::MustWaitForWriter() const {
  const bool full = IsPressed() && shared_.budget->bytes > shared_.budget->bytes_max;
  const size_t rows_max = kBatchesWaiting * (full ? kPressedRows : kFoldingBatchRows);
  return (captured_index_ != written_index_ && rows_->unwritten() >= rows_max) ||
         (shared_.write_behind->crowded() && BesideRows() >= kBesideBatchRows);
}

size_t Partition::BesideRows() const {
  return requests_ == nullptr ? 0 : std::max(requests_->unwritten().size(), history_->unwritten().size());
}

void Partition::CountBesideBytes() {
  const size_t bytes = requests_ == nullptr ? 0 : requests_->bytes() + history_->bytes();
  shared_.budget->bytes += bytes - beside_bytes_;
  beside_bytes_ = bytes;
}

// Hands what is settled to the writer: when somebody waits for it, when it is much, or when it is old. While
// a long log is folded only what is much goes, or what there is no room for: a row that changes often is
// written once.
void Partition::CaptureBatch(bool rows_now, bool beside_now) {
  CountBesideBytes();
  if (settled().index != written_index_) CaptureRows(rows_now);
  if (requests_ != nullptr && beside_written_index_ < settled().index) CaptureBeside(beside_now);
}

void Partition::CaptureRows(bool now) {
  const size_t rows = rows_->unwritten();
  const bool under_way = captured_index_ != written_index_;  // One batch at a time.
  const SteadyTime since = under_way ? captured_since_ : unwritten_since_;
  const bool much = rows >= (caught_up_ ? kBatchRows : kFoldingBatchRows);
  const bool pressed = rows >= kPressedRows && IsPressed();
  const bool old = caught_up_ && since != SteadyTime::max() &&
                   std::chrono::steady_clock::now() - since >=
                       std::chrono::milliseconds(shared_.limits.write_behind_ms_max());
  const bool soon = now || pressed || old;
  if (under_way && soon) shared_.write_behind->Hurry(store_);
  if (under_way || (!soon && !much)) return;
  AFTERBELL_CHECK(!rows_->HasBatch());
  WriteBehind::Batch batch;
  batch.partition = id_.number;
  batch.state = store_;
  batch.position = PositionOfSettled();
  batch.rows = rows_->Capture();
  batch.records = std::exchange(counted_, 0);
  batch.soon = soon;
  captured_index_ = settled().index;
  captured_since_ = std::exchange(unwritten_since_, SteadyTime::max());
  batch.done = [self = shared_from_this()](const absl::Status& status) {
    {
      std::lock_guard<std::mutex> lock(self->mutex_);
      self->batch_done_ = status;
    }
    self->Poke();
  };
  shared_.write_behind->Write(std::move(batch));
}

// The writer makes a file when there is enough for one. Little is given to it when all partitions together
// have much, or nothing else is recorded here; then it is not to wait.
void Partition::CaptureBeside(bool now) {
  const size_t rows = BesideRows();
  const bool rests = caught_up_ && settled_at_ != SteadyTime::max() &&
                     std::chrono::steady_clock::now() - settled_at_ >= kRestAfter;
  const uint64_t share = shared_.limits.unflushed_records_max() / kLittleShare / shared_.budget->partitions;
  const bool soon = now || rests || (counted_beside_ > share && shared_.write_behind->wants_beside());
  if (soon) settled_at_ = SteadyTime::max();
  if (beside_captured_index_ == settled().index) {
    if (soon) shared_.write_behind->Hurry(requests_->store(), history_->store());
    return;
  }
  if (!soon && (rows < kBesideBatchRows || MustWaitForWriter())) return;
  WriteBehind::BesideBatch batch;
  batch.partition = id_.number;
  batch.requests = requests_->store();
  batch.history = history_->store();
  batch.request_rows = requests_->Capture();
  batch.history_rows = history_->Capture();
  batch.position = StoredOf(settled(), reader_->last());
  batch.records = std::exchange(counted_beside_, 0);
  batch.soon = soon;
  beside_captured_index_ = settled().index;
  batch.done = [self = shared_from_this(), index = beside_captured_index_](const absl::Status& status) {
    {
      std::lock_guard<std::mutex> lock(self->mutex_);
      self->beside_done_.emplace_back(index, status);
    }
    self->Poke();
  };
  shared_.write_behind->Write(std::move(batch));
}

}  // namespace afterbell
