// afterbell city: six services in one process; with --play, a synthetic term first.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/city/city.h"
#include "services/platform/policy/loader.h"
#include "services/platform/reference/tables.h"
#include "services/platform/replay/history.h"
#include "services/reviews/review.h"
#include "tools/afterbell/commands.h"
#include "tools/afterbell/player.h"
#include "tools/afterbell/summary.h"
#include "tools/citygen/city.h"

namespace afterbell {
namespace {

constexpr std::chrono::seconds kQuietAtMost(120);

struct CityFlags {
  std::string config;
  std::string data;
  std::string kafka;
  std::string listen;
  std::string policy = "infra/policy";
  std::string answers;
  bool play = false;
  bool once = false;
  bool fresh = false;
  bool json = false;
  uint64_t seed = 1;
  int pupils = 400;
  int schools = 2;
};

// Progress by the days of the term, drawn over itself on a terminal and left out elsewhere.
class Progress {
 public:
  Progress(std::string first_on, std::string last_on)
      : first_on_(std::move(first_on)), last_on_(std::move(last_on)) {}

  void Show(const citygen::Phase& phase, const PlayedCounts& counts) {
    if (!terminal_ || ++shown_ % 8 != 0) return;
    const std::string date = DateOf(MicrosOf(phase.at()));
    const int days = std::max(1, DaysBetween(first_on_, last_on_));
    const int done = std::min(days, std::max(0, DaysBetween(first_on_, date)));
    constexpr int kWidth = 32;
    const std::string bar =
        std::string(kWidth * done / days, '#') + std::string(kWidth - kWidth * done / days, '.');
    std::fprintf(stderr, "\r  [%s] %s  %lu calls  %-24s", bar.c_str(), date.c_str(),
                 static_cast<unsigned long>(counts.calls), phase.label().substr(0, 24).c_str());
  }
  void End() {
    if (terminal_) std::fprintf(stderr, "\r%100s\r", "");
  }

