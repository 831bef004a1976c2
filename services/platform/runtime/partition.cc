#include "services/platform/runtime/partition.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/record.h"

namespace afterbell {
namespace {

using log::v1::Commit;
using log::v1::Record;

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;
// How many deadlines are looked up at a time.
constexpr size_t kDeadlinesAtOnce = 256;
// What a caller's clock may be ahead of the log's.
constexpr Micros kAheadMax = kMicrosPerMinute;

std::string RequestKey(const Commit& commit) {
  return Key("q", commit.district_id(), commit.actor().person_id(), commit.request_id());
}

}  // namespace

Partition::Partition(const Service& service, std::shared_ptr<LogPartition> log,
                     std::vector<std::shared_ptr<LogPartition>> reads, Store* store, const Shared& shared)
    : service_(service),
      id_(log->id()),
      log_(std::move(log)),
      store_(store),
      shared_(shared),
      stored_rows_(store->Live(id_.number)),
      chain_(id_) {
  for (Commons* commons : shared.commons) {
    commons_rows_.Add(commons);
    if (id_.number == 0 && commons->service() == id_.service) continue;  // Its own rows.
    Source source;
    source.id = {commons->service(), 0};
    source.commons = commons;
    source.log = commons->log();
    sources_.push_back(std::move(source));
  }
  for (std::shared_ptr<LogPartition>& foreign : reads) {
    Source source;
    source.id = foreign->id();
    source.log = std::move(foreign);
    sources_.push_back(std::move(source));
  }
  rows_ = std::make_unique<Overlay>(*stored_rows_, &commons_rows_,
                                    id_.number == 0 ? "c/" + id_.service + "/" : std::string());
  const stored::StoredPosition stored = store_->Position(id_.number);
  chain_ =
      Chain(id_, {stored.index(), stored.hash(), stored.claim_index(), stored.offset(), stored.log_id()});
  for (const Source& source : sources_) {
    ChainPosition position;
    for (const stored::StoredSource& at : stored.sources()) {
      if (at.service() == source.id.service && at.partition() == source.id.number) {
        position = {at.index(), at.hash(), at.claim_index(), at.offset(), at.log_id()};
      }
    }
    committed_sources_.push_back(std::move(position));
  }
  committed_newest_ = stored.recorded_at();
  written_sources_ = committed_sources_;
  written_index_ = stored.index();
  Reset(absl::OkStatus());
}

Partition::~Partition() = default;

void Partition::Start(bool own) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    want_owner_ = own;
  }
  const std::weak_ptr<Partition> self = weak_from_this();
  const auto poke = [self] {
    if (const auto partition = self.lock()) partition->Poke();
  };
  growth_.push_back(log_->OnGrowth(poke));
  for (const Source& source : sources_) growth_.push_back(source.log->OnGrowth(poke));
  Poke();
}

void Partition::Stop() {
  std::mutex mutex;
  std::condition_variable stopped;
  bool done = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return;
    stopping_ = true;
    on_stopped_ = [&] {
      std::lock_guard<std::mutex> inner(mutex);
      done = true;
      stopped.notify_all();
    };
  }
  Poke();
  std::unique_lock<std::mutex> lock(mutex);
  stopped.wait(lock, [&] { return done; });
  growth_.clear();
}

void Partition::Submit(CommandCall call) {
  absl::Status refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!halted_.ok()) {
      refused = halted_;
    } else if (stopping_) {
      refused = absl::UnavailableError("this instance is stopping");
    } else if (queue_.size() >= shared_.limits.commands_waiting_max) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("commands_waiting_max: ", shared_.limits.commands_waiting_max, " commands wait at ",
                       ToString(id_)));
    } else {
      queue_.push_back(std::move(call));
    }
  }
  if (!refused.ok()) return call.done(refused, nullptr);
  Poke();
}

void Partition::Wait(const log::v1::Position& position, SteadyTime deadline,
                     std::function<void(const absl::Status&)> reached) {
  absl::Status refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!halted_.ok() || stopping_) {
      refused = halted_.ok() ? absl::UnavailableError("this instance is stopping") : halted_;
    } else if (waiters_.size() >= shared_.limits.waiters_max) {
      refused = absl::ResourceExhaustedError(absl::StrCat("waiters_max: ", shared_.limits.waiters_max));
    } else {
      waiters_.push_back({position, deadline, reached});
    }
  }
  if (!refused.ok()) return reached(refused);
  Poke();
}

