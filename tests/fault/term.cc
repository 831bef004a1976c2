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
#include <regex>

#include "services/city/city.h"
#include "services/platform/policy/loader.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/verify.h"
#include "services/reviews/review.h"
#include "tests/fault/checker.h"
#include "tests/fault/laws.h"
#include "tests/fault/member.h"
#include "tests/kafka/city.h"
#include "tools/afterbell/cluster_view.h"
#include "tools/afterbell/player.h"
#include "tools/afterbell/summary.h"
#include "tools/citygen/city.h"

namespace afterbell::fault {
namespace {

constexpr std::chrono::seconds kPatience(120);
constexpr size_t kEach = 2;  // Processes of a service.
const Caller kOperator{"platform_operator", "operator", "cn"};

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

// Microseconds number the records of one moment (recorded_at is at least one more than all a record had
// seen), in whatever order they came: two plays of one term agree to the second.
std::string WithoutMicroseconds(const std::string& text) {
  static const std::regex* const kFraction = new std::regex("(:[0-9]{2})\\.[0-9]{6}Z");
  return std::regex_replace(text, *kFraction, "$1Z");
}

// What a history comes down to, as text that two histories of one term have in common.
absl::StatusOr<std::vector<std::string>> AnswersOf(const replay::History& history) {
  std::vector<std::string> answers;
  const auto districts = Summarise(history);
  if (!districts.ok()) return districts.status();
  answers.push_back(ToJson(*districts));
  for (const reviews::Review* review : reviews::All()) {
    const auto result = review->Run(history, CityServices(), {});
    if (!result.ok()) return result.status();
    for (const reviews::Table& table : result->tables)
      answers.push_back(std::string(review->name()) + " " + table.name + "\n" +
                        WithoutMicroseconds(reviews::AsCsv(table)));
  }
  return answers;
}

class Driver {
 public:
  explicit Driver(const Flags& flags) : flags_(flags), dice_(flags.seed) {}

  int Run() {
    absl::Status status = PlayEmbedded();
    if (status.ok()) status = PlayOnKafka();
    if (status.ok()) status = Compare();
    if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
    std::printf(
        "{\"calls\": %lu, \"unexpected\": %lu, \"kills\": %d, \"seconds\": %.0f, \"answers_compared\": %zu, "
        "\"answers_differing\": %zu, \"decisions_again\": %lu, \"decisions_differing\": %lu, "
        "\"requests_doubled\": %zu, \"laws_broken\": %lu}\n",
        static_cast<unsigned long>(calls_), static_cast<unsigned long>(unexpected_), kills_, seconds_,
        compared_, differing_, static_cast<unsigned long>(again_),
        static_cast<unsigned long>(again_differing_), doubled_, static_cast<unsigned long>(laws_broken_));
    return status.ok() && unexpected_ == 0 && differing_ == 0 && again_differing_ == 0 && doubled_ == 0 &&
                   laws_broken_ == 0
               ? 0
               : 1;
  }

 private:
  absl::StatusOr<std::vector<policy::v1::Instrument>> Instruments() const {
    return policy::LoadDirectory(flags_.policy);
  }

  absl::Status PlayEmbedded() {
    const std::string folder = flags_.dir + "/embedded";
    std::filesystem::remove_all(flags_.dir);
    HostOptions options;
    options.data_directory = folder;
    options.simulated_clock = true;
    options.school_partitions = flags_.school_partitions;
    options.limits.set_request_days_max(36500);
    auto host = Host::Start(options, HostCity());
    if (!host.ok()) return host.status();
    const auto instruments = Instruments();
    if (!instruments.ok()) return instruments.status();
    Player player((*host)->address(), *instruments);
    citygen::City city(CityOf(flags_));
    citygen::Phase phase;
    const auto settle = [&] { return (*host)->runtime().WaitQuiet(kPatience); };
    while (city.NextPhase(&phase)) {
      ++phases_;
      if (absl::Status played = player.Play(phase, settle); !played.ok()) return played;
    }
    // What was seen last is recorded too, as by the processes when they stop: reviews know what was seen.
    if (absl::Status settled = (*host)->runtime().WaitSettled(kPatience); !settled.ok()) return settled;
    const auto history = replay::History::Load(&(*host)->log(), {});
    if (!history.ok()) return history.status();
    auto answers = AnswersOf(**history);
    if (!answers.ok()) return answers.status();
    embedded_ = *std::move(answers);
    return absl::OkStatus();
  }

