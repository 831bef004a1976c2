// afterbell review: the questions of a policy review, and what-if, from a log that may be in use.
#include <cstdio>
#include <memory>

#include "services/city/city.h"
#include "services/platform/policy/loader.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/whatif.h"
#include "services/reviews/review.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct ReviewFlags {
  LogPlace place;
  std::string name;
  std::string format = "table";
  std::string policy = "as-decided";
  std::string as_of;
  reviews::Args args;
};

struct Opened {
  std::unique_ptr<EventLog> log;
  std::unique_ptr<replay::History> history;
};

absl::StatusOr<Opened> Open(const ReviewFlags& flags) {
  auto log = OpenToRead(flags.place);
  if (!log.ok()) return log.status();
  replay::HistoryOptions options;
  if (!flags.as_of.empty()) {
    if (!IsDate(flags.as_of)) return InvalidField("--as-of", flags.as_of, "a date like 2026-11-30");
    options.as_of = InstantOf(flags.as_of, "24:00");
  }
  auto history = replay::History::Load(log->get(), options);
  if (!history.ok()) return history.status();
  return Opened{*std::move(log), *std::move(history)};
}

int List() {
  for (const reviews::Review* review : reviews::All()) {
    std::printf("%-6s v%d  %s\n%12s%s\n", std::string(review->name()).c_str(), review->version(),
                std::string(review->zh()).c_str(), "", std::string(review->en()).c_str());
  }
  return kExitDone;
}

int Run(const ReviewFlags& flags) {
  const reviews::Review* review = reviews::Find(flags.name);
  if (review == nullptr)
    return Failed(absl::NotFoundError("no review '" + flags.name + "'; see `afterbell review list`"));
  auto opened = Open(flags);
  if (!opened.ok()) return Failed(opened.status());
  auto result = review->Run(*opened->history, CityServices(), flags.args);
  if (!result.ok()) return Failed(result.status());
  if (flags.format == "json") {
    std::printf("%s\n", reviews::AsJson(*result).c_str());
  } else if (flags.format == "csv") {
    for (const reviews::Table& table : result->tables) std::printf("%s\n", reviews::AsCsv(table).c_str());
  } else {
    std::printf("%s", reviews::AsText(*result).c_str());
  }
  return kExitDone;
}

int WhatIf(const ReviewFlags& flags) {
  replay::WhatIfOptions options;
  if (flags.policy == "as-known-now") {
    options.mode = replay::PolicyMode::kAsKnownNow;
  } else if (flags.policy != "as-decided") {
    auto instrument = policy::LoadInstrument(flags.policy);
    if (!instrument.ok()) return Failed(instrument.status());
    options.mode = replay::PolicyMode::kOverride;
    options.overrides = policy::ValuesOf(*instrument);
  }
  auto opened = Open(flags);
  if (!opened.ok()) return Failed(opened.status());
  auto report = replay::WhatIf(*opened->history, CityServices(), options);
  if (!report.ok()) return Failed(report.status());
  std::printf("%s\n", replay::Summary(*report).c_str());
  return options.mode == replay::PolicyMode::kAsDecided && !report->Reproduced() ? kExitNo : kExitDone;
}

}  // namespace

void AddReview(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<ReviewFlags>();
  CLI::App* review = app->add_subcommand("review", "Questions of a policy review, answered from the log");
  review->require_subcommand(1);
  review->add_subcommand("list", "Reviews by name")->callback([exit_code] { *exit_code = List(); });
  const auto common = [flags](CLI::App* command) {
    AddLogPlace(command, &flags->place);
    command->add_option("--as-of", flags->as_of, "Only what was recorded by the end of that date");
  };
  CLI::App* run = review->add_subcommand("run", "Answer one");
  run->add_option("name", flags->name, "Like Q-28")->required();
  run->add_option("--format", flags->format)
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  run->add_option("--district", flags->args.district_id);
  run->add_option("--term", flags->args.term_code, "Like 2026-autumn");
  common(run);
  run->callback([flags, exit_code] { *exit_code = Run(*flags); });
  CLI::App* what_if = review->add_subcommand(
      "what-if", "Decide the log's history again under a policy, and say what differs");
  what_if->add_option("--policy", flags->policy, "as-decided, as-known-now, or an instrument's file")
      ->capture_default_str();
  common(what_if);
  what_if->callback([flags, exit_code] { *exit_code = WhatIf(*flags); });
}

}  // namespace afterbell