void Partition::Poke() {
  again_ = true;
  if (scheduled_.exchange(true)) return;
  shared_.pool->Run([self = shared_from_this()] { self->Step(); });
}

void Partition::Expire(SteadyTime now) {
  std::vector<Waiter> late;
  std::deque<CommandCall> calls;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < waiters_.size();) {
      if (waiters_[i].deadline <= now) {
        late.push_back(std::move(waiters_[i]));
        waiters_.erase(waiters_.begin() + i);
      } else {
        ++i;
      }
    }
    for (size_t i = 0; i < queue_.size();) {
      if (queue_[i].deadline <= now) {
        calls.push_back(std::move(queue_[i]));
        queue_.erase(queue_.begin() + i);
      } else {
        ++i;
      }
    }
  }
  for (Waiter& waiter : late)
    waiter.reached(absl::DeadlineExceededError("the position was not reached in time"));
  for (CommandCall& call : calls)
    call.done(absl::DeadlineExceededError("not decided in time; nothing was recorded"), nullptr);
}

Partition::Stats Partition::stats() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stats_;
}

bool Partition::Quiet() const {
  if (!quiet_ || scheduled_) return false;
  // What grew since the last turn may not have been told yet.
  uint64_t ends = log_->End();
  for (const Source& source : sources_) ends += source.log->End();
  if (ends != quiet_ends_) return false;
  std::lock_guard<std::mutex> lock(mutex_);
  return queue_.empty();
}

absl::Status Partition::halted() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return halted_;
}

// ---------------------------------------------------------------------------------- one turn

void Partition::Step() {
  do {
    quiet_ = false;
    again_ = false;
    std::deque<CommandCall> calls;
    bool halted;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      halted = !halted_.ok();
      if (!halted) calls.swap(queue_);
    }
    if (halted) break;
    const absl::Status status = Turn(&calls);
    if (!calls.empty()) {
      // Not taken this turn: they keep their place.
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.insert(queue_.begin(), std::make_move_iterator(calls.begin()),
                    std::make_move_iterator(calls.end()));
    }
    if (!status.ok()) Halt(status);
  } while (again_);
  uint64_t ends = log_->End();
  bool read_to_end = owner_ && pending_.empty() && unwritten_.empty() && chain_.at().offset >= ends;
  for (const Source& source : sources_) {
    const uint64_t end = source.log->End();
    ends += end;
    const bool behind =
        source.commons != nullptr
            ? source.commons->offset() < end || source.folded.index < source.commons->index()
            : source.chain.at().offset < end || source.batch_next < source.batch.records.size();
    if (behind) read_to_end = false;
  }
  quiet_ends_ = ends;
  quiet_ = read_to_end;
  scheduled_ = false;
  // A poke between the last look and the line above would have found `scheduled_` set.
  if (again_) Poke();
}

absl::Status Partition::Turn(std::deque<CommandCall>* calls) {
  absl::Status append_failed;
  bool want_owner, stopping, wants_seen;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    append_failed = std::exchange(append_failed_, absl::OkStatus());
    want_owner = want_owner_;
    stopping = stopping_;
    wants_seen = wants_seen_;
  }
  AFTERBELL_RETURN_IF_ERROR(ReadOwn());
  if (!append_failed.ok()) {
    claiming_ = false;
    Reset(append_failed);
  }
  if (!owner_ && want_owner && !claiming_ && unwritten_.empty()) {
    // At the end of the log as far as is known; what lies behind is read before the claim comes back.
    if (!stopping) ClaimPartition();
  }
  if (owner_ && unwritten_.empty()) {
    if (shared_.clock == log::v1::REAL) moment_ = shared_.now();
    AFTERBELL_RETURN_IF_ERROR(AdvanceIntake());
    if (HasRoom()) FireDeadlines();
    if (HasRoom()) TakeRunSteps();
    while (!calls->empty() && HasRoom()) {
      CommandCall call = std::move(calls->front());
      calls->pop_front();
      DecideCommand(std::move(call));
    }
    const bool nothing_in_flight = pending_.empty();
    if (nothing_in_flight && unseen_ > 0 &&
        (wants_seen || stopping || unseen_ >= shared_.limits.records_unseen_max)) {
      Push(NewHead(), {});
    }
    AppendNew();
  }
  ServeWaiters();
  if (stopping && pending_.empty() && unwritten_.empty()) {
    for (CommandCall& call : *calls) call.done(absl::UnavailableError("this instance is stopping"), nullptr);
    calls->clear();
    std::function<void()> stopped;
    std::vector<Waiter> waiters;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      halted_ = absl::UnavailableError("this instance has stopped");
      stopped = std::exchange(on_stopped_, nullptr);
      waiters.swap(waiters_);
    }
    for (Waiter& waiter : waiters) waiter.reached(absl::UnavailableError("this instance is stopping"));
    if (stopped) stopped();
  }
  return absl::OkStatus();
}

