#include "services/platform/replay/player.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/reference/reference.h"
#include "services/platform/replay/compose.h"
#include "services/platform/runtime/record.h"

namespace afterbell::replay {
namespace {

using log::v1::Commit;

// Commits that were not recorded are numbered from here: no log grows so far.
constexpr uint64_t kInsertedIndex = uint64_t{1} << 62;
constexpr int kSourceShift = 56;

uint64_t HashOf(const Deadline& deadline) {
  return std::hash<std::string>()(absl::StrCat(deadline.at, "/", deadline.name, "/", deadline.entity));
}

Deadline DeadlineOf(const Commit& commit) {
  const log::v1::TimeReached& reached = commit.time_reached();
  return Deadline({MicrosOf(reached.at()), reached.deadline(), reached.entity()});
}

Micros RecordedAt(const Commit& commit) { return MicrosOf(commit.recorded_at()); }

}  // namespace

// ---------------------------------------------------------------------------------- one partition

Player::Player(const History& history, const Service& service, const PartitionId& id,
               const EventReader& events, const WhatIfOptions& options,
               std::map<std::string, Stream, std::less<>>* streams, Tally* tally)
    : history_(history),
      service_(service),
      id_(id),
      events_(events),
      options_(options),
      out_((*streams)[id.service]),
      tally_(*tally),
      rows_(service, id, history.commons()) {
  for (const std::unique_ptr<Commons>& commons : history.commons()) {
    if (id.number == 0 && commons->service() == id.service) continue;
    Source source;
    source.id = {commons->service(), 0};
    source.commons = commons.get();
    source.commons_end = history.CommonsEnd(commons->service());
    sources_.push_back(std::move(source));
  }
  if (id.number != 0) {
    for (const std::string_view foreign : service.reads()) {
      Source source;
      source.id = {std::string(foreign), id.number};
      source.stream = &(*streams)[source.id.service];
      source.place = source.stream->AddPlace();
      sources_.push_back(std::move(source));
    }
  }
  if (options.mode == PolicyMode::kAsKnownNow) rows_.ReadPolicyAt(history.CommonsEnd("registry"));
}

uint64_t Player::CauseKey(std::string_view service, uint32_t partition, uint64_t index) const {
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].id.service == service && sources_[i].id.number == partition)
      return (i + 1) << kSourceShift | index;
  }
  return index;
}

absl::StatusOr<std::shared_ptr<const Player::Ahead>> Player::ReadAhead() const {
  auto ahead = std::make_shared<Ahead>();
  // Beyond the cut too: what fires there has not fired here.
  RecordReader own = history_.Read(id_, /*uncut=*/true);
  for (;;) {
    auto commit = own.Peek();
    if (!commit.ok()) return commit.status();
    if (*commit == nullptr) return ahead;
    if ((*commit)->has_cause()) {
      const log::v1::RecordId& cause = (*commit)->cause();
      ahead->reacted.insert(CauseKey(cause.service(), cause.partition(), cause.index()));
    }
    if ((*commit)->has_time_reached()) ++ahead->fired[HashOf(DeadlineOf(**commit))];
    own.Pop();
  }
}

void Player::Know(std::shared_ptr<const Ahead> ahead) {
  ahead_ = std::move(ahead);
  fired_ = ahead_->fired;
}

