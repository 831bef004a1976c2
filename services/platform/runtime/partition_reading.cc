// A partition reading its own records back: what is valid becomes state, what is void is decided again.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/check.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/begin.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

using log::v1::Commit;
using log::v1::Record;

// Records that are read before it is looked at again whether a partition must hold, and at the time.
constexpr size_t kLookRecords = 64;

}  // namespace

// Whether the log still holds what the store rests on. False: it has to fetch that first.
absl::StatusOr<bool> Partition::CheckStored() {
  if (stored_checked_ || settled().index == 0) return stored_checked_ = true;
  const uint64_t offset = reader_->last().offset;
  // Its end was known when it was opened: what lies beyond it now is gone.
  if (offset < log_->End()) {
    const absl::StatusOr<LogBatch> batch = log_->Read(offset, 1, 1);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) return false;
    const std::string hash = Chain::Next(reader_->last().hash_before, batch->records[0].value);
    if (batch->records[0].offset == offset && hash == settled().hash) return stored_checked_ = true;
  }
  return absl::DataLossError(absl::StrCat(
      ToString(id_), ": the projection holds record ", settled().index, ", which stood at offset ", offset,
      " and is not there: the log has lost records, or is another copy of it"));
}

absl::Status Partition::ReadOwn() {
  waits_for_writer_ = reads_on_ = false;
  for (size_t read = 0;; ++read) {
    if (read % kLookRecords == 0) {
      if (caught_up_ && !owner_ && MustHold()) break;
      // While a long log is folded: the writer says when it has got on.
      waits_for_writer_ = read > 0 && !caught_up_ && MustWaitForWriter();
      reads_on_ = read > 0 && !waits_for_writer_ && TurnIsOver();
      if (waits_for_writer_ || reads_on_) break;
    }
    AFTERBELL_ASSIGN_OR_RETURN(const DecodedPtr next, reader_->Next());
    if (next == nullptr) break;  // The rest is on its way here: the log will say that it has grown.
    AFTERBELL_ASSIGN_OR_RETURN(const bool taken, ReadOwnRecord(next));
    if (!taken) break;
  }
  AnswerSettled();
  return absl::OkStatus();
}

// False: not yet, because it has seen what is not here.
absl::StatusOr<bool> Partition::ReadOwnRecord(const DecodedPtr& read) {
  const Record& record = read->record;
  if (!read->valid) {
    reader_->Pass();
    std::lock_guard<std::mutex> lock(mutex_);
    ++stats_.void_records;
    if (record.has_claim() && record.claim().instance_id() == shared_.instance_id) claiming_ = false;
    return true;
  }
  if (!pending_.empty() && read->at.hash == pending_.front().hash) {
    SettleFront(read->offset());
    return true;
  }
  if (record.has_commit()) {
    if (owner_ || !pending_.empty()) LoseOwnership();
    const absl::StatusOr<bool> folded = FoldSeen(record.commit());
    if (!folded.ok() || !*folded) return folded;
  }
  reader_->Pass();
  AFTERBELL_RETURN_IF_ERROR(CheckBeside(/*at_end=*/false));
  switch (record.body_case()) {
    case Record::kGenesis:
      if (record.genesis().log_id() != shared_.log_id) {
        return absl::DataLossError(absl::StrCat(ToString(id_), " belongs to log ", record.genesis().log_id(),
                                                ", not to ", shared_.log_id));
      }
      break;
    case Record::kRestored: {
      const std::lock_guard<std::mutex> lock(mutex_);
      names_.push_back({settled().index, settled().log_id});
      break;
    }
    case Record::kClaim: {
      LoseOwnership();
      owner_ = record.claim().instance_id() == shared_.instance_id;
      claiming_ = false;
      newest_claim_ = {record.claim().instance_id(), record.claim().address(), settled().index};
      {
        std::lock_guard<std::mutex> lock(mutex_);
        ++stats_.claims;
        stats_.owner = owner_;
        stats_.newest = newest_claim_;
      }
      if (shared_.claimed) shared_.claimed(id_, newest_claim_);
      break;
    }
    default:
      AFTERBELL_RETURN_IF_ERROR(FoldRecorded(*read));
      return true;
  }
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = settled().index;
  tail_hash_ = settled().hash;
  return true;
}

