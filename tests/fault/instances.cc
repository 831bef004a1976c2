// Two instances of the city on brokers of their own, of which one thing is hit again and again while both
// are asked:
//
// - kill: an instance gets SIGKILL. In every other cycle the client asks the one that stays, and nobody may
//   be told of the kill; in the others it asks the one that dies, and then the other one for what it got no
//   answer to.
// - stop: an instance is asked to stop, and hands over. The client asks the one that stays, and nobody may be
//   told.
// - pause: an instance stands still for a while, and wakes as an owner whom others may have replaced.
// - broker-kill: a broker gets SIGKILL, and is started again.
// - broker-pause: a broker stands still for a while: for everybody it is as if the line to it were cut.
// - broker-full: the disk of the brokers is full for a while, which kills them; then it has room, and they
//   are started again. Their folder must lie on a small file system (TEST_TMPDIR of tests/kafka/run.sh).
// - line-cut, line-stall, line-slow: the line between one instance and the broker (line.h); the other one
//   reaches it as ever. In every other cycle the client asks that one, in the others the one whose line is
//   hit. The driver starts the broker by itself, which must know the line.
//
// Of a pause nobody may be told, nor of a line. Brokers that are away for longer than an append waits are
// told of (UNAVAILABLE), and whoever is told asks again.
//
// Exit codes: 0 as promised, 1 not so, 2 wrong usage.
#include <signal.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/fault/brokers.h"
#include "tests/fault/checker.h"
#include "tests/fault/killing.h"
#include "tests/fault/line.h"
#include "tests/fault/load.h"
#include "tests/fault/server.h"
#include "tests/kafka/city.h"

namespace afterbell::fault {
namespace {

constexpr uint32_t kSchoolPartitions = 4;
constexpr size_t kServices = 6;
constexpr size_t kPartitions = kServices * (kSchoolPartitions + 1);
constexpr int kCheckedEvery = 10;  // And the last: the whole log is read, and all rows are folded anew.
constexpr size_t kRepeatedSample = 64;
constexpr uint64_t kAnswersAfterKill = 200;
constexpr std::chrono::seconds kPatience(60);
constexpr std::chrono::seconds kBrokerPatience(150);  // A busy machine may need two minutes to start one.

constexpr char kKill[] = "kill";
constexpr char kStop[] = "stop";
constexpr char kPause[] = "pause";
constexpr char kBrokerKill[] = "broker-kill";
constexpr char kBrokerPause[] = "broker-pause";
constexpr char kBrokerFull[] = "broker-full";
constexpr char kLineCut[] = "line-cut";
constexpr char kLineStall[] = "line-stall";
constexpr char kLineSlow[] = "line-slow";
constexpr size_t kByLine = 0;  // The instance that reaches the broker by the line.
// In which whoever asks the other instance is answered, however long the line is hit: a few sessions.
constexpr int64_t kReplacedWithinMs = 7000;
constexpr int kLongMsMax = 25000;  // Above it an append would end by itself.

struct Flags {
  int cycles = 20;
  std::string fault = kKill;
  int brokers = 1;
  std::string kafka_tool, kafka_data;  // Of the brokers, to hit them.
  // Of a pause; one in ten lasts the longer time.
  int pause_ms_max = 600;
  int long_pause_ms_max = 4000;
  Served served;
  uint32_t seed = 1;
  std::string dir = "/tmp/afterbell-instances";
};

bool IsOfLine(const std::string& fault) {
  return fault == kLineCut || fault == kLineStall || fault == kLineSlow;
}

bool OnOneDisk(const std::string& one, const std::string& other) {
  struct stat of_one, of_other;
  std::filesystem::create_directories(other);
  return stat(one.c_str(), &of_one) != 0 || stat(other.c_str(), &of_other) != 0 ||
         of_one.st_dev == of_other.st_dev;
}

unsigned long Long(uint64_t number) { return static_cast<unsigned long>(number); }

class Driver {
 public:
  explicit Driver(const Flags& flags)
      : flags_(flags),
        brokers_(flags.kafka_tool, flags.kafka_data),
        dice_(flags.seed),
        sample_dice_(flags.seed),
        load_(flags.seed, Fresh(flags.dir)) {}

