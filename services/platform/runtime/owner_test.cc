// Two instances of one town: who owns is who claimed last, and commands find their way there.
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/runtime/testing/fetching_log.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience(30);

class OwnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    town.Start();
    ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
    other = town.Open({}, "other", /*own=*/false);
    other->SetAddress("there:2");
    ASSERT_EQ(other->WaitReady(kPatience), absl::OkStatus());
  }

  // A command whose sender is told where it has moved.
  struct Sent {
    std::future<Owner> moved;
    std::future<absl::Status> answered;
  };
  Sent SendKnowing(Runtime& runtime, uint64_t claim_index, const std::string& pupil) {
    auto moved = std::make_shared<std::promise<Owner>>();
    auto answered = std::make_shared<std::promise<absl::Status>>();
    CommandCall call;
    call.head.set_school_id("s1");
    call.head.set_district_id("d1");
    call.head.set_request_id(pupil);
    call.head.set_request_digest("digest");
    call.head.mutable_actor()->set_role("principal");
    call.head.set_command(CheckIn("monday", pupil));
    call.claim_index = claim_index;
    call.done = [answered](const absl::Status& status, const log::v1::Commit*) {
      answered->set_value(absl::Status(status.code(), status.message()));
    };
    call.moved = [moved](CommandCall, const Owner& owner) { moved->set_value(owner); };
    Sent sent{moved->get_future(), answered->get_future()};
    runtime.Submit(kAttendance, std::move(call));
    return sent;
  }

  Owner NewestAt(Runtime& runtime) { return runtime.stats()[kAttendance].newest; }

  void Become(Runtime& runtime) {
    runtime.OwnAll();
    ASSERT_EQ(runtime.WaitReady(kPatience), absl::OkStatus());
  }

  Town town;
  std::unique_ptr<Runtime> other;
};

TEST_F(OwnerTest, WhoDoesNotOwnSaysWhoDoes) {
  const Owner owner = SendKnowing(*other, 0, "bo").moved.get();
  EXPECT_EQ(owner.instance_id, NewestAt(*town.runtime).instance_id);
  EXPECT_EQ(owner.claim_index, NewestAt(*town.runtime).claim_index);
  EXPECT_GT(owner.claim_index, 0u);
  // Who cannot be sent on is told.
  const Answer told = town.Send(kAttendance, CheckIn("monday", "bo"), "", other.get()).get();
  EXPECT_TRUE(absl::IsUnavailable(told.status)) << told.status;
  EXPECT_THAT(std::string(told.status.message()), HasSubstr(owner.instance_id));
}

TEST_F(OwnerTest, WhoStartsAgainStillKnowsTheOwner) {
  const Owner before = NewestAt(*other);
  other.reset();
  other = town.Open({}, "other", /*own=*/false);
  EXPECT_EQ(SendKnowing(*other, 0, "bo").moved.get().instance_id, before.instance_id);
}

TEST_F(OwnerTest, WhatTheOwnerSentWaitsForANewerClaim) {
  // The owner has let go and sends on what it was asked, or its caller could not reach it.
  Sent sent = SendKnowing(*other, NewestAt(*other).claim_index, "bo");
  // A command behind it was taken in the same queue, and has been turned away: so this one was kept.
  EXPECT_EQ(SendKnowing(*other, 0, "cai").moved.get().instance_id, NewestAt(*other).instance_id);
  EXPECT_EQ(sent.answered.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(sent.moved.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  town.runtime->ReleaseAll();
  Become(*other);
  EXPECT_EQ(sent.answered.get(), absl::OkStatus());
}

TEST_F(OwnerTest, WhoLetsGoDecidesUntilSomebodyElseHasClaimed) {
  town.runtime->ReleaseAll();
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "bo")).status, absl::OkStatus());
  EXPECT_FALSE(town.runtime->WaitReleased(std::chrono::milliseconds(1)));
  Become(*other);
  EXPECT_TRUE(town.runtime->WaitReleased(kPatience));
  EXPECT_EQ(SendKnowing(*town.runtime, 0, "cai").moved.get().address, "there:2");
  EXPECT_EQ(town.Send(kAttendance, CheckIn("monday", "cai"), "", other.get()).get().status, absl::OkStatus());
}

