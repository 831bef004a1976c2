// A term played on Kafka by the binaries as they are deployed, two processes of each of the six services, of
// which one is killed with SIGKILL now and then while calls are under way. At the end the city must hold what
// the same term gives on an embedded log in one process, nothing killed: the same summary, the same answers
// to the review questions, every decision made again alike, and no request decided twice.
//
// Exit codes: 0 as promised, 1 not so, 2 wrong usage.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "services/platform/policy/loader.h"
#include "tests/fault/members.h"
#include "tests/fault/outcome.h"
#include "tests/kafka/city.h"
#include "tools/afterbell/player.h"
#include "tools/citygen/city.h"

namespace afterbell::fault {
namespace {

constexpr size_t kEach = 2;      // Processes of a service.
constexpr int kDelayMsMax = 50;  // Of a kill, behind the first call.

struct Flags {
  std::string kafka;
  std::string bin = ".";  // Where services/… lies.
  std::string dir = "/tmp/afterbell-term";
  std::string policy = "infra/policy";
  std::string last_on = "2026-10-31";
  int kills = 12;
  int pupils = 8;
  int schools = 1;
  uint32_t school_partitions = 3;
  uint64_t session_ms = 1000;
  uint32_t seed = 1;
};

citygen::CityOptions CityOf(const Flags& flags) {
  citygen::CityOptions options;
  options.seed = flags.seed;
  options.pupils_per_school = flags.pupils;
  options.schools_per_district = flags.schools;
  options.last_on = flags.last_on;
  return options;
}

class Driver {
 public:
  explicit Driver(const Flags& flags) : flags_(flags), dice_(flags.seed) {}

  int Run() {
    const absl::Status status = Play();
    if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
    std::printf(
        "{\"calls\": %lu, \"unexpected\": %lu, \"kills\": %d, \"seconds\": %.0f, \"answers_compared\": %zu, "
        "\"answers_differing\": %zu, \"decisions_again\": %lu, \"decisions_differing\": %lu, "
        "\"requests_doubled\": %zu, \"laws_broken\": %lu}\n",
        static_cast<unsigned long>(calls_), static_cast<unsigned long>(unexpected_), kills_, seconds_,
        outcome_.compared, outcome_.differing, static_cast<unsigned long>(outcome_.again.decisions),
        static_cast<unsigned long>(outcome_.again.differing), outcome_.doubled,
        static_cast<unsigned long>(outcome_.laws_broken));
    return status.ok() && unexpected_ == 0 && outcome_.ok() ? 0 : 1;
  }

 private:
  absl::Status Play() {
    const auto instruments = policy::LoadDirectory(flags_.policy);
    if (!instruments.ok()) return instruments.status();
    std::filesystem::remove_all(flags_.dir);
    const auto embedded =
        PlayEmbedded(flags_.dir + "/embedded", flags_.school_partitions, *instruments, Term(&phases_));
    if (!embedded.ok()) return embedded.status();
    const auto log = PlayOnKafka(*instruments);
    if (!log.ok()) return log.status();
    auto outcome = Judge(log->get(), *embedded);
    if (!outcome.ok()) return outcome.status();
    outcome_ = *std::move(outcome);
    return outcome_.laws_tried ? absl::OkStatus() : absl::InternalError("nothing was held against the laws");
  }

  // The term of these flags, from its beginning; counts its phases if told where.
  NextPhase Term(int* phases = nullptr) const {
    return [city = std::make_shared<citygen::City>(CityOf(flags_)), phases](citygen::Phase* phase) {
      const bool more = city->NextPhase(phase);
      if (more && phases != nullptr) ++*phases;
      return more;
    };
  }

  absl::StatusOr<std::unique_ptr<KafkaLog>> PlayOnKafka(
      const std::vector<policy::v1::Instrument>& instruments) {
    auto log = BeginCity({.brokers = flags_.kafka,
                          .school_partitions = flags_.school_partitions,
                          .clock = log::v1::SIMULATED});
    if (!log.ok()) return log.status();
    Members members(flags_.bin, flags_.kafka, flags_.dir, kEach);
    if (absl::Status started = members.Start(); !started.ok()) return started;
    const auto settle = [&] { return members.Settle(kPatience); };
    if (absl::Status settled = settle(); !settled.ok()) return settled;
    Player player(members.instances(), kPatience, instruments);
    const NextPhase next = Term();
    citygen::Phase phase;
    const auto begun = std::chrono::steady_clock::now();
    int left = phases_;
    while (next(&phase)) {
      // As many of the phases that are left as there are kills left, each as likely as another.
      const bool kills = Between(0, left - 1) < flags_.kills - kills_;
      --left;
      // Behind the settling, which waits for all of them: so that calls are under way.
      const absl::Status played = player.Play(phase, [&] {
        const absl::Status settled = settle();
        if (settled.ok() && kills) {
          killer_.Kill(members.all()[Between(0, static_cast<int>(members.all().size()) - 1)].get(),
                       std::chrono::milliseconds(Between(0, kDelayMsMax)));
          ++kills_;
        }
        return settled;
      });
      if (const absl::Status killed = killer_.Await(); !killed.ok()) return killed;
      if (!played.ok()) return played;
      if (kills) {
        std::printf("%s: kill %d, %lu calls\n", phase.label().c_str(), kills_,
                    static_cast<unsigned long>(player.counts().calls));
        std::fflush(stdout);
      }
    }
    if (absl::Status settled = settle(); !settled.ok()) return settled;
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    calls_ = player.counts().calls;
    unexpected_ = player.counts().unexpected;
    for (const std::string& text : player.counts().first_unexpected) std::printf("%s\n", text.c_str());
    if (absl::Status stopped = members.Stop(); !stopped.ok()) return stopped;
    return log;
  }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  const Flags flags_;
  std::mt19937 dice_;
  Killer killer_;
  Outcome outcome_;
  int phases_ = 0, kills_ = 0;
  double seconds_ = 0;
  uint64_t calls_ = 0, unexpected_ = 0;
};

int Main(int argc, char** argv) {
  Flags flags;
  if (const char* kafka = std::getenv("KAFKA")) flags.kafka = kafka;
  if (const char* folder = std::getenv("TEST_TMPDIR")) flags.dir = std::string(folder) + "/term";
  CLI::App app(
      "term: the six services as processes on Kafka, two of each, killed at random while a term is played");
  app.add_option("--kafka", flags.kafka, "Brokers that hold no city yet");
  app.add_option("--bin", flags.bin, "Where the binaries were built: .bazel/bin")->capture_default_str();
  app.add_option("--dir", flags.dir, "Folder to work in; what is there is deleted first")
      ->capture_default_str();
  app.add_option("--policy", flags.policy, "Folder of instruments")->capture_default_str();
  app.add_option("--kills", flags.kills, "How many processes are killed")->capture_default_str();
  app.add_option("--pupils", flags.pupils, "Per school")->capture_default_str();
  app.add_option("--schools", flags.schools, "Per district")->capture_default_str();
  app.add_option("--partitions", flags.school_partitions, "Of schools")->capture_default_str();
  app.add_option("--last-on", flags.last_on, "Where the term ends")->capture_default_str();
  app.add_option("--session-ms", flags.session_ms, "How long an instance may be silent")
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "Of the term, and of who is killed when")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (flags.kafka.empty()) {
    std::fprintf(stderr, "term: --kafka, or KAFKA in the environment\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  SetServiceLimits(flags.session_ms);
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
