#include "services/relay/relay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/kafka/topics.h"
#include "services/relay/checkpoints.h"
#include "services/relay/known_services.h"

namespace afterbell::relay {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kGenesisAtMost(10);
constexpr std::chrono::milliseconds kTick(100);  // Growth, reports and a stop wake it sooner.
constexpr std::chrono::milliseconds kReleaseTick(10);
constexpr int kHeartbeatsASession = 4;

// Whether a partition is to be left alone until somebody has looked. Everything else passes.
bool IsForGood(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) || absl::IsUnimplemented(status);
}

}  // namespace

std::string ToString(const Lag& lag) {
  std::string line = absl::StrCat(lag.service, ": ", lag.partitions, " of ", lag.of, " partitions here, ",
                                  lag.settled, " settled, ", lag.records_behind, " records behind, ",
                                  lag.published, " events published, ", lag.void_records, " void records");
  for (const std::string& why : lag.halted) absl::StrAppend(&line, "; HALTED ", why);
  return line;
}

absl::StatusOr<std::unique_ptr<Relay>> Relay::Start(RelayOptions options) {
  std::unique_ptr<Relay> relay(new Relay(std::move(options)));
  if (absl::Status opened = relay->Open(); !opened.ok()) return opened;
  relay->thread_ = std::thread([self = relay.get()] { self->Run(); });
  if (absl::Status joined = relay->Join(); !joined.ok()) return joined;
  return relay;
}

absl::Status Relay::Open() {
  if (options_.services.empty()) options_.services = KnownServices();
  for (const std::string& service : options_.services) {
    auto events = CloudEvents::Of(service);
    if (!events.ok()) return events.status();
    services_.insert({service, Served{*std::move(events), nullptr, {}}});
  }
  auto log = KafkaLog::Open(options_.log);
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  const auto genesis = FindGenesis(*log_, kGenesisAtMost);
  if (!genesis.ok()) return genesis.status();
  school_partitions_ = genesis->school_partitions();
  const auto notes = CheckForService(options_.log, school_partitions_);
  if (!notes.ok()) return notes.status();
  for (const std::string& note : *notes) Say(note);
  auto publisher = Publisher::Make(options_);
  if (!publisher.ok()) return publisher.status();
  publisher_ = *std::move(publisher);
  return absl::OkStatus();
}

absl::Status Relay::Join() {
  for (auto& [name, served] : services_) {
    MembershipOptions membership;
    membership.log = options_.log;
    membership.service = absl::StrCat("relay.", name);
    membership.session_timeout = options_.session_timeout;
    membership.heartbeat = options_.session_timeout / kHeartbeatsASession;
    auto member =
        Membership::Join(membership, [this, wanted = &served.wanted](const std::set<uint32_t>& numbers) {
          {
            const std::lock_guard lock(wanted_mutex_);
            *wanted = numbers;
          }
          publisher_->Wake();
        });
    if (!member.ok()) return member.status();
    served.member = *std::move(member);
  }
  return absl::OkStatus();
}

Relay::~Relay() { Stop().IgnoreError(); }

