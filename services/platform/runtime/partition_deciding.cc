// A partition deciding: commands, deadlines that have passed, and what a run takes up again.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/check.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

using log::v1::Commit;
using log::v1::Record;

// How many deadlines are looked up at a time.
constexpr size_t kDeadlinesAtOnce = 256;
// What a caller's clock may be ahead of the log's.
constexpr Micros kAheadMax = kMicrosPerMinute;

}  // namespace

Micros Partition::Now() {
  if (shared_.clock == log::v1::REAL) return moment_;
  const bool own = id_.number == 0 && id_.service == "registry";
  const uint64_t index = own ? tail_index_ : commons_rows_.as_of("registry");
  if (index != clock_index_) {
    clock_index_ = index;
    const auto moved = Rows(*rows_).Get(reference::kClock, {});
    clock_ = moved ? MicrosOf(moved->to()) : 0;
  }
  return clock_;
}

Commit Partition::NewHead() {
  const Micros recorded_at = std::max(Now(), newest_) + 1;
  Commit head;
  head.set_index(tail_index_ + 1);
  head.set_tag(Chain::TagOf(tail_hash_));
  head.set_claim_index(settled().claim_index);
  *head.mutable_recorded_at() = TimestampOf(recorded_at);
  *head.mutable_occurred_at() = TimestampOf(recorded_at);
  head.set_service_date(DateOf(recorded_at));
  head.mutable_actor()->set_role("system");
  return head;
}

void Partition::Push(Commit head, SharedEvents* events) {
  auto made = std::make_shared<DecodedRecord>();
  *made->record.mutable_commit() = std::move(head);
  if (events != nullptr) made->events.TakeOver(events);
  PushMade(std::move(made), {});
}

void Partition::PushMade(std::shared_ptr<DecodedRecord> made, std::vector<CommandCall> calls) {
  Commit& commit = *made->record.mutable_commit();
  AFTERBELL_CHECK(commit.index() == tail_index_ + 1);
  AFTERBELL_CHECK(tail_index_ == settled().index + pending_.size());
  for (Source& source : sources_) {
    AFTERBELL_CHECK(source.carried <= source.folded.index);
    if (source.folded.index <= source.carried) continue;
    log::v1::Seen* seen = commit.add_seen();
    seen->set_service(source.id.service);
    seen->set_partition(source.id.number);
    seen->set_index(source.folded.index);
    source.carried = source.folded.index;
  }
  EvolveRecorded(service_, Recorded{commit, id_.service, id_.number, &made->events}, *rows_);
  if (SaysAnything(commit)) worked_ = true;
  Pending pending;
  pending.value = made->record.SerializeAsString();
  pending.made = std::move(made);
  pending.hash = Chain::Next(tail_hash_, pending.value);
  rows_->CloseList();
  pending.sources = FoldedPositions();
  newest_ = MicrosOf(commit.recorded_at());
  pending.newest = newest_;
  pending.calls = std::move(calls);
  tail_hash_ = pending.hash;
  ++tail_index_;
  unseen_ = 0;
  facts_since_ = SteadyTime::max();
  if (!commit.request_id().empty()) {
    requests_in_flight_[RequestKey(commit)] = {settled_ + pending_.size(), commit.request_digest()};
  }
  pending_.push_back(std::move(pending));
}

void Partition::AppendNew() {
  AFTERBELL_CHECK(appended_ <= pending_.size());
  if (appended_ >= pending_.size()) return;
  std::vector<std::string> values;
  for (; appended_ < pending_.size(); ++appended_) {
    Pending& pending = pending_[appended_];
    values.push_back(std::move(pending.value));
    pending.value.clear();
    pending.made->at.hash = pending.hash;
    decoded_->Expect(values.back(), pending.made);
  }
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
    std::vector<Deadline> due;
    std::optional<Deadline> first;
    Rows(*rows_).Scan(kDeadlines, Prefix(), [&](const auto& key) {
      if (std::get<0>(key) > now) {
        first.emplace(key);
        return false;
      }
      due.emplace_back(key);
      return due.size() < kDeadlinesAtOnce;
    });
    if (due.empty()) {
      if (first)
        rows_->SetFirstDeadline(first->at);
      else
        rows_->SetNoDeadline();
      work_seen_ = rows_->work_changes();
      work_time_ = first ? first->at : INT64_MAX;
      next_due_ = work_time_;
      return;
    }
    // Everything that was recorded before the moment came is heard first.
    if (!AdvanceIntake().ok()) return;
    for (const Deadline& deadline : due) {
      if (!HasRoom()) return;
      if (!HasDeadline(*rows_, deadline.at, deadline.name, deadline.entity)) continue;
      Commit head = NewHead();
      log::v1::TimeReached* reached = head.mutable_time_reached();
      reached->set_deadline(deadline.name);
      reached->set_entity(deadline.entity);
      *reached->mutable_at() = TimestampOf(deadline.at);
      *head.mutable_occurred_at() = reached->at();
      head.set_service_date(DateOf(deadline.at));
      // A school's deadline names it first.
      if (const auto school = reference::School(*rows_, EntityPart(deadline.entity, 0))) {
        head.set_school_id(school->school_id());
        head.set_district_id(school->district_id());
      }
      // A deadline that leads to nothing has fired all the same.
      SharedEvents events;
      if (!DecideHead(decider_, nullptr, *rows_, &head, &events).ok()) head.clear_events();
      Push(std::move(head), &events);
    }
  }
}

