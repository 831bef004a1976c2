// Two instances of the city on brokers of their own, of which one thing is hit again and again while both
// are asked:
//
// - kill: an instance gets SIGKILL. In every other cycle the client asks the one that stays, and nobody may
//   be told of the kill; in the others it asks the one that dies, and then the other one for what it got no
//   answer to.
// - pause: an instance stands still for a while, and wakes as an owner whom others may have replaced.
// - broker-kill: a broker gets SIGKILL, and is started again.
// - broker-pause: a broker stands still for a while: for everybody it is as if the line to it were cut.
// - broker-full: the disk of the brokers is full for a while, which kills them; then it has room, and they
// are
//   started again. Their folder must lie on a small file system (TEST_TMPDIR of tests/kafka/run.sh).
//
// Of a pause nobody may be told. Brokers that are away for longer than an append waits are told of
// (UNAVAILABLE), and whoever is told asks again.
//
// Exit codes: 0 as promised, 1 not so, 2 wrong usage.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/fault/checker.h"
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

constexpr char kKill[] = "kill";
constexpr char kPause[] = "pause";
constexpr char kBrokerKill[] = "broker-kill";
constexpr char kBrokerPause[] = "broker-pause";
constexpr char kBrokerFull[] = "broker-full";
constexpr uint64_t kSmallDisk = 8ull << 30;  // A larger one is not for a test to fill.

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

unsigned long Long(uint64_t number) { return static_cast<unsigned long>(number); }

class Driver {
 public:
  explicit Driver(const Flags& flags)
      : flags_(flags), dice_(flags.seed), load_(flags.seed, Fresh(flags.dir)) {}

  int Run() {
    auto log = BeginCity({.brokers = flags_.served.kafka,
                          .topic_prefix = flags_.served.topic_prefix,
                          .school_partitions = kSchoolPartitions,
                          .replication = flags_.brokers});
    absl::Status status = log.status();
    if (log.ok()) log_ = *std::move(log);
    for (size_t i = 0; i < 2 && status.ok(); ++i) status = Start(i);
    if (status.ok()) status = load_.SetUp(addresses_[0], [&] { return Settle(); });
    for (int cycle = 1; cycle <= flags_.cycles && status.ok(); ++cycle) {
      status = Cycle(cycle);
      if (findings_.lost + findings_.doubled > 0) break;
    }
    if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
    std::sort(waits_ms_.begin(), waits_ms_.end());
    const int64_t half = waits_ms_.empty() ? 0 : waits_ms_[waits_ms_.size() / 2];
    const int64_t most = waits_ms_.empty() ? 0 : waits_ms_.back();
    std::printf(
        "{\"fault\": \"%s\", \"brokers\": %d, \"faults\": %d, \"with_calls_in_flight\": %d, \"answered\": "
        "%lu, "
        "\"lost\": %lu, \"doubled\": "
        "%lu, \"answers_differing\": %lu, \"digest_mismatches\": %lu, \"session_ms\": %lu, "
        "\"longest_wait_ms_median\": %ld, \"longest_wait_ms_max\": %ld}\n",
        flags_.fault.c_str(), flags_.brokers, faults_, in_flight_, Long(load_.answered()),
        Long(findings_.lost), Long(findings_.doubled), Long(differing_), Long(mismatches_),
        Long(flags_.served.session_ms), static_cast<long>(half), static_cast<long>(most));
    return status.ok() && findings_.lost == 0 && findings_.doubled == 0 && differing_ == 0 && mismatches_ == 0
               ? 0
               : 1;
  }

