#include "services/platform/replay/verify.h"

#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "services/platform/projection/store.h"
#include "services/platform/replay/again.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/rows.h"
#include "services/platform/runtime/record.h"

namespace afterbell::replay {
namespace {

using log::v1::Commit;

// One partition folded again as a standby folds it, and each of its decisions made again on the way.
class PartitionVerifier {
 public:
  PartitionVerifier(const History& history, const Service& service, const PartitionId& id,
                    const VerifyOptions& options, VerifyReport* report)
      : history_(history),
        service_(service),
        id_(id),
        options_(options),
        report_(*report),
        events_(EventReader::Of(service.name())),
        rows_(service, id, history.commons()) {
    for (const std::unique_ptr<Commons>& commons : history.commons()) {
      if (id.number == 0 && commons->service() == id.service) continue;
      sources_.push_back(
          {{commons->service(), 0}, commons.get(), history.Read({commons->service(), 0}), 0, nullptr});
    }
    if (id.number == 0) return;
    for (const std::string_view foreign : service.reads()) {
      const PartitionId from{std::string(foreign), id.number};
      // What was seen lies before the cut, so the cut need not be looked for.
      sources_.push_back({from, nullptr, history.Read(from, /*uncut=*/true), 0, nullptr});
    }
  }

  absl::Status Run() {
    RecordReader own = history_.Read(id_);
    for (;;) {
      auto commit = own.Peek();
      if (!commit.ok()) return commit.status();
      if (*commit == nullptr) break;
      AFTERBELL_RETURN_IF_ERROR(Fold(**commit));
      own.Pop();
    }
    if (options_.digests) Digest(own.at());
    return absl::OkStatus();
  }

 private:
  struct Source {
    PartitionId id;
    const Commons* commons;  // Null for a same-numbered partition.
    RecordReader reader;     // Of a same-numbered partition.
    uint64_t seen;
    RecordReader::CommitPtr last;  // The last Commit at or before `seen`.
  };

  absl::Status Fold(const Commit& commit) {
    ++report_.commits;
    for (const log::v1::Seen& seen : commit.seen()) AFTERBELL_RETURN_IF_ERROR(Advance(commit, seen));
    if (options_.decisions) AFTERBELL_RETURN_IF_ERROR(Check(commit));
    EvolveRecorded(service_, Recorded{commit, id_.service, id_.number}, rows_);
    return absl::OkStatus();
  }

