// A build whose rows have another shape: its projection is folded beside the one that serves, it starts from
// there, and whoever goes back finds the old one as it was left.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/runtime/testing/fetching_log.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

constexpr std::chrono::seconds kPatience(30);

class PrepareTest : public ::testing::Test {
 protected:
  void SetUp() override {
    town.Start();
    for (const char* pupil : {"ana", "bo"}) CheckInAs(pupil);
  }

  void CheckInAs(const std::string& pupil) {
    ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", pupil)).status, absl::OkStatus());
  }

  // What `afterbell-attendance --prepare` does with the next build, on the folder that is served from.
  absl::Status Prepare(EventLog* through = nullptr) {
    town.next_build = town.prepare = true;
    town.through = through;
    auto prepares = town.TryOpen({"attendance"}, "stores", /*own=*/false);
    town.next_build = town.prepare = false;
    town.through = nullptr;
    return prepares.ok() ? (*prepares)->WaitReady(kPatience) : prepares.status();
  }

  // The index of the rows that a build starts with, before it has read anything of the log.
  uint64_t StartsWith(bool next_build) {
    FetchingLog nothing(town.log(), kAttendance);
    town.through = &nothing;
    town.next_build = next_build;
    const auto runtime = town.Open({}, "stores", /*own=*/false);
    town.through = nullptr;
    town.next_build = false;
    return runtime->View(kAttendance)->position.at(0).index();
  }

  std::string LastOf(const std::string& pupil) {
    const auto view = town.runtime->View(kAttendance);
    if (!view.ok()) return std::string(view.status().message());
    const auto session = QueryRows(*view->rows).Get(kInView, {pupil});
    return session ? session->value() : "none";
  }

  uint64_t Index() { return town.runtime->stats().at(kAttendance).index; }

  Town town;
};

TEST_F(PrepareTest, TheOldViewAnswersWhileTheNextIsFolded) {
  ASSERT_EQ(Prepare(), absl::OkStatus());
  EXPECT_TRUE(town.runtime->View(kAttendance)->rows->Find(kIn, "monday/ana"));
  EXPECT_EQ(LastOf("ana"), "none") << "served from the rows of its own schema";
  CheckInAs("cai");
  EXPECT_EQ(town.runtime->rebuilt().size(), 0u);
}

TEST_F(PrepareTest, TheNextBuildGoesOnFromWhatWasPrepared) {
  ASSERT_EQ(Prepare(), absl::OkStatus());
  const uint64_t prepared = Index();
  CheckInAs("cai");
  town.Stop();
  EXPECT_EQ(StartsWith(/*next_build=*/true), prepared);
  town.next_build = true;
  town.Start();
  EXPECT_EQ(LastOf("ana"), "monday");
  EXPECT_EQ(LastOf("cai"), "monday");
  EXPECT_EQ(town.runtime->rebuilt().size(), 0u);
  ASSERT_EQ(town.runtime->OtherSchemas().size(), 1u);
  EXPECT_THAT(town.runtime->OtherSchemas()[0], ::testing::ContainsRegex("/attendance-[0-9a-f]{16}$"));
}

TEST_F(PrepareTest, WhoeverGoesBackFindsTheRowsAsTheyWereLeft) {
  ASSERT_EQ(Prepare(), absl::OkStatus());
  ASSERT_EQ(town.runtime->WaitSettled(kPatience), absl::OkStatus());
  const uint64_t left = Index();
  town.Stop();
  town.next_build = true;
  town.Start();
  CheckInAs("cai");
  town.Stop();
  EXPECT_EQ(StartsWith(/*next_build=*/false), left);
  town.next_build = false;
  town.Start();
  EXPECT_TRUE(town.runtime->View(kAttendance)->rows->Find(kIn, "monday/cai"));
  EXPECT_EQ(LastOf("cai"), "none");
  CheckInAs("du");
}

TEST_F(PrepareTest, RequestsOfTheOldBuildAreRepeatsToTheNext) {
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "cai"), "request1");
  ASSERT_EQ(first.status, absl::OkStatus());
  ASSERT_EQ(Prepare(), absl::OkStatus());
  town.Stop();
  town.next_build = true;
  town.Start();
  const Answer again = town.Ask(kAttendance, CheckIn("monday", "cai"), "request1");
  ASSERT_EQ(again.status, absl::OkStatus());
  EXPECT_EQ(again.commit.index(), first.commit.index());
}

TEST_F(PrepareTest, WhatWasBrokenOffGoesOn) {
  FetchingLog halfway(town.log(), kAttendance);
  halfway.LetIn(2);
  town.next_build = town.prepare = true;
  town.through = &halfway;
  {
    const auto prepares = town.Open({"attendance"}, "stores", /*own=*/false);
    log::v1::Position second;
    second.set_log_id(prepares->incarnation());
    log::v1::Seen& at = *second.add_at();
    at.set_service(kAttendance.service);
    at.set_partition(kAttendance.number);
    at.set_index(2);
    ASSERT_EQ(town.Reach(*prepares, kAttendance, second), absl::OkStatus());
  }
  town.next_build = town.prepare = false;
  town.through = nullptr;
  ASSERT_EQ(Prepare(), absl::OkStatus());
  const uint64_t prepared = Index();
  town.Stop();
  EXPECT_EQ(StartsWith(/*next_build=*/true), prepared);
}

TEST_F(PrepareTest, ThatOfTheBuildWhichServesIsRefused) {
  town.prepare = true;
  const auto prepares = town.TryOpen({"attendance"}, "stores", /*own=*/false);
  EXPECT_TRUE(absl::IsUnavailable(prepares.status())) << prepares.status();
  EXPECT_NE(prepares.status().message().find("attendance-"), std::string::npos) << prepares.status();
}

}  // namespace
}  // namespace afterbell::testing
