// A partition asked: who waits for a position, how many may, and that commands have their turn between.
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

using ::testing::HasSubstr;

class PartitionQueriesTest : public ::testing::Test {
 protected:
  Town town;
};

TEST_F(PartitionQueriesTest, MoreWaitersThanAllowedAreRefusedByTheLimitsName) {
  town.limits.set_waiters_max(2);
  town.Start();
  log::v1::Position never;
  auto& at = *never.add_at();
  at.set_service("registry");
  at.set_index(1000);
  std::vector<std::promise<absl::Status>> waiting(2);
  for (auto& waiter : waiting) {
    town.runtime->Query(kAttendance, never, SteadyTime::max(),
                        [&](const absl::StatusOr<ReadView>& view) { waiter.set_value(view.status()); });
  }
  const absl::Status refused = town.Reach(*town.runtime, kAttendance, never);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("waiters_max"));
  town.runtime->Stop();
  for (auto& waiter : waiting) EXPECT_TRUE(absl::IsUnavailable(waiter.get_future().get()));
}

// Queries that are answered one by one, each when it is told to.
struct HeldQueries {
  explicit HeldQueries(int count) : begun(count), go_on(count), statuses(count) {}

  void Ask(Runtime& runtime, int n) {
    runtime.Query(kAttendance, {}, SteadyTime::max(), [this, n](const absl::StatusOr<ReadView>& view) {
      if (view.ok()) {
        begun[n].set_value();
        go_on[n].get_future().wait();
      }
      statuses[n].set_value(view.status());
    });
  }

  std::vector<std::promise<void>> begun, go_on;
  std::vector<std::promise<absl::Status>> statuses;
};

// Longer than queries may keep a turn.
constexpr std::chrono::milliseconds kLongQuery(5);

TEST_F(PartitionQueriesTest, ACommandIsDecidedBetweenTheQueriesOfOneTurn) {
  town.Start();
  HeldQueries first(1);
  first.Ask(*town.runtime, 0);
  first.begun[0].get_future().wait();
  // These wait behind it, and so does the command.
  constexpr int kQueries = 200;
  std::atomic<int> answered{0};
  std::vector<std::promise<void>> done(kQueries);
  for (int n = 0; n < kQueries; ++n) {
    town.runtime->Query(kAttendance, {}, SteadyTime::max(), [&, n](const absl::StatusOr<ReadView>& view) {
      EXPECT_EQ(view.status(), absl::OkStatus());
      const SteadyTime until = std::chrono::steady_clock::now() + kLongQuery;
      while (std::chrono::steady_clock::now() < until) continue;
      ++answered;
      done[n].set_value();
    });
  }
  auto command = town.Send(kAttendance, CheckIn("monday", "ana"));
  first.go_on[0].set_value();
  EXPECT_EQ(command.get().status, absl::OkStatus());
  EXPECT_LT(answered, kQueries);
  for (std::promise<void>& each : done) each.get_future().wait();
}

TEST_F(PartitionQueriesTest, MoreQueriesThanMayWaitForTheirTurnAreRefusedByTheLimitsName) {
  constexpr int kMost = 3, kQueries = 10;
  town.limits.set_queries_waiting_max(kMost);
  town.Start();
  HeldQueries queries(1 + kQueries);
  queries.Ask(*town.runtime, 0);
  queries.begun[0].get_future().wait();
  for (int n = 1; n <= kQueries; ++n) queries.Ask(*town.runtime, n);
  queries.go_on[0].set_value();
  // The next one is answered, so many wait, and the rest are told.
  queries.begun[1].get_future().wait();
  const SteadyTime until = std::chrono::steady_clock::now() + kLongQuery;
  while (std::chrono::steady_clock::now() < until) continue;
  queries.go_on[1].set_value();
  for (int n = 2 + kMost; n <= kQueries; ++n) {
    const absl::Status refused = queries.statuses[n].get_future().get();
    EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
    EXPECT_EQ(std::string(refused.message()), "queries_waiting_max: 3 queries wait at attendance/1");
  }
  for (int n = 2; n < 2 + kMost; ++n) {
    queries.go_on[n].set_value();
    EXPECT_EQ(queries.statuses[n].get_future().get(), absl::OkStatus());
  }
}

TEST_F(PartitionQueriesTest, APositionOfAnotherLogOrBeyondTheEndIsRefused) {
  town.Start();
  log::v1::Position other;
  other.set_log_id("another");
  EXPECT_TRUE(absl::IsFailedPrecondition(town.Reach(*town.runtime, kAttendance, other)));
  log::v1::Position beyond;
  auto& at = *beyond.add_at();
  at.set_service("attendance");
  at.set_partition(1);
  at.set_index(1000);
  EXPECT_TRUE(absl::IsFailedPrecondition(town.Reach(*town.runtime, kAttendance, beyond)));
}

TEST_F(PartitionQueriesTest, AWaiterMakesAPartitionWriteDownWhatItHasSeen) {
  town.Start();
  const Answer set = town.Ask(kRegistry, Set("group_size_max", "count: 1"));
  log::v1::Position position;
  auto& at = *position.add_at();
  at.set_service("registry");
  at.set_index(set.commit.index());
  EXPECT_EQ(town.Reach(*town.runtime, kAttendance, position), absl::OkStatus());
  const auto commits = town.Log(kAttendance).commits;
  ASSERT_EQ(commits.size(), 1);
  EXPECT_EQ(commits[0].decided_case(), log::v1::Commit::DECIDED_NOT_SET);
  EXPECT_EQ(commits[0].seen(0).index(), set.commit.index());
}

}  // namespace
}  // namespace afterbell::testing
