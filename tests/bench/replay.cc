// What is read out of a log, beside merely parsing it: a review that folds it, every decision made again, and
// the histories that a what-if decides again.
#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/city/city.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/verify.h"
#include "services/reviews/q02_fee_models.h"
#include "services/reviews/review.h"
#include "tests/bench/bench.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;
constexpr std::chrono::seconds kReadAtMost(60);

struct Parsed {
  std::atomic<uint64_t> records{0}, events{0};
};

// Every record of every partition parsed, and nothing else.
absl::Status Parse(EventLog* log, Parsed* parsed) {
  const auto ids = log->List();
  if (!ids.ok()) return ids.status();
  std::vector<uint64_t> sizes;
  for (const PartitionId& id : *ids) {
    auto partition = log->Open(id);
    if (!partition.ok()) return partition.status();
    sizes.push_back((*partition)->End());
  }
  return replay::ForEachPiece(sizes, 0, [&](size_t piece) {
    auto partition = log->Open((*ids)[piece]);
    if (!partition.ok()) return partition.status();
    for (uint64_t at = 0; at < (*partition)->End();) {
      auto batch = ReadWaiting(**partition, at, kReadRecords, kReadBytes, kReadAtMost);
      if (!batch.ok()) return batch.status();
      for (const LogBatch::Entry& entry : batch->records) {
        log::v1::Record record;
        if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
          return absl::DataLossError("not a record");
        parsed->events += record.commit().events_size();
      }
      parsed->records += batch->records.size();
      at = batch->next_offset;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::unique_ptr<EmbeddedLog>> OpenLog(const Flags& flags) {
  EmbeddedLogOptions options;
  options.directory = flags.data + "/log";
  options.read_only = true;
  return EmbeddedLog::Open(options);
}

// Adds up what several runs of one thing took.
struct Spent {
  double seconds = 0, cpu_seconds = 0;

  template <class Do>
  auto On(const Do& work) {
    const auto begun = std::chrono::steady_clock::now();
    const double cpu = ProcessSeconds();
    auto result = work();
    seconds += SecondsSince(begun);
    cpu_seconds += ProcessSeconds() - cpu;
    return result;
  }
};

// Of both sides, each a core's: how many decisions a second, and how many records parsed.
void PrintAgain(const char* bench, uint64_t decisions, const Spent& again, uint64_t records,
                const Spent& parse) {
  const double decided = static_cast<double>(decisions) / again.cpu_seconds;
  const double parsed = static_cast<double>(records) / parse.cpu_seconds;
  std::printf(
      "{\"bench\": \"%s\", \"records\": %lu, \"decisions\": %lu, \"seconds\": %.2f, \"cpu_seconds\": "
      "%.2f, \"decisions_per_second_and_core\": %.0f, \"parsed_per_second_and_core\": %.0f, \"ratio\": "
      "%.3f}\n",
      bench, records, decisions, again.seconds, again.cpu_seconds, decided, parsed, decided / parsed);
}

// How many decisions Q-02 makes again: the Commits of the services that each model's history decides. The few
// that carry `seen` alone, a hundredth or two, are among them: a what-if does not count them apart.
uint64_t DecisionsOfFeeModels(const replay::History& history) {
  std::map<std::string, uint64_t> commits;
  for (const replay::History::Survey& survey : history.SurveyChains())
    commits[survey.id.service] += survey.commits;
  uint64_t decisions = 0;
  for (const reviews::FeeModel& model : reviews::TheFourModels()) {
    for (const Service* service : reviews::DecidingServices(model, CityServices()))
      decisions += commits[std::string(service->name())];
  }
  return decisions;
}

}  // namespace

absl::Status Replay(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, OpenLog(flags));
  Spent parse, fold;
  uint64_t records = 0, events = 0;
  for (int round = 0; round < flags.rounds; ++round) {
    Parsed parsed;
    AFTERBELL_RETURN_IF_ERROR(parse.On([&] { return Parse(log.get(), &parsed); }));
    records = parsed.records;
    events = parsed.events;
    AFTERBELL_RETURN_IF_ERROR(fold.On([&]() -> absl::Status {
      AFTERBELL_ASSIGN_OR_RETURN(const auto history, replay::History::Load(log.get(), {}));
      return reviews::Find("Q-28")->Run(*history, CityServices(), {}).status();
    }));
  }
  const double all = static_cast<double>(records) * flags.rounds;
  std::printf(
      "{\"bench\": \"replay\", \"review\": \"Q-28\", \"records\": %lu, \"events\": %lu, \"rounds\": %d, "
      "\"fold_per_second\": %.0f, \"parse_per_second\": %.0f, \"ratio\": %.3f, \"ratio_of_processor_time\": "
      "%.3f}\n",
      records, events, flags.rounds, all / fold.seconds, all / parse.seconds, parse.seconds / fold.seconds,
      parse.cpu_seconds / fold.cpu_seconds);
  return absl::OkStatus();
}

absl::Status DecidedAgain(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, OpenLog(flags));
  Spent parse, again;
  Parsed parsed;
  replay::VerifyReport report;
  AFTERBELL_RETURN_IF_ERROR(parse.On([&] { return Parse(log.get(), &parsed); }));
  // All that `afterbell log verify --decisions` does.
  AFTERBELL_RETURN_IF_ERROR(again.On([&]() -> absl::Status {
    AFTERBELL_RETURN_IF_ERROR(log->VerifyAll());
    AFTERBELL_ASSIGN_OR_RETURN(const auto history, replay::History::Load(log.get(), {}));
    report = replay::Verify(*history, CityServices(), {});
    return absl::OkStatus();
  }));
  if (!report.ok()) return absl::DataLossError(replay::Summary(report));
  PrintAgain("decided_again", report.decisions, again, parsed.records, parse);
  return absl::OkStatus();
}

absl::Status WhatIf(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, OpenLog(flags));
  Spent parse, again;
  Parsed parsed;
  AFTERBELL_RETURN_IF_ERROR(parse.On([&] { return Parse(log.get(), &parsed); }));
  std::unique_ptr<replay::History> history;
  AFTERBELL_RETURN_IF_ERROR(again.On([&]() -> absl::Status {
    AFTERBELL_ASSIGN_OR_RETURN(history, replay::History::Load(log.get(), {}));
    return reviews::Find("Q-02")->Run(*history, CityServices(), {}).status();
  }));
  PrintAgain("what_if", DecisionsOfFeeModels(*history), again, parsed.records, parse);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
