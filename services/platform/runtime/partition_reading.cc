// A partition reading its own records back: what is valid becomes state, what is void is decided again.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/log/begin.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

using log::v1::Commit;
using log::v1::Record;

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;

}  // namespace

// Whether the log still holds what the store rests on. False: it has to fetch that first.
absl::StatusOr<bool> Partition::CheckStored() {
  if (stored_checked_ || chain_.at().index == 0) return stored_checked_ = true;
  const uint64_t offset = chain_.last().offset;
  // Its end was known when it was opened: what lies beyond it now is gone.
  if (offset < log_->End()) {
    const absl::StatusOr<LogBatch> batch = log_->Read(offset, 1, 1);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) return false;
    if (batch->records[0].offset == offset && IsLastOf(chain_, batch->records[0].value))
      return stored_checked_ = true;
  }
  return absl::DataLossError(absl::StrCat(
      ToString(id_), ": the projection holds record ", chain_.at().index, ", which stood at offset ", offset,
      " and is not there: the log has lost records, or is another copy of it"));
}

absl::Status Partition::ReadOwn() {
  AFTERBELL_RETURN_IF_ERROR(WriteStore());
  while (Written() && chain_.at().offset < log_->End()) {
    absl::StatusOr<LogBatch> batch = log_->Read(chain_.at().offset, kReadRecords, kReadBytes);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) break;  // On their way here: the log will say that it has grown.
    for (const LogBatch::Entry& entry : batch->records) {
      const absl::StatusOr<bool> read = ReadOwnRecord(entry.value, entry.offset);
      if (!read.ok()) return read.status();
      if (!*read) return WriteStore();
    }
    chain_.set_offset(batch->next_offset);
    AFTERBELL_RETURN_IF_ERROR(WriteStore());
  }
  return absl::OkStatus();
}

// False: not yet, because it has seen what is not here, or there is no room for the rows before it.
absl::StatusOr<bool> Partition::ReadOwnRecord(std::string_view value, uint64_t offset) {
  if (!pending_.empty() && pending_.front().value == value) {
    // The very bytes this writer made for the next place, so what it computed then holds.
    if (chain_.at().hash.empty() ||
        pending_.front().record->commit().tag() != Chain::TagOf(chain_.at().hash)) {
      return absl::InternalError("a record in flight does not follow what was read back");
    }
    SettleFront(offset);
    return true;
  }
  Record record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", offset, ": not a record"));
  }
  if (owner_ || !pending_.empty() || record.has_claim()) {
    AFTERBELL_RETURN_IF_ERROR(WriteStore());  // Before it may have to go back to what the store holds.
    if (!Written()) return false;
  }
  if (record.has_commit() && chain_.Follows(record.commit())) {
    if (owner_ || !pending_.empty()) LoseOwnership();
    const absl::StatusOr<bool> folded = FoldSeen(record.commit());
    if (!folded.ok() || !*folded) return folded;
  }
  const Verdict verdict = chain_.Offer(record, value, offset);
  if (verdict == Verdict::kDiverged) return absl::DataLossError(chain_.divergence());
  if (verdict == Verdict::kVoid) {
    std::lock_guard<std::mutex> lock(mutex_);
    ++stats_.void_records;
    if (record.has_claim() && record.claim().instance_id() == shared_.instance_id) claiming_ = false;
    return true;
  }
  switch (record.body_case()) {
    case Record::kGenesis:
      if (record.genesis().log_id() != shared_.log_id) {
        return absl::DataLossError(absl::StrCat(ToString(id_), " belongs to log ", record.genesis().log_id(),
                                                ", not to ", shared_.log_id));
      }
      break;
    case Record::kRestored: {
      const std::lock_guard<std::mutex> lock(mutex_);
      names_.push_back({chain_.at().index, chain_.at().log_id});
      break;
    }
    case Record::kClaim: {
      LoseOwnership();
      owner_ = record.claim().instance_id() == shared_.instance_id;
      claiming_ = false;
      newest_claim_ = {record.claim().instance_id(), record.claim().address(), chain_.at().index};
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
      AFTERBELL_RETURN_IF_ERROR(FoldRecorded(record.commit(), offset));
      return true;
  }
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = chain_.at().index;
  tail_hash_ = chain_.at().hash;
  return true;
}

// What is in flight is void from here on: its commands are decided again.
void Partition::LoseOwnership() {
  Reset(absl::OkStatus());
  owner_ = false;
}