  int Run() {
    absl::Status status = IsOfLine(flags_.fault) ? OpenLine() : absl::OkStatus();
    if (status.ok()) status = Begin();
    for (size_t i = 0; i < 2 && status.ok(); ++i) status = Start(i);
    if (status.ok()) status = load_.SetUp(addresses_[0], [&] { return Settle(); });
    for (int cycle = 1; cycle <= flags_.cycles && status.ok(); ++cycle) {
      status = Cycle(cycle);
      if (findings_.lost + findings_.doubled > 0) break;
    }
    if (!status.ok())
      std::printf("failed: %s (the last hit:%s)\n", status.ToString().c_str(), ForHowLong().c_str());
    const Waits waits = WaitsOf(&waits_ms_);
    std::printf(
        "{\"fault\": \"%s\", \"brokers\": %d, \"faults\": %d, \"with_calls_in_flight\": %d, \"answered\": "
        "%lu, "
        "\"lost\": %lu, \"doubled\": "
        "%lu, \"answers_differing\": %lu, \"digest_mismatches\": %lu, \"session_ms\": %lu, "
        "\"longest_wait_ms_median\": %ld, \"longest_wait_ms_max\": %ld%s}\n",
        flags_.fault.c_str(), flags_.brokers, faults_, in_flight_, Long(load_.answered()),
        Long(findings_.lost), Long(findings_.doubled), Long(differing_), Long(mismatches_),
        Long(flags_.served.session_ms), waits.median, waits.most, OfLine().c_str());
    return status.ok() && MetSomething() && findings_.lost == 0 && findings_.doubled == 0 &&
                   differing_ == 0 && mismatches_ == 0
               ? 0
               : 1;
  }

 private:
  static std::string Fresh(const std::string& dir) {
    for (const char* ours : {"/0", "/1"}) std::filesystem::remove_all(dir + ours);
    std::filesystem::create_directories(dir);
    return dir + "/answers.tsv";
  }

  struct Waits {
    long median = 0, most = 0;
  };
  static Waits WaitsOf(std::vector<int64_t>* waits_ms) {
    if (waits_ms->empty()) return {};
    std::sort(waits_ms->begin(), waits_ms->end());
    return {static_cast<long>((*waits_ms)[waits_ms->size() / 2]), static_cast<long>(waits_ms->back())};
  }

  // A broker that knows the line, and the line to it.
  absl::Status OpenLine() {
    auto line = Line::Open(flags_.seed);
    if (!line.ok()) return line.status();
    line_ = *std::move(line);
    const auto addresses = brokers_.StartWithLine(line_->port());
    if (!addresses.ok()) return addresses.status();
    flags_.served.kafka = addresses->direct;
    line_->LeadTo(std::stoi(addresses->by_line.substr(addresses->by_line.find(':') + 1)));
    return absl::OkStatus();
  }

  absl::Status Begin() {
    auto log = BeginCity({.brokers = flags_.served.kafka,
                          .topic_prefix = flags_.served.topic_prefix,
                          .school_partitions = kSchoolPartitions,
                          .replication = flags_.brokers});
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    return absl::OkStatus();
  }

  // A line that nothing went by when it was hit has shown nothing.
  bool MetSomething() const {
    if (line_ == nullptr) return true;
    const Line::Met met = line_->met();
    return (flags_.fault == kLineCut ? met.reset : flags_.fault == kLineStall ? met.held : met.delayed) > 0;
  }

  // What else the last line says of a line: how long they waited who asked the one that it leads to.
  std::string OfLine() {
    if (line_ == nullptr) return "";
    const Waits by_line = WaitsOf(&waits_by_line_ms_);
    const Line::Met met = line_->met();
    char text[256];
    std::snprintf(text, sizeof text,
                  ", \"by_line_wait_ms_median\": %ld, \"by_line_wait_ms_max\": %ld, "
                  "\"connections_reset\": %lu, \"refused\": %lu, \"held\": %lu, \"chunks_delayed\": %lu",
                  by_line.median, by_line.most, Long(met.reset), Long(met.refused), Long(met.held),
                  Long(met.delayed));
    return text;
  }

  // Until there was again what had been hit; a kill and a stop of an instance have no length.
  std::string ForHowLong() const { return EndsInstances() ? "" : " for " + std::to_string(hit_ms_) + " ms"; }

