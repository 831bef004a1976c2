// A relay is killed (SIGKILL) again and again while records, void ones among them, are appended. Afterwards
// every valid event must be public, none that is not; repeats only from one life of the relay to the next,
// and no more of a partition than its limit.
//
//   tests/kafka/run.sh 1 kill_relay --relay PATH --kills 200
//
// Kills go by position: one comes when so many more events are public, or before any is. With --relays 2
// there are two that share the partitions and each takes over from the other; then repeats have more causes,
// and only their sum is held against the limit. Prints one JSON object. Exits 1 on any finding, 2 on wrong
// usage.
#include <signal.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/relay/public_topics.h"
#include "tests/relay/relay_process.h"
#include "tests/relay/truth.h"

namespace afterbell::relay_test {
namespace {

using std::chrono::steady_clock;

constexpr uint32_t kSchoolPartitions = 3;
constexpr char kService[] = "attendance";
constexpr std::chrono::seconds kPatience(120);
// How far the log may be ahead of the public topic: there is always something to relay, and it ends soon.
constexpr uint64_t kAheadMax = 6000;

struct Flags {
  std::string relay, brokers;
  int kills = 20, relays = 1;
  uint64_t events_repeated_max = 500;
  uint32_t seed = 1;
};

unsigned long Long(uint64_t number) { return number; }

struct Findings {
  uint64_t events = 0, published = 0, void_records = 0;
  uint64_t missing = 0, unknown = 0, differing = 0, of_void = 0;
  uint64_t repeats = 0, most_of_a_partition = 0;  // Beside the first; the latter between two kills.
  uint64_t going_back = 0, not_over_a_kill = 0, over_the_limit = 0;
  uint64_t of_life = 0;  // Kills that something was repeated after.

  bool any(const Flags& flags) const {
    return missing + unknown + differing + of_void + over_the_limit > 0 ||
           (flags.relays == 1 && (not_over_a_kill > 0 || going_back > 0));
  }
};

// The life of the relay in which a message was published: how many kills had come before.
size_t LifeOf(const std::vector<int64_t>& kills_ms, int64_t at_ms) {
  return static_cast<size_t>(std::lower_bound(kills_ms.begin(), kills_ms.end(), at_ms) - kills_ms.begin());
}

Findings Check(const Flags& flags, const Truth& truth, const std::vector<PublicMessage>& messages,
               const std::vector<int64_t>& kills_ms) {
  Findings findings;
  const auto& valid = truth.valid.at(kService);
  findings.events = valid.size();
  findings.published = messages.size();
  findings.void_records = truth.void_records;
  std::map<PublicIdentity, std::vector<int64_t>> copies;
  std::map<std::pair<int32_t, std::string>, std::pair<PublicIdentity, size_t>> last;
  for (const PublicMessage& message : messages) {
    const PublicIdentity identity = message.identity();
    const auto found = valid.find(identity);
    findings.unknown += found == valid.end();
    findings.differing += found != valid.end() && found->second != message.content();
    findings.of_void += truth.void_values.count(message.value) > 0;
    copies[identity].push_back(message.timestamp_ms);
    // Within one life of a relay the order of a source never goes back.
    const size_t life = LifeOf(kills_ms, message.timestamp_ms);
    auto [before, first] = last.insert({{message.partition, identity.source}, {identity, life}});
    findings.going_back += !first && before->second.second >= life && !(before->second.first < identity);
    before->second = {identity, life};
  }
  for (const auto& [identity, content] : valid) findings.missing += copies.count(identity) == 0;
  std::map<std::pair<std::string, size_t>, uint64_t> repeated;  // By source and life.
  for (auto& [identity, times] : copies) {
    std::sort(times.begin(), times.end());
    for (size_t i = 1; i < times.size(); ++i) {
      ++findings.repeats;
      const size_t life = LifeOf(kills_ms, times[i]);
      findings.not_over_a_kill += LifeOf(kills_ms, times[i - 1]) == life;
      ++repeated[{identity.source, life}];
    }
  }
  std::map<size_t, bool> lives;
  for (const auto& [of, count] : repeated) {
    findings.most_of_a_partition = std::max(findings.most_of_a_partition, count);
    findings.over_the_limit += flags.relays == 1 && count > flags.events_repeated_max;
    lives[of.second] = true;
  }
  findings.of_life = lives.size();
  const uint64_t most = flags.events_repeated_max * (kSchoolPartitions + 1) *
                        static_cast<uint64_t>(flags.kills + 1) * static_cast<uint64_t>(flags.relays);
  findings.over_the_limit += findings.repeats > most;
  return findings;
}

class Driver {
 public:
  explicit Driver(const Flags& flags) : flags_(flags), dice_(flags.seed) {
    options_.brokers = flags.brokers;
    options_.topic_prefix = "kills" + std::to_string(absl::ToUnixMillis(absl::Now()));
  }