absl::Status Player::Play(const Told& recorded) {
  ++tally_.report().commits;
  FireAnew(*recorded.commit);
  AFTERBELL_RETURN_IF_ERROR(Advance(*recorded.commit));
  DecideRecorded(recorded);
  newest_ = std::max(newest_, RecordedAt(*recorded.commit));
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------- what others said

Told Player::Next(Source& source, uint64_t until) const {
  if (source.commons == nullptr) {
    const Told* told = source.stream->At(source.place);
    return told == nullptr || told->place > until ? Told() : *told;
  }
  for (; source.commons_next <= std::min(until, source.commons_end); ++source.commons_next) {
    if (CommitPtr commit = source.commons->At(source.commons_next)) return {0, std::move(commit), nullptr};
  }
  return {};
}

void Player::Fold(Source& source, const Told& told, uint64_t place) {
  const Commit* const commit = told.commit.get();
  const Recorded recorded{*commit, source.id.service, source.id.number, told.events.get()};
  newest_ = std::max(newest_, recorded.recorded_at());
  if (source.commons != nullptr) {
    rows_.SetSeen(source.id.service, source.commons_next);
    ++source.commons_next;
  } else {
    source.stream->Pop(source.place);
  }
  const bool commons = source.commons != nullptr;
  const bool concerned = asks_about_all_ || commons || Concerns(service_, source.id.service, *commit);
  if (concerned && (!commons || (id_.number == 0 && service_.FoldsCommons()))) service_.Fold(recorded, rows_);
  const uint64_t key = CauseKey(source.id.service, source.id.number, commit->index());
  if (ahead_->reacted.count(key) > 0) {
    causes_[key] = told;  // Its reaction has a place of its own.
  } else if (asks_about_all_ || MayReact(recorded, commons)) {
    ReactAnew(recorded, place);
  }
}

template <class Wants>
void Player::FoldWhile(uint64_t place, const Wants& wants) {
  for (;;) {
    Source* from = nullptr;
    Told earliest;
    for (Source& source : sources_) {
      Told next = wants(source);
      if (next.commit == nullptr) continue;
      if (earliest.commit != nullptr && RecordedAt(*next.commit) >= RecordedAt(*earliest.commit)) continue;
      from = &source;
      earliest = std::move(next);
    }
    if (from == nullptr) return;
    Fold(*from, earliest, place);
  }
}

absl::Status Player::Advance(const Commit& recorded) {
  if (recorded.seen().empty()) return absl::OkStatus();
  for (const log::v1::Seen& seen : recorded.seen()) {
    const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) {
      return each.id.service == seen.service() && each.id.number == seen.partition();
    });
    if (source == sources_.end()) {
      return absl::DataLossError(absl::StrCat(ToString(id_), " record ", recorded.index(), " has seen ",
                                              seen.service(), "/", seen.partition(),
                                              ", which its service does not read"));
    }
    source->seen = seen.index();
  }
  FoldWhile(recorded.index(), [&](Source& source) { return Next(source, source.seen); });
  return absl::OkStatus();
}

bool Player::MayReact(const Recorded& cause, bool commons) const {
  const auto heard = [&](const std::string& event) {
    return service_.Hears(cause.service, commons, EventNumberOf(event));
  };
  return std::any_of(cause.commit.events().begin(), cause.commit.events().end(), heard) ||
         (commons && !reference::ParametersSet(cause).empty());
}

void Player::ReactAnew(const Recorded& cause, uint64_t place) {
  Commit head = NewHead(0);
  *head.mutable_cause() = cause.Id();
  *head.mutable_occurred_at() = cause.commit.occurred_at();
  head.set_service_date(cause.commit.service_date());
  head.set_district_id(cause.commit.district_id());
  head.set_school_id(cause.commit.school_id());
  if (!DecideHead(&cause, &head).ok()) return;
  std::vector<std::string> events = DeterminationsOf(events_, head);
  if (events.empty()) return;
  ++tally_.report().reactions_anew;
  Insert(std::move(head), std::move(events), place);
}

// ---------------------------------------------------------------------------------- deadlines

Micros Player::ClockBefore(const Commit& recorded) const {
  if (!history_.simulated()) return RecordedAt(recorded) - 1;
  AnyRow moved;
  if (id_.number == 0 && id_.service == "registry") {
    moved = rows_.Find(reference::kClock, "");
  } else {
    uint64_t index = rows_.seen("registry");
    for (const log::v1::Seen& seen : recorded.seen()) {
      if (seen.service() == "registry" && seen.partition() == 0) index = std::max(index, seen.index());
    }
    for (const std::unique_ptr<Commons>& commons : history_.commons()) {
      if (commons->service() == "registry") moved = commons->Find(reference::kClock, "", index);
    }
  }
  return moved == nullptr ? 0 : MicrosOf(static_cast<const registry::v1::ClockMoved&>(*moved).to());
}

