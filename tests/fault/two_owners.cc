// Two owners forced on one partition of one log, against a lone owner under the same load.
//
//   two_owners --seconds 60                   on an embedded log that both use
//   two_owners --seconds 60 --kafka BROKERS   on topics of its own, each owner with a client of its own
//
// Each owner claims as soon as it has lost its claim, so they void each other's records without end.
// However they fight: no answered command may be missing or stand twice, and no session may pass its
// cap. Prints one JSON object with the rates of both runs. Exits 1 on any finding.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "gtest/gtest.h"
#include "services/platform/base/random_id.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/runtime/testing/town.h"
#include "tests/kafka/city.h"

namespace afterbell::testing {
namespace {

using std::chrono::steady_clock;

constexpr int kCap = 20;
constexpr int kAskPerSession = 30;   // By each writer: more than there is room for.
constexpr int kCallers = 2;          // Of a lone owner too: its answers take a while, however few they are.
constexpr size_t kOutstanding = 64;  // Of a caller.
constexpr std::chrono::seconds kReadAtMost(60);  // Of records that a broker has to be asked for.

// A caller of one owner, with so many commands under way, until the time is over.
class Caller {
 public:
  Caller(Town* town, Runtime* runtime, std::string name)
      : town_(*town), runtime_(runtime), name_(std::move(name)) {}

  void Run(steady_clock::time_point until) {
    while (steady_clock::now() < until) {
      while (under_way_.size() < kOutstanding) Ask();
      Take();
    }
    while (!under_way_.empty()) Take();
  }

  const std::set<std::string>& answered() const { return answered_; }
  int failed() const { return failed_; }

 private:
  void Ask() {
    const std::string session = "s" + std::to_string(asked_ / kAskPerSession);
    const std::string request = name_ + std::to_string(asked_++);
    under_way_.emplace_back(request,
                            town_.Send(kAttendance, CheckIn(session, "p" + request), request, runtime_));
  }

  void Take() {
    const Answer answer = under_way_.front().second.get();
    if (answer.status.ok()) {
      answered_.insert(under_way_.front().first);
    } else {
      ++failed_;
    }
    under_way_.pop_front();
  }

  Town& town_;
  Runtime* const runtime_;
  const std::string name_;
  int asked_ = 0, failed_ = 0;
  std::deque<std::pair<std::string, std::future<Answer>>> under_way_;
  std::set<std::string> answered_;
};

struct Outcome {
  size_t answered = 0;
  int failed = 0, claims = 0, voids = 0;
  int lost = 0, doubled = 0, caps_passed = 0;
  double per_second = 0;
};

// What a broker has to be asked for is waited for.
class Waiting final : public LogPartition {
 public:
  explicit Waiting(std::shared_ptr<LogPartition> log) : log_(std::move(log)) {}

  const PartitionId& id() const override { return log_->id(); }
  void Append(std::vector<std::string> values, Appended done) override {
    log_->Append(std::move(values), std::move(done));
  }
  absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const override {
    return ReadWaiting(*log_, offset, records_max, bytes_max, kReadAtMost);
  }
  uint64_t End() const override { return log_->End(); }
  std::shared_ptr<void> OnGrowth(std::function<void()> grew) override {
    return log_->OnGrowth(std::move(grew));
  }

 private:
  const std::shared_ptr<LogPartition> log_;
};

// The logs of a run on Kafka, each a client of its own; nothing where a town has its embedded one.
class Logs {
 public:
  explicit Logs(const std::string& brokers) {
    if (brokers.empty()) return;
    city_.brokers = brokers;
    city_.topic_prefix = "owners-" + RandomUuid();
    city_.school_partitions = 1;
    const absl::Status made = MakeTopics(city_);
    EXPECT_EQ(made, absl::OkStatus());
    on_kafka_ = made.ok();
  }

  EventLog* Next() {
    if (!on_kafka_) return nullptr;
    auto log = KafkaLog::Open(LogOptionsOf(city_));
    EXPECT_TRUE(log.ok()) << log.status();
    logs_.push_back(*std::move(log));
    return logs_.back().get();
  }

