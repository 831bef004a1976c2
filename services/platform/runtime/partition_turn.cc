// A partition's work, a turn at a time, until it stops or halts.
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

// How long a partition whose append failed waits before it appends again.
constexpr std::chrono::milliseconds kBackOff(100);

}  // namespace

void Partition::Step() {
  const SteadyTime enough = std::chrono::steady_clock::now() + kTurnAtMost;
  do {
    if (std::chrono::steady_clock::now() >= enough) {
      // It stays scheduled, behind whoever waits for a thread.
      return shared_.pool->Run([self = shared_from_this()] { self->Step(); });
    }
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
  bool read_to_end = pending_.empty() && !reader_->IsBehind() && (owner_ || !WantsOwner());
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

// It goes on in another turn.
bool Partition::TurnIsOver() {
  if (std::chrono::steady_clock::now() < turn_ends_) return false;
  again_ = true;
  return true;
}

absl::Status Partition::Turn(std::deque<CommandCall>* calls) {
  turn_ends_ = std::chrono::steady_clock::now() + kTurnAtMost;
  bool want_owner, stopping, wants_seen, wants_written, wants_all_written;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    want_owner = want_owner_;
    stopping = stopping_;
    wants_seen = wants_seen_;
  }
  // Nothing is claimed before it is known that this is the log which the stores were folded from: the claim
  // of one who has read another history would halt all others.
  absl::StatusOr<bool> stands = CheckStored();
  if (stands.ok() && *stands) stands = CatchUpBeside();
  if (!stands.ok()) return stands.status();
  if (!*stands) {
    looks_again_ = true;
    ServeWaiters();
    if (stopping) FinishStopping(calls);
    return absl::OkStatus();
  }
  AFTERBELL_RETURN_IF_ERROR(TakeWritten());
  AFTERBELL_RETURN_IF_ERROR(ReadOwn());
  calls->insert(calls->begin(), std::make_move_iterator(later_.begin()),
                std::make_move_iterator(later_.end()));
  later_.clear();
  if (const absl::Status append_failed = TakeAppendFailure(); !append_failed.ok()) {
    claiming_ = false;
    append_again_ = std::chrono::steady_clock::now() + kBackOff;
    Reset(append_failed);
    if (stopping) {
      // What was seen is for whoever comes next to record: a log may be gone for good.
      FinishStopping(calls);
      return absl::OkStatus();
    }
  }
  if (calls->empty() && !stopping && std::chrono::steady_clock::now() < append_again_) {
    looks_again_ = true;  // A caller's command tries at once: it is answered by what it meets.
    ServeWaiters();
    return absl::OkStatus();
  }
  const bool short_of_foreign = short_since_ != SteadyTime::max();
  const bool holds = MustHold();
  if (holds && owner_ && shared_.write_behind->refused()) RefuseForRoom(calls);
  if (!owner_ && want_owner && !claiming_ && !short_of_foreign && !waits_for_writer_ && !reads_on_) {
    // At the end of the log as far as is known; what lies behind is read before the claim comes back.
    if (!stopping) ClaimPartition();
  }
  if (owner_) {
    if (shared_.clock == log::v1::REAL) moment_ = shared_.now();
    if (!stopping && !holds) {  // Else it is for whoever owns it next: news might never end.
      AFTERBELL_RETURN_IF_ERROR(AdvanceIntake());
      if (HasRoom()) FireDeadlines();
      if (HasRoom()) TakeRunSteps();
    }
    while (!holds && !calls->empty() && HasRoom()) {
      CommandCall call = std::move(calls->front());
      calls->pop_front();
      DecideCommand(std::move(call));
    }
    if (!holds && WantsSeen(wants_seen || seen_asked_.exchange(false), stopping)) Push(NewHead(), nullptr);
    AppendNew();
  } else if (!want_owner && !stopping) {
    MoveCalls(calls);
  }
  rows_->Trim();
  RestRows();
  if (!caught_up_ && settled().offset >= log_->End()) AFTERBELL_RETURN_IF_ERROR(CheckBeside(/*at_end=*/true));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.read_offset = settled().offset;
    if (!short_of_foreign && settled().offset >= log_->End()) stats_.caught_up = caught_up_ = true;
    wants_all_written_ = wants_all_written_ && !Written();
    wants_all_written = wants_all_written_ || stopping;
    wants_written = wants_written_ || wants_all_written;
    wants_all_news_ = !waiters_.empty() || short_of_foreign;
    stats_.row_bytes = rows_->bytes();
    stats_.rows_unwritten = rows_->unwritten();
  }
  has_unseen_ = facts_since_ != SteadyTime::max();
  ServeWaiters();
  CaptureBatch(wants_written, wants_all_written);
  looks_again_ = has_unseen_ || short_of_foreign || holds || waits_for_writer_ ||
                 captured_index_ != written_index_ || unwritten_since_ != SteadyTime::max() ||
                 settled_at_ != SteadyTime::max() || idle_since_ != SteadyTime::max();
  // What the stores lack would have to be folded again by whoever starts next.
  const bool store_waits = !Written() && !shared_.write_behind->refused();
  if (stopping && pending_.empty() && !store_waits) FinishStopping(calls);
  return absl::OkStatus();
}