 private:
  static std::string Fresh(const std::string& dir) {
    for (const char* ours : {"/0", "/1"}) std::filesystem::remove_all(dir + ours);
    std::filesystem::create_directories(dir);
    return dir + "/answers.tsv";
  }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  absl::Status Start(size_t which) {
    Served served = flags_.served;
    served.data = flags_.dir + "/" + std::to_string(which);
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
    absl::Status status;
    if (flags_.fault == kKill) {
      told_nobody = cycle % 2 == 0;
      status = told_nobody ? AskTheOneThatStays(hit, other, delay) : AskTheOneThatDies(hit, other, delay);
      if (status.ok()) status = Start(hit);
    } else {
      status = AskThrough(addresses_[flags_.fault == kPause ? other : hit], delay, hit);
    }
    if (!status.ok()) return status;
    ++faults_;
    const int64_t waited_ms = load_.slowest().count() / 1000;
    if (told_nobody) waits_ms_.push_back(waited_ms);
    if (cycle % kCheckedEvery == 0 || cycle == flags_.cycles) {
      if (status = LookAtLog(); !status.ok()) return status;
    }
    std::printf(
        "cycle %d: %s%s, %lu answered, longest wait %ld ms, %lu lost, %lu doubled, %lu differing, "
        "%lu digest mismatches%s%s\n",
        cycle, flags_.fault.c_str(), told_nobody ? "" : " of the one that is asked",
        Long(load_.answered() - answered), static_cast<long>(waited_ms), Long(findings_.lost),
        Long(findings_.doubled), Long(differing_), Long(mismatches_), findings_.first.empty() ? "" : ": ",
        findings_.first.c_str());
    std::fflush(stdout);
    return absl::OkStatus();
  }

  // What tools/kafka does to the brokers.
  absl::Status Broker(const std::string& what) {
    const std::string command =
        "\"" + flags_.kafka_tool + "\" " + what + " --data \"" + flags_.kafka_data + "\" > /dev/null";
    return std::system(command.c_str()) == 0 ? absl::OkStatus()
                                             : absl::InternalError("could not: " + command);
  }

  // Leaves no room on the file system of a file.
  static absl::Status Fill(const std::string& path) {
    std::error_code error;
    const auto room = std::filesystem::space(std::filesystem::path(path).parent_path(), error);
    if (error || room.capacity > kSmallDisk)
      return absl::FailedPreconditionError(path + " does not lie on a small file system of its own");
    std::ofstream file(path, std::ios::binary);
    const std::string block(1 << 20, 'f');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
    return absl::OkStatus();
  }

  absl::Status Hit(size_t instance, int broker, std::chrono::milliseconds length) {
    const std::string of_broker = " --broker " + std::to_string(broker);
    if (flags_.fault == kPause) servers_[instance]->Signal(SIGSTOP);
    absl::Status status;
    if (flags_.fault == kBrokerKill) status = Broker("kill" + of_broker);
    if (flags_.fault == kBrokerPause) status = Broker("pause" + of_broker);
    const std::string filler = flags_.kafka_data + "/filler";
    if (flags_.fault == kBrokerFull) status = Fill(filler);
    std::this_thread::sleep_for(length);
    if (flags_.fault == kBrokerFull) std::filesystem::remove(filler);
    if (flags_.fault == kPause) servers_[instance]->Signal(SIGCONT);
    if (status.ok() && (flags_.fault == kBrokerKill || flags_.fault == kBrokerFull)) status = Broker("start");
    if (status.ok() && flags_.fault == kBrokerPause) status = Broker("resume" + of_broker);
    return status;
  }

  // Asks before, while and after something is hit: every call must be answered.
  absl::Status AskThrough(const std::string& address, std::chrono::milliseconds delay, size_t instance) {
    const bool pauses = flags_.fault != kBrokerKill;
    const std::chrono::milliseconds length(
        !pauses ? 0 : Between(20, Between(0, 9) == 0 ? flags_.long_pause_ms_max : flags_.pause_ms_max));
    const int broker = Between(1, flags_.brokers);
    absl::Status hit;
    std::atomic<bool> over{false};
    std::thread hitter([&] {
      std::this_thread::sleep_for(delay);
      hit = Hit(instance, broker, length);
      over = true;
    });
    ++in_flight_;  // It is asked all the time.
    uint64_t enough = 0;
    const absl::Status asked = load_.AskWhile(
        address,
        [&] {
          if (!over) return true;
          if (enough == 0) enough = load_.answered() + kAnswersAfterKill;
          return load_.answered() < enough;
        },
        flags_.fault == kPause ? std::chrono::seconds(0) : kPatience);
    hitter.join();
    return hit.ok() ? asked : hit;
  }