void Partition::Halt(absl::Status why) {
  std::fprintf(stderr, "%s halts: %s\n", ToString(id_).c_str(), why.ToString().c_str());
  std::deque<CommandCall> calls;
  std::vector<Waiter> waiters;
  std::function<void()> stopped;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    halted_ = absl::UnavailableError(absl::StrCat(ToString(id_), " halted: ", std::string(why.message())));
    why = halted_;
    calls.swap(queue_);
    waiters.swap(waiters_);
    stopped_ = true;
    stopped = std::exchange(on_stopped_, nullptr);
  }
  for (Pending& pending : pending_) {
    for (CommandCall& call : pending.calls) calls.push_back(std::move(call));
  }
  pending_.clear();
  for (CommandCall& call : calls) call.done(why, nullptr);
  for (Waiter& waiter : waiters) waiter.reached(why);
  if (stopped) stopped();
}

// ---------------------------------------------------------------------------------- reading back

absl::Status Partition::ReadOwn() {
  while (chain_.at().offset < log_->End()) {
    absl::StatusOr<LogBatch> batch = log_->Read(chain_.at().offset, kReadRecords, kReadBytes);
    if (!batch.ok()) return batch.status();
    for (const LogBatch::Entry& entry : batch->records) {
      AFTERBELL_RETURN_IF_ERROR(ReadOwnRecord(entry.value, entry.offset));
    }
    chain_.set_offset(batch->next_offset);
    AFTERBELL_RETURN_IF_ERROR(WriteStore());
    if (!unwritten_.empty()) break;  // No room: the rest when there is.
  }
  return WriteStore();
}

absl::Status Partition::ReadOwnRecord(std::string_view value, uint64_t offset) {
  chain_.set_offset(offset + 1);
  if (!pending_.empty() && pending_.front().value == value) {
    // The very bytes this writer made for the next place, so what it computed then holds.
    if (chain_.at().hash.empty() ||
        pending_.front().record->commit().tag() != Chain::TagOf(chain_.at().hash)) {
      return absl::InternalError("a record in flight does not follow what was read back");
    }
    SettleFront(offset);
    return absl::OkStatus();
  }
  Record record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", offset, ": not a record"));
  }
  const Verdict verdict = chain_.Offer(record, value);
  if (verdict == Verdict::kDiverged) return absl::DataLossError(chain_.divergence());
  if (verdict == Verdict::kVoid) {
    std::lock_guard<std::mutex> lock(mutex_);
    ++stats_.void_records;
    if (record.has_claim() && record.claim().instance_id() == shared_.instance_id) claiming_ = false;
    return absl::OkStatus();
  }
  switch (record.body_case()) {
    case Record::kGenesis:
      if (record.genesis().log_id() != shared_.log_id) {
        return absl::DataLossError(absl::StrCat(ToString(id_), " belongs to log ", record.genesis().log_id(),
                                                ", not to ", shared_.log_id));
      }
      break;
    case Record::kClaim: {
      AFTERBELL_RETURN_IF_ERROR(LoseOwnership());
      owner_ = record.claim().instance_id() == shared_.instance_id;
      claiming_ = false;
      std::lock_guard<std::mutex> lock(mutex_);
      ++stats_.claims;
      stats_.owner = owner_;
      break;
    }
    default:
      if (owner_ || !pending_.empty()) AFTERBELL_RETURN_IF_ERROR(LoseOwnership());
      return FoldRecorded(record.commit(), offset);
  }
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = chain_.at().index;
  tail_hash_ = chain_.at().hash;
  return absl::OkStatus();
}

// What is in flight is void from here on: its commands are decided again.
absl::Status Partition::LoseOwnership() {
  AFTERBELL_RETURN_IF_ERROR(WriteStore());
  Reset(absl::OkStatus());
  owner_ = false;
  return absl::OkStatus();
}

