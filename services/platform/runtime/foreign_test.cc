// Records of several partitions come in no order when a log has to fetch them, and never when it has lost
// them: what a partition makes of records that others have seen and it has not.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/runtime/testing/fetching_log.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

using ::testing::HasSubstr;
using Commits = std::vector<log::v1::Commit>;

bool IsBilled(const Commits& commits) {
  return std::any_of(commits.begin(), commits.end(),
                     [](const log::v1::Commit& commit) { return commit.events_size() > 0; });
}

class ForeignTest : public ::testing::Test {
 protected:
  void CheckInOnTheLastOfSeptember() {
    town.Clock("2026-09-30", "15:30");
    town.SetParameter("class_hour_minutes", "minutes: 60");
    ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  }
  void SetFees() {
    town.SetParameter("fee_model", "choice: 'per_month'");
    town.SetParameter("fee_amount_yuan", "fen: 300");
  }
  // Class hours are counted at the end of the month, by somebody who knows the fees.
  void EndTheMonth() {
    town.Clock("2026-10-01", "08:00");
    town.Await(kAttendance, [](const Commits& commits) {
      return std::any_of(commits.begin(), commits.end(),
                         [](const log::v1::Commit& commit) { return commit.has_time_reached(); });
    });
  }

  Town town;
};

TEST_F(ForeignTest, NobodyJudgesOnOlderFactsThanTheJudgedHad) {
  town.Start({"registry", "attendance"});
  CheckInOnTheLastOfSeptember();
  FetchingLog log(town.log(), kRegistry);
  log.LetIn(town.Partition(kRegistry)->End());
  town.through = &log;
  const auto billing = town.Open({"billing"}, "billing");
  ASSERT_EQ(billing->WaitReady(std::chrono::seconds(30)), absl::OkStatus());
  SetFees();
  EndTheMonth();
  // Billing has looked at what there is, and the fees are not there yet.
  const Answer looked = town.Send(kBilling, Issue("nothing"), "", billing.get()).get();
  EXPECT_TRUE(absl::IsNotFound(looked.status)) << looked.status;
  EXPECT_FALSE(IsBilled(town.Log(kBilling).commits));
  log.LetIn();
  for (const log::v1::Commit& commit : town.Await(kBilling, IsBilled)) {
    EXPECT_EQ(commit.blocked_size(), 0) << "judged without the fees: " << commit.ShortDebugString();
  }
}

TEST_F(ForeignTest, NobodyDecidesBeforeTheCommonsThatItsStoresRestOnAreHere) {
  town.Start();
  town.SetParameter("group_size_max", "count: 1");
  ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  town.Stop();
  FetchingLog log(town.log(), kRegistry);
  town.through = &log;
  std::future<std::unique_ptr<Runtime>> opening =
      std::async(std::launch::async, [&] { return town.Open({"attendance"}); });
  EXPECT_EQ(opening.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  log.LetIn();
  town.runtime = opening.get();
  ASSERT_NE(town.runtime, nullptr);
  EXPECT_TRUE(town.Ask(kAttendance, CheckIn("monday", "bo")).commit.has_refusal())
      << "the limit was not known";
  town.Stop();
}

TEST_F(ForeignTest, WhoHasSeenRecordsThatAreLostHalts) {
  town.Start();
  CheckInOnTheLastOfSeptember();
  SetFees();
  EndTheMonth();
  town.Await(kBilling, IsBilled);
  town.Stop();
  const auto cut = town.CutAt(kAttendance, 2);
  cut->limits.set_foreign_wait_ms_max(1);
  const absl::Status halted = cut->TryStart();
  EXPECT_TRUE(absl::IsUnavailable(halted)) << halted;
  EXPECT_THAT(std::string(halted.message()), HasSubstr("has seen attendance/1 to"));
}

}  // namespace
}  // namespace afterbell::testing
