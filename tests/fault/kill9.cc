// Kills the city with SIGKILL again and again while it is asked, and holds its log, its repeated
// answers and its rows against what it had answered. See README.md.
//
// Exit codes: 0 as promised (with --expect-loss: a loss was found), 1 not so, 2 wrong usage.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/fault/checker.h"
#include "tests/fault/killing.h"
#include "tests/fault/load.h"
#include "tests/fault/lying_storage.h"
#include "tests/fault/server.h"

namespace afterbell::fault {
namespace {

struct Flags {
  int cycles = 20;
  Served served;
  uint32_t seed = 1;
  std::string dir = "/tmp/afterbell-kill9";
  bool expect_loss = false;
};

// All is folded anew and decided again in each of the first cycles, then, as the log is long, in every
// tenth and in the last.
constexpr int kFoldedFirst = 20;
constexpr int kFoldedEvery = 10;
constexpr int kLongerAtMost = 5;
constexpr size_t kRepeatedSample = 64;

class Driver {
 public:
  explicit Driver(const Flags& flags)
      : flags_(flags), data_(flags.dir + "/data"), dice_(flags.seed), load_(flags.seed, Fresh(flags.dir)) {}

  int Run() {
    absl::Status status = Start();
    if (status.ok()) status = load_.SetUp(address_, [&] { return server_->Digests().status(); });
    if (status.ok() && flags_.served.durability == kNoSync) status = server_->WriteBack();
    for (int cycle = 1; status.ok() && GoesOn(cycle); ++cycle) status = Cycle(cycle);
    if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
    std::printf(
        "{\"cycles\": %d, \"kills_between_record_and_answer\": %d, \"kills_while_opening\": %d, "
        "\"answered\": "
        "%lu, "
        "\"lost\": %lu, \"doubled\": %lu, \"answers_differing\": %lu, \"digest_mismatches\": %lu}\n",
        cycles_, recorded_kills_, opening_kills_, Long(load_.answered()), Long(findings_.lost),
        Long(findings_.doubled), Long(differing_), Long(mismatches_));
    if (flags_.expect_loss) return findings_.lost > 0 ? 0 : 1;
    if (MustMeetRecorded()) std::printf("failed: no kill met a call that was recorded and not answered\n");
    return status.ok() && findings_.lost == 0 && findings_.doubled == 0 && differing_ == 0 &&
                   mismatches_ == 0 && !MustMeetRecorded()
               ? 0
               : 1;
  }

 private:
  static unsigned long Long(uint64_t number) { return static_cast<unsigned long>(number); }

  // The folder, emptied of what an earlier run left; the path of the journal.
  static std::string Fresh(const std::string& dir) {
    for (const char* ours : {"/data", "/copy"}) std::filesystem::remove_all(dir + ours);
    std::filesystem::create_directories(dir + "/data");
    return dir + "/answers.tsv";
  }

  // What is promised of calls that were recorded and not answered is proven by kills that met some: on a disk
  // it goes on beyond its cycles until one has. What a lying disk has lost is not mended by going on.
  bool GoesOn(int cycle) const {
    if (findings_.lost > 0) return false;
    return cycle <= flags_.cycles || (MustMeetRecorded() && cycle <= flags_.cycles * kLongerAtMost);
  }
  bool MustMeetRecorded() const { return flags_.served.durability == kDisk && recorded_kills_ == 0; }

  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice_); }

  Served ServedHere() const {
    Served served = flags_.served;
    served.data = data_;
    return served;
  }

  absl::Status Start() {
    auto server = Server::Spawn(ServedHere());
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    auto address = server_->Address();
    if (!address.ok()) return address.status();
    address_ = *std::move(address);
    return absl::OkStatus();
  }