  bool EndsInstances() const { return flags_.fault == kKill || flags_.fault == kStop; }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  absl::Status Start(size_t which) {
    Served served = flags_.served;
    served.data = flags_.dir + "/" + std::to_string(which);
    if (line_ != nullptr && which == kByLine) served.kafka = line_->address();
    auto server = Server::Spawn(served);
    if (!server.ok()) return server.status();
    servers_[which] = *std::move(server);
    auto address = servers_[which]->Address();
    if (!address.ok()) return address.status();
    addresses_[which] = *std::move(address);
    return absl::OkStatus();
  }

  // Both have come to rest, and hold the same.
  absl::Status Settle() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      auto first = servers_[0]->Digests();
      if (!first.ok()) return first.status();
      auto second = servers_[1]->Digests();
      if (!second.ok()) return second.status();
      if (*first == *second) {
        settled_ = *first;
        return absl::OkStatus();
      }
      if (std::chrono::steady_clock::now() > until)
        return absl::DeadlineExceededError("the two instances do not come to hold the same");
    }
  }

  // Each of the two owns its part of every service: else a kill would meet nobody.
  absl::Status AwaitShares() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      size_t owned = 0, least = SIZE_MAX;
      for (const auto& server : servers_) {
        const auto of_one = server->Owned();
        if (!of_one.ok()) return of_one.status();
        owned += of_one->partitions;
        least = std::min(least, of_one->services);
      }
      if (least == kServices && owned == kPartitions) return absl::OkStatus();
      if (std::chrono::steady_clock::now() > until)
        return absl::DeadlineExceededError("the two instances do not share the partitions");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  absl::Status Cycle(int cycle) {
    if (absl::Status shared = AwaitShares(); !shared.ok()) return shared;
    const size_t hit = static_cast<size_t>(Between(0, 1));
    const size_t other = 1 - hit;
    const uint64_t answered = load_.answered();
    const std::chrono::milliseconds delay(Between(50, 500));
    load_.ForgetSlowest();
    bool told_nobody = true;
    const bool by_line = IsOfLine(flags_.fault) && cycle % 2 == 1;
    absl::Status status;
    if (IsOfLine(flags_.fault)) {
      status = AskThrough(by_line ? kByLine : 1 - kByLine, delay, kByLine);
    } else if (EndsInstances()) {
      told_nobody = flags_.fault == kStop || cycle % 2 == 0;
      status = told_nobody ? AskTheOneThatStays(hit, other, delay) : AskTheOneThatDies(hit, other, delay);
      if (status.ok()) status = Start(hit);
    } else {
      status = AskThrough(flags_.fault == kPause ? other : hit, delay, hit);
    }
    if (!status.ok()) return status;
    ++faults_;
    const int64_t waited_ms = load_.slowest().count() / 1000;
    if (IsOfLine(flags_.fault) && !by_line && hit_ms_ > kReplacedWithinMs && waited_ms > kReplacedWithinMs) {
      return absl::DeadlineExceededError("who asked the other instance waited " + std::to_string(waited_ms) +
                                         " ms for the one whose line was hit");
    }
    if (told_nobody) (by_line ? waits_by_line_ms_ : waits_ms_).push_back(waited_ms);
    if (cycle % kCheckedEvery == 0 || cycle == flags_.cycles) {
      if (status = LookAtLog(); !status.ok()) return status;
    }
    std::printf(
        "cycle %d: %s%s%s, %lu answered, longest wait %ld ms, %lu lost, %lu doubled, %lu differing, "
        "%lu digest mismatches%s%s\n",
        cycle, flags_.fault.c_str(), told_nobody && !by_line ? "" : " of the one that is asked",
        ForHowLong().c_str(), Long(load_.answered() - answered), static_cast<long>(waited_ms),
        Long(findings_.lost), Long(findings_.doubled), Long(differing_), Long(mismatches_),
        findings_.first.empty() ? "" : ": ", findings_.first.c_str());
    std::fflush(stdout);
    return absl::OkStatus();
  }

