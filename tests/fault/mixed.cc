// Two builds serve one city. Two processes of each of the six services on Kafka, some of one build, some of
// the next one, which knows one more event, one more field of an event and of its command, and one more level
// (mixed/next.patch). While a term is played, processes are stopped, or killed, and started again from the
// other build, in both directions, sometimes without their stores. One service has another schema in the next
// build: its rows are prepared beside the process that serves, before that is swapped.
//
// Nobody is told of it; and at the end both builds hold the log for the same: see Run. Then the level is
// raised, the next build writes the event, and the one before refuses to serve.
//
// Exit codes: 0 as promised, 1 not so, 2 wrong usage.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "services/city/city.h"
#include "services/platform/policy/loader.h"
#include "tests/fault/members.h"
#include "tests/fault/mixed_script.h"
#include "tests/fault/outcome.h"
#include "tests/kafka/city.h"
#include "tools/afterbell/player.h"

namespace afterbell::fault {
namespace {

constexpr size_t kEach = 2;                       // Processes of a service.
constexpr int kDelayMsMax = 200;                  // Of a swap, behind the first call of its phase.
constexpr std::chrono::seconds kBetweenSwaps(2);  // At least.
constexpr int kKillsOf10 = 2, kRebuildsOf10 = 2;  // Of ten swaps; the others are clean stops.
constexpr int kPhasesBehind = 3;                  // Played when the level has been raised.
constexpr uint32_t kNextLevel = 2;
constexpr char kReshaped[] = "inspection";  // Has another schema there.
constexpr char kPrepared[] = "prepared: ";
constexpr char kRefuses[] = "a newer one is needed";
constexpr char kDoesNotKnow[] = "holds an event this build does not know";

struct Flags {
  std::string kafka;
  std::string bin = ".bazel/bin";
  std::string next;
  std::string dir = "/tmp/afterbell-mixed";
  std::string policy = "infra/policy";
  int seconds = 600;
  int pupils = 40;
  int schools = 1;
  uint32_t school_partitions = 3;
  uint64_t session_ms = 1000;
  uint32_t seed = 1;
};

// What a program prints, until it ends by itself with 0.
absl::StatusOr<std::string> OutputOf(const std::string& program, const std::vector<std::string>& arguments) {
  const auto process = Process::Spawn(program, arguments);
  if (!process.ok()) return process.status();
  std::string text;
  for (;;) {
    const auto line = (*process)->ReadLine();
    if (!line.ok()) break;
    text += *line + "\n";
  }
  if (const absl::Status ended = (*process)->Reap(0); !ended.ok())
    return absl::InternalError(program + ": " + ended.ToString() + "\n" + text);
  return text;
}

class Driver {
 public:
  explicit Driver(const Flags& flags) : flags_(flags), dice_(flags.seed) {}

  int Run() {
    const absl::Status status = Go();
    if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
    std::printf(
        "{\"seconds\": %.0f, \"phases\": %d, \"calls\": %lu, \"unexpected\": %lu, \"to_next\": %d, "
        "\"to_this\": %d, \"kills\": %d, \"rebuilds\": %d, \"prepared\": %d, \"answers_compared\": %zu, "
        "\"answers_differing\": %zu, \"decisions_again\": %lu, \"decisions_differing\": %lu, "
        "\"partly_known\": %lu, \"next_build_says_the_same\": %s, \"rows_compared\": %zu, "
        "\"rows_differing\": %zu, \"requests_doubled\": %zu, \"laws_tried\": %s, \"laws_broken\": %lu, "
        "\"reports_with_field\": %lu, \"reports_without\": %lu, \"events_before_level\": %lu, "
        "\"events_due\": %lu, \"events\": %lu, \"refused_to_serve\": %d}\n",
        seconds_, phases_, Number(calls_), Number(unexpected_), to_next_, to_this_, kills_, rebuilds_,
        prepared_, outcome_.compared, outcome_.differing, Number(outcome_.again.decisions),
        Number(outcome_.again.differing), Number(outcome_.again.partly_known), alike_ ? "true" : "false",
        rows_compared_, rows_differing_, outcome_.doubled, outcome_.laws_tried ? "true" : "false",
        Number(outcome_.laws_broken), Number(reports_.with), Number(reports_.without), Number(reports_.early),
        Number(reports_.due), Number(reports_.timed), refused_);
    return status.ok() && unexpected_ == 0 && outcome_.ok() && alike_ && rows_differing_ == 0 ? 0 : 1;
  }

 private:
  static unsigned long Number(uint64_t number) { return number; }

