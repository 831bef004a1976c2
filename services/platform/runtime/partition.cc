// A partition as its callers see it: begun, stopped, given work, asked how it is.
#include "services/platform/runtime/partition.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/policy/tables.h"

namespace afterbell {

using log::v1::Commit;

Partition::Partition(const Service& service, std::shared_ptr<DecodedLog> log,
                     std::vector<std::shared_ptr<DecodedLog>> reads, const Stores& stores,
                     const Shared& shared)
    : service_(service),
      id_(log->log()->id()),
      decoded_(std::move(log)),
      log_(decoded_->log()),
      store_(stores.state),
      shared_(shared),
      stored_rows_(store_->Live(id_.number)),
      policies_(id_ == PartitionId{"registry", 0} ? nullptr : std::make_unique<policy::PolicyCache>([this] {
        return commons_rows_.VersionOf(policy::kValues);
      })),
      decider_{.service = service_,
               .partition = id_,
               .log_id = shared_.log_id,
               .simulated_clock = shared_.clock == log::v1::SIMULATED,
               .events_max = shared_.limits.events_per_commit_max(),
               .policies = policies_.get()} {
  if (stores.requests != nullptr) requests_ = std::make_unique<Beside>(stores.requests, id_, RequestRowsOf);
  if (stores.history != nullptr) {
    history_ = std::make_unique<Beside>(
        stores.history, id_, [&service](const Recorded& recorded, uint64_t offset, RowBlock* rows) {
          HistoryRowsOf(service, recorded, offset, rows);
        });
  }
  for (Commons* commons : shared.commons) {
    commons_rows_.Add(commons);
    if (id_.number == 0 && commons->service() == id_.service) continue;  // Its own rows.
    Source source;
    source.id = {commons->service(), 0};
    source.commons = commons;
    source.log = commons->log();
    sources_.push_back(std::move(source));
  }
  for (std::shared_ptr<DecodedLog>& foreign : reads) {
    Source source;
    source.id = foreign->log()->id();
    source.log = foreign->log();
    source.decoded = std::move(foreign);
    sources_.push_back(std::move(source));
  }
  const stored::StoredPosition stored = store_->Position(id_.number);
  rows_ = std::make_unique<LiveRows>(LiveRows::Options{.tables = TablesOf(service, id_),
                                                       .stored = stored_rows_.get(),
                                                       .stored_is_empty = stored.index() == 0,
                                                       .commons = &commons_rows_,
                                                       .budget = shared.budget});
  const Chain chain = ChainOf(id_, stored);
  reader_ = std::make_unique<LogReader>(decoded_, chain.at(), chain.last());
  for (const stored::StoredName& name : stored.names()) names_.push_back({name.from_index(), name.log_id()});
  auto positions = std::make_shared<std::vector<ChainPosition>>();
  for (Source& source : sources_) {
    ChainPosition position;
    for (const stored::StoredSource& at : stored.sources()) {
      if (at.service() == source.id.service && at.partition() == source.id.number) {
        position = {at.index(), at.hash(), at.claim_index(), at.offset(), at.log_id()};
      }
    }
    if (source.decoded != nullptr) source.reader = std::make_unique<LogReader>(source.decoded, position);
    positions->push_back(std::move(position));
  }
  committed_sources_ = std::move(positions);
  newest_claim_ = {stored.owner_instance_id(), stored.owner_address(), stored.claim_index()};
  stats_.newest = newest_claim_;
  committed_newest_ = stored.recorded_at();
  written_index_ = captured_index_ = counted_index_ = stored.index();
  beside_written_index_ = stored.index();
  if (requests_ != nullptr) {
    beside_written_index_ =
        std::max(beside_written_index_, std::min(requests_->at().index, history_->at().index));
  }
  beside_captured_index_ = beside_written_index_;
  stats_.index = stats_.written_index = written_index_;
  Reset(absl::OkStatus());
}

Partition::~Partition() { shared_.budget->bytes -= beside_bytes_; }

void Partition::Start() {
  const std::weak_ptr<Partition> self = weak_from_this();
  const auto poke = [self](Urgency urgency) {
    return [self, urgency] {
      if (const auto partition = self.lock()) partition->Poke(urgency);
    };
  };
  growth_.push_back(log_->OnGrowth(poke(Urgency::kSoon)));
  decoded_->SetDriven(true);
  // One record of registry's commons wakes every partition there is: callers' answers go first.
  for (const Source& source : sources_) {
    growth_.push_back(source.commons != nullptr ? source.log->OnGrowth(poke(Urgency::kLater))
                                                : ListenTo(source));
  }
  Poke();
}

// What holds nothing for this partition wakes it no sooner than the next tick does.
std::shared_ptr<void> Partition::ListenTo(const Source& source) {
  return source.decoded->Listen(
      [self = weak_from_this(), service = source.id.service](const std::vector<DecodedPtr>* decoded) {
        const auto partition = self.lock();
        if (partition == nullptr) return;
        const auto concerns = [&](const DecodedPtr& each) {
          return each->record.has_commit() && Concerns(partition->service_, service, each->record.commit());
        };
        if (decoded == nullptr || partition->wants_all_news_ ||
            std::any_of(decoded->begin(), decoded->end(), concerns)) {
          partition->Poke(Urgency::kLater);
        } else {
          partition->passed_news_ = true;
        }
      });
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
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  Poke();
}

void Partition::WaitStopped() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    has_stopped_.wait(lock, [&] { return stopped_; });
  }
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

void Partition::WriteOut() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wants_all_written_ = true;
  }
  Poke();
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
    waiter.reached(absl::Status(absl::DeadlineExceededError("the position was not reached in time")));
  for (CommandCall& call : calls) {
    const std::string why = call.elsewhere.empty()
                                ? "not decided in time; nothing was recorded"
                                : "not answered in time, so it may be recorded; ask again. " + call.elsewhere;
    call.done(absl::DeadlineExceededError(why), nullptr);
  }
  if (looks_again_) Poke();
  PassNews();
}

void Partition::PassNews() {
  if (passed_news_.exchange(false)) Poke(Urgency::kLater);
}

Partition::Stats Partition::stats() const {
  const bool quiet = Quiet();  // Before the ends: what grows after it shows in them.
  std::unique_lock<std::mutex> lock(mutex_);
  Stats stats = stats_;
  stats.halted = std::string(halted_.message());
  lock.unlock();
  stats.quiet = quiet;
  stats.end_offset = log_->End();
  for (const Source& source : sources_) stats.hears.emplace_back(source.id, source.log->End());
  return stats;
}

std::string Partition::LogIdOf(uint64_t index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string log_id = shared_.log_id;
  for (const auto& [from, name] : names_) {
    if (index >= from) log_id = name;
  }
  return log_id;
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

}  // namespace afterbell