void Partition::SettleFront(uint64_t offset) {
  Pending& front = pending_.front();
  chain_.Accept(front.hash);
  for (const Overlay::Change& change : front.changes) unwritten_.push_back(change.row);
  std::move(front.changes.begin(), front.changes.end(), std::back_inserter(unsettled_));
  const Commit& commit = front.record->commit();
  if (!commit.request_id().empty()) {
    requests_in_flight_.erase(RequestKey(commit));
    KeepRequest(commit, offset);
  }
  committed_sources_ = std::move(front.sources);
  committed_newest_ = front.newest;
  unanswered_.push_back(std::move(front));
  pending_.pop_front();
  ++settled_;
  if (appended_ > 0) --appended_;
}

absl::Status Partition::FoldRecorded(const Commit& commit, uint64_t offset) {
  for (const log::v1::Seen& seen : commit.seen()) {
    for (Source& source : sources_) {
      if (source.id.service != seen.service() || source.id.number != seen.partition()) continue;
      AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&source, seen.index(), /*react=*/false));
      if (source.folded.index < seen.index()) {
        return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                                ToString(source.id), " to ", seen.index(), ", which ends at ",
                                                source.folded.index));
      }
      source.carried = source.folded.index;
    }
  }
  EvolveRecorded(service_, Recorded{commit, id_.service, id_.number}, *rows_);
  std::vector<Overlay::Change> changes = rows_->TakeChanges();
  for (const Overlay::Change& change : changes) unwritten_.push_back(change.row);
  std::move(changes.begin(), changes.end(), std::back_inserter(unsettled_));
  if (!commit.request_id().empty()) KeepRequest(commit, offset);
  newest_ = std::max(newest_, MicrosOf(commit.recorded_at()));
  committed_sources_ = FoldedPositions();
  committed_newest_ = newest_;
  tail_index_ = chain_.at().index;
  tail_hash_ = chain_.at().hash;
  unseen_ = 0;
  return absl::OkStatus();
}

void Partition::KeepRequest(const Commit& commit, uint64_t offset) {
  stored::StoredRequest row;
  row.set_index(commit.index());
  row.set_offset(offset);
  row.set_digest(commit.request_digest());
  row.set_recorded_at(MicrosOf(commit.recorded_at()));
  unwritten_.push_back({RequestKey(commit), row.SerializeAsString()});
}

std::vector<ChainPosition> Partition::FoldedPositions() const {
  std::vector<ChainPosition> positions;
  positions.reserve(sources_.size());
  for (const Source& source : sources_) positions.push_back(source.folded);
  return positions;
}

absl::Status Partition::WriteStore() {
  if (chain_.at().index == written_index_) return absl::OkStatus();
  stored::StoredPosition position;
  position.set_index(chain_.at().index);
  position.set_hash(chain_.at().hash);
  position.set_claim_index(chain_.at().claim_index);
  position.set_offset(chain_.at().offset);
  position.set_log_id(chain_.at().log_id);
  position.set_recorded_at(committed_newest_);
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
  const absl::Status status = store_->Write(id_.number, unwritten_, position);
  if (absl::IsResourceExhausted(status))
    return absl::OkStatus();  // Kept, and tried again; nothing is answered.
  if (!status.ok()) return status;
  written_index_ = chain_.at().index;
  written_sources_ = committed_sources_;
  rows_->Settle(unsettled_);
  unwritten_.clear();
  unsettled_.clear();
  std::vector<Pending> answered = std::exchange(unanswered_, {});
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.index = written_index_;
    stats_.commits += answered.size();
  }
  for (Pending& pending : answered) {
    for (CommandCall& call : pending.calls) call.done(absl::OkStatus(), &pending.record->commit());
  }
  return absl::OkStatus();
}