 private:
  const std::string first_on_, last_on_;
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  int shown_ = 0;
};

Micros ClockOf(Host* host) {
  const auto view = host->runtime().View({"registry", 0});
  if (!view.ok()) return 0;
  const auto moved = Rows(*view->rows).Get(reference::kClock, {});
  return moved ? MicrosOf(moved->to()) : 0;
}

std::vector<citygen::FeeValueIds> FeeValues(const std::vector<policy::v1::Instrument>& instruments) {
  std::vector<citygen::FeeValueIds> ids;
  for (const policy::v1::Instrument& instrument : instruments) {
    citygen::FeeValueIds of;
    of.district_id = instrument.scope().area_id();
    for (const policy::v1::ParameterValue& value : policy::ValuesOf(instrument)) {
      if (value.key() == "fee_amount_yuan" || value.key() == "fee_cap")
        of.value_ids.push_back(value.value_id());
    }
    if (!of.value_ids.empty()) ids.push_back(std::move(of));
  }
  return ids;
}

absl::Status PlayTerm(const CityFlags& flags, Host* host) {
  auto instruments = policy::LoadDirectory(flags.policy);
  if (!instruments.ok()) return instruments.status();
  citygen::CityOptions options;
  options.seed = flags.seed;
  options.pupils_per_school = flags.pupils;
  options.schools_per_district = flags.schools;
  options.fee_value_ids = FeeValues(*instruments);
  citygen::City city(options);
  const Micros played = ClockOf(host);
  Player player(host->address(), *instruments);
  Progress progress(options.first_on, options.last_on);
  const auto begun = std::chrono::steady_clock::now();
  citygen::Phase phase;
  while (city.NextPhase(&phase)) {
    // What was played before is not played again, except the phase that may have been cut short.
    if (MicrosOf(phase.at()) < played) continue;
    bool money = phase.calls().empty();
    for (const citygen::Call& call : phase.calls()) money = money || call.service() == "billing";
    // Money is asked for when what it rests on has been determined: a client would wait for it too.
    absl::Status status = player.Play(
        phase, [&] { return money ? host->runtime().WaitQuiet(kQuietAtMost) : absl::OkStatus(); });
    if (!status.ok()) return status;
    progress.Show(phase, player.counts());
  }
  progress.End();
  const absl::Status quiet = host->runtime().WaitQuiet(kQuietAtMost);
  if (!quiet.ok()) return quiet;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const PlayedCounts& counts = player.counts();
  std::fprintf(stderr,
               "played %lu calls in %.1f s (%.0f a second): %lu answered, %lu refused by a rule, %lu not as "
               "expected\n",
               static_cast<unsigned long>(counts.calls), seconds, static_cast<double>(counts.calls) / seconds,
               static_cast<unsigned long>(counts.answered), static_cast<unsigned long>(counts.refused),
               static_cast<unsigned long>(counts.unexpected));
  for (const std::string& text : counts.first_unexpected)
    std::fprintf(stderr, "  not as expected: %s\n", text.c_str());
  if (!flags.answers.empty()) {
    if (FILE* file = std::fopen(flags.answers.c_str(), "w")) {
      std::fputs(citygen::ToJson(city.answers()).c_str(), file);
      std::fclose(file);
    }
  }
  return counts.unexpected == 0 ? absl::OkStatus()
                                : absl::InternalError("the city did not answer as its term expects");
}

absl::Status ShowResults(const CityFlags& flags, Host* host) {
  auto history = replay::History::Load(&host->log(), {});
  if (!history.ok()) return history.status();
  auto districts = Summarise(**history);
  if (!districts.ok()) return districts.status();
  if (flags.json) {
    std::printf("%s\n", ToJson(*districts).c_str());
    return absl::OkStatus();
  }
  std::printf("%s\n%s", (*history)->simulated() ? "模拟时钟  SIMULATED clock" : "实时  REAL clock",
              ToText(*districts).c_str());
  for (const char* name : {"Q-28", "Q-11", "Q-02"}) {
    auto answer = reviews::Find(name)->Run(**history, CityServices(), {});
    if (!answer.ok()) return answer.status();
    std::printf("\n%s", reviews::AsText(*answer).c_str());
  }
  std::fflush(stdout);
  return absl::OkStatus();
}

int RunCity(CityFlags flags) {
  const auto config = LoadConfig(flags.config);
  if (!config.ok()) return Failed(config.status());
  if (flags.data.empty()) flags.data = config->data_directory();
  if (flags.fresh) {
    // Only what a city made: its two folders, never what else lies beside them.
    std::error_code ignored;
    std::filesystem::remove_all(flags.data + "/log", ignored);
    std::filesystem::remove_all(flags.data + "/projections", ignored);
  }
  BlockStopSignals();
  HostOptions options = OptionsOf(*config);
  options.data_directory = flags.data;
  if (!flags.listen.empty()) options.address = flags.listen;
  if (!flags.kafka.empty()) options.kafka = flags.kafka;
  options.simulated_clock = flags.play;
  auto host = Host::Start(options, HostCity());
  if (!host.ok()) return Failed(host.status());
  for (const std::string& note : (*host)->notes()) std::fprintf(stderr, "%s\n", note.c_str());
  int exit_code = kExitDone;
  if (flags.play) {
    if ((*host)->runtime().clock() != log::v1::SIMULATED) {
      return Failed(absl::FailedPreconditionError(
          "this log has a REAL clock; a term is played on a log of its own (--data, --fresh)"));
    }
    std::fprintf(stderr, "a term of three districts, day by day, over gRPC at %s\n",
                 (*host)->address().c_str());
    absl::Status status = PlayTerm(flags, host->get());
    if (!status.ok()) exit_code = Failed(status);
    status = ShowResults(flags, host->get());
    if (!status.ok()) return Failed(status);
  }
  if (!flags.once) {
    const std::string log = options.kafka.empty() ? "--data " + flags.data : "--kafka " + options.kafka;
    std::printf(
        "\nserving on %s; stop with Ctrl-C. Try, in another terminal:\n"
        "  afterbell get registry.ListSchools --address %s\n"
        "  afterbell log verify --decisions %s\n"
        "  afterbell review run Q-28 %s\n",
        (*host)->address().c_str(), (*host)->address().c_str(), log.c_str(), log.c_str());
    std::fflush(stdout);
    WaitForStopSignal();
  }
  (*host)->Stop();
  return exit_code;
}

}  // namespace

void AddCity(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<CityFlags>();
  CLI::App* city =
      app->add_subcommand("city", "Run all six services in this process, on an embedded log or one in Kafka");
  city->add_option("--config", flags->config, "Protobuf text, as infra/config/afterbell.textproto");
  city->add_option("--data", flags->data, "Folder of the projections, and of an embedded log");
  city->add_option("--kafka", flags->kafka, "Brokers of a city's log that `topics apply` has begun");
  city->add_option("--listen", flags->listen, "Loopback address and port; port 0 takes a free one");
  city->add_flag("--play", flags->play, "Play a synthetic term first (a log with a SIMULATED clock)");
  city->add_flag("--once", flags->once, "Stop when the term was played and shown");
  city->add_flag("--fresh", flags->fresh,
                 "Begin again: delete the log and the projections in the data folder");
  city->add_flag("--json", flags->json, "Show the result as JSON");
  city->add_option("--seed", flags->seed, "Of the synthetic term")->capture_default_str();
  city->add_option("--pupils", flags->pupils, "Per school")
      ->capture_default_str()
      ->check(CLI::Range(1, 2400));
  city->add_option("--schools", flags->schools, "Per district")
      ->capture_default_str()
      ->check(CLI::Range(1, 10));
  city->add_option("--policy", flags->policy, "Folder of instruments")->capture_default_str();
  city->add_option("--answers", flags->answers, "Write what the generator knows must come out (JSON)");
  city->callback([flags, exit_code] { *exit_code = RunCity(*flags); });
}

}  // namespace afterbell
