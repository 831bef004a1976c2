#include "services/platform/runtime/record.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/check.h"
#include "services/platform/base/ids.h"
#include "services/platform/projection/stored.pb.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/scratch_rows.h"

namespace afterbell {
namespace {

using log::v1::Commit;

// Of a row of a request id, before the record.
constexpr size_t kTimeBytes = 8;

decltype(kRefused)::Key RefusedKey(const Commit& commit) {
  const log::v1::Refusal& refusal = commit.refusal();
  return {commit.school_id(),        key::Date(commit.service_date()), commit.actor().person_id(),
          key::Word(refusal.rule()), key::Word(refusal.reason()),      key::Rest(refusal.subject())};
}

log::v1::Refusal RefusalOf(const Refused& refused) {
  log::v1::Refusal refusal;
  refusal.set_rule(refused.rule);
  refusal.set_reason(refused.reason);
  refusal.set_subject(refused.subject);
  refusal.set_limit(refused.limit);
  refusal.set_met(refused.met);
  refusal.set_parameter(refused.parameter);
  return refusal;
}

}  // namespace

std::string RequestKey(const Commit& commit) {
  return absl::StrCat(commit.district_id(), "/", commit.actor().person_id(), "/", commit.request_id());
}

std::string RequestRowKey(std::string_view request_key) {
  constexpr size_t kDigestBytes = 16;
  std::string key = "r";
  return key.append(Sha256(request_key), 0, kDigestBytes);
}

void RequestRowsOf(const Recorded& recorded, uint64_t offset, RowBlock* rows) {
  const Commit& commit = recorded.commit;
  if (commit.request_id().empty()) return;
  stored::StoredRequest record;
  record.set_index(commit.index());
  record.set_offset(offset);
  record.set_digest(commit.request_digest());
  const uint64_t recorded_at = static_cast<uint64_t>(MicrosOf(commit.recorded_at()));
  rows->Set(RequestRowKey(RequestKey(commit)), "", kTimeBytes + record.ByteSizeLong(), [&](char* at) {
    for (size_t i = 0; i < kTimeBytes; ++i)
      at[i] = static_cast<char>(recorded_at >> 8 * (kTimeBytes - 1 - i) & 0xff);
    record.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(at + kTimeBytes));
  });
}

Micros RequestRecordedAt(std::string_view row) {
  uint64_t recorded_at = 0;
  for (size_t i = 0; i < kTimeBytes; ++i)
    recorded_at = recorded_at << 8 | static_cast<unsigned char>(row.at(i));
  return static_cast<Micros>(recorded_at);
}

RequestRow ParseRequestRow(std::string_view row) {
  RequestRow request;
  request.recorded_at = RequestRecordedAt(row);
  row.remove_prefix(kTimeBytes);
  AFTERBELL_CHECK(request.record.ParseFromArray(row.data(), static_cast<int>(row.size())));
  return request;
}

namespace {

// Behind the entity.
std::string HistoryKeyEnd(uint64_t index) { return absl::StrCat("/", absl::Hex(index, absl::kZeroPad16)); }

}  // namespace

void HistoryRowsOf(const Service& service, const Recorded& recorded, uint64_t offset, RowBlock* rows) {
  const Commit& commit = recorded.commit;
  if (commit.events().empty()) return;
  const std::string end = HistoryKeyEnd(commit.index());
  const std::string value = std::to_string(offset);
  for (const std::string& entity : service.Entities(recorded)) {
    rows->Set(entity, end, value.size(), [&](char* at) { value.copy(at, value.size()); });
  }
}

std::string HistoryPrefix(std::string_view entity) { return std::string(entity) + "/"; }

std::string HistoryKeyAfter(std::string_view entity, uint64_t index) {
  return std::string(entity) + HistoryKeyEnd(index + 1);
}

HistoryEntry HistoryEntryOf(std::string_view key, std::string_view value) {
  const std::string index(key.substr(key.rfind('/') + 1));
  return {std::stoull(index, nullptr, 16), std::stoull(std::string(value))};
}

