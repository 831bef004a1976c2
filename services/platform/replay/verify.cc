#include "services/platform/replay/verify.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/partition_verifier.h"
#include "services/platform/replay/shared_reader.h"

namespace afterbell::replay {
namespace {

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
  ForEachPiece(history.SizesOfNumbers({}), history.threads(), [&](size_t number) {
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