absl::Status Relay::Stop() {
  {
    const std::lock_guard lock(wanted_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (publisher_ != nullptr) publisher_->Wake();
  if (thread_.joinable()) thread_.join();
  // After the last checkpoint, so that whoever takes over begins behind it.
  for (auto& [name, served] : services_) served.member = nullptr;
  const std::lock_guard lock(mutex_);
  held_.clear();
  publisher_ = nullptr;
  log_ = nullptr;
  return gave_up_;
}

// --- The thread ---

void Relay::Run() {
  while (!stopping_ && gave_up_.ok()) {
    bool took = false;
    {
      const std::lock_guard lock(mutex_);
      if (broken_for_test_.exchange(false)) publisher_->BreakForTest();
      if (publisher_->lost()) Recover();
      Follow(Wanted());
      // Before more is taken: what was checkpointed makes room.
      for (auto& [id, held] : held_) {
        if (held.source != nullptr) held.source->Checkpoint(/*now=*/false);
      }
      took = Advance();
    }
    publisher_->Poll(took ? std::chrono::milliseconds(0) : kTick);
  }
  const std::lock_guard lock(mutex_);
  std::set<PartitionId> all;
  for (const auto& [id, held] : held_) all.insert(id);
  Release(all);
  ended_ = true;
}

std::set<PartitionId> Relay::Wanted() {
  std::set<PartitionId> wanted;
  const std::lock_guard lock(wanted_mutex_);
  for (const auto& [name, served] : services_) {
    for (const uint32_t number : served.wanted) {
      if (number <= school_partitions_) wanted.insert({name, number});
    }
  }
  return wanted;
}

// What is kept from one agreement of the group to the next goes on as it was: nobody else can have had it
// in between but by an agreement that was missed here, and that costs repeats at most.
void Relay::Follow(const std::set<PartitionId>& wanted) {
  std::set<PartitionId> leave, begin;
  for (const auto& [id, held] : held_) {
    if (wanted.count(id) == 0) leave.insert(id);
  }
  if (!leave.empty()) Release(leave);
  for (const PartitionId& id : wanted) {
    const Held& held = held_[id];
    if (held.source == nullptr && held.halted.empty()) begin.insert(id);
  }
  if (begin.empty() || steady_clock::now() < begin_again_) return;
  Begin(begin);
}

void Relay::Begin(const std::set<PartitionId>& ids) {
  std::set<uint32_t> numbers;
  for (const PartitionId& id : ids) numbers.insert(id.number);
  auto checkpoints = ReadCheckpoints(options_.log, numbers);
  if (!checkpoints.ok()) {
    begin_again_ = steady_clock::now() + std::chrono::milliseconds(options_.limits.retry_wait_ms());
    return Say(std::string(checkpoints.status().message()));
  }
  for (const PartitionId& id : ids) {
    if (stopping_) return;
    const auto found = checkpoints->find(id);
    BeginOne(id, found == checkpoints->end() ? std::nullopt : std::optional(std::move(found->second)));
  }
}

void Relay::BeginOne(const PartitionId& id, std::optional<v1::Checkpoint> checkpoint) {
  const auto log = log_->Open(id);
  absl::Status begun = log.status();
  std::unique_ptr<Source> source;
  if (log.ok()) {
    source =
        std::make_unique<Source>(id, *log, &services_.at(id.service).events, &options_, publisher_.get());
    begun = source->Begin(std::move(checkpoint));
  }
  if (begun.ok()) {
    Held& held = held_[id];
    held.source = std::move(source);
    held.listening = (*log)->OnGrowth([this] { publisher_->Wake(); });
  } else if (IsForGood(begun)) {
    Halt(id, begun);
  } else {
    begin_again_ = steady_clock::now() + std::chrono::milliseconds(options_.limits.retry_wait_ms());
    Say(absl::StrCat(ToString(id), " cannot begin yet: ", std::string(begun.message())));
  }
}

void Relay::Release(const std::set<PartitionId>& ids) {
  const auto until = steady_clock::now() + options_.hand_over_at_most;
  for (;;) {
    bool settled = true;
    for (const PartitionId& id : ids) {
      Source* const source = held_.at(id).source.get();
      if (source == nullptr) continue;
      source->Checkpoint(/*now=*/true);
      settled = settled && source->Settled();
    }
    // A lost client acknowledges nothing more; whoever is next begins behind the checkpoints there are.
    if (settled || publisher_->lost() || steady_clock::now() >= until) break;
    publisher_->Poll(kReleaseTick);
  }
  for (const PartitionId& id : ids) held_.erase(id);
}

bool Relay::Advance() {
  bool took = false;
  for (auto& [id, held] : held_) {
    if (held.source == nullptr || !held.halted.empty()) continue;
    const auto advanced = held.source->Advance();
    if (advanced.ok()) {
      took = took || *advanced;
    } else if (IsForGood(advanced.status())) {
      Halt(id, advanced.status());
    } else {
      held.listening = nullptr;
      held.source = nullptr;  // Begun anew.
      begin_again_ = steady_clock::now() + std::chrono::milliseconds(options_.limits.retry_wait_ms());
      Say(std::string(advanced.status().message()));
    }
  }
  return took;
}

void Relay::Halt(const PartitionId& id, const absl::Status& why) {
  Held& held = held_[id];
  held.halted = std::string(why.message());
  held.listening = nullptr;
  Say(absl::StrCat("HALTED ", held.halted, "; nothing more of ", ToString(id),
                   " is published until this relay is started again"));
}

void Relay::Recover() {
  if (publisher_->acknowledged() != acknowledged_at_try_) tries_ = 0;
  if (++tries_ > options_.limits.retries_max()) {
    gave_up_ = absl::UnavailableError(absl::StrCat("gave up after ", options_.limits.retries_max(),
                                                   " tries (retries_max): ", publisher_->why()));
    return;
  }
  Say(absl::StrCat("publishing again what was not acknowledged (", publisher_->why(), ")"));
  // The first time at once: librdkafka 2.0.2 gives up for less than a broker that is gone.
  if (tries_ > 1 && !WaitUnlessStopped(std::chrono::milliseconds(options_.limits.retry_wait_ms()))) return;
  if (const absl::Status replaced = publisher_->Replace(); !replaced.ok()) {
    return Say(std::string(replaced.message()));
  }
  acknowledged_at_try_ = publisher_->acknowledged();
  for (auto& [id, held] : held_) {
    if (held.source == nullptr) continue;
    const absl::Status rewound = held.source->Rewind();
    if (rewound.ok()) continue;
    if (IsForGood(rewound)) {
      if (held.halted.empty()) Halt(id, rewound);
    } else {
      held.listening = nullptr;
      held.source = nullptr;  // Begun anew.
    }
  }
}

// False: it is being stopped.
bool Relay::WaitUnlessStopped(std::chrono::milliseconds at_most) {
  std::unique_lock lock(wanted_mutex_);
  return !stop_.wait_for(lock, at_most, [this] { return stopping_.load(); });
}

void Relay::Say(const std::string& line) const {
  if (options_.say) options_.say(line);
}

// --- How far it is ---

std::vector<Lag> Relay::Lags() {
  const std::lock_guard lock(mutex_);
  std::vector<Lag> lags;
  for (const auto& [name, served] : services_) {
    Lag lag;
    lag.service = name;
    lag.of = school_partitions_ + 1;
    for (const auto& [id, held] : held_) {
      if (id.service != name) continue;
      ++lag.partitions;
      if (!held.halted.empty()) lag.halted.push_back(held.halted);
      if (held.source == nullptr) continue;
      const uint64_t behind = held.source->records_behind();
      lag.records_behind += behind;
      lag.published += held.source->published();
      lag.void_records += held.source->void_records();
      lag.settled += held.halted.empty() && behind == 0 && held.source->Settled();
    }
    lags.push_back(std::move(lag));
  }
  return lags;
}

bool Relay::halted() {
  const std::lock_guard lock(mutex_);
  return std::any_of(held_.begin(), held_.end(), [](const auto& one) { return !one.second.halted.empty(); });
}

uint64_t Relay::publishers() {
  const std::lock_guard lock(mutex_);
  return publisher_->clients();
}

}  // namespace afterbell::relay