Context ContextOf(const Commit& head, const PartitionId& partition, const std::string& log_id,
                  const Rows& rows, bool simulated_clock) {
  Context context;
  context.log_id = log_id;
  context.service = partition.service;
  context.partition = partition.number;
  context.recorded_at = MicrosOf(head.recorded_at());
  context.occurred_at = MicrosOf(head.occurred_at());
  context.service_date = head.service_date();
  context.district_id = head.district_id();
  context.school_id = head.school_id();
  context.zone_minutes = reference::ZoneMinutesOf(rows, head.district_id());
  context.role = head.actor().role();
  context.person_id = head.actor().person_id();
  if (head.has_cause()) {
    context.cause = head.cause();
    context.cause.set_log_id(log_id);
  }
  context.level = reference::LevelOf(rows);
  context.simulated_clock = simulated_clock;
  return context;
}

namespace {

// Commands that follow from a cause, a deadline or the step of a run.
std::vector<std::string> CommandsOf(const Service& service, const Situation& situation,
                                    const AllRowsRead& rows, const Commit& head, const Recorded* cause) {
  switch (head.decided_case()) {
    case Commit::kCause:
      return cause == nullptr ? std::vector<std::string>() : service.React(situation, *cause);
    case Commit::kTimeReached:
      return service.AtDeadline(situation, head.time_reached().deadline(), head.time_reached().entity(),
                                MicrosOf(head.time_reached().at()));
    case Commit::kRunStep: {
      const auto row = rows.Get(kBlocked, BlockedKey(head.run_step().cursor()));
      return row ? std::vector<std::string>{row->command()} : std::vector<std::string>();
    }
    default:
      return {};
  }
}

// A value that was set takes up again, in a run, every reaction that lacked it.
void OpenRuns(const Recorded& cause, const AllRowsRead& rows, Commit* head) {
  if (cause.service != "registry" || cause.partition != 0) return;
  for (const std::string& parameter : reference::ParametersSet(cause)) {
    std::string first, last;
    rows.Scan(kBlocked, Prefix(key::Word(parameter)), [&](const auto& key, const stored::StoredBlocked&) {
      last = BlockedText(parameter, key::Ordinal(std::get<1>(key)));
      if (first.empty()) first = last;
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

absl::Status TooManyEvents(size_t events, size_t events_max) {
  return absl::ResourceExhaustedError("events_per_commit_max: one command led to " + std::to_string(events) +
                                      " events, " + std::to_string(events_max) + " are allowed");
}

absl::Status DecideCommands(const Decider& decider, const std::vector<std::string>& commands,
                            const RowSource& stored, Commit* head, SharedEvents* made) {
  // Where a reaction leads to several commands, what one decides is laid over the rows for the next.
  ScratchRows scratch(stored);
  const AllRowsRead rows(commands.size() > 1 ? static_cast<const RowSource&>(scratch) : stored);
  const Context context = ContextOf(*head, decider.partition, decider.log_id, rows, decider.simulated_clock);
  policy::Policy policy(rows, decider.overrides, decider.policies);
  const bool asked_by_caller = head->decided_case() == Commit::kCommand;
  ParsedEvents all;
  for (const std::string& command : commands) {
    DecisionBytes decision = decider.service.Decide(Situation{context, rows, policy}, command);
    const std::string unset = policy::UnsetParameter(decision.error);
    if (!decision.error.ok() && unset.empty()) {
      if (asked_by_caller) return decision.error;
      continue;
    }
    if (!unset.empty() && !asked_by_caller) {
      log::v1::ReactionBlocked* blocked = head->add_blocked();
      blocked->set_parameter(unset);
      blocked->set_command(command);
      continue;
    }
    if (!unset.empty()) {
      decision.refused = Refused{"D-07", "PARAMETER_UNSET", context.school_id, "", "", unset};
    }
    if (decision.refused) {
      *head->mutable_refusal() = RefusalOf(*decision.refused);
      continue;
    }
    if (decision.events.empty()) continue;
    if (asked_by_caller && decision.events.size() > decider.events_max) {
      return TooManyEvents(decision.events.size(), decider.events_max);
    }
    if (commands.size() > 1) {
      Commit part = *head;
      part.clear_events();
      for (const std::string& event : decision.events) part.add_events(event);
      decider.service.Evolve(Recorded{part, decider.partition.service, decider.partition.number}, scratch);
    }
    for (std::string& event : decision.events) head->add_events(std::move(event));
    std::move(decision.made.begin(), decision.made.end(), std::back_inserter(all));
  }
  if (made != nullptr && !all.empty()) {
    const google::protobuf::Descriptor* const kind = all.front()->GetDescriptor();
    made->Set(kind, std::move(all));
  }
  for (const policy::Use& use : policy.uses()) {
    log::v1::PolicyUse* used = head->add_policy();
    used->set_key(use.key);
    used->set_value_id(use.value_id);
    used->set_provisional(use.provisional);
  }
  if (head->has_refusal() && rows.Has(kRefused, RefusedKey(*head))) {
    head->mutable_refusal()->set_repeated(true);
    if (asked_by_caller) head->clear_command();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideHead(const Decider& decider, const Recorded* cause, const RowSource& rows, Commit* head,
                        SharedEvents* made) {
  if (head->has_command()) return DecideCommands(decider, {head->command()}, rows, head, made);
  std::vector<std::string> commands;
  {
    const Context context =
        ContextOf(*head, decider.partition, decider.log_id, rows, decider.simulated_clock);
    policy::Policy policy(rows, decider.overrides, decider.policies);
    commands = CommandsOf(decider.service, Situation{context, rows, policy}, rows, *head, cause);
  }
  if (cause != nullptr) OpenRuns(*cause, rows, head);
  if (commands.empty()) return absl::OkStatus();
  return DecideCommands(decider, commands, rows, head, made);
}

bool Concerns(const Service& service, std::string_view source, const Commit& commit) {
  if (commit.has_refusal() && service.FoldsRefusals()) return true;
  return std::any_of(commit.events().begin(), commit.events().end(), [&](const std::string& event) {
    const int number = EventNumberOf(event);
    return service.Folds(source, number) || service.Hears(source, /*commons=*/false, number);
  });
}

bool SaysAnything(const Commit& head) {
  return !head.events().empty() || head.has_refusal() || !head.blocked().empty() ||
         !head.runs_opened().empty();
}

namespace {

// The platform's own rows of a Commit.
void FinishEvolving(const Commit& commit, AllRows rows) {
  if (commit.has_time_reached()) {
    const log::v1::TimeReached& reached = commit.time_reached();
    ClearDeadline(rows, MicrosOf(reached.at()), reached.deadline(), reached.entity());
  }
  if (commit.has_refusal() && !commit.refusal().repeated()) rows.Put(kRefused, RefusedKey(commit));
  for (const log::v1::Run& opened : commit.runs_opened()) {
    stored::StoredRun run;
    run.set_kind(opened.kind());
    run.set_parameter(opened.parameter());
    run.set_cursor(opened.cursor());
    run.set_until(opened.until());
    rows.Put(kRuns, {opened.run_id()}, std::move(run));
  }
  if (commit.has_run_step()) {
    rows.Erase(
        kBlocked,
        BlockedKey(commit.run_step().cursor()));  // Taken up: done, or blocked again under a row of its own.
    if (commit.run_step().next_cursor().empty()) {
      rows.Erase(kRuns, {commit.run_step().run_id()});
    } else if (const auto run = rows.Get(kRuns, {commit.run_step().run_id()})) {
      stored::StoredRun further = *run;
      further.set_cursor(commit.run_step().next_cursor());
      rows.Put(kRuns, {commit.run_step().run_id()}, std::move(further));
    }
  }
  for (int i = 0; i < commit.blocked_size(); ++i) {
    stored::StoredBlocked row;
    row.set_command(commit.blocked(i).command());
    row.set_index(commit.index());
    row.set_school_id(commit.school_id());
    row.set_district_id(commit.district_id());
    row.set_service_date(commit.service_date());
    row.set_occurred_at(MicrosOf(commit.occurred_at()));
    rows.Put(kBlocked, {key::Word(commit.blocked(i).parameter()), key::Ordinal(commit.index(), i)}, row);
  }
}

}  // namespace

void EvolveRecorded(const Service& service, const Recorded& recorded, RowSink& rows) {
  const SharedEvents here;
  Recorded whole = recorded;
  if (whole.events == nullptr) whole.events = &here;
  service.Evolve(whole, rows);
  service.Project(whole, rows);
  FinishEvolving(recorded.commit, rows);
  if (recorded.partition == 0 && recorded.service == "registry") reference::FoldLevel(recorded.commit, rows);
}

}  // namespace afterbell