// Back to what was read back. With OK the commands in flight are decided again, else answered so.
void Partition::Reset(const absl::Status& answer) {
  std::deque<CommandCall> again;
  for (Pending& pending : pending_) {
    for (CommandCall& call : pending.calls) again.push_back(std::move(call));
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
  claiming_ = true;
  std::vector<std::string> values;
  ChainPosition at = chain_.at();
  const Micros now = shared_.clock == log::v1::REAL ? shared_.now() : newest_;
  if (at.index == 0) {
    Record record;
    log::v1::Genesis* genesis = record.mutable_genesis();
    genesis->set_log_id(shared_.log_id);
    genesis->set_service(id_.service);
    genesis->set_partition(id_.number);
    genesis->set_school_partitions(shared_.school_partitions);
    genesis->set_clock(shared_.clock);
    *genesis->mutable_recorded_at() = TimestampOf(now);
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

// ---------------------------------------------------------------------------------- intake

absl::Status Partition::AdvanceIntake() {
  for (Source& source : sources_) {
    AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&source, ~uint64_t{0}, /*react=*/true));
  }
  return absl::OkStatus();
}

absl::Status Partition::AdvanceSource(Source* source, uint64_t until_index, bool react) {
  if (source->commons != nullptr) {
    if (source->folded.index >= until_index) return absl::OkStatus();
    AFTERBELL_RETURN_IF_ERROR(source->commons->CatchUp());
    const uint64_t end = std::min(until_index, source->commons->index());
    while (source->folded.index < end && (!react || HasRoom())) {
      const std::shared_ptr<const Commit> commit = source->commons->At(source->folded.index + 1);
      ++source->folded.index;
      commons_rows_.SetAsOf(source->id.service, source->folded.index);
      if (commit != nullptr) AFTERBELL_RETURN_IF_ERROR(FoldForeign(source, *commit, react));
    }
    return absl::OkStatus();
  }
  while (source->folded.index < until_index && (!react || HasRoom())) {
    if (source->batch_next >= source->batch.records.size()) {
      if (source->chain.at().offset >= source->log->End()) return absl::OkStatus();
      absl::StatusOr<LogBatch> batch = source->log->Read(source->chain.at().offset, kReadRecords, kReadBytes);
      if (!batch.ok()) return batch.status();
      source->batch = *std::move(batch);
      source->batch_next = 0;
      if (source->batch.records.empty()) return absl::OkStatus();
    }
    const LogBatch::Entry entry = source->batch.records[source->batch_next++];
    const std::shared_ptr<const void> holds = source->batch.holds;
    Record record;
    if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()))) {
      return absl::DataLossError(absl::StrCat(ToString(source->id), " at ", entry.offset, ": not a record"));
    }
    const Verdict verdict = source->chain.Offer(record, entry.value);
    source->chain.set_offset(entry.offset + 1);
    if (verdict == Verdict::kDiverged) return absl::DataLossError(source->chain.divergence());
    if (verdict == Verdict::kVoid) {
      source->folded.offset = entry.offset + 1;
      continue;
    }
    if (react && record.has_commit()) {
      // Nobody judges on older facts than the judged had.
      for (const log::v1::Seen& seen : record.commit().seen()) {
        for (Source& other : sources_) {
          if (&other != source && other.id.service == seen.service() && other.id.number == seen.partition()) {
            AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&other, seen.index(), react));
          }
        }
      }
    }
    source->folded = source->chain.at();
    if (record.has_commit()) AFTERBELL_RETURN_IF_ERROR(FoldForeign(source, record.commit(), react));
  }
  return absl::OkStatus();
}

absl::Status Partition::FoldForeign(Source* source, const Commit& commit, bool react) {
  const Recorded recorded{commit, source->id.service, source->id.number};
  newest_ = std::max(newest_, recorded.recorded_at());
  ++unseen_;
  if (source->commons == nullptr) service_.Fold(recorded, *rows_);
  if (react) React(recorded);
  return absl::OkStatus();
}

void Partition::React(const Recorded& cause) {
  const bool commons = cause.partition == 0;
  const bool may_unblock = commons && cause.service == "registry";
  if (!service_.Hears(cause.service, commons) && !may_unblock) return;
  if (may_unblock && !service_.Hears(cause.service, commons) && reference::ParametersSet(cause).empty())
    return;
  Commit head = NewHead();
  *head.mutable_cause() = cause.Id();
  *head.mutable_occurred_at() = cause.commit.occurred_at();
  head.set_service_date(cause.commit.service_date());
  head.set_district_id(cause.commit.district_id());
  head.set_school_id(cause.commit.school_id());
  std::vector<std::string> commands;
  {
    const Context context = ContextOf(head, id_, shared_.log_id, *rows_, shared_.clock == log::v1::SIMULATED);
    policy::Policy policy(*rows_);
    commands = service_.React(Situation{context, *rows_, policy}, cause);
  }
  OpenRuns(cause, &head);
  if (!commands.empty()) {
    const absl::Status status =
        Decide(service_, id_, shared_.log_id, commands, shared_.clock == log::v1::SIMULATED, nullptr,
               shared_.limits.events_per_commit_max, &head, *rows_);
    if (!status.ok()) return;  // Not of a caller: nothing to tell anybody.
  }
  if (head.events().empty() && !head.has_refusal() && head.blocked().empty() && head.runs_opened().empty())
    return;
  Push(std::move(head), {});
}