void Partition::SettleFront(uint64_t offset) {
  Pending& front = pending_.front();
  chain_.Accept(front.hash, offset);
  std::move(front.changes.begin(), front.changes.end(), std::back_inserter(unwritten_));
  const Commit& commit = front.record->commit();
  if (!commit.request_id().empty()) requests_in_flight_.erase(RequestKey(commit));
  TakeBeside(commit, offset);
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

absl::Status Partition::FoldRecorded(const Commit& commit, uint64_t offset) {
  for (const std::string& event : commit.events()) {
    if (service_.Knows(event)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(ToString(id_), " record ", commit.index(),
                     " holds an event this build does not know: a newer one is ", "needed"));
  }
  EvolveRecorded(service_, Recorded{commit, id_.service, id_.number}, *rows_);
  std::vector<RowChange> changes = rows_->TakeChanges();
  std::move(changes.begin(), changes.end(), std::back_inserter(unwritten_));
  TakeBeside(commit, offset);
  newest_ = std::max(newest_, MicrosOf(commit.recorded_at()));
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = chain_.at().index;
  tail_hash_ = chain_.at().hash;
  unseen_ = 0;
  facts_since_ = SteadyTime::max();
  return absl::OkStatus();
}

// False: not yet, because the log has to fetch first, or there is no room.
absl::StatusOr<bool> Partition::CatchUpBeside() {
  for (Beside* each : {requests_.get(), history_.get()}) {
    if (beside_caught_up_) break;
    if (each == nullptr) continue;
    const absl::StatusOr<bool> reached = each->CatchUp(*log_, chain_.at().index);
    if (absl::IsResourceExhausted(reached.status())) return false;
    if (!reached.ok() || !*reached) return reached;
  }
  beside_caught_up_ = true;
  return true;
}

void Partition::TakeBeside(const Commit& commit, uint64_t offset) {
  if (requests_ != nullptr) requests_->Take(commit, offset);
  if (history_ != nullptr) history_->Take(commit, offset);
}

std::vector<ChainPosition> Partition::FoldedPositions() const {
  std::vector<ChainPosition> positions;
  positions.reserve(sources_.size());
  for (const Source& source : sources_) positions.push_back(source.folded);
  return positions;
}

absl::Status Partition::WriteStore() {
  if (chain_.at().index == written_index_) return absl::OkStatus();
  stored::StoredPosition position = StoredOf(chain_);
  for (const auto& [index, name] : names_) {
    stored::StoredName* stored = position.add_names();
    stored->set_from_index(index);
    stored->set_log_id(name);
  }
  position.set_recorded_at(committed_newest_);
  position.set_owner_instance_id(newest_claim_.instance_id);
  position.set_owner_address(newest_claim_.address);
  for (size_t i = 0; i < sources_.size(); ++i) {
    const ChainPosition& at = committed_sources_[i];
    stored::StoredSource* source = position.add_sources();
    source->set_service(sources_[i].id.service);
    source->set_partition(sources_[i].id.number);
    source->set_index(at.index);
    source->set_hash(at.hash);
    source->set_claim_index(at.claim_index);
    source->set_offset(at.offset);
    source->set_log_id(at.log_id);
  }
  // Requests first: one that is known too early is answered from the log, one that is not would be
  // decided twice.
  absl::Status status;
  if (requests_ != nullptr) status = requests_->Write(chain_);
  if (status.ok() && history_ != nullptr) status = history_->Write(chain_);
  KeepNewest(&unwritten_);
  if (status.ok()) status = store_->Write(id_.number, unwritten_, position);
  if (absl::IsResourceExhausted(status))
    return absl::OkStatus();  // Kept, and tried again; nothing is answered.
  if (!status.ok()) return status;
  written_index_ = chain_.at().index;
  written_sources_ = committed_sources_;
  rows_->Settle(unwritten_);
  stored_rows_.Take(std::exchange(unwritten_, {}));
  for (Micros newest = *shared_.newest;
       newest < committed_newest_ && !shared_.newest->compare_exchange_weak(newest, committed_newest_);) {
  }
  std::vector<Pending> answered = std::exchange(unanswered_, {});
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.index = written_index_;
    stats_.commits += answered.size();
  }
  for (Pending& pending : answered) {
    for (CommandCall& call : pending.calls)
      call.done(call.error, call.error.ok() ? &pending.record->commit() : nullptr);
  }
  return absl::OkStatus();
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
  appended_ = 0;
  requests_in_flight_.clear();
  rows_->Clear();
  for (size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[i];
    source.folded = committed_sources_[i];
    source.chain = Chain(source.id, source.folded);
    source.carried = source.folded.index;
    source.batch = LogBatch();
    source.batch_next = 0;
    if (source.commons != nullptr) commons_rows_.SetAsOf(source.id.service, source.folded.index);
  }
  newest_ = committed_newest_;
  tail_index_ = chain_.at().index;
  tail_hash_ = chain_.at().hash;
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
  if (chain_.at().index == 0 && !shared_.begins) return;  // Its Genesis is on its way here.
  claiming_ = true;
  std::vector<std::string> values;
  ChainPosition at = chain_.at();
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
