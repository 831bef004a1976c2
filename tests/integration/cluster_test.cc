// The same city on a real broker, with two instances of every service: they agree who owns what, send
// commands on, hand over and take over, and come out as one process on an embedded log does.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "gtest/gtest.h"
#include "services/platform/replay/verify.h"
#include "tests/fault/checker.h"
#include "tests/fault/load.h"
#include "tests/integration/played.h"
#include "tests/kafka/city.h"

namespace afterbell {
namespace {

constexpr uint32_t kSchoolPartitions = 3;
constexpr std::chrono::seconds kPatience(60);

class Cluster : public ::testing::Test {
 protected:
  // A city of the test's own: topics, and a log that is begun.
  void SetUp() override {
    static int number = 0;
    prefix_ = "city" + std::to_string(++number);
    const auto log = BeginCity({.brokers = Brokers(),
                                .topic_prefix = prefix_,
                                .school_partitions = kSchoolPartitions,
                                .clock = log::v1::SIMULATED});
    ASSERT_TRUE(log.ok()) << log.status();
  }

  static std::string Brokers() { return getenv("KAFKA") == nullptr ? "" : getenv("KAFKA"); }

  // An instance of all six services.
  std::unique_ptr<Host> Start(const std::string& name) {
    HostOptions options;
    options.kafka = Brokers();
    options.topic_prefix = prefix_;
    options.data_directory = ::testing::TempDir() + "/" + prefix_ + "_" + name;
    options.limits.set_request_days_max(36500);
    auto host = Host::Start(options, HostCity());
    EXPECT_TRUE(host.ok()) << host.status();
    return host.ok() ? *std::move(host) : nullptr;
  }

  static size_t Owned(Host& host) {
    size_t owned = 0;
    for (const auto& [id, stats] : host.runtime().stats()) owned += stats.owner;
    return owned;
  }
  static void AwaitOwned(const std::vector<Host*>& hosts, const std::function<bool(size_t of_first)>& wish) {
    const size_t expected = CityServices().size() * (kSchoolPartitions + 1);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      size_t sum = 0;
      for (Host* host : hosts) sum += Owned(*host);
      if (sum == expected && wish(Owned(*hosts[0]))) return;
      ASSERT_LT(std::chrono::steady_clock::now(), until) << sum << " of " << expected << " are owned";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  // At rest: nobody has anything to do, and all have read the same. Settled: nor anything to write down.
  static absl::Status Settle(const std::vector<Host*>& hosts, bool settled = false) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    const auto indexes = [](Host& host) {
      std::map<PartitionId, uint64_t> all;
      for (const auto& [id, stats] : host.runtime().stats()) all[id] = stats.index;
      return all;
    };
    for (;;) {
      const auto before = indexes(*hosts[0]);
      bool same = true;
      for (Host* host : hosts) {
        const absl::Status quiet =
            settled ? host->runtime().WaitSettled(kPatience) : host->runtime().WaitQuiet(kPatience);
        if (!quiet.ok()) return quiet;
        same = same && indexes(*host) == before;
      }
      if (same) return absl::OkStatus();
      if (std::chrono::steady_clock::now() > until)
        return absl::DeadlineExceededError("the instances did not come to hold the same");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  std::string prefix_;
};

TEST_F(Cluster, TwoInstancesPlayATermAsOneDoes) {
  auto a = Start("a");
  ASSERT_NE(a, nullptr);
  AwaitOwned({a.get()}, [](size_t) { return true; });
  auto b = Start("b");
  ASSERT_NE(b, nullptr);
  AwaitOwned({a.get(), b.get()}, [](size_t of_a) { return of_a > 0 && of_a < 24; });

  Played played;
  played.address = a->address();  // What B owns is sent on to it.
  played.settle = [&] { return Settle({a.get(), b.get()}); };
  PlayInto(TwoMonths(11, 8), &played);
  ASSERT_EQ(Settle({a.get(), b.get()}, /*settled=*/true), absl::OkStatus());
  auto history = replay::History::Load(&a->log(), {});
  ASSERT_TRUE(history.ok()) << history.status();
  ExpectAnswers(played, **history);
  const replay::VerifyReport report = replay::Verify(**history, CityServices(), {.digests = true});
  EXPECT_TRUE(report.ok()) << replay::Summary(report);
  EXPECT_GT(report.decisions, 1000u);
  // Owner and standby hold what a fresh fold gives.
  for (Host* host : {a.get(), b.get()}) {
    std::map<PartitionId, std::pair<uint64_t, std::string>> live;
    for (const auto& digest : host->runtime().Digests()) live[digest.id] = {digest.index, digest.digest};
    for (const auto& digest : report.digests)
      EXPECT_EQ(live[digest.id].second, digest.digest) << ToString(digest.id);
  }
}

// What is asked while instances stop and start: whoever asks the one that stays is never told of it.
TEST_F(Cluster, AStopHandsOverAndNobodyIsToldOfIt) {
  auto a = Start("stays");
  auto b = Start("goes");
  ASSERT_TRUE(a != nullptr && b != nullptr);
  const auto some = [](size_t of_a) { return of_a > 0 && of_a < 24; };
  const auto all = [](size_t of_a) { return of_a == 24; };
  AwaitOwned({a.get(), b.get()}, some);
  fault::Load load(7, ::testing::TempDir() + "/answers.tsv");
  ASSERT_EQ(load.SetUp(a->address(), [&] { return Settle({a.get(), b.get()}); }), absl::OkStatus());
  absl::Status asked;
  std::thread asking([&] { asked = load.AskUntilKilled(a->address()); });
  load.WaitUntilAsking();
  const auto await_answers = [&](uint64_t more) {
    const uint64_t wanted = load.answered() + more;
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (load.answered() < wanted && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_GE(load.answered(), wanted);
  };
  for (int i = 0; i < 3; ++i) {
    await_answers(300);
    load.ForgetSlowest();
    const auto begun = std::chrono::steady_clock::now();
    b->Stop();
    const auto took = std::chrono::steady_clock::now() - begun;
    AwaitOwned({a.get()}, all);
    await_answers(300);
    std::printf("stop %d took %ld ms; the slowest answer meanwhile %ld ms\n", i,
                static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()),
                static_cast<long>(load.slowest().count() / 1000));
    b = Start("goes");
    ASSERT_NE(b, nullptr);
    AwaitOwned({a.get(), b.get()}, some);
  }
  await_answers(300);
  load.MarkKilling();
  a->Stop();
  asking.join();
  EXPECT_EQ(asked, absl::OkStatus());
  AwaitOwned({b.get()}, all);
  ASSERT_EQ(Settle({b.get()}), absl::OkStatus());
  const auto stands = fault::ReadRequests(&b->log());
  ASSERT_TRUE(stands.ok()) << stands.status();
  const fault::Findings findings = fault::Check(load.requests(), *stands);
  EXPECT_EQ(findings.lost + findings.doubled, 0u) << findings.first;
}

}  // namespace
}  // namespace afterbell