void Partition::OpenRuns(const Recorded& cause, Commit* head) {
  if (cause.service != "registry" || cause.partition != 0) return;
  for (const std::string& parameter : reference::ParametersSet(cause)) {
    std::string first, last;
    rows_->ScanBytes(Key("b", parameter, ""), "", [&](std::string_view key, std::string_view) {
      if (first.empty()) first = std::string(key);
      last = std::string(key);
      return true;
    });
    if (first.empty()) continue;
    log::v1::Run* run = head->add_runs_opened();
    run->set_run_id(DerivedId("run", {std::to_string(head->index()), parameter}));
    run->set_kind("unblock");
    run->set_parameter(parameter);
    run->set_cursor(first);
    run->set_until(last);
  }
}

// ---------------------------------------------------------------------------------- deciding

Micros Partition::Now() {
  if (shared_.clock == log::v1::REAL) return moment_;
  const bool own = id_.number == 0 && id_.service == "registry";
  const uint64_t index = own ? tail_index_ : commons_rows_.as_of("registry");
  if (index != clock_index_) {
    clock_index_ = index;
    const auto moved = rows_->Get<registry::v1::ClockMoved>("c/registry/clock");
    clock_ = moved ? MicrosOf(moved->to()) : 0;
  }
  return clock_;
}

Commit Partition::NewHead() {
  const Micros recorded_at = std::max(Now(), newest_) + 1;
  Commit head;
  head.set_index(tail_index_ + 1);
  head.set_tag(Chain::TagOf(tail_hash_));
  head.set_claim_index(chain_.at().claim_index);
  *head.mutable_recorded_at() = TimestampOf(recorded_at);
  *head.mutable_occurred_at() = TimestampOf(recorded_at);
  head.set_service_date(DateOf(recorded_at));
  head.mutable_actor()->set_role("system");
  return head;
}

void Partition::Push(Commit head, std::vector<CommandCall> calls) {
  for (Source& source : sources_) {
    if (source.folded.index <= source.carried) continue;
    log::v1::Seen* seen = head.add_seen();
    seen->set_service(source.id.service);
    seen->set_partition(source.id.number);
    seen->set_index(source.folded.index);
    source.carried = source.folded.index;
  }
  EvolveRecorded(service_, Recorded{head, id_.service, id_.number}, *rows_);
  Pending pending;
  pending.record = std::make_shared<Record>();
  *pending.record->mutable_commit() = std::move(head);
  const Commit& commit = pending.record->commit();
  pending.value = pending.record->SerializeAsString();
  pending.hash = Chain::Next(tail_hash_, pending.value);
  pending.changes = rows_->TakeChanges();
  pending.sources = FoldedPositions();
  newest_ = MicrosOf(commit.recorded_at());
  pending.newest = newest_;
  pending.calls = std::move(calls);
  tail_hash_ = pending.hash;
  ++tail_index_;
  unseen_ = 0;
  if (!commit.request_id().empty()) {
    requests_in_flight_[RequestKey(commit)] = {settled_ + pending_.size(), commit.request_digest()};
  }
  pending_.push_back(std::move(pending));
}

