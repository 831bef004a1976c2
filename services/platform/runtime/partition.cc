// A partition as its callers see it: begun, stopped, given work, asked; and one turn of its work.
#include "services/platform/runtime/partition.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

using log::v1::Commit;

// How long a partition whose append failed waits before it appends again.
constexpr std::chrono::milliseconds kBackOff(100);

}  // namespace

Partition::Partition(const Service& service, std::shared_ptr<LogPartition> log,
                     std::vector<std::shared_ptr<LogPartition>> reads, const Stores& stores,
                     const Shared& shared)
    : service_(service),
      id_(log->id()),
      log_(std::move(log)),
      store_(stores.state),
      shared_(shared),
      decider_{service_,       id_,
               shared_.log_id, shared_.clock == log::v1::SIMULATED,
               nullptr,        shared_.limits.events_per_commit_max()},
      stored_rows_(store_->Live(id_.number), shared.limits.cached_row_bytes_max()),
      requests_(stores.requests, id_, RequestRowsOf),
      history_(stores.history, id_,
               [&service](const Commit& commit, uint64_t offset, std::vector<RowChange>* rows) {
                 HistoryRowsOf(service, commit, offset, rows);
               }),
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
  rows_ = std::make_unique<Overlay>(stored_rows_, &commons_rows_,
                                    id_.number == 0 ? "c/" + id_.service + "/" : std::string());
  const stored::StoredPosition stored = store_->Position(id_.number);
  chain_ = Chain(id_, PositionOf(stored));
  for (const Source& source : sources_) {
    ChainPosition position;
    for (const stored::StoredSource& at : stored.sources()) {
      if (at.service() == source.id.service && at.partition() == source.id.number) {
        position = {at.index(), at.hash(), at.claim_index(), at.offset(), at.log_id()};
      }
    }
    committed_sources_.push_back(std::move(position));
  }
  newest_claim_ = {stored.owner_instance_id(), stored.owner_address(), stored.claim_index()};
  stats_.newest = newest_claim_;
  committed_newest_ = stored.recorded_at();
  written_sources_ = committed_sources_;
  written_index_ = stored.index();
  Reset(absl::OkStatus());
}

Partition::~Partition() = default;

void Partition::Start() {
  const std::weak_ptr<Partition> self = weak_from_this();
  const auto poke = [self](Urgency urgency) {
    return [self, urgency] {
      if (const auto partition = self.lock()) partition->Poke(urgency);
    };
  };
  growth_.push_back(log_->OnGrowth(poke(Urgency::kSoon)));
  // One record of registry's commons wakes every partition there is: callers' answers go first.
  for (const Source& source : sources_) growth_.push_back(source.log->OnGrowth(poke(Urgency::kLater)));
  Poke();
}

void Partition::Own() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    want_owner_ = true;
  }
  Poke();
}

void Partition::Release() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    want_owner_ = false;
  }
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
    } else if (queue_.size() >= shared_.limits.commands_waiting_max()) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat("commands_waiting_max: ", shared_.limits.commands_waiting_max(), " commands wait at ",
                       ToString(id_)));
    } else {
      queue_.push_back(std::move(call));
    }
  }
  if (!refused.ok()) return call.done(refused, nullptr);
  Poke();
}

void Partition::Poke(Urgency urgency) {
  again_ = true;
  if (urgency == Urgency::kSoon) {
    if (scheduled_.exchange(Scheduled::kSoon) == Scheduled::kSoon) return;
    return shared_.pool->Run([self = shared_from_this()] { self->Step(); });
  }
  Scheduled no = Scheduled::kNo;
  if (!scheduled_.compare_exchange_strong(no, Scheduled::kLater)) return;
  shared_.pool->RunLater([self = shared_from_this()] {
    // Unless it has become urgent meanwhile, and was run as that.
    Scheduled later = Scheduled::kLater;
    if (self->scheduled_.compare_exchange_strong(later, Scheduled::kSoon)) self->Step();
  });
}

void Partition::RecordSeen() {
  seen_asked_ = true;
  Poke();
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
  for (CommandCall& call : calls) {
    const std::string why = call.elsewhere.empty()
                                ? "not decided in time; nothing was recorded"
                                : "not answered in time, so it may be recorded; ask again. " + call.elsewhere;
    call.done(absl::DeadlineExceededError(why), nullptr);
  }
  if (looks_again_) Poke();
}

Partition::Stats Partition::stats() const {
  std::lock_guard<std::mutex> lock(mutex_);
  Stats stats = stats_;
  stats.end_offset = log_->End();
  stats.halted = std::string(halted_.message());
  return stats;
}

bool Partition::Ready() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return want_owner_ ? stats_.owner : stats_.caught_up;
}

bool Partition::WantsOwner() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return want_owner_;
}

bool Partition::Quiet() const {
  if (!quiet_ || scheduled_ != Scheduled::kNo) return false;
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
  bool read_to_end = pending_.empty() && Written() && chain_.at().offset >= ends && (owner_ || !WantsOwner());
  for (const Source& source : sources_) {
    ends += source.log->End();
    // A follower folds only what its owner has seen.
    if (owner_ && IsBehind(source)) read_to_end = false;
  }
  quiet_ends_ = ends;
  quiet_ = read_to_end;
  scheduled_ = Scheduled::kNo;
  // A poke between the last look and the line above would have found `scheduled_` set.
  if (again_) Poke();
}