  absl::Status Advance(const Commit& commit, const log::v1::Seen& seen) {
    const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) {
      return each.id.service == seen.service() && each.id.number == seen.partition();
    });
    if (source == sources_.end()) {
      return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                              seen.service(), "/", seen.partition(),
                                              ", which its service does not read"));
    }
    if (source->commons != nullptr) {
      if (source->commons->index() < seen.index()) return Beyond(commit, *source, seen.index());
      rows_.SetSeen(source->id.service, seen.index());
      source->last = source->commons->At(seen.index());
      for (uint64_t at = source->seen + 1; id_.number == 0 && service_.FoldsCommons() && at <= seen.index();
           ++at) {
        const RecordReader::CommitPtr each = source->commons->At(at);
        if (each != nullptr) service_.Fold(Recorded{*each, source->id.service, 0}, rows_);
      }
    } else {
      AFTERBELL_RETURN_IF_ERROR(FoldForeign(commit, seen.index(), &*source));
    }
    source->seen = seen.index();
    return absl::OkStatus();
  }

  absl::Status FoldForeign(const Commit& commit, uint64_t until, Source* source) {
    for (;;) {
      auto foreign = source->reader.Peek();
      if (!foreign.ok()) return foreign.status();
      if (*foreign == nullptr && source->reader.at().index < until) return Beyond(commit, *source, until);
      if (*foreign == nullptr || (*foreign)->index() > until) return absl::OkStatus();
      service_.Fold(Recorded{**foreign, source->id.service, source->id.number}, rows_);
      source->last = *foreign;
      source->reader.Pop();
    }
  }

  absl::Status Beyond(const Commit& commit, const Source& source, uint64_t index) const {
    return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                            ToString(source.id), " to ", index, ", which is not there"));
  }

  absl::Status Check(const Commit& commit) {
    std::optional<Recorded> cause;
    switch (commit.decided_case()) {
      case Commit::kCommand:
        ++report_.commands;
        break;
      case Commit::kCause: {
        ++report_.reactions;
        // Intake stops at a cause until its reaction is decided: it is the last that was seen there.
        const log::v1::RecordId& id = commit.cause();
        const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) {
          return each.id.service == id.service() && each.id.number == id.partition();
        });
        if (source == sources_.end() || source->last == nullptr || source->last->index() != id.index()) {
          ++report_.decisions;
          Differ(commit, "cause", absl::StrCat(id.service(), "/", id.partition(), " #", id.index()),
                 "not the last record seen there");
          return absl::OkStatus();
        }
        cause.emplace(Recorded{*source->last, source->id.service, source->id.number});
        break;
      }
      case Commit::kTimeReached:
        ++report_.deadlines;
        break;
      case Commit::kRunStep:
        ++report_.run_steps;
        break;
      default:
        ++(commit.has_refusal() ? report_.repeated_refusals : report_.seen_alone);
        return absl::OkStatus();
    }
    ++report_.decisions;
    Commit again = HeadOf(commit);
    const Decider decider{service_, id_, history_.log_id(), history_.simulated()};
    const absl::Status status = DecideHead(decider, cause ? &*cause : nullptr, rows_, &again);
    if (status.ok()) {
      Compare(commit, again);
    } else {
      Differ(commit, "answer", "decided", status.ToString());
    }
    return absl::OkStatus();
  }

  void Compare(const Commit& recorded, const Commit& again) {
    bool partly_known = false;
    for (int i = 0; i < std::max(recorded.events_size(), again.events_size()); ++i) {
      const std::string* was = i < recorded.events_size() ? &recorded.events(i) : nullptr;
      const std::string* now = i < again.events_size() ? &again.events(i) : nullptr;
      if (was != nullptr && now != nullptr && *was == *now) continue;
      if (was != nullptr && now != nullptr && events_.ok() && events_->IsMoreThan(*was, *now)) {
        partly_known = true;
        continue;
      }
      return Differ(recorded, "events", EventText(was), EventText(now));
    }
    const auto compare = [&](const char* what, const auto& was, const auto& now) {
      if (was.SerializeAsString() == now.SerializeAsString()) return true;
      Differ(recorded, what, was.ShortDebugString(), now.ShortDebugString());
      return false;
    };
    if (!compare("refusal", recorded.refusal(), again.refusal())) return;
    // Lists are compared as parts of a message of their own.
    Commit was, now;
    *was.mutable_blocked() = recorded.blocked();
    *now.mutable_blocked() = again.blocked();
    if (!compare("blocked", was, now)) return;
    was.Clear();
    now.Clear();
    *was.mutable_runs_opened() = recorded.runs_opened();
    *now.mutable_runs_opened() = again.runs_opened();
    if (!compare("runs_opened", was, now)) return;
    was.Clear();
    now.Clear();
    *was.mutable_policy() = recorded.policy();
    *now.mutable_policy() = again.policy();
    if (compare("policy", was, now)) report_.partly_known += partly_known;
  }

  std::string EventText(const std::string* event) const {
    if (event == nullptr) return "no such event";
    return events_.ok() ? events_->TextOf(*event) : absl::StrCat(event->size(), " bytes");
  }

  void Differ(const Commit& commit, std::string what, std::string recorded, std::string again) {
    ++report_.differing;
    if (report_.differences.size() >= options_.differences_max) return;
    DecisionDifference difference;
    difference.record = Recorded{commit, id_.service, id_.number}.Id();
    difference.record.set_log_id(history_.log_id());
    difference.recorded_at = MicrosOf(commit.recorded_at());
    difference.decided = DecidedText(service_, commit);
    difference.what = std::move(what);
    difference.recorded = std::move(recorded);
    difference.again = std::move(again);
    report_.differences.push_back(std::move(difference));
  }

  void Digest(const ChainPosition& at) {
    stored::StoredPosition position;
    position.set_index(at.index);
    position.set_hash(at.hash);
    for (const Source& source : sources_) {
      stored::StoredSource* row = position.add_sources();
      row->set_service(source.id.service);
      row->set_partition(source.id.number);
      row->set_index(source.seen);
    }
    const std::string digest = Store::Digest(position, [&](const Store::TakeRow& take) {
      rows_.stored().ForEach(
          [&](const std::string& key, const AnyRow& row) { take(key, row->SerializeAsString()); });
    });
    report_.digests.push_back({id_, at.index, digest});
  }

  const History& history_;
  const Service& service_;
  const PartitionId& id_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  const absl::StatusOr<EventReader> events_;
  ReplayRows rows_;
  std::vector<Source> sources_;
};