  absl::Status Run() {
    if (const auto made = MakeLog(options_, kSchoolPartitions); !made.ok()) return made.status();
    auto log = KafkaLog::Open(options_);
    if (!log.ok()) return log.status();
    PublicTopic topic(options_, kService);
    public_ = &topic;
    absl::Status wrote;
    std::thread writing([&] { wrote = Write(log->get()); });
    absl::Status killed = Kill();
    done_ = true;
    writing.join();
    if (!killed.ok()) return killed;
    if (!wrote.ok()) return wrote;
    return Finish(log->get());
  }

 private:
  std::unique_ptr<RelayProcess> Spawn() const {
    return std::make_unique<RelayProcess>(std::vector<std::string>{flags_.relay, "--kafka", flags_.brokers,
                                                                   "--service", kService, "--topic-prefix",
                                                                   options_.topic_prefix});
  }

  absl::StatusOr<uint64_t> Public() {
    auto count = public_->Count();
    if (count.ok()) count_ = *count;
    return count;
  }

  // Appends as long as kills go on, so far ahead.
  absl::Status Write(KafkaLog* log) {
    std::vector<Writer> writers;
    for (uint32_t number = 0; number <= kSchoolPartitions; ++number) {
      auto writer = Writer::Open(log, {kService, number}, kSchoolPartitions);
      if (!writer.ok()) return writer.status();
      writers.push_back(*std::move(writer));
    }
    for (int round = 0; !done_; ++round) {
      uint64_t written = 0;
      for (Writer& writer : writers) {
        for (int i = 0; i < 10; ++i) writer.Commit(i % 4);
        if (round % 7 == 3) writer.Doubled();
        if (round % 11 == 5) writer.Zombie();
        if (round % 50 == 20) writer.Claim();
        if (round % 60 == 30) writer.SecondGenesis();
        if (round % 13 == 7) writer.Late();
        if (absl::Status flushed = writer.Flush(); !flushed.ok()) return flushed;
        written += writer.valid_events();
      }
      while (!done_ && written > count_ + kAheadMax)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return absl::OkStatus();
  }

  absl::Status Kill() {
    std::vector<std::unique_ptr<RelayProcess>> processes;
    for (int i = 0; i < flags_.relays; ++i) processes.push_back(Spawn());
    for (int i = 0; i < flags_.kills; ++i) {
      auto count = Public();
      if (!count.ok()) return count.status();
      // One of eight dies before it has published anything, somewhere between its start and its first event.
      const uint64_t target = *count + std::uniform_int_distribution<uint64_t>(1, 3000)(dice_);
      const bool early = dice_() % 8 == 0;
      const auto until = steady_clock::now() + (early ? std::chrono::milliseconds(dice_() % 300) : kPatience);
      while (*count < target && steady_clock::now() < until) {
        if (count = Public(); !count.ok()) return count.status();
      }
      if (!early && *count < target) return absl::DeadlineExceededError("the relay does not relay");
      std::unique_ptr<RelayProcess>& dies = processes[dice_() % processes.size()];
      // Before the signal: nothing of a later life can be older.
      kills_ms_.push_back(absl::ToUnixMillis(absl::Now()));
      const int status = dies->End(SIGKILL);
      if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        return absl::InternalError("the relay had ended by itself, status " + std::to_string(status));
      kills_ms_.back() = absl::ToUnixMillis(absl::Now());
      dies = Spawn();
    }
    processes_ = std::move(processes);
    return absl::OkStatus();
  }

  absl::Status Finish(KafkaLog* log) {
    const auto truth = ReadTruth(*log);
    if (!truth.ok()) return truth.status();
    // At the end when every valid event is there, or nothing comes any more.
    const auto until = steady_clock::now() + kPatience;
    std::vector<PublicMessage> messages;
    for (;;) {
      auto read = public_->ReadAll();
      if (!read.ok()) return read.status();
      messages = *std::move(read);
      std::set<PublicIdentity> seen;
      for (const PublicMessage& message : messages) seen.insert(message.identity());
      if (seen.size() >= truth->valid.at(kService).size() || steady_clock::now() > until) break;
    }
    int ended = 0;
    for (const auto& process : processes_) {
      const int status = process->End(SIGTERM);
      ended += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    if (auto read = public_->ReadAll(); read.ok()) messages = *std::move(read);
    const Findings found = Check(flags_, *truth, messages, kills_ms_);
    std::printf(
        "{\"kills\": %zu, \"relays\": %d, \"events\": %lu, \"published\": %lu, \"void_records\": %lu, "
        "\"missing\": %lu, "
        "\"unknown\": %lu, \"differing\": %lu, \"of_void\": %lu, \"repeats\": %lu, \"kills_with_repeats\": "
        "%lu, "
        "\"most_of_a_partition\": %lu, \"limit\": %lu, \"over_the_limit\": %lu, \"not_over_a_kill\": %lu, "
        "\"going_back\": %lu, \"stopped_in_order\": %d}\n",
        kills_ms_.size(), flags_.relays, Long(found.events), Long(found.published), Long(found.void_records),
        Long(found.missing), Long(found.unknown), Long(found.differing), Long(found.of_void),
        Long(found.repeats), Long(found.of_life), Long(found.most_of_a_partition),
        Long(flags_.events_repeated_max), Long(found.over_the_limit), Long(found.not_over_a_kill),
        Long(found.going_back), ended);
    // Kills that met nothing in flight, and a log without void records, would prove nothing.
    const bool proves = found.repeats > 0 && found.void_records > 0 && found.events > 0;
    if (found.any(flags_))
      return absl::InternalError("events are missing, unknown, or repeated where they must not be");
    if (!proves) return absl::InternalError("the kills met nothing in flight");
    if (ended != flags_.relays) return absl::InternalError("a relay did not stop in order");
    return absl::OkStatus();
  }

  const Flags flags_;
  std::mt19937 dice_;
  KafkaLogOptions options_;
  PublicTopic* public_ = nullptr;
  std::atomic<uint64_t> count_{0};
  std::atomic<bool> done_{false};
  std::vector<int64_t> kills_ms_;
  std::vector<std::unique_ptr<RelayProcess>> processes_;
};

int Main(int argc, char** argv) {
  Flags flags;
  if (const char* kafka = getenv("KAFKA")) flags.brokers = kafka;
  CLI::App app("kill_relay: a relay that is killed loses nothing and repeats little");
  app.add_option("--relay", flags.relay, "The program afterbell-relay")->required();
  app.add_option("--kafka", flags.brokers, "Brokers (KAFKA)");
  app.add_option("--kills", flags.kills)->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_option("--relays", flags.relays)->capture_default_str()->check(CLI::Range(1, 4));
  app.add_option("--events-repeated-max", flags.events_repeated_max)->capture_default_str();
  app.add_option("--seed", flags.seed)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  setenv("AFTERBELL_LIMITS_SESSION_MS_MAX", "1000", 1);
  setenv("AFTERBELL_RELAY_CHECKPOINT_MS_MAX", "100", 1);
  setenv("AFTERBELL_RELAY_EVENTS_REPEATED_MAX", std::to_string(flags.events_repeated_max).c_str(), 1);
  const absl::Status status = Driver(flags).Run();
  if (!status.ok()) std::fprintf(stderr, "kill_relay: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace afterbell::relay_test

int main(int argc, char** argv) { return afterbell::relay_test::Main(argc, argv); }