  absl::Status Cycle(int cycle) {
    const uint64_t answered = load_.answered();
    const auto unanswered =
        AskAndKill(&load_, server_.get(), address_, std::chrono::milliseconds(Between(50, 500)));
    server_.reset();
    if (!unanswered.ok()) return unanswered.status();
    ++cycles_;
    if (flags_.served.durability == kNoSync) {
      if (absl::Status cut = LyingStorage::PowerCut(LedgerOf(data_)); !cut.ok()) return cut;
    }
    StandsById stands;
    absl::Status status = LookAtLog(&stands);
    const uint64_t new_answers = load_.answered() - answered;
    size_t recorded = 0;
    if (status.ok() && findings_.lost == 0) status = RestartAndRepeat(stands, *unanswered, &recorded);
    if (status.ok() && findings_.lost == 0) status = CompareRows(cycle);
    if (recorded > 0) ++recorded_kills_;
    std::printf(
        "cycle %d: %lu answered, %zu in flight when killed (%zu of them recorded), %lu lost, %lu doubled, "
        "%lu differing, %lu digest mismatches%s%s\n",
        cycle, Long(new_answers), unanswered->size(), recorded, Long(findings_.lost), Long(findings_.doubled),
        Long(differing_), Long(mismatches_), findings_.first.empty() ? "" : ": ", findings_.first.c_str());
    std::fflush(stdout);
    return status;
  }

  absl::Status LookAtLog(StandsById* stands) {
    auto log = OpenCopy(data_, flags_.dir + "/copy");
    if (!log.ok()) return log.status();
    auto read = ReadRequests(log->get());
    if (!read.ok()) return read.status();
    *stands = *std::move(read);
    findings_ = Check(load_.requests(), *stands);
    return absl::OkStatus();
  }

  absl::Status RestartAndRepeat(const StandsById& stands, const std::vector<Request*>& unanswered,
                                size_t* recorded) {
    // Now and then it is killed again while it opens what the first kill left.
    if (Between(1, 4) == 1) {
      auto opening = Server::Spawn(ServedHere());
      if (!opening.ok()) return opening.status();
      std::this_thread::sleep_for(std::chrono::milliseconds(Between(5, 100)));
      if (absl::Status killed = (*opening)->KillAndReap(); !killed.ok()) return killed;
      ++opening_kills_;
    }
    if (absl::Status started = Start(); !started.ok()) return started;
    std::deque<Request>& requests = load_.requests();
    std::vector<Request*> again = unanswered;
    for (size_t i = 0; i < kRepeatedSample; ++i) {
      Request& request = requests[Between(0, static_cast<int>(requests.size()) - 1)];
      if (request.answer) again.push_back(&request);
    }
    if (absl::Status asked = load_.Repeat(address_, again, &differing_); !asked.ok()) return asked;
    // What stood in the log before it was asked again is answered from there.
    for (const Request* request : unanswered) {
      const auto at = stands.find(request->id);
      if (at == stands.end()) continue;
      ++*recorded;
      const Answer& answer = *request->answer;
      if (!answer.refused() && answer.index != at->second.front().index) ++differing_;
    }
    return absl::OkStatus();
  }

  absl::Status CompareRows(int cycle) {
    auto live = server_->Digests();
    if (!live.ok()) return live.status();
    auto log = OpenCopy(data_, flags_.dir + "/copy");
    if (!log.ok()) return log.status();
    std::string why;
    const bool fold = cycle <= kFoldedFirst || cycle % kFoldedEvery == 0 || cycle == flags_.cycles;
    auto mismatches = fold ? CountMismatches(log->get(), *live, &why) : absl::StatusOr<uint64_t>(0);
    if (!mismatches.ok()) return mismatches.status();
    mismatches_ += *mismatches;
    if (*mismatches > 0) std::printf("%s\n", why.c_str());
    // The answers to what was repeated must stand there as well, once.
    auto stands = ReadRequests(log->get());
    if (!stands.ok()) return stands.status();
    findings_ = Check(load_.requests(), *stands);
    return absl::OkStatus();
  }

  const Flags flags_;
  const std::string data_;
  std::mt19937 dice_;
  Load load_;
  std::unique_ptr<Server> server_;
  std::string address_;
  Findings findings_;
  uint64_t differing_ = 0;
  uint64_t mismatches_ = 0;
  int cycles_ = 0, recorded_kills_ = 0, opening_kills_ = 0;
};

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("kill9: what was answered survives kill -9, and nothing is decided twice");
  app.add_option("--cycles", flags.cycles, "How often to kill")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  app.add_option("--seed", flags.seed, "Of delays and samples")->capture_default_str();
  app.add_flag("--expect-loss", flags.expect_loss, "Succeed only if something answered was lost");
  if (const auto exit_code = ParseOrServe(&app, argc, argv, &flags.served, &flags.dir)) return *exit_code;
  signal(SIGPIPE, SIG_IGN);  // A server that died is an error of the call, not of the driver.
  return Driver(flags).Run();
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