void Merge(VerifyReport part, VerifyReport* whole) {
  whole->commits += part.commits;
  whole->decisions += part.decisions;
  whole->differing += part.differing;
  whole->partly_known += part.partly_known;
  whole->commands += part.commands;
  whole->reactions += part.reactions;
  whole->deadlines += part.deadlines;
  whole->run_steps += part.run_steps;
  whole->repeated_refusals += part.repeated_refusals;
  whole->seen_alone += part.seen_alone;
  whole->undecided_services += part.undecided_services;
  const auto append = [](auto& from, auto* to) {
    to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(part.faults, &whole->faults);
  append(part.differences, &whole->differences);
  append(part.digests, &whole->digests);
}

}  // namespace

VerifyReport Verify(const History& history, const std::vector<const Service*>& services,
                    const VerifyOptions& options) {
  VerifyReport report;
  report.log_id = history.log_id();
  report.as_of = history.as_of();
  report.simulated = history.simulated();
  report.chains = history.SurveyChains();
  std::vector<VerifyReport> parts(report.chains.size());
  ForEachPiece(parts.size(), history.threads(), [&](size_t piece) {
    const History::Survey& chain = report.chains[piece];
    VerifyReport& part = parts[piece];
    if (!chain.fault.empty()) part.faults.push_back(chain.fault);
    if (!options.decisions && !options.digests) {
      part.commits = chain.commits;
      return absl::OkStatus();
    }
    const auto service = std::find_if(services.begin(), services.end(),
                                      [&](const Service* each) { return each->name() == chain.id.service; });
    if (service == services.end()) {
      part.commits = part.undecided_services = chain.commits;
      return absl::OkStatus();
    }
    const absl::Status status = PartitionVerifier(history, **service, chain.id, options, &part).Run();
    if (!status.ok() && status.message() != chain.fault) part.faults.push_back(std::string(status.message()));
    return absl::OkStatus();
  }).IgnoreError();
  for (VerifyReport& part : parts) Merge(std::move(part), &report);
  std::stable_sort(report.differences.begin(), report.differences.end(),
                   [](const auto& a, const auto& b) { return a.recorded_at < b.recorded_at; });
  return report;
}

std::string Summary(const VerifyReport& report) {
  uint64_t records = 0, voids = 0;
  for (const History::Survey& chain : report.chains) {
    records += chain.at.index;
    voids += chain.void_records;
  }
  std::string text =
      absl::StrCat("log ", report.log_id, " (", report.simulated ? "SIMULATED" : "REAL", " clock), ",
                   report.chains.size(), " partitions, ", records, " valid records, ", voids, " void");
  if (report.as_of != HistoryOptions::kEverything)
    absl::StrAppend(&text, ", as of ", InstantText(report.as_of));
  absl::StrAppend(&text, "\nverified ", report.decisions - report.differing, " of ", report.decisions,
                  " decisions, ", report.differing, " differ (", report.commands, " commands, ",
                  report.reactions, " reactions, ", report.deadlines, " deadlines, ", report.run_steps,
                  " steps of runs)\nnot decided again: ", report.repeated_refusals, " repeated refusals, ",
                  report.seen_alone, " records of what was seen, ", report.undecided_services,
                  " records of services whose rules are not here\n");
  if (report.partly_known > 0) {
    absl::StrAppend(&text, report.partly_known,
                    " of those alike hold fields that this build does not know: a newer one decided them\n");
  }
  for (const std::string& fault : report.faults) absl::StrAppend(&text, "FAULT ", fault, "\n");
  if (!report.differences.empty()) {
    const DecisionDifference& first = report.differences.front();
    absl::StrAppend(&text, "FIRST DIFFERENCE ", first.record.service(), "/", first.record.partition(), " #",
                    first.record.index(), ", recorded ", InstantText(first.recorded_at), ", ", first.decided,
                    ": ", first.what, "\n  recorded: ", first.recorded, "\n  again:    ", first.again, "\n");
  }
  return text;
}

}  // namespace afterbell::replay