// What is in flight is void from here on: its commands are decided again.
void Partition::LoseOwnership() {
  Reset(absl::OkStatus());
  owner_ = false;
}

void Partition::SettleFront(uint64_t offset) {
  Pending& front = pending_.front();
  // Each record in flight owns one list of changes.
  AFTERBELL_CHECK(rows_->lists_in_flight() == pending_.size());
  const Commit& commit = front.made->record.commit();
  AFTERBELL_CHECK(commit.index() == settled().index + 1);
  reader_->Pass();
  rows_->SettleFront();
  if (!commit.request_id().empty()) requests_in_flight_.erase(RequestKey(commit));
  TakeBeside(Recorded{commit, id_.service, id_.number, &front.made->events}, offset);
  committed_sources_ = std::move(front.sources);
  committed_newest_ = front.newest;
  unanswered_.push_back(std::move(front));
  pending_.pop_front();
  ++settled_;
  if (appended_ > 0) --appended_;
}

// Folds what a record of this partition has seen. False: some of it is not here yet. A log that fetches
// brings the partitions' records in no order; one that has lost records never brings them.
absl::StatusOr<bool> Partition::FoldSeen(const Commit& commit) {
  for (const log::v1::Seen& seen : commit.seen()) {
    for (Source& source : sources_) {
      if (source.id.service != seen.service() || source.id.number != seen.partition()) continue;
      AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&source, seen.index(), /*react=*/false));
      if (source.folded.index >= seen.index()) {
        source.carried = source.folded.index;
        continue;
      }
      const SteadyTime now = std::chrono::steady_clock::now();
      if (short_since_ == SteadyTime::max() || IsBehind(source)) short_since_ = now;
      if (now < short_since_ + std::chrono::milliseconds(shared_.limits.foreign_wait_ms_max())) return false;
      return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                              ToString(source.id), " to ", seen.index(), ", which ends at ",
                                              source.folded.index));
    }
  }
  short_since_ = SteadyTime::max();
  return true;
}

absl::Status Partition::FoldRecorded(const DecodedRecord& read) {
  const Commit& commit = read.record.commit();
  const Recorded recorded{commit, id_.service, id_.number, &read.events};
  if (const int unreadable = service_.UnreadableEvent(recorded); unreadable >= 0) {
    return absl::FailedPreconditionError(absl::StrCat(ToString(id_), " record ", commit.index(),
                                                      " holds an event this build does not know (",
                                                      unreadable, "): a newer one is needed"));
  }
  EvolveRecorded(service_, recorded, *rows_);
  if (SaysAnything(commit)) worked_ = true;
  rows_->SettleOpen();
  TakeBeside(recorded, read.offset());
  newest_ = std::max(newest_, MicrosOf(commit.recorded_at()));
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = settled().index;
  tail_hash_ = settled().hash;
  unseen_ = 0;
  facts_since_ = SteadyTime::max();
  return absl::OkStatus();
}

// False: not yet, because the log has to fetch first, or there is no room.
absl::StatusOr<bool> Partition::CatchUpBeside() {
  for (Beside* each : {requests_.get(), history_.get()}) {
    if (beside_caught_up_) break;
    if (each == nullptr) continue;
    const absl::StatusOr<bool> reached = each->CatchUp(*log_, settled().index);
    if (absl::IsResourceExhausted(reached.status())) return false;
    if (!reached.ok() || !*reached) return reached;
  }
  beside_caught_up_ = true;
  return true;
}

// What is kept beside the state may be ahead of it at first, but not of the log, nor of another history.
absl::Status Partition::CheckBeside(bool at_end) const {
  for (const Beside* each : {requests_.get(), history_.get()}) {
    if (each == nullptr) continue;
    const ChainPosition& at = each->at();
    const bool holds = at.index == settled().index  ? at.hash == settled().hash
                       : at.index > settled().index ? !at_end
                                                    : true;
    if (holds) continue;
    return absl::DataLossError(
        absl::StrCat(ToString(id_), ": what is kept beside its state rests on record ", at.index,
                     ", which is not there: the log has lost records, or is another copy of it"));
  }
  return absl::OkStatus();
}