  std::unique_ptr<Member> MemberOf(const std::string& service, size_t number) const {
    return std::make_unique<Member>(service, flags_.bin + "/services/" + service + "/afterbell-" + service,
                                    flags_.kafka, flags_.dir + "/" + service + std::to_string(number));
  }

  absl::Status StartAll() {
    for (const Service* service : CityServices()) {
      for (size_t i = 0; i < kEach; ++i) members_.push_back(MemberOf(std::string(service->name()), i));
    }
    for (const auto& member : members_) {
      if (absl::Status spawned = member->Spawn(); !spawned.ok()) return spawned;
    }
    for (const auto& member : members_) {
      if (absl::Status serving = member->AwaitServing(); !serving.ok()) return serving;
    }
    return absl::OkStatus();
  }

  absl::Status PlayOnKafka() {
    auto log = BeginCity({.brokers = flags_.kafka,
                          .school_partitions = flags_.school_partitions,
                          .clock = log::v1::SIMULATED});
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    const auto instruments = Instruments();
    if (!instruments.ok()) return instruments.status();
    if (absl::Status started = StartAll(); !started.ok()) return started;
    Instances instances;
    std::vector<std::string> addresses;
    for (const auto& member : members_) {
      instances[member->service()].push_back(member->address());
      addresses.push_back(member->address());
    }
    const auto settle = [&] { return AwaitQuiet(addresses, kOperator, kPatience); };
    if (absl::Status settled = settle(); !settled.ok()) return settled;
    Player player(instances, kPatience, *instruments);
    citygen::City city(CityOf(flags_));
    citygen::Phase phase;
    const auto begun = std::chrono::steady_clock::now();
    int left = phases_;
    while (city.NextPhase(&phase)) {
      // As many of the phases that are left as there are kills left, each as likely as another.
      const bool kills = Between(0, left - 1) < flags_.kills - kills_;
      --left;
      if (kills) {
        killer_.Kill(members_[Between(0, static_cast<int>(members_.size()) - 1)].get(),
                     std::chrono::milliseconds(Between(0, 50)));
        ++kills_;
      }
      const absl::Status played = player.Play(phase, settle);
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
    for (const auto& member : members_) member->AskToStop();
    for (const auto& member : members_) {
      if (absl::Status stopped = member->AwaitStopped(); !stopped.ok()) return stopped;
    }
    return absl::OkStatus();
  }

  absl::Status Compare() {
    const auto history = replay::History::Load(log_.get(), {});
    if (!history.ok()) return history.status();
    const auto answers = AnswersOf(**history);
    if (!answers.ok()) return answers.status();
    if (answers->size() != embedded_.size()) return absl::InternalError("another number of answers");
    for (size_t i = 0; i < embedded_.size(); ++i) {
      ++compared_;
      if ((*answers)[i] == embedded_[i]) continue;
      if (differing_++ == 0)
        std::printf("embedded:\n%s\non Kafka:\n%s\n", embedded_[i].c_str(), (*answers)[i].c_str());
    }
    const replay::VerifyReport report = replay::Verify(**history, CityServices(), {});
    again_ = report.decisions;
    again_differing_ = report.differing;
    if (!report.ok()) return absl::InternalError(replay::Summary(report));
    const auto stands = ReadRequests(log_.get());
    if (!stands.ok()) return stands.status();
    for (const auto& [id, places] : *stands) doubled_ += places.size() > 1;
    const auto laws = CheckLaws(log_.get());
    if (!laws.ok()) return laws.status();
    laws_broken_ = laws->broken();
    for (const std::string& violation : laws->violations()) std::printf("%s\n", violation.c_str());
    if (laws->placed() == 0 || laws->released() == 0 || laws->paid() == 0)
      return absl::InternalError("nothing was held against the laws");
    return absl::OkStatus();
  }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  const Flags flags_;
  std::mt19937 dice_;
  std::unique_ptr<KafkaLog> log_;
  std::vector<std::unique_ptr<Member>> members_;
  Killer killer_;
  std::vector<std::string> embedded_;
  int phases_ = 0, kills_ = 0;
  double seconds_ = 0;
  uint64_t calls_ = 0, unexpected_ = 0, again_ = 0, again_differing_ = 0, laws_broken_ = 0;
  size_t compared_ = 0, differing_ = 0, doubled_ = 0;
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
  // Of the services: how soon a silent one is replaced, and that a whole term may be asked again.
  setenv("AFTERBELL_LIMITS_SESSION_MS_MAX", std::to_string(flags.session_ms).c_str(), 1);
  setenv("AFTERBELL_LIMITS_REQUEST_DAYS_MAX", "36500", 1);
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