  absl::Status Hit(size_t instance, int broker, std::chrono::milliseconds length) {
    const std::string of_broker = " --broker " + std::to_string(broker);
    if (flags_.fault == kBrokerFull) return brokers_.FillDisk(length);
    if (flags_.fault == kPause) servers_[instance]->Signal(SIGSTOP);
    absl::Status status;
    if (flags_.fault == kBrokerKill) status = brokers_.Do("kill" + of_broker);
    if (flags_.fault == kBrokerPause) status = brokers_.Do("pause" + of_broker);
    if (flags_.fault == kLineCut) line_->Become(Line::Mode::kCut);
    if (flags_.fault == kLineStall) line_->Become(Line::Mode::kStalled);
    if (flags_.fault == kLineSlow) line_->Become(Line::Mode::kSlow);
    std::this_thread::sleep_for(length);
    if (line_ != nullptr) line_->Become(Line::Mode::kOpen);
    if (flags_.fault == kPause) servers_[instance]->Signal(SIGCONT);
    if (status.ok() && flags_.fault == kBrokerKill) status = brokers_.Do("start");
    if (status.ok() && flags_.fault == kBrokerPause) status = brokers_.Do("resume" + of_broker);
    return status;
  }

  // Some of what has been answered, of all cycles.
  std::vector<Request*> Sample() {
    std::deque<Request>& requests = load_.requests();
    std::uniform_int_distribution<size_t> any(0, requests.size() - 1);
    std::vector<Request*> sample;
    for (size_t i = 0; i < kRepeatedSample; ++i) {
      Request& request = requests[any(sample_dice_)];
      if (request.answer) sample.push_back(&request);
    }
    return sample;
  }

  // Asks one before, while and after something is hit: every call must be answered. Then the other one has to
  // answer alike.
  absl::Status AskThrough(size_t asks, std::chrono::milliseconds delay, size_t instance) {
    const bool pauses = flags_.fault != kBrokerKill;
    const std::chrono::milliseconds length(
        !pauses ? 0 : Between(20, Between(0, 9) == 0 ? flags_.long_pause_ms_max : flags_.pause_ms_max));
    const int broker = Between(1, flags_.brokers);
    absl::Status hit;
    std::atomic<bool> over{false};
    std::thread hitter([&] {
      std::this_thread::sleep_for(delay);
      const auto begun = std::chrono::steady_clock::now();
      hit = Hit(instance, broker, length);
      const auto took = std::chrono::steady_clock::now() - begun;
      hit_ms_ = static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
      over = true;
    });
    ++in_flight_;  // It is asked all the time.
    uint64_t enough = 0;
    const bool tells_nobody = flags_.fault == kPause || IsOfLine(flags_.fault);
    const std::chrono::seconds patience = tells_nobody ? std::chrono::seconds(0) : kBrokerPatience;
    const absl::Status asked = load_.AskWhile(
        addresses_[asks],
        [&] {
          if (!over) return true;
          if (enough == 0) enough = load_.answered() + kAnswersAfterKill;
          return load_.answered() < enough;
        },
        patience);
    hitter.join();
    if (!hit.ok() || !asked.ok()) return hit.ok() ? asked : hit;
    return load_.Repeat(addresses_[1 - asks], Sample(), &differing_, patience);
  }

  absl::Status AskTheOneThatStays(size_t ends, size_t stays, std::chrono::milliseconds delay) {
    const auto end_at = std::chrono::steady_clock::now() + delay;
    uint64_t enough = 0;
    absl::Status reaped;
    std::atomic<bool> ended{false};
    std::thread ending;
    const absl::Status asked = load_.AskWhile(addresses_[stays], [&] {
      if (!ending.joinable()) {
        if (std::chrono::steady_clock::now() < end_at) return true;
        ++in_flight_;  // It asks on meanwhile, with calls outstanding to both.
        enough = load_.answered() + kAnswersAfterKill;
        ending = std::thread([&] {
          reaped = flags_.fault == kStop ? servers_[ends]->Stop() : servers_[ends]->KillAndReap();
          ended = true;
        });
      }
      return !ended || load_.answered() < enough;
    });
    if (ending.joinable()) ending.join();
    servers_[ends].reset();
    if (!asked.ok()) return asked;
    return reaped;
  }

  absl::Status AskTheOneThatDies(size_t dies, size_t stays, std::chrono::milliseconds delay) {
    auto again = AskAndKill(&load_, servers_[dies].get(), addresses_[dies], delay);
    servers_[dies].reset();
    if (!again.ok()) return again.status();
    ++in_flight_;
    for (Request* answered : Sample()) again->push_back(answered);
    return load_.Repeat(addresses_[stays], *again, &differing_);
  }