TEST_F(OwnerTest, AFolderThatIsInUseIsNotTakenForADamagedOne) {
  const auto second = town.TryOpen({}, "other", /*own=*/false);
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_EQ(other->View(kAttendance)->position.at(0).index(), NewestAt(*other).claim_index + 1);
}

TEST_F(OwnerTest, OnALogThatNobodyHasBegunNothingIsBegunInAGroup) {
  Town empty;
  RuntimeOptions options;
  options.projections_directory = ::testing::TempDir() + "/owner_test";
  options.log = empty.log();
  options.begin = false;
  options.own = false;
  EXPECT_TRUE(absl::IsNotFound(Runtime::Open(options).status()));
}

// Across a network an owner may have been replaced without knowing it, and what it holds be old: an error,
// which is not recorded, is not to be answered on that alone.
class StaleOwnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    log.LetIn();
    town.through = &log;
    town.Start();
    town.through = nullptr;
    ASSERT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
    ASSERT_EQ(town.runtime->WaitQuiet(kPatience), absl::OkStatus());
  }

  Town town;
  FetchingLog log{town.log(), kBilling};
};

TEST_F(StaleOwnerTest, AnErrorOfAnOwnerWaitsForARecordOfItsOwn) {
  const uint64_t before = town.Log(kBilling).index;
  EXPECT_EQ(town.Ask(kBilling, Issue("nobody's")).status.code(), absl::StatusCode::kNotFound);
  EXPECT_GT(town.Log(kBilling).index, before);
}

TEST_F(StaleOwnerTest, OneThatWasReplacedMeanwhileAnswersNoErrorOfItsOwn) {
  town.runtime->Release(kBilling);  // It decides until another one has claimed, and does not claim again.
  log.LetIn(town.Partition(kBilling)->End());
  const auto other = town.Open({"billing"}, "other");
  ASSERT_EQ(other->WaitReady(kPatience), absl::OkStatus());  // It has claimed.
  const int voids = town.Log(kBilling).voids;
  auto answer = town.Send(kBilling, Issue("nobody's"));
  // What it appended is void, which it cannot read yet.
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (town.Log(kBilling).voids == voids && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  log.LetIn();
  const absl::Status moved = answer.get().status;
  EXPECT_TRUE(absl::IsUnavailable(moved)) << moved;
  EXPECT_THAT(std::string(moved.message()), HasSubstr("is decided by"));
}

TEST(StaleOwner, ARequestIdOfAnotherRequestInFlightIsTurnedAwayWhenThatIsReadBack) {
  Town town;
  FetchingLog log(town.log(), kAttendance);
  log.LetIn();
  town.through = &log;
  town.Start();
  ASSERT_EQ(town.runtime->WaitQuiet(kPatience), absl::OkStatus());
  const uint64_t end = town.Partition(kAttendance)->End();
  log.LetIn(end);
  const auto grown_to = [&](uint64_t records) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (town.Partition(kAttendance)->End() < records && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    return town.Partition(kAttendance)->End() >= records;
  };
  auto first = town.Send(kAttendance, CheckIn("monday", "ana"), "one-id");
  ASSERT_TRUE(grown_to(end + 1));
  auto other = town.Send(kAttendance, CheckIn("monday", "bo"), "one-id");
  ASSERT_TRUE(grown_to(end + 2));  // The record that its error waits for.
  EXPECT_EQ(other.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  log.LetIn();
  EXPECT_EQ(first.get().status, absl::OkStatus());
  EXPECT_TRUE(absl::IsInvalidArgument(other.get().status));
}

}  // namespace
}  // namespace afterbell::testing