  absl::Status Go() {
    AFTERBELL_ASSIGN_OR_RETURN(instruments_, policy::LoadDirectory(flags_.policy));
    std::filesystem::remove_all(flags_.dir);
    AFTERBELL_ASSIGN_OR_RETURN(log_, BeginCity({.brokers = flags_.kafka,
                                                .school_partitions = flags_.school_partitions,
                                                .clock = log::v1::SIMULATED}));
    members_ = std::make_unique<Members>(flags_.bin, flags_.kafka, flags_.dir, kEach);
    AFTERBELL_RETURN_IF_ERROR(members_->Start());
    AFTERBELL_RETURN_IF_ERROR(members_->Settle(kPatience));
    player_ = std::make_unique<Player>(members_->instances(), kPatience, instruments_);
    script_ = std::make_unique<Script>(CityOf());
    const absl::Status served = Serve();
    calls_ = player_->counts().calls;
    unexpected_ = player_->counts().unexpected;
    for (const std::string& text : player_->counts().first_unexpected) std::printf("%s\n", text.c_str());
    return served;
  }

  absl::Status Serve() {
    AFTERBELL_RETURN_IF_ERROR(Mix());
    AFTERBELL_RETURN_IF_ERROR(members_->Stop());
    Script again(CityOf());
    int left = phases_;
    const auto embedded = PlayEmbedded(flags_.dir + "/embedded", flags_.school_partitions, instruments_,
                                       [&](citygen::Phase* phase) {
                                         if (left-- == 0) return false;
                                         again.Next(phase);
                                         return true;
                                       });
    if (!embedded.ok()) return embedded.status();
    AFTERBELL_ASSIGN_OR_RETURN(outcome_, Judge(log_.get(), *embedded));
    AFTERBELL_RETURN_IF_ERROR(AskNextBuild());
    for (const auto& member : members_->all()) AFTERBELL_RETURN_IF_ERROR(CompareRows(*member));
    return RaiseLevel();
  }

  citygen::CityOptions CityOf() const {
    citygen::CityOptions options;
    options.seed = flags_.seed;
    options.pupils_per_school = flags_.pupils;
    options.schools_per_district = flags_.schools;
    return options;
  }

  // ---- two builds at a time

  bool IsNext(const Member& member) const {
    return member.program() == ProgramIn(flags_.next, member.service());
  }

  // The other build folds its rows beside the one that serves from the same folder.
  absl::Status Prepare(const Member& member, const std::string& program) {
    AFTERBELL_ASSIGN_OR_RETURN(
        const std::string said,
        OutputOf(program, {"--prepare", "--kafka", flags_.kafka, "--data", member.data()}));
    if (said.find(kPrepared) == std::string::npos) return absl::InternalError(program + ": " + said);
    ++prepared_;
    return absl::OkStatus();
  }

  // On the killer's thread.
  absl::Status Swap(Member* member, bool kills, bool rebuilds) {
    const std::string other = ProgramIn(IsNext(*member) ? flags_.bin : flags_.next, member->service());
    if (member->service() == kReshaped) AFTERBELL_RETURN_IF_ERROR(Prepare(*member, other));
    if (kills) {
      AFTERBELL_RETURN_IF_ERROR(member->Kill());
    } else {
      member->AskToStop();
      AFTERBELL_RETURN_IF_ERROR(member->AwaitStopped());
    }
    if (rebuilds) std::filesystem::remove_all(member->data());
    member->set_program(other);
    AFTERBELL_RETURN_IF_ERROR(member->Spawn());
    return member->AwaitServing();
  }

  void SwapSoon(Member* member, bool kills, bool rebuilds) {
    ++(IsNext(*member) ? to_this_ : to_next_);
    kills_ += kills;
    rebuilds_ += rebuilds;
    killer_.Do([this, member, kills, rebuilds] { return Swap(member, kills, rebuilds); },
               std::chrono::milliseconds(Between(0, kDelayMsMax)));
  }

  absl::Status PlayNext(const std::function<void()>& meanwhile) {
    citygen::Phase phase;
    script_->Next(&phase);
    ++phases_;
    const absl::Status played = player_->Play(phase, [&] {
      const absl::Status settled = members_->Settle(kPatience);
      // Behind the settling, which waits for all of them: so that calls are under way.
      if (settled.ok()) meanwhile();
      return settled;
    });
    AFTERBELL_RETURN_IF_ERROR(killer_.Await());
    return played;
  }

