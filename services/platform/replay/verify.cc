#include "services/platform/replay/verify.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/platform/projection/store.h"
#include "services/platform/replay/again.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/rows.h"
#include "services/platform/replay/shared_reader.h"
#include "services/platform/runtime/record.h"

namespace afterbell::replay {
namespace {

using log::v1::Commit;

// Those who share the readers of one partition number, by service.
using Readers = std::map<std::string, SharedReader, std::less<>>;

// One partition folded again as a standby folds it, and each of its decisions made again on the way.
class PartitionVerifier {
 public:
  PartitionVerifier(const History& history, const Service& service, const PartitionId& id,
                    const VerifyOptions& options, Readers* readers, VerifyReport* report)
      : history_(history),
        service_(service),
        id_(id),
        options_(options),
        report_(*report),
        events_(EventReader::Of(service.name())),
        rows_(service, id, history.commons()) {
    for (const std::unique_ptr<Commons>& commons : history.commons()) {
      if (id.number == 0 && commons->service() == id.service) continue;
      Source source;
      source.id = {commons->service(), 0};
      source.commons = commons.get();
      sources_.push_back(std::move(source));
    }
    if (id.number == 0) return;
    for (const std::string_view foreign : service.reads()) {
      Source source;
      source.id = {std::string(foreign), id.number};
      source.reader = &readers->try_emplace(source.id.service, history.Read(source.id)).first->second;
      source.place = source.reader->AddPlace();
      sources_.push_back(std::move(source));
    }
  }

  absl::Status Fold(const SharedReader::Entry& own) {
    const Commit& commit = *own.commit;
    for (const log::v1::Seen& seen : commit.seen()) AFTERBELL_RETURN_IF_ERROR(Advance(commit, seen));
    if (options_.decisions) Check(commit);
    EvolveRecorded(service_, Recorded{commit, id_.service, id_.number, &own.events}, rows_);
    return absl::OkStatus();
  }

  // Folds no more: nothing is kept for it.
  void Leave() {
    for (Source& source : sources_) {
      if (source.reader != nullptr) source.reader->Leave(source.place);
    }
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

 private:
  struct Source {
    PartitionId id;
    const Commons* commons = nullptr;  // Null for a same-numbered partition,
    SharedReader* reader = nullptr;    // which is read.
    SharedReader::Place place = 0;
    uint64_t seen = 0;
    SharedReader::EntryPtr last;  // The last Commit at or before `seen`.
  };

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
      FoldCommons(seen.index(), &*source);
    } else {
      AFTERBELL_RETURN_IF_ERROR(FoldForeign(commit, seen.index(), &*source));
    }
    source->seen = seen.index();
    return absl::OkStatus();
  }

  void FoldCommons(uint64_t until, Source* source) {
    rows_.SetSeen(source->id.service, until);
    source->last = nullptr;
    if (RecordReader::CommitPtr last = source->commons->At(until)) {
      auto entry = std::make_shared<SharedReader::Entry>();
      entry->commit = std::move(last);
      source->last = std::move(entry);
    }
    if (id_.number != 0 || !service_.FoldsCommons()) return;
    for (uint64_t at = source->seen + 1; at <= until; ++at) {
      const RecordReader::CommitPtr each = source->commons->At(at);
      if (each != nullptr) service_.Fold(Recorded{*each, source->id.service, 0}, rows_);
    }
  }

  absl::Status FoldForeign(const Commit& commit, uint64_t until, Source* source) {
    for (;;) {
      AFTERBELL_ASSIGN_OR_RETURN(const SharedReader::EntryPtr foreign, source->reader->Peek(source->place));
      if (foreign == nullptr && source->reader->reader().at().index < until)
        return Beyond(commit, *source, until);
      if (foreign == nullptr || foreign->commit->index() > until) return absl::OkStatus();
      if (Concerns(service_, source->id.service, *foreign->commit)) {
        service_.Fold(Recorded{*foreign->commit, source->id.service, source->id.number, &foreign->events},
                      rows_);
      }
      source->last = foreign;
      source->reader->Pop(source->place);
    }
  }

  absl::Status Beyond(const Commit& commit, const Source& source, uint64_t index) const {
    return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                            ToString(source.id), " to ", index, ", which is not there"));
  }

  void Check(const Commit& commit) {
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
        if (source == sources_.end() || source->last == nullptr ||
            source->last->commit->index() != id.index()) {
          ++report_.decisions;
          return Differ(commit, "cause", absl::StrCat(id.service(), "/", id.partition(), " #", id.index()),
                        "not the last record seen there");
        }
        cause.emplace(
            Recorded{*source->last->commit, source->id.service, source->id.number, &source->last->events});
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
        return;
    }
    ++report_.decisions;
    TakeHead(commit, &again_);
    const Decider decider{.service = service_,
                          .partition = id_,
                          .log_id = history_.log_id(),
                          .simulated_clock = history_.simulated(),
                          .policies = rows_.policies()};
    const absl::Status status = DecideHead(decider, cause ? &*cause : nullptr, rows_, &again_);
    if (status.ok()) {
      Compare(commit, again_);
    } else {
      Differ(commit, "answer", "decided", status.ToString());
    }
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
    if (recorded.has_refusal() != again.has_refusal() || !Same(recorded.refusal(), again.refusal())) {
      return Differ(recorded, "refusal", recorded.refusal().ShortDebugString(),
                    again.refusal().ShortDebugString());
    }
    const auto same = [&](const char* what, const auto& was, const auto& now) {
      if (std::equal(was.begin(), was.end(), now.begin(), now.end(), Same)) return true;
      Differ(recorded, what, ListText(was), ListText(now));
      return false;
    };
    if (same("blocked", recorded.blocked(), again.blocked()) &&
        same("runs_opened", recorded.runs_opened(), again.runs_opened()) &&
        same("policy", recorded.policy(), again.policy())) {
      report_.partly_known += partly_known;
    }
  }

  static bool Same(const google::protobuf::MessageLite& was, const google::protobuf::MessageLite& now) {
    return was.SerializeAsString() == now.SerializeAsString();
  }

  template <class List>
  static std::string ListText(const List& list) {
    std::string text;
    for (const auto& each : list)
      absl::StrAppend(&text, text.empty() ? "" : ", ", "{", each.ShortDebugString(), "}");
    return text;
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

  const History& history_;
  const Service& service_;
  const PartitionId& id_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  const absl::StatusOr<EventReader> events_;
  ReplayRows rows_;
  std::vector<Source> sources_;
  Commit again_;  // Kept: what it has allocated serves again.
};