// Rows that are not asked for any more are given back: a school sleeps for most of the day.
void Partition::RestRows() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (std::exchange(worked_, false)) {
    idle_since_ = now;
  } else if (idle_since_ != SteadyTime::max() && now >= idle_since_ + kRestAfter) {
    rows_->Rest();
    decoded_->Rest();
    log_->Rest();
    idle_since_ = SteadyTime::max();
  }
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

// The rows of too many records are in no file: a kill would cost too much.
bool Partition::MustHold() const {
  return shared_.write_behind->unflushed() >= shared_.limits.unflushed_records_max();
}

void Partition::RefuseForRoom(std::deque<CommandCall>* calls) {
  for (CommandCall& call : *calls) {
    call.done(absl::ResourceExhaustedError(absl::StrCat("no room for the rows of ", ToString(id_),
                                                        " (unflushed_records_max); nothing was recorded")),
              nullptr);
  }
  calls->clear();
}

void Partition::FinishStopping(std::deque<CommandCall>* calls) {
  std::move(later_.begin(), later_.end(), std::back_inserter(*calls));
  later_.clear();
  for (CommandCall& call : *calls) call.done(absl::UnavailableError("this instance is stopping"), nullptr);
  calls->clear();
  std::vector<Waiter> waiters;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    halted_ = absl::UnavailableError("this instance has stopped");
    waiters.swap(waiters_);
  }
  for (Waiter& waiter : waiters)
    waiter.reached(absl::Status(absl::UnavailableError("this instance is stopping")));
  SayStopped();
}

void Partition::Halt(absl::Status why) {
  std::fprintf(stderr, "%s halts: %s\n", ToString(id_).c_str(), why.ToString().c_str());
  std::deque<CommandCall> calls;
  std::vector<Waiter> waiters;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    halted_ = absl::UnavailableError(absl::StrCat(ToString(id_), " halted: ", std::string(why.message())));
    why = halted_;
    calls.swap(queue_);
    waiters.swap(waiters_);
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
  SayStopped();
}

void Partition::SayStopped() {
  decoded_->SetDriven(false);
  reader_->Leave();
  for (const Source& source : sources_) {
    if (source.reader != nullptr) source.reader->Leave();
  }
  std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  has_stopped_.notify_all();
}

// Whether what was folded is to be recorded now, though there is nothing to decide.
bool Partition::WantsSeen(bool asked, bool stopping) const {
  if (!pending_.empty() || unseen_ == 0) return false;  // What is in flight carries it.
  if (asked || unseen_ >= shared_.limits.records_unseen_max()) return true;
  if (facts_since_ == SteadyTime::max()) return false;
  return stopping || std::chrono::steady_clock::now() >=
                         facts_since_ + std::chrono::milliseconds(shared_.limits.unseen_ms_max());
}

}  // namespace afterbell