  absl::Status AskTheOneThatStays(size_t dies, size_t stays, std::chrono::milliseconds delay) {
    const auto kill_at = std::chrono::steady_clock::now() + delay;
    bool killed = false;
    uint64_t enough = 0;
    absl::Status reaped;
    const absl::Status asked = load_.AskWhile(addresses_[stays], [&] {
      if (!killed && std::chrono::steady_clock::now() >= kill_at) {
        reaped = servers_[dies]->KillAndReap();
        servers_[dies].reset();
        killed = true;
        ++in_flight_;  // It asks on while it kills, with calls outstanding to both.
        enough = load_.answered() + kAnswersAfterKill;
      }
      return !killed || load_.answered() < enough;
    });
    if (!asked.ok()) return asked;
    return reaped;
  }

  absl::Status AskTheOneThatDies(size_t dies, size_t stays, std::chrono::milliseconds delay) {
    std::thread killer([&] {
      load_.WaitUntilAsking();
      std::this_thread::sleep_for(delay);
      load_.MarkKilling();
      servers_[dies]->Kill();
    });
    const absl::Status asked = load_.AskUntilKilled(addresses_[dies]);
    killer.join();
    const absl::Status reaped = servers_[dies]->KillAndReap();
    servers_[dies].reset();
    if (!asked.ok()) return asked;
    if (!reaped.ok()) return reaped;
    std::deque<Request>& requests = load_.requests();
    std::vector<Request*> again;
    bool in_flight = false;
    for (size_t i = load_.begun(); i < requests.size(); ++i) {
      in_flight = in_flight || requests[i].in_flight_at_kill;
      if (!requests[i].answer) again.push_back(&requests[i]);
    }
    if (in_flight) ++in_flight_;
    for (size_t i = 0; i < kRepeatedSample; ++i) {
      Request& request = requests[Between(0, static_cast<int>(requests.size()) - 1)];
      if (request.answer) again.push_back(&request);
    }
    return load_.Repeat(addresses_[stays], again, &differing_);
  }

  absl::Status LookAtLog() {
    if (absl::Status shared = AwaitShares(); !shared.ok()) return shared;  // No claim comes after it.
    if (absl::Status settled = Settle(); !settled.ok()) return settled;
    auto stands = ReadRequests(log_.get());
    if (!stands.ok()) return stands.status();
    findings_ = Check(load_.requests(), *stands);
    std::string why;
    const auto mismatches = CountMismatches(log_.get(), settled_, &why);
    if (!mismatches.ok()) return mismatches.status();
    mismatches_ += *mismatches;
    if (*mismatches > 0) std::printf("%s\n", why.c_str());
    return absl::OkStatus();
  }

  const Flags flags_;
  std::mt19937 dice_;
  Load load_;
  std::unique_ptr<KafkaLog> log_;
  std::array<std::unique_ptr<Server>, 2> servers_;
  std::array<std::string, 2> addresses_;
  std::map<PartitionId, Digest> settled_;
  Findings findings_;
  uint64_t differing_ = 0;
  uint64_t mismatches_ = 0;
  int faults_ = 0, in_flight_ = 0;
  std::vector<int64_t> waits_ms_;
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
      ->check(CLI::IsMember({kKill, kPause, kBrokerKill, kBrokerPause, kBrokerFull}));
  app.add_option("--brokers", flags.brokers, "How many there are")->capture_default_str();
  app.add_option("--cycles", flags.cycles, "How often")->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_option("--seed", flags.seed, "Of delays and samples")->capture_default_str();
  if (const auto exit_code = ParseOrServe(&app, argc, argv, &flags.served, &flags.dir)) return *exit_code;
  if (flags.served.kafka.empty()) {
    std::fprintf(stderr, "instances: --kafka, or KAFKA in the environment\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);  // A server that died is an error of the call, not of the driver.
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