absl::Status Partition::Turn(std::deque<CommandCall>* calls) {
  bool want_owner, stopping, wants_seen;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    want_owner = want_owner_;
    stopping = stopping_;
    wants_seen = wants_seen_;
  }
  const absl::StatusOr<bool> caught_up = CatchUpBeside();
  if (!caught_up.ok()) return caught_up.status();
  if (!*caught_up) {
    looks_again_ = true;
    if (stopping) FinishStopping(calls);
    return absl::OkStatus();
  }
  AFTERBELL_RETURN_IF_ERROR(ReadOwn());
  calls->insert(calls->begin(), std::make_move_iterator(later_.begin()),
                std::make_move_iterator(later_.end()));
  later_.clear();
  if (!Written()) return RefuseForRoom(calls, stopping);
  if (const absl::Status append_failed = TakeAppendFailure(); !append_failed.ok()) {
    claiming_ = false;
    append_again_ = std::chrono::steady_clock::now() + kBackOff;
    Reset(append_failed);
  }
  if (calls->empty() && !stopping && std::chrono::steady_clock::now() < append_again_) {
    looks_again_ = true;  // A caller's command tries at once: it is answered by what it meets.
    ServeWaiters();
    return absl::OkStatus();
  }
  const bool short_of_foreign = short_since_ != SteadyTime::max();
  if (!owner_ && want_owner && !claiming_ && !short_of_foreign) {
    // At the end of the log as far as is known; what lies behind is read before the claim comes back.
    if (!stopping) ClaimPartition();
  }
  if (owner_) {
    if (shared_.clock == log::v1::REAL) moment_ = shared_.now();
    AFTERBELL_RETURN_IF_ERROR(AdvanceIntake());
    if (HasRoom()) FireDeadlines();
    if (HasRoom()) TakeRunSteps();
    while (!calls->empty() && HasRoom()) {
      CommandCall call = std::move(calls->front());
      calls->pop_front();
      DecideCommand(std::move(call));
    }
    if (WantsSeen(wants_seen || stopping || seen_asked_.exchange(false))) Push(NewHead(), {});
    AppendNew();
  } else if (!want_owner && !stopping) {
    MoveCalls(calls);
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.read_offset = chain_.at().offset;
    if (!short_of_foreign && chain_.at().offset >= log_->End()) stats_.caught_up = true;
  }
  has_unseen_ = facts_since_ != SteadyTime::max();
  looks_again_ = has_unseen_ || short_of_foreign;
  ServeWaiters();
  if (stopping && pending_.empty()) FinishStopping(calls);
  return absl::OkStatus();
}

// Another instance decides here: it is to be asked, unless that is who sent the call.
void Partition::MoveCalls(std::deque<CommandCall>* calls) {
  std::deque<CommandCall> kept;
  for (CommandCall& call : *calls) {
    if (newest_claim_.instance_id.empty() || newest_claim_.claim_index <= call.claim_index) {
      kept.push_back(std::move(call));
    } else if (call.moved) {
      const auto moved = call.moved;
      moved(std::move(call), newest_claim_);
    } else {
      call.done(
          absl::UnavailableError(absl::StrCat(ToString(id_), " is decided by ", newest_claim_.instance_id,
                                              " at ", newest_claim_.address)),
          nullptr);
    }
  }
  calls->swap(kept);
}

absl::Status Partition::TakeAppendFailure() {
  std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(append_failed_, absl::OkStatus());
}

// While the stores cannot take what was read back, nothing is decided on it.
absl::Status Partition::RefuseForRoom(std::deque<CommandCall>* calls, bool stopping) {
  const std::string why = absl::StrCat("no room for the rows of ", ToString(id_));
  if (stopping) return absl::UnavailableError(absl::StrCat(why, ", and it is stopping"));
  for (CommandCall& call : *calls)
    call.done(absl::ResourceExhaustedError(absl::StrCat(why, "; nothing was recorded")), nullptr);
  calls->clear();
  looks_again_ = true;
  ServeWaiters();
  return absl::OkStatus();
}

void Partition::FinishStopping(std::deque<CommandCall>* calls) {
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
  for (Pending& pending : unanswered_) {
    for (CommandCall& call : pending.calls) calls.push_back(std::move(call));
  }
  unanswered_.clear();
  std::move(later_.begin(), later_.end(), std::back_inserter(calls));
  later_.clear();
  for (CommandCall& call : calls) call.done(why, nullptr);
  for (Waiter& waiter : waiters) waiter.reached(why);
  if (stopped) stopped();
}

// Whether what was folded is to be recorded now, though there is nothing to decide.
bool Partition::WantsSeen(bool asked) const {
  if (!pending_.empty() || unseen_ == 0) return false;  // What is in flight carries it.
  if (asked || unseen_ >= shared_.limits.records_unseen_max()) return true;
  return facts_since_ != SteadyTime::max() &&
         std::chrono::steady_clock::now() >=
             facts_since_ + std::chrono::milliseconds(shared_.limits.unseen_ms_max());
}

}  // namespace afterbell