void Partition::AppendNew() {
  if (appended_ >= pending_.size()) return;
  std::vector<std::string> values;
  for (; appended_ < pending_.size(); ++appended_) values.push_back(pending_[appended_].value);
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

void Partition::FireDeadlines() {
  for (;;) {
    // What is recorded next may not pass a deadline, and it is recorded after the newest that is known.
    const Micros now = std::max(Now(), newest_);
    if (work_seen_ == rows_->work_changes() && now < work_time_) return;
    const std::string until = "d/" + InstantText(now) + "~";
    std::vector<std::string> due;
    Micros next = INT64_MAX;
    rows_->ScanBytes("d/", "", [&](std::string_view key, std::string_view) {
      if (key > until) {
        const std::string_view instant = KeyPart(key, 1);
        next = InstantOf(instant.substr(0, 10), instant.substr(11, 5), 0) + kMicrosPerMinute;
        return false;
      }
      due.push_back(std::string(key));
      return due.size() < kDeadlinesAtOnce;
    });
    if (due.empty()) {
      work_seen_ = rows_->work_changes();
      work_time_ = next == INT64_MAX ? INT64_MAX : next - kMicrosPerMinute;
      next_due_ = next;
      return;
    }
    // Everything that was recorded before the moment came is heard first.
    if (!AdvanceIntake().ok()) return;
    for (const std::string& key : due) {
      if (!HasRoom()) return;
      if (!rows_->Has(key)) continue;
      const std::string_view instant = KeyPart(key, 1);
      const std::string_view name = KeyPart(key, 2);
      Commit head = NewHead();
      log::v1::TimeReached* reached = head.mutable_time_reached();
      reached->set_deadline(std::string(name));
      reached->set_entity(key.substr(2 + instant.size() + 1 + name.size() + 1));
      const Micros second = InstantOf(instant.substr(0, 10), instant.substr(11, 5), 0) +
                            std::stoi(std::string(instant.substr(17, 2))) * kMicrosPerSecond +
                            std::stoi(std::string(instant.substr(20, 6)));
      *reached->mutable_at() = TimestampOf(second);
      *head.mutable_occurred_at() = reached->at();
      head.set_service_date(DateOf(second));
      // A school's deadline names it first.
      const std::string& entity = reached->entity();
      if (const auto school = reference::School(*rows_, entity.substr(0, entity.find('/')))) {
        head.set_school_id(school->school_id());
        head.set_district_id(school->district_id());
      }
      std::vector<std::string> commands;
      {
        const Context context =
            ContextOf(head, id_, shared_.log_id, *rows_, shared_.clock == log::v1::SIMULATED);
        policy::Policy policy(*rows_);
        commands = CommandsOf(service_, Situation{context, *rows_, policy}, head, nullptr);
      }
      if (!Decide(service_, id_, shared_.log_id, commands, shared_.clock == log::v1::SIMULATED, nullptr,
                  shared_.limits.events_per_commit_max, &head, *rows_)
               .ok()) {
        head.clear_events();
      }
      Push(std::move(head), {});
    }
  }
}

void Partition::TakeRunSteps() {
  while (HasRoom()) {
    if (runs_seen_ == rows_->work_changes()) return;
    std::string run_id;
    stored::StoredRun run;
    rows_->Scan<stored::StoredRun>("p/run/", [&](std::string_view key, const stored::StoredRun& first) {
      run_id = std::string(KeyPart(key, 2));
      run = first;
      return false;
    });
    if (run_id.empty()) {
      runs_seen_ = rows_->work_changes();
      return;
    }
    Commit head = NewHead();
    if (const auto blocked = rows_->Get<stored::StoredBlocked>(run.cursor())) {
      head.set_school_id(blocked->school_id());
      head.set_district_id(blocked->district_id());
      head.set_service_date(blocked->service_date());
      *head.mutable_occurred_at() = TimestampOf(blocked->occurred_at());
    }
    log::v1::RunStep* step = head.mutable_run_step();
    step->set_run_id(run_id);
    step->set_cursor(run.cursor());
    rows_->ScanBytes(Key("b", run.parameter(), ""), run.cursor(),
                     [&](std::string_view key, std::string_view) {
                       if (key > run.until()) return false;
                       if (key == run.cursor()) return true;
                       step->set_next_cursor(std::string(key));
                       return false;
                     });
    std::vector<std::string> commands;
    {
      const Context context =
          ContextOf(head, id_, shared_.log_id, *rows_, shared_.clock == log::v1::SIMULATED);
      policy::Policy policy(*rows_);
      commands = CommandsOf(service_, Situation{context, *rows_, policy}, head, nullptr);
    }
    if (!Decide(service_, id_, shared_.log_id, commands, shared_.clock == log::v1::SIMULATED, nullptr,
                shared_.limits.events_per_commit_max, &head, *rows_)
             .ok()) {
      head.clear_events();
    }
    Push(std::move(head), {});
  }
}

bool Partition::AnswerRepeat(CommandCall* call) {
  const std::string key = RequestKey(call->head);
  const absl::Status other_body =
      InvalidField("header.request_id", call->head.request_id(), "used before with another request");
  const auto in_flight = requests_in_flight_.find(key);
  if (in_flight != requests_in_flight_.end()) {
    if (in_flight->second.digest != call->head.request_digest()) {
      call->done(other_body, nullptr);
    } else {
      pending_[in_flight->second.serial - settled_].calls.push_back(std::move(*call));
    }
    return true;
  }
  const auto known = rows_->Get<stored::StoredRequest>(key);
  if (!known) return false;
  if (known->digest() != call->head.request_digest()) {
    call->done(other_body, nullptr);
    return true;
  }
  const auto record = ReadRecord(known->offset());
  if (record.ok()) {
    call->done(absl::OkStatus(), &(*record)->commit());
  } else {
    call->done(record.status(), nullptr);
  }
  return true;
}

void Partition::DecideCommand(CommandCall call) {
  if (call.deadline <= std::chrono::steady_clock::now()) {
    return call.done(absl::DeadlineExceededError("not decided in time; nothing was recorded"), nullptr);
  }
  if (AnswerRepeat(&call)) return;
  Commit head = NewHead();
  const google::protobuf::Timestamp recorded_at = head.recorded_at();
  const Micros recorded = MicrosOf(recorded_at);
  const uint64_t index = head.index(), tag = head.tag(), claim = head.claim_index();
  head = call.head;
  head.set_index(index);
  head.set_tag(tag);
  head.set_claim_index(claim);
  *head.mutable_recorded_at() = recorded_at;
  if (!head.has_occurred_at()) *head.mutable_occurred_at() = recorded_at;
  const Micros occurred = MicrosOf(head.occurred_at());
  if (occurred > recorded + kAheadMax) {
    return call.done(InvalidField("header.occurred_at", InstantText(occurred),
                                  "past: it is " + InstantText(recorded) + " by the log's clock"),
                     nullptr);
  }
  head.set_service_date(DateOf(occurred, reference::ZoneMinutesOf(*rows_, head.district_id())));
  const absl::Status status =
      Decide(service_, id_, shared_.log_id, {head.command()}, shared_.clock == log::v1::SIMULATED, nullptr,
             shared_.limits.events_per_commit_max, &head, *rows_);
  if (!status.ok()) return call.done(status, nullptr);
  std::vector<CommandCall> calls;
  calls.push_back(std::move(call));
  Push(std::move(head), std::move(calls));
}

// ---------------------------------------------------------------------------------- queries

uint64_t Partition::WrittenIndexOf(const std::string& service, uint32_t partition) const {
  if (service == id_.service && partition == id_.number) return written_index_;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].id.service == service && sources_[i].id.number == partition)
      return written_sources_[i].index;
  }
  return ~uint64_t{0};  // Not read here: nothing to wait for.
}