  absl::Status Mix() {
    const auto begun = std::chrono::steady_clock::now();
    const auto until = begun + std::chrono::seconds(flags_.seconds);
    auto next_swap = begun;
    while (std::chrono::steady_clock::now() < until) {
      const bool swaps = std::chrono::steady_clock::now() >= next_swap;
      AFTERBELL_RETURN_IF_ERROR(PlayNext([&] {
        if (!swaps) return;
        const int dice = Between(0, 9);
        SwapSoon(members_->all()[Between(0, static_cast<int>(members_->all().size()) - 1)].get(),
                 dice < kKillsOf10, dice >= 10 - kRebuildsOf10);
      }));
      if (swaps) {
        next_swap = std::chrono::steady_clock::now() + kBetweenSwaps;
        std::printf("%d swaps, %lu calls\n", to_next_ + to_this_, Number(player_->counts().calls));
        std::fflush(stdout);
      }
    }
    // Of each service one of each build: their rows are compared.
    for (size_t i = 0; i < members_->all().size(); i += kEach) {
      if (IsNext(*members_->all()[i]) == IsNext(*members_->all()[i + 1]))
        AFTERBELL_RETURN_IF_ERROR(PlayNext([&] { SwapSoon(members_->all()[i].get(), false, false); }));
    }
    AFTERBELL_RETURN_IF_ERROR(members_->Settle(kPatience));
    if (prepared_ == 0) return absl::InternalError("no projection was prepared beside one that served");
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return absl::OkStatus();
  }

  // ---- what both make of the log

  absl::StatusOr<std::string> Verified(bool digests) const {
    std::vector<std::string> arguments = {"log", "verify", "--decisions", "--kafka", flags_.kafka};
    if (digests) arguments.push_back("--digests");
    return OutputOf(flags_.next + "/tools/afterbell/afterbell", arguments);
  }

  // It makes every decision again alike, and folds the same rows: word for word what this build says, but
  // that it knows all of them whole.
  absl::Status AskNextBuild() {
    replay::VerifyReport whole = outcome_.again;
    whole.partly_known = 0;
    std::string ours = replay::Summary(whole) + "\n";
    for (const auto& digest : outcome_.again.digests)
      ours += ToString(digest.id) + "@" + std::to_string(digest.index) + " " + digest.digest + "\n";
    const auto theirs = Verified(/*digests=*/true);
    if (!theirs.ok()) return theirs.status();
    alike_ = *theirs == ours;
    if (!alike_) std::printf("this build:\n%s\nthe next one:\n%s\n", ours.c_str(), theirs->c_str());
    return absl::OkStatus();
  }

  // What a process has left in its stores, and the few records behind that, against a fresh fold.
  absl::Status CompareRows(const Member& member) {
    RuntimeOptions options;
    options.projections_directory = member.data() + "/projections";
    options.services = {ServiceNamed(member.service())};
    options.log = log_.get();
    options.own = false;
    options.begin = false;
    const auto runtime = Runtime::Open(options);
    if (!runtime.ok()) return runtime.status();
    AFTERBELL_RETURN_IF_ERROR((*runtime)->WaitReady(kPatience));
    std::map<PartitionId, std::string> rows;
    for (const auto& digest : (*runtime)->Digests()) rows[digest.id] = digest.digest;
    for (const auto& fresh : outcome_.again.digests) {
      if (fresh.id.service != member.service()) continue;
      ++rows_compared_;
      if (rows[fresh.id] == fresh.digest) continue;
      if (rows_differing_++ == 0)
        std::printf("%s: rows of %s are not those of a fresh fold\n", member.data().c_str(),
                    ToString(fresh.id).c_str());
    }
    return absl::OkStatus();
  }

  static const Service* ServiceNamed(const std::string& name) {
    for (const Service* service : CityServices()) {
      if (service->name() == name) return service;
    }
    return nullptr;
  }

  // ---- the next level

  absl::Status RaiseLevel() {
    std::map<PartitionId, uint64_t> ends;
    for (const auto& digest : outcome_.again.digests) ends[digest.id] = digest.index;
    for (const auto& member : members_->all()) member->set_program(ProgramIn(flags_.next, member->service()));
    AFTERBELL_RETURN_IF_ERROR(members_->Start());
    AFTERBELL_RETURN_IF_ERROR(members_->Settle(kPatience));
    const auto raised = OutputOf(flags_.next + "/tools/afterbell/afterbell",
                                 {"level", "--raise", std::to_string(kNextLevel), "--address",
                                  members_->instances().at("registry").front()});
    if (!raised.ok()) return raised.status();
    std::printf("%s", raised->c_str());
    AFTERBELL_RETURN_IF_ERROR(members_->Settle(kPatience));
    script_->LevelWasRaised();
    for (int i = 0; i < kPhasesBehind; ++i) {
      // The one before may try while the next one serves.
      AFTERBELL_RETURN_IF_ERROR(PlayNext([&] {
        if (i > 0) killer_.Do([this] { return BuildBeforeRefuses(); }, {});
      }));
    }
    AFTERBELL_RETURN_IF_ERROR(members_->Settle(kPatience));
    AFTERBELL_RETURN_IF_ERROR(members_->Stop());
    AFTERBELL_ASSIGN_OR_RETURN(reports_, ReadReports(log_.get(), ends));
    if (reports_.with == 0 || reports_.without == 0)
      return absl::InternalError("the field was not written by one build beside the other");
    if (reports_.early > 0) return absl::InternalError("the event was written before its level");
    if (reports_.due == 0 || reports_.timed != reports_.due)
      return absl::InternalError("the event was not written where it was due");
    AFTERBELL_RETURN_IF_ERROR(DoesNotKnowTheEvent());
    return Verified(/*digests=*/false).status();
  }