void Partition::TakeRunSteps() {
  while (HasRoom()) {
    if (runs_seen_ == rows_->work_changes()) return;
    std::string run_id;
    stored::StoredRun run;
    const AllRowsRead rows(*rows_);
    rows.Scan(kRuns, Prefix(), [&](const auto& key, const stored::StoredRun& first) {
      run_id = std::string(std::get<0>(key));
      run = first;
      return false;
    });
    if (run_id.empty()) {
      runs_seen_ = rows_->work_changes();
      return;
    }
    Commit head = NewHead();
    if (const auto blocked = rows.Get(kBlocked, BlockedKey(run.cursor()))) {
      head.set_school_id(blocked->school_id());
      head.set_district_id(blocked->district_id());
      head.set_service_date(blocked->service_date());
      *head.mutable_occurred_at() = TimestampOf(blocked->occurred_at());
    }
    log::v1::RunStep* step = head.mutable_run_step();
    step->set_run_id(run_id);
    step->set_cursor(run.cursor());
    // In the order of their texts, which is the order they were blocked in.
    rows.Scan(kBlocked, Prefix(key::Word(run.parameter())),
              [&](const auto& key, const stored::StoredBlocked&) {
                std::string at = BlockedText(run.parameter(), key::Ordinal(std::get<1>(key)));
                if (at > run.until()) return false;
                if (at <= run.cursor()) return true;
                step->set_next_cursor(std::move(at));
                return false;
              });
    SharedEvents events;
    if (!DecideHead(decider_, nullptr, *rows_, &head, &events).ok()) head.clear_events();
    Push(std::move(head), &events);
  }
}

bool Partition::AnswerRepeat(CommandCall* call) {
  const std::string key = RequestKey(call->head);
  const absl::Status other_body =
      InvalidField("header.request_id", call->head.request_id(), "used before with another request");
  const auto in_flight = requests_in_flight_.find(key);
  if (in_flight != requests_in_flight_.end()) {
    if (in_flight->second.digest != call->head.request_digest()) {
      AnswerError(std::move(*call), other_body);
    } else {
      pending_[in_flight->second.serial - settled_].calls.push_back(std::move(*call));
    }
    return true;
  }
  std::optional<RequestRow> known;
  if (const auto row = requests_->Find(RequestRowKey(key))) known = ParseRequestRow(*row);
  // Beyond the window the decider's own quietness prevents a second effect.
  const Micros window = static_cast<Micros>(shared_.limits.request_days_max()) * kMicrosPerDay;
  if (!known || known->recorded_at < newest_ - window) return false;
  if (known->record.digest() != call->head.request_digest()) {
    call->done(other_body, nullptr);
    return true;
  }
  const auto record = ReadRecord(known->record.offset(), std::chrono::milliseconds(0));
  if (absl::IsUnavailable(record.status())) {
    later_.push_back(std::move(*call));
  } else if (!record.ok()) {
    call->done(record.status(), nullptr);
  } else if ((*record)->commit().index() != known->record.index() || RequestKey((*record)->commit()) != key) {
    call->done(absl::DataLossError(absl::StrCat(ToString(id_), " at ", known->record.offset(),
                                                ": another record than ", "the request ids know")),
               nullptr);
  } else {
    call->done(absl::OkStatus(), &(*record)->commit());
  }
  return true;
}

// An error is not recorded. Where others may own the partition by now, and what it was decided on may be
// void, it is answered when a record that was appended after it has been read back; if that is void the
// command is decided again, by whoever owns it then.
void Partition::AnswerError(CommandCall call, absl::Status error) {
  if (log_->knows_end()) return call.done(error, nullptr);
  call.error = std::move(error);
  if (pending_.size() == appended_) Push(NewHead(), nullptr);
  pending_.back().calls.push_back(std::move(call));
}

void Partition::DecideCommand(CommandCall call) {
  if (call.deadline <= std::chrono::steady_clock::now()) {
    return call.done(absl::DeadlineExceededError("not decided in time; nothing was recorded"), nullptr);
  }
  const std::string district_id = call.head.district_id();
  if (const auto school = reference::School(*rows_, call.head.school_id());
      school && school->district_id() != district_id) {
    return AnswerError(std::move(call),
                       absl::PermissionDeniedError(absl::StrCat("school ", school->school_id(),
                                                                " is not of district ", district_id)));
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
    return AnswerError(std::move(call),
                       InvalidField("header.occurred_at", InstantText(occurred),
                                    "past: it is " + InstantText(recorded) + " by the log's clock"));
  }
  head.set_service_date(DateOf(occurred, reference::ZoneMinutesOf(*rows_, head.district_id())));
  auto made = std::make_shared<DecodedRecord>();
  const absl::Status status = DecideHead(decider_, nullptr, *rows_, &head, &made->events);
  if (!status.ok()) return AnswerError(std::move(call), status);
  if (const size_t bytes = head.ByteSizeLong(); bytes > shared_.limits.record_bytes_max()) {
    return AnswerError(std::move(call), absl::ResourceExhaustedError(absl::StrCat(
                                            "record_bytes_max: one command led to ", bytes, " bytes, ",
                                            shared_.limits.record_bytes_max(), " are allowed")));
  }
  if (const int unreadable = service_.UnreadableMade(head); unreadable >= 0) {
    return AnswerError(std::move(call),
                       absl::InternalError(absl::StrCat("event ", unreadable, " that follows from '",
                                                        service_.CommandName(head.command()),
                                                        "' cannot be read back; nothing was recorded")));
  }
  *made->record.mutable_commit() = std::move(head);
  std::vector<CommandCall> calls;
  calls.push_back(std::move(call));
  PushMade(std::move(made), std::move(calls));
}

}  // namespace afterbell