void Partition::TakeBeside(const Recorded& recorded, uint64_t offset) {
  if (recorded.commit.index() <= beside_captured_index_) return;  // The stores have it.
  if (requests_ != nullptr) requests_->Take(recorded, offset);
  if (history_ != nullptr) history_->Take(recorded, offset);
}

Partition::Positions Partition::FoldedPositions() {
  if (folded_ == nullptr) {
    auto positions = std::make_shared<std::vector<ChainPosition>>();
    positions->reserve(sources_.size());
    for (const Source& source : sources_) positions->push_back(source.folded);
    folded_ = std::move(positions);
  }
  return folded_;
}

// Read back is recorded for good: whoever asked is told.
void Partition::AnswerSettled() {
  CountSettled();
  std::vector<Pending> answered = std::exchange(unanswered_, {});
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.index = settled().index;
    stats_.commits += answered.size();
  }
  for (Pending& pending : answered) {
    for (CommandCall& call : pending.calls)
      call.done(call.error, call.error.ok() ? &pending.made->record.commit() : nullptr);
  }
}

// Back to what was read back. With OK the commands in flight are decided again, else answered so.
void Partition::Reset(const absl::Status& answer) {
  std::deque<CommandCall> again;
  for (Pending& pending : pending_) {
    for (CommandCall& call : pending.calls) {
      call.error = absl::OkStatus();
      again.push_back(std::move(call));
    }
  }
  pending_.clear();
  decoded_->ExpectNothing();
  appended_ = 0;
  requests_in_flight_.clear();
  rows_->DropInFlight();
  folded_ = nullptr;
  for (size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[i];
    source.folded = (*committed_sources_)[i];
    source.carried = source.folded.index;
    if (source.reader != nullptr) source.reader->MoveTo(source.folded);
    if (source.commons != nullptr) commons_rows_.SetAsOf(source.id.service, source.folded.index);
  }
  AFTERBELL_CHECK(rows_->lists_in_flight() == 0);
  newest_ = committed_newest_;
  tail_index_ = settled().index;
  tail_hash_ = settled().hash;
  unseen_ = 0;
  facts_since_ = SteadyTime::max();
  clock_index_ = ~uint64_t{0};
  if (again.empty()) return;
  if (answer.ok()) {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.insert(queue_.begin(), std::make_move_iterator(again.begin()),
                  std::make_move_iterator(again.end()));
    again_ = true;
  } else {
    for (CommandCall& call : again) call.done(answer, nullptr);
  }
}

void Partition::ClaimPartition() {
  if (settled().index == 0 && !shared_.begins) return;  // Its Genesis is on its way here.
  claiming_ = true;
  std::vector<std::string> values;
  ChainPosition at = settled();
  const Micros now = shared_.clock == log::v1::REAL ? shared_.now() : newest_;
  if (at.index == 0) {
    const Record record = GenesisOf({shared_.log_id, {}, shared_.school_partitions, shared_.clock, now}, id_);
    values.push_back(record.SerializeAsString());
    Chain begun(id_);
    begun.Offer(record, values.back());
    at = begun.at();
  }
  Record record;
  log::v1::Claim* claim = record.mutable_claim();
  claim->set_previous_claim_index(at.claim_index);
  claim->set_read_index(at.index);
  claim->set_read_hash(at.hash);
  claim->set_instance_id(shared_.instance_id);
  claim->set_address(shared_.address);
  *claim->mutable_recorded_at() = TimestampOf(now);
  values.push_back(record.SerializeAsString());
  log_->Append(std::move(values), [self = weak_from_this()](const absl::Status& status, uint64_t) {
    const auto partition = self.lock();
    if (partition == nullptr || status.ok()) return;
    {
      std::lock_guard<std::mutex> lock(partition->mutex_);
      partition->append_failed_ = status;
    }
    partition->Poke();
  });
}

}  // namespace afterbell