bool Partition::Reached(const log::v1::Position& position, absl::Status* never) const {
  if (!position.log_id().empty() && position.log_id() != shared_.log_id) {
    *never = absl::FailedPreconditionError("the position is of another log");
    return false;
  }
  for (const log::v1::Seen& at : position.at()) {
    const bool own = at.service() == id_.service && at.partition() == id_.number;
    if (own && at.index() > log_->End()) {
      *never = absl::FailedPreconditionError("the position lies beyond the end of the log");
      return false;
    }
    if (WrittenIndexOf(at.service(), at.partition()) < at.index()) return false;
  }
  return true;
}

void Partition::ServeWaiters() {
  std::vector<std::pair<Waiter, absl::Status>> served;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < waiters_.size();) {
      absl::Status never;
      if (Reached(waiters_[i].position, &never) || !never.ok()) {
        served.emplace_back(std::move(waiters_[i]), never);
        waiters_.erase(waiters_.begin() + i);
      } else {
        ++i;
      }
    }
    const bool wanted = !waiters_.empty();
    if (wanted && !wants_seen_ && unseen_ > 0) again_ = true;
    wants_seen_ = wanted;
  }
  for (auto& [waiter, status] : served) waiter.reached(status);
}

absl::StatusOr<std::shared_ptr<Record>> Partition::ReadRecord(uint64_t offset) const {
  absl::StatusOr<LogBatch> batch = log_->Read(offset, 1, 1);
  if (!batch.ok()) return batch.status();
  auto record = std::make_shared<Record>();
  if (batch->records.empty() || !record->ParseFromArray(batch->records[0].value.data(),
                                                        static_cast<int>(batch->records[0].value.size()))) {
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", offset, ": no record"));
  }
  return record;
}

}  // namespace afterbell