  absl::Status LookAtLog() {
    auto stands = absl::StatusOr<StandsById>(absl::UnknownError("not read"));
    uint64_t mismatches = 0;
    std::string why;
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      if (absl::Status shared = AwaitShares(); !shared.ok()) return shared;
      if (absl::Status settled = Settle(); !settled.ok()) return settled;
      const std::map<PartitionId, Digest> before = settled_;
      stands = ReadRequests(log_.get());
      if (!stands.ok()) return stands.status();
      const auto counted = CountMismatches(log_.get(), before, &why);
      if (!counted.ok()) return counted.status();
      mismatches = *counted;
      // Who was away a while may be put out of a group some time after it: claims that come between the two
      // looks are no mismatch. A real one stays, with rows as they were.
      if (mismatches == 0 || std::chrono::steady_clock::now() > until) break;
      if (absl::Status settled = Settle(); !settled.ok()) return settled;
      if (settled_ == before) break;
    }
    findings_ = Check(load_.requests(), *stands);
    mismatches_ += mismatches;
    if (mismatches > 0) std::printf("%s\n", why.c_str());
    return absl::OkStatus();
  }

  Flags flags_;
  const Brokers brokers_;
  std::mt19937 dice_;
  std::mt19937 sample_dice_;  // Of their own, so that a seed stands for the same hits every time.
  Load load_;
  std::unique_ptr<Line> line_;  // Of its faults.
  std::unique_ptr<KafkaLog> log_;
  std::array<std::unique_ptr<Server>, 2> servers_;
  std::array<std::string, 2> addresses_;
  std::map<PartitionId, Digest> settled_;
  Findings findings_;
  uint64_t differing_ = 0;
  uint64_t mismatches_ = 0;
  int faults_ = 0, in_flight_ = 0;
  long hit_ms_ = 0;  // Of the last one that was not a kill.
  std::vector<int64_t> waits_ms_, waits_by_line_ms_;
};

int Main(int argc, char** argv) {
  Flags flags;
  if (const char* kafka = std::getenv("KAFKA")) flags.served.kafka = kafka;
  flags.served.topic_prefix = "instances" + std::to_string(absl::ToUnixSeconds(absl::Now()));
  flags.served.session_ms = 1000;
  if (const char* folder = std::getenv("TEST_TMPDIR")) flags.dir = std::string(folder) + "/instances";
  if (const char* tool = std::getenv("KAFKA_TOOL")) flags.kafka_tool = tool;
  if (const char* folder = std::getenv("KAFKA_DATA")) flags.kafka_data = folder;
  CLI::App app("instances: what two instances answered stands, whatever is killed or stands still");
  app.add_option("--fault", flags.fault, "What is hit, and how")
      ->capture_default_str()
      ->check(CLI::IsMember(
          {kKill, kStop, kPause, kBrokerKill, kBrokerPause, kBrokerFull, kLineCut, kLineStall, kLineSlow}));
  app.add_option("--brokers", flags.brokers, "How many there are")->capture_default_str();
  app.add_option("--cycles", flags.cycles, "How often")->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_option("--long-ms", flags.long_pause_ms_max, "What one hit in ten lasts at most")
      ->capture_default_str()
      ->check(CLI::Range(flags.pause_ms_max, kLongMsMax));
  app.add_option("--seed", flags.seed, "Of delays and samples")->capture_default_str();
  if (const auto exit_code = ParseOrServe(&app, argc, argv, &flags.served, &flags.dir)) return *exit_code;
  const bool of_line = IsOfLine(flags.fault);
  if (of_line ? flags.kafka_tool.empty() || flags.kafka_data.empty() : flags.served.kafka.empty()) {
    std::fprintf(stderr, "instances: %s\n",
                 of_line ? "it starts its broker itself: tests/kafka/run.sh 0"
                         : "--kafka, or KAFKA in the environment");
    return 2;
  }
  if (flags.fault == kBrokerFull && OnOneDisk(flags.kafka_data, flags.dir)) {
    std::fprintf(stderr, "instances: %s and %s lie on one disk, and only that of the brokers is to be full\n",
                 flags.kafka_data.c_str(), flags.dir.c_str());
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);  // A server that died is an error of the call, not of the driver.
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
