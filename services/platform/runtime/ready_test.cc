// Until when a start is waited for: as long as anything gets on, however long that takes.
#include "gtest/gtest.h"
#include "services/platform/runtime/testing/fetching_log.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

constexpr std::chrono::seconds kStuckAtMost(1);

class ReadyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    town.Start();
    for (const char* pupil : {"ana", "bo", "cai", "du"}) {
      ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", pupil)).status, absl::OkStatus());
    }
    town.Stop();
    town.DropStores();
    town.through = &log;
    end = town.Partition(kAttendance)->End();
    town.runtime = town.Open();
  }

  Town town;
  FetchingLog log{town.log(), kAttendance};
  uint64_t end = 0;
};

TEST_F(ReadyTest, AStartThatGetsNowhereIsGivenUp) {
  const absl::Status stuck = town.runtime->WaitReady(kStuckAtMost);
  EXPECT_TRUE(absl::IsDeadlineExceeded(stuck)) << stuck;
  EXPECT_EQ(std::string(stuck.message()), "attendance/1 is not ready");
}

TEST_F(ReadyTest, AFoldThatTakesLongerThanThatButGetsOnIsWaitedFor) {
  // A record at a time, each well within what is waited for, and all of them together well beyond.
  std::thread slow([&] {
    for (uint64_t offset = 1; offset <= end; ++offset) {
      std::this_thread::sleep_for(kStuckAtMost / 2.0);
      log.LetIn(offset);
    }
    log.LetIn();
  });
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(town.runtime->WaitReady(kStuckAtMost), absl::OkStatus());
  EXPECT_GT(std::chrono::steady_clock::now() - began, 2 * kStuckAtMost);
  slow.join();
}

}  // namespace
}  // namespace afterbell::testing