void Player::FireAnew(const Commit& before) {
  // Nearly always nothing is due: looked at before the clock is.
  const Rows rows(rows_);
  bool any = false;
  rows.Scan(kDeadlines, Prefix(), [&](const auto&) {
    any = true;
    return false;
  });
  if (!any) return;
  const Micros now = ClockBefore(before);
  while (true) {
    // Those that were looked at and left fire where they are recorded; they may be many, and wait for long.
    const Micros earliest_set = rows_.TakeEarliestSet();
    if (now <= looked_until_ && earliest_set > now) return;
    const Micros from = std::min(looked_until_, earliest_set);
    std::vector<Deadline> due;
    rows.Scan(kDeadlines, Prefix().From(key::Instant(from)).Until(key::Instant(now)), [&](const auto& key) {
      Deadline deadline(key);
      if (fired_.count(HashOf(deadline)) == 0) due.push_back(std::move(deadline));
    });
    if (due.empty()) {
      looked_until_ = std::max(looked_until_, now);
      return;
    }
    for (const Deadline& deadline : due) {
      if (HasDeadline(rows, deadline.at, deadline.name, deadline.entity)) Fire(deadline, before.index());
    }
  }
}

void Player::Fire(const Deadline& deadline, uint64_t place) {
  const Micros at = deadline.at;
  FoldWhile(place, [&](Source& source) {
    Told next = Next(source, ~uint64_t{0});
    return next.commit == nullptr || RecordedAt(*next.commit) > at ? Told() : next;
  });
  Commit head = NewHead(at);
  head.mutable_time_reached()->set_deadline(deadline.name);
  head.mutable_time_reached()->set_entity(deadline.entity);
  *head.mutable_time_reached()->mutable_at() = TimestampOf(at);
  *head.mutable_occurred_at() = head.time_reached().at();
  head.set_service_date(DateOf(at));
  // A school's deadline names it first.
  if (const auto school = reference::School(rows_, EntityPart(deadline.entity, 0))) {
    head.set_school_id(school->school_id());
    head.set_district_id(school->district_id());
  }
  std::vector<std::string> events;
  if (DecideHead(nullptr, &head).ok()) events = DeterminationsOf(events_, head);
  ++tally_.report().deadlines_anew;
  Insert(std::move(head), std::move(events), place);
}

// ---------------------------------------------------------------------------------- deciding

Commit Player::NewHead(Micros not_before) {
  const Micros recorded_at = std::max(newest_, not_before) + 1;
  Commit head;
  head.set_index(kInsertedIndex + ++inserted_);
  *head.mutable_recorded_at() = TimestampOf(recorded_at);
  *head.mutable_occurred_at() = head.recorded_at();
  head.set_service_date(DateOf(recorded_at));
  head.mutable_actor()->set_role("system");
  return head;
}

absl::Status Player::DecideHead(const Recorded* cause, Commit* head) {
  const Decider decider{.service = service_,
                        .partition = id_,
                        .log_id = history_.log_id(),
                        .simulated_clock = history_.simulated(),
                        .overrides = options_.mode == PolicyMode::kOverride ? &options_.overrides : nullptr,
                        .policies = rows_.policies()};
  const absl::Status status = afterbell::DecideHead(decider, cause, rows_, head);
  for (const log::v1::PolicyUse& use : head->policy()) {
    if (use.provisional()) ++tally_.report().provisional[absl::StrCat(use.key(), " ", use.value_id())];
  }
  tally_.report().blocked += head->blocked_size();
  return status;
}