// All services of one partition number. The earliest recorded comes first, so that what one service has seen
// of another is at hand when it is folded; no result rests on that order.
class NumberVerifier {
 public:
  NumberVerifier(const History& history, const std::vector<const Service*>& services,
                 const VerifyOptions& options, uint32_t number)
      : options_(options) {
    for (const PartitionId& id : history.partitions()) {
      if (id.number != number) continue;
      Member member;
      member.survey.id = id;
      member.report = std::make_unique<VerifyReport>();
      member.reader = &readers_.try_emplace(id.service, history.Read(id)).first->second;
      member.place = member.reader->AddPlace();
      const auto service = std::find_if(services.begin(), services.end(),
                                        [&](const Service* each) { return each->name() == id.service; });
      member.has_rules = service != services.end();
      if (member.has_rules) {
        member.verifier = std::make_unique<PartitionVerifier>(history, **service, id, options, &readers_,
                                                              member.report.get());
      }
      members_.push_back(std::move(member));
    }
  }

  // Visits what was found of each partition.
  void Run(const std::function<void(History::Survey survey, VerifyReport report)>& found) {
    for (Member& member : members_) Look(&member);
    for (;;) {
      const auto next = std::min_element(members_.begin(), members_.end(), [](const auto& a, const auto& b) {
        return a.recorded_at < b.recorded_at;
      });
      if (next == members_.end() || next->next == nullptr) break;
      Take(&*next);
    }
    for (Member& member : members_) {
      member.survey.End(member.reader->reader());
      if (member.verifier != nullptr && options_.digests) member.verifier->Digest(member.survey.at);
      found(std::move(member.survey), std::move(*member.report));
    }
  }

 private:
  struct Member {
    History::Survey survey;
    std::unique_ptr<VerifyReport> report;
    bool has_rules = false;
    std::unique_ptr<PartitionVerifier> verifier;  // Null without rules, and once something is found broken.
    SharedReader* reader = nullptr;
    SharedReader::Place place = 0;
    SharedReader::EntryPtr next;
    Micros recorded_at = INT64_MAX;  // Of that.
  };

  void Look(Member* member) {
    absl::StatusOr<SharedReader::EntryPtr> next = member->reader->Peek(member->place);
    if (!next.ok()) {
      member->survey.fault = std::string(next.status().message());
      GiveUp(member);
    }
    member->next = next.ok() ? *std::move(next) : nullptr;
    member->recorded_at = member->next == nullptr ? INT64_MAX : MicrosOf(member->next->commit->recorded_at());
  }

  void Take(Member* member) {
    ++member->survey.commits;
    member->survey.newest = member->recorded_at;
    ++member->report->commits;
    if (!member->has_rules) ++member->report->undecided_services;
    if (member->verifier != nullptr) {
      const absl::Status status = member->verifier->Fold(*member->next);
      if (!status.ok()) {
        member->report->faults.push_back(std::string(status.message()));
        GiveUp(member);
      }
    }
    member->reader->Pop(member->place);
    Look(member);
  }

  static void GiveUp(Member* member) {
    if (member->verifier != nullptr) member->verifier->Leave();
    member->verifier = nullptr;
  }

  const VerifyOptions& options_;
  Readers readers_;
  std::vector<Member> members_;
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
  // One who reads a broken partition says the same of it.
  for (std::string& fault : part.faults) {
    if (std::find(whole->faults.begin(), whole->faults.end(), fault) == whole->faults.end())
      whole->faults.push_back(std::move(fault));
  }
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
  if (!options.decisions && !options.digests) {
    report.chains = history.SurveyChains();
    for (const History::Survey& chain : report.chains) {
      report.commits += chain.commits;
      if (!chain.fault.empty()) report.faults.push_back(chain.fault);
    }
    return report;
  }
  const std::vector<PartitionId>& ids = history.partitions();
  std::vector<VerifyReport> parts(ids.size());
  report.chains.resize(ids.size());
  ForEachPiece(history.school_partitions() + 1, history.threads(), [&](size_t number) {
    NumberVerifier(history, services, options, static_cast<uint32_t>(number))
        .Run([&](History::Survey survey, VerifyReport part) {
          const size_t place = std::find(ids.begin(), ids.end(), survey.id) - ids.begin();
          if (!survey.fault.empty()) part.faults.insert(part.faults.begin(), survey.fault);
          report.chains[place] = std::move(survey);
          parts[place] = std::move(part);
        });
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