  // By the level, which stands in what all services read.
  absl::Status BuildBeforeRefuses() {
    for (const Service* service : CityServices()) {
      const std::string name(service->name());
      const auto process = Process::Spawn(
          "/bin/sh", {"-c", "exec \"$0\" \"$@\" 2>&1", ProgramIn(flags_.bin, name), "--kafka", flags_.kafka,
                      "--listen", "127.0.0.1:0", "--data", flags_.dir + "/refuses/" + name});
      if (!process.ok()) return process.status();
      std::string said;
      bool refuses = false;
      for (;;) {
        const auto line = (*process)->ReadLine();
        if (!line.ok()) break;
        if (line->find(" serves on ") != std::string::npos) return absl::InternalError(*line);
        said += *line + "\n";
        refuses |= line->find(kRefuses) != std::string::npos;
      }
      if (!refuses || (*process)->Reap(0).ok()) return absl::InternalError(name + " went on: " + said);
      if (refused_++ == 0) std::printf("%s", said.c_str());
    }
    return absl::OkStatus();
  }

  // And by the event, were there no level.
  absl::Status DoesNotKnowTheEvent() {
    RuntimeOptions options;
    options.projections_directory = flags_.dir + "/refuses/by_event";
    options.services = {ServiceNamed("inspection")};
    options.log = log_.get();
    options.own = false;
    options.begin = false;
    options.level_max = kNextLevel;
    const auto runtime = Runtime::Open(options);
    const absl::Status ready = runtime.ok() ? (*runtime)->WaitReady(kPatience) : runtime.status();
    std::printf("%s\n", std::string(ready.message()).c_str());
    if (ready.message().find(kDoesNotKnow) == std::string::npos)
      return absl::InternalError("this build read on: " + ready.ToString());
    return absl::OkStatus();
  }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  const Flags flags_;
  std::mt19937 dice_;
  std::vector<policy::v1::Instrument> instruments_;
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<Members> members_;
  std::unique_ptr<Player> player_;
  std::unique_ptr<Script> script_;
  Killer killer_;
  Outcome outcome_;
  Reports reports_;
  int phases_ = 0, to_next_ = 0, to_this_ = 0, kills_ = 0, rebuilds_ = 0, prepared_ = 0, refused_ = 0;
  double seconds_ = 0;
  uint64_t calls_ = 0, unexpected_ = 0;
  size_t rows_compared_ = 0, rows_differing_ = 0;
  bool alike_ = false;
};

int Main(int argc, char** argv) {
  Flags flags;
  if (const char* kafka = std::getenv("KAFKA")) flags.kafka = kafka;
  CLI::App app("mixed: two builds of the six services on Kafka, swapped while a term is played");
  app.add_option("--kafka", flags.kafka, "Brokers that hold no city yet");
  app.add_option("--bin", flags.bin, "Where this build lies")->capture_default_str();
  app.add_option("--next", flags.next, "Where the next one lies")->required();
  app.add_option("--dir", flags.dir, "Folder to work in; what is there is deleted first")
      ->capture_default_str();
  app.add_option("--policy", flags.policy, "Folder of instruments")->capture_default_str();
  app.add_option("--seconds", flags.seconds, "How long both serve")->capture_default_str();
  app.add_option("--pupils", flags.pupils, "Per school")->capture_default_str();
  app.add_option("--schools", flags.schools, "Per district")->capture_default_str();
  app.add_option("--partitions", flags.school_partitions, "Of schools")->capture_default_str();
  app.add_option("--session-ms", flags.session_ms, "How long an instance may be silent")
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "Of the term, and of who is swapped when")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (flags.kafka.empty()) {
    std::fprintf(stderr, "mixed: --kafka, or KAFKA in the environment\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  SetServiceLimits(flags.session_ms);
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