void Player::DecideRecorded(const Told& told) {
  const Commit* const recorded = told.commit.get();
  Told cause;
  switch (recorded->decided_case()) {
    case Commit::kCommand:
    case Commit::kRunStep:
      break;
    case Commit::kCause: {
      const log::v1::RecordId& id = recorded->cause();
      auto held = causes_.extract(CauseKey(id.service(), id.partition(), id.index()));
      if (!held.empty()) cause = std::move(held.mapped());
      break;
    }
    case Commit::kTimeReached: {
      const Deadline deadline = DeadlineOf(*recorded);
      const auto fired = fired_.find(HashOf(deadline));
      if (fired != fired_.end() && --fired->second == 0) fired_.erase(fired);
      if (HasDeadline(rows_, deadline.at, deadline.name, deadline.entity)) break;
      ++tally_.report().deadlines_gone;
      return Stand(told, KeptOf(events_, *recorded), nullptr);
    }
    default:
      tally_.report().repeated_refusals += recorded->has_refusal();
      return Stand(told, KeptOf(events_, *recorded), nullptr);
  }
  Commit& again = again_;
  TakeHead(*recorded, &again);
  std::optional<Recorded> of;
  if (cause.commit != nullptr) {
    of.emplace(Recorded{*cause.commit, recorded->cause().service(), recorded->cause().partition(),
                        cause.events.get()});
  }
  const absl::Status status = DecideHead(of ? &*of : nullptr, &again);
  Composed composed = Compose(events_, *recorded, again, status);
  if (composed.flip) NoteFlip(*composed.flip, *recorded, again, status);
  Stand(told, std::move(composed.events), &again);
}

void Player::NoteFlip(Flip::Kind kind, const Commit& recorded, const Commit& again,
                      const absl::Status& status) {
  Flip flip;
  flip.kind = kind;
  flip.record = Recorded{recorded, id_.service, id_.number}.Id();
  flip.recorded_at = RecordedAt(recorded);
  flip.decided = DecidedText(service_, recorded);
  flip.recorded = OutcomeText(recorded, absl::OkStatus());
  flip.again = OutcomeText(again, status);
  tally_.AddFlip(std::move(flip));
}

// A recorded Commit as it stands in the other history: folded, and told to those who read it.
void Player::Stand(const Told& told, std::vector<std::string> events, const Commit* again) {
  const Commit* const recorded = told.commit.get();
  tally_.Add(events_, Recorded{*recorded, id_.service, id_.number}, /*was_recorded=*/true, events);
  Told stands = told;
  const bool same_events =
      std::equal(events.begin(), events.end(), recorded->events().begin(), recorded->events().end());
  const bool touched =
      again != nullptr && (again->blocked_size() + recorded->blocked_size() > 0 ||
                           (!recorded->has_command() && again->has_refusal() != recorded->has_refusal()));
  if (!same_events || touched) {
    auto other = std::make_shared<Commit>(*recorded);
    other->clear_events();
    for (std::string& event : events) other->add_events(std::move(event));
    if (again != nullptr) {
      *other->mutable_policy() = again->policy();
      *other->mutable_blocked() = again->blocked();
      if (!recorded->has_command()) other->clear_refusal();
      if (!recorded->has_command() && again->has_refusal()) *other->mutable_refusal() = again->refusal();
    }
    stands = {recorded->index(), std::move(other), std::make_shared<SharedEvents>()};
  }
  EvolveRecorded(service_, Recorded{*stands.commit, id_.service, id_.number, stands.events.get()}, rows_);
  out_.Push(std::move(stands));
}

// A Commit that was not recorded, before the recorded one at `place`.
void Player::Insert(Commit head, std::vector<std::string> events, uint64_t place) {
  head.clear_events();
  head.clear_refusal();
  head.clear_runs_opened();
  for (const std::string& event : events) head.add_events(event);
  const auto commit = std::make_shared<const Commit>(std::move(head));
  const auto parsed = std::make_shared<const SharedEvents>();
  const Recorded inserted{*commit, id_.service, id_.number, parsed.get()};
  tally_.Add(events_, inserted, /*was_recorded=*/false, events);
  EvolveRecorded(service_, inserted, rows_);
  newest_ = std::max(newest_, inserted.recorded_at());
  if (!events.empty()) out_.Push({place, commit, parsed});
}

}  // namespace afterbell::replay