  // As somebody sees it who was not there.
  Read ReadAttendance(Town* town) {
    EventLog* const log = Next();
    if (log == nullptr) return town->Log(kAttendance);
    auto partition = log->Open(kAttendance);
    EXPECT_TRUE(partition.ok()) << partition.status();
    Waiting waiting(*std::move(partition));
    return ReadPartition(waiting);
  }

 private:
  KafkaCity city_;
  bool on_kafka_ = false;
  std::vector<std::unique_ptr<KafkaLog>> logs_;
};

Outcome Run(int owners, std::chrono::seconds how_long, const std::string& brokers) {
  Logs logs(brokers);
  Town town;
  town.through = logs.Next();
  town.Start({"registry"});
  town.SetParameter("group_size_max", "count: " + std::to_string(kCap));
  town.Stop();
  std::vector<std::unique_ptr<Runtime>> runtimes;
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < kCallers; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    if (i < owners) {
      town.through = logs.Next();
      runtimes.push_back(town.Open({"attendance"}, name));
    }
    callers.push_back(std::make_unique<Caller>(&town, runtimes.back().get(), name));
  }
  const auto begun = steady_clock::now();
  std::vector<std::thread> threads;
  for (const auto& caller : callers)
    threads.emplace_back([&caller, until = begun + how_long] { caller->Run(until); });
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  for (const auto& runtime : runtimes) runtime->Stop();

  Outcome outcome;
  const Read read = logs.ReadAttendance(&town);
  outcome.claims = read.claims;
  outcome.voids = read.voids;
  std::map<std::string, int> recorded, in;
  for (const log::v1::Commit& commit : read.commits) {
    if (!commit.request_id().empty()) ++recorded[commit.request_id()];
    for (const std::string& bytes : commit.events()) {
      attendance::v1::AttendanceEvent event;
      if (event.ParseFromString(bytes)) ++in[event.pupil_checked_in().session_id()];
    }
  }
  for (const auto& [request, times] : recorded) outcome.doubled += times > 1;
  for (const auto& [session, pupils] : in) outcome.caps_passed += pupils > kCap;
  for (const auto& caller : callers) {
    outcome.answered += caller->answered().size();
    outcome.failed += caller->failed();
    for (const std::string& request : caller->answered()) outcome.lost += recorded.count(request) == 0;
  }
  outcome.per_second = static_cast<double>(outcome.answered) / seconds;
  return outcome;
}

int Main(int argc, char** argv) {
  int seconds = 60, takeovers_min = 100;
  double ratio_min = 0;
  std::string brokers;
  if (const char* kafka = std::getenv("KAFKA")) brokers = kafka;
  CLI::App app("Two owners forced on one partition, beside a lone one");
  app.add_option("--seconds", seconds, "Of each run")->capture_default_str();
  app.add_option("--takeovers-min", takeovers_min, "Fewer prove nothing")->capture_default_str();
  app.add_option("--ratio-min", ratio_min, "Of the lone owner's rate, that the two must come to")
      ->capture_default_str();
  app.add_option("--kafka", brokers, "Brokers; KAFKA in the environment; else an embedded log");
  CLI11_PARSE(app, argc, argv);
  const Outcome lone = Run(1, std::chrono::seconds(seconds), brokers);
  const Outcome two = Run(2, std::chrono::seconds(seconds), brokers);
  const double ratio = two.per_second / lone.per_second;
  std::printf(
      "{\"log\": \"%s\", \"seconds\": %d, \"lone_per_second\": %.0f, \"two_per_second\": %.0f, \"ratio\": "
      "%.3f, "
      "\"take_overs\": %d, \"void_records\": %d, \"answered\": %zu, \"failed\": %d, \"lost\": %d, "
      "\"doubled\": %d, \"caps_passed\": %d}\n",
      brokers.empty() ? "embedded" : "kafka", seconds, lone.per_second, two.per_second, ratio, two.claims,
      two.voids, two.answered, two.failed, two.lost, two.doubled, two.caps_passed);
  const bool proves = two.claims >= takeovers_min && two.voids > 0 && two.answered > 0 && two.failed == 0 &&
                      ratio >= ratio_min;
  const bool holds = two.lost + two.doubled + two.caps_passed + lone.lost + lone.doubled == 0;
  return proves && holds ? 0 : 1;
}

}  // namespace
}  // namespace afterbell::testing

int main(int argc, char** argv) { return afterbell::testing::Main(argc, argv); }
