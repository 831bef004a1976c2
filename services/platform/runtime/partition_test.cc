// A partition at work, on the real log: what is answered, what is recorded, and that nothing is lost or
// doubled by a restart, a cut or another writer.
#include "services/platform/runtime/partition.h"

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

using ::testing::HasSubstr;
using Commits = std::vector<log::v1::Commit>;

int CountIf(const Commits& commits, const std::function<bool(const log::v1::Commit&)>& matches) {
  return static_cast<int>(std::count_if(commits.begin(), commits.end(), matches));
}

int Deadlines(const Commits& commits) {
  return CountIf(commits, [](const auto& commit) { return commit.has_time_reached(); });
}

// How many valid Commits of billing assess a charge.
int Charges(const Commits& commits) {
  return CountIf(commits, [](const auto& commit) { return commit.events_size() > 0; });
}

void ExpectNoRequestTwice(const Commits& commits) {
  std::set<std::string> seen;
  for (const auto& commit : commits) {
    if (commit.request_id().empty()) continue;
    EXPECT_TRUE(seen.insert(commit.request_id()).second) << commit.request_id();
  }
}

void ExpectNoCauseTwice(const Commits& commits) {
  std::set<std::string> seen;
  for (const auto& commit : commits) {
    if (!commit.has_cause()) continue;
    EXPECT_TRUE(seen.insert(commit.cause().SerializeAsString()).second) << commit.cause().ShortDebugString();
  }
}

class PartitionTest : public ::testing::Test {
 protected:
  // All parameters but those of fees, and three pupils a day before the month ends.
  void LiveToTheEndOfSeptember() {
    town.Start();
    town.Clock("2026-09-30", "15:30");
    town.SetParameter("class_hour_minutes", "minutes: 60");
    for (const char* pupil : {"ana", "bo", "cem"}) {
      EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", pupil)).status, absl::OkStatus());
    }
  }
  void SetFees() {
    town.SetParameter("fee_model", "choice: 'per_month'");
    town.SetParameter("fee_amount_yuan", "fen: 300");
  }

  Town town;
};

TEST_F(PartitionTest, AnAnswerComesAfterItsRecordIsInTheLog) {
  town.Start();
  const auto log = town.Partition(kAttendance);
  std::promise<bool> found;
  CommandCall call;
  call.head.set_request_id("r1");
  call.head.set_command(CheckIn("monday", "ana"));
  call.done = [&](const absl::Status& status, const log::v1::Commit* commit) {
    bool there = false;
    for (const log::v1::Commit& valid : ReadPartition(*log).commits) {
      there |= status.ok() && valid.SerializeAsString() == commit->SerializeAsString();
    }
    found.set_value(there);
  };
  town.runtime->Submit(kAttendance, std::move(call));
  EXPECT_TRUE(found.get_future().get());
}

TEST_F(PartitionTest, NothingIsAnsweredWhileItsRecordIsNotDurable) {
  town.Start();
  town.disk->Hold();
  std::future<Answer> first = town.Send(kAttendance, CheckIn("monday", "ana"), "r1");
  // Decided behind it and refused without a record: so the first is in flight by now.
  EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, "not a command").status));
  EXPECT_EQ(first.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  town.disk->Release();
  EXPECT_EQ(first.get().status, absl::OkStatus());
}

TEST_F(PartitionTest, WhatWasSoAlreadyIsACommitWithoutEvents) {
  town.Start();
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "ana"));
  const Answer second = town.Ask(kAttendance, CheckIn("monday", "ana"));
  EXPECT_EQ(first.commit.events_size(), 1);
  ASSERT_EQ(second.status, absl::OkStatus());
  EXPECT_EQ(second.commit.events_size(), 0);
  EXPECT_FALSE(second.commit.has_refusal());
  EXPECT_EQ(second.commit.index(), first.commit.index() + 1);
}

TEST_F(PartitionTest, ARefusalIsRecordedAndTheSecondOfTheDayOnlyCounted) {
  town.Start();
  town.Clock("2026-09-01", "15:30");
  town.SetParameter("group_size_max", "count: 1");
  town.Ask(kAttendance, CheckIn("monday", "ana"));
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "bo"));
  ASSERT_EQ(first.status, absl::OkStatus());
  EXPECT_EQ(first.commit.refusal().rule(), "ENR-23");
  EXPECT_EQ(first.commit.refusal().limit(), "1");
  EXPECT_EQ(first.commit.refusal().met(), "2");
  EXPECT_FALSE(first.commit.refusal().repeated());
  EXPECT_EQ(first.commit.command(), CheckIn("monday", "bo"));
  const Answer second = town.Ask(kAttendance, CheckIn("monday", "cem"));
  EXPECT_TRUE(second.commit.refusal().repeated());
  EXPECT_FALSE(second.commit.has_command());
  // Another subject, and the same one on another day, are told in full.
  town.Ask(kAttendance, CheckIn("tuesday", "ana"));
  EXPECT_FALSE(town.Ask(kAttendance, CheckIn("tuesday", "bo")).commit.refusal().repeated());
  town.Clock("2026-09-02", "15:30");
  const Answer next_day = town.Ask(kAttendance, CheckIn("monday", "bo"));
  EXPECT_TRUE(next_day.commit.has_refusal());
  EXPECT_FALSE(next_day.commit.refusal().repeated());
}

TEST_F(PartitionTest, ACommandThatNeedsAnUnsetParameterIsRefusedByItsName) {
  town.Start();
  const Answer answer = town.Ask(kAttendance, Count("ana", "2026-09"));
  ASSERT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(answer.commit.refusal().reason(), "PARAMETER_UNSET");
  EXPECT_EQ(answer.commit.refusal().parameter(), "class_hour_minutes");
}

TEST_F(PartitionTest, TheSameRequestGetsTheSameAnswerInFlight) {
  town.Start();
  town.disk->Hold();
  auto first = town.Send(kAttendance, CheckIn("monday", "ana"), "r1");
  auto second = town.Send(kAttendance, CheckIn("monday", "ana"), "r1");
  const Answer other = town.Ask(kAttendance, CheckIn("monday", "bo"), "r1");
  EXPECT_TRUE(absl::IsInvalidArgument(other.status)) << other.status;
  EXPECT_EQ(FieldOf(other.status), "header.request_id");
  town.disk->Release();
  const Answer one = first.get(), two = second.get();
  EXPECT_EQ(one.status, absl::OkStatus());
  EXPECT_EQ(one.commit.events_size(), 1);
  EXPECT_EQ(one.commit.SerializeAsString(), two.commit.SerializeAsString());
  EXPECT_EQ(town.Log(kAttendance).commits.size(), 1);
}

TEST_F(PartitionTest, TheSameRequestGetsTheSameAnswerAfterARestartAndARebuild) {
  town.Start();
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
  for (const bool rebuild : {false, true}) {
    town.Stop();
    if (rebuild) town.DropStores();
    town.Start();
    const Answer again = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
    EXPECT_EQ(again.commit.SerializeAsString(), first.commit.SerializeAsString());
    EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, CheckIn("monday", "bo"), "r1").status));
  }
  EXPECT_EQ(town.Log(kAttendance).commits.size(), 1);
}

TEST_F(PartitionTest, ErrorsOfTheCallerAreRecordedNowhere) {
  town.Start();
  town.Ask(kAttendance, CheckIn("monday", "ana"));
  const uint64_t attendance = town.Partition(kAttendance)->End(), billing = town.Partition(kBilling)->End();
  EXPECT_TRUE(absl::IsNotFound(town.Ask(kBilling, Issue("nowhere")).status));
  EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, "not a command").status));
  CommandCall late;
  late.head.set_command(CheckIn("monday", "bo"));
  late.deadline = std::chrono::steady_clock::now();
  std::promise<absl::Status> answer;
  late.done = [&](const absl::Status& status, const log::v1::Commit*) { answer.set_value(status); };
  town.runtime->Submit(kAttendance, std::move(late));
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.get_future().get()));
  town.Stop();
  EXPECT_EQ(town.Partition(kAttendance)->End(), attendance);
  EXPECT_EQ(town.Log(kBilling).commits.size(), town.Log(kBilling).index - 2);
  for (const auto& commit : town.Log(kBilling).commits) EXPECT_FALSE(commit.has_command());
  EXPECT_LE(town.Partition(kBilling)->End(), billing + 1);  // What it had seen, at most.
}

TEST_F(PartitionTest, WhatWasSeenIsRecordedOnlyWhenItMovedAndNeverGoesBack) {
  LiveToTheEndOfSeptember();
  SetFees();
  town.Clock("2026-10-01", "08:00");
  town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 3; });
  town.Stop();
  town.Start();
  town.Ask(kAttendance, CheckIn("friday", "ana"));
  town.Stop();
  for (const PartitionId& id : {kRegistry, kAttendance, kBilling}) {
    std::map<std::string, uint64_t> newest;
    for (const auto& commit : town.Log(id).commits) {
      for (const log::v1::Seen& seen : commit.seen()) {
        uint64_t& before = newest[seen.service() + "/" + std::to_string(seen.partition())];
        EXPECT_GT(seen.index(), before) << ToString(id) << " " << commit.index();
        before = seen.index();
        EXPECT_LE(before, town.Log({seen.service(), seen.partition()}).index);
      }
    }
    EXPECT_EQ(newest.empty(), id == kRegistry);
  }
}

TEST_F(PartitionTest, AReactionCitesItsCauseAndHasSeenIt) {
  LiveToTheEndOfSeptember();
  SetFees();
  town.Clock("2026-10-01", "08:00");
  const Commits billed = town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 3; });
  std::set<uint64_t> counted;
  for (const auto& commit : town.Log(kAttendance).commits) {
    if (commit.has_time_reached()) counted.insert(commit.index());
  }
  EXPECT_EQ(counted.size(), 3);
  for (const auto& commit : billed) {
    if (commit.events_size() == 0) continue;
    EXPECT_EQ(commit.cause().service(), "attendance");
    EXPECT_EQ(commit.cause().partition(), 1);
    EXPECT_EQ(counted.erase(commit.cause().index()), 1);
    uint64_t seen_to = 0;
    for (const auto& seen : commit.seen()) {
      if (seen.service() == "attendance") seen_to = seen.index();
    }
    EXPECT_EQ(seen_to, commit.cause().index());
  }
}

TEST_F(PartitionTest, ACauseIsDecidedOnceWhereverTheReactionsLogWasCut) {
  LiveToTheEndOfSeptember();
  SetFees();
  town.Clock("2026-10-01", "08:00");
  town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 3; });
  town.Stop();
  for (uint64_t records = 0; records <= town.Partition(kBilling)->End(); ++records) {
    const auto cut = town.CutAt(kBilling, records);
    cut->Start();
    cut->Await(kBilling, [](const Commits& commits) { return Charges(commits) >= 3; });
    cut->Stop();
    const Commits commits = cut->Log(kBilling).commits;
    EXPECT_EQ(Charges(commits), 3) << "cut at " << records;
    ExpectNoCauseTwice(commits);
  }
}

TEST_F(PartitionTest, AServiceThatWasDownReactsToWhatHappenedMeanwhile) {
  town.Start({"registry", "attendance"});
  town.Clock("2026-09-30", "15:30");
  town.SetParameter("class_hour_minutes", "minutes: 60");
  SetFees();
  town.Ask(kAttendance, CheckIn("monday", "ana"));
  town.Clock("2026-10-01", "08:00");
  town.Await(kAttendance, [](const Commits& commits) { return Deadlines(commits) == 1; });
  town.Stop();
  town.Start({"billing"});
  ExpectNoCauseTwice(town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 1; }));
}

TEST_F(PartitionTest, RowsAreTheSameOnOwnerFollowerAndRebuild) {
  LiveToTheEndOfSeptember();
  town.Clock("2026-10-01", "08:00");
  SetFees();
  town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 3; });
  town.runtime->Stop();
  const auto owner = town.runtime->Digests();
  town.Stop();
  for (const char* stores : {"stores", "rebuilt"}) {
    const auto follower = town.Open({}, stores, /*own=*/false);
    for (const auto& digest : owner) {
      log::v1::Position position;
      auto& at = *position.add_at();
      at.set_service(digest.id.service);
      at.set_partition(digest.id.number);
      at.set_index(digest.index);
      EXPECT_EQ(town.Reach(*follower, digest.id, position), absl::OkStatus());
    }
    const auto followed = follower->Digests();
    ASSERT_EQ(followed.size(), owner.size());
    for (size_t i = 0; i < owner.size(); ++i) {
      EXPECT_EQ(followed[i].index, owner[i].index) << ToString(owner[i].id);
      EXPECT_EQ(followed[i].digest, owner[i].digest) << stores << " " << ToString(owner[i].id);
    }
  }
}

TEST_F(PartitionTest, AFoldOverSeveralClaimsGivesTheRowsOfThoseWhoLivedThem) {
  for (const char* day : {"monday", "tuesday", "wednesday"}) {
    town.Start();
    EXPECT_EQ(town.Ask(kAttendance, CheckIn(day, "ana")).status, absl::OkStatus());
    if (std::string(day) != "wednesday") town.Stop();
  }
  town.runtime->Stop();
  const auto lived = town.runtime->Digests();
  town.Stop();
  ASSERT_GE(town.Log(kAttendance).claims, 3);
  const auto folded = town.Open({}, "rebuilt", /*own=*/false);
  ASSERT_EQ(folded->WaitReady(std::chrono::seconds(30)), absl::OkStatus());
  const auto rebuilt = folded->Digests();
  ASSERT_EQ(rebuilt.size(), lived.size());
  for (size_t i = 0; i < lived.size(); ++i) {
    EXPECT_EQ(rebuilt[i].digest, lived[i].digest) << ToString(lived[i].id) << " at " << lived[i].index;
  }
}

TEST_F(PartitionTest, WhatWasBlockedByAnUnsetParameterIsTakenUpByARunWhenItIsSet) {
  LiveToTheEndOfSeptember();
  town.Clock("2026-10-01", "08:00");
  const auto blocked = [](const std::string& parameter) {
    return [parameter](const Commits& commits) {
      int count = 0;
      for (const auto& commit : commits) {
        for (const auto& each : commit.blocked()) count += each.parameter() == parameter;
      }
      return count == 3;
    };
  };
  town.Await(kBilling, blocked("fee_model"));
  town.SetParameter("fee_model", "choice: 'per_month'");
  town.Await(kBilling, blocked("fee_amount_yuan"));  // Taken up, and blocked by the next.
  town.SetParameter("fee_amount_yuan", "fen: 300");
  town.Await(kBilling, [](const Commits& commits) { return Charges(commits) == 3; });
  town.Stop();
  town.Start();
  town.SetParameter("fee_amount_yuan", "fen: 400");  // Nothing waits for it any more.
  town.Stop();
  const Commits commits = town.Log(kBilling).commits;
  EXPECT_EQ(Charges(commits), 3);
  EXPECT_EQ(CountIf(commits, [](const auto& commit) { return commit.runs_opened_size() > 0; }), 2);
  EXPECT_EQ(CountIf(commits, [](const auto& commit) { return commit.has_run_step(); }), 6);
  ExpectNoCauseTwice(commits);
}

TEST_F(PartitionTest, ADeadlineFiresOnceAndBeforeLaterCommands) {
  LiveToTheEndOfSeptember();
  town.Clock("2026-10-01", "08:00");
  const Answer later = town.Ask(kAttendance, CheckIn("thursday", "ana"));
  const Commits commits = town.Log(kAttendance).commits;
  EXPECT_EQ(Deadlines(commits), 3);
  for (const auto& commit : commits) {
    if (!commit.has_time_reached()) continue;
    EXPECT_LT(commit.index(), later.commit.index());
    EXPECT_EQ(commit.service_date(), "2026-10-01");
    EXPECT_EQ(MicrosOf(commit.time_reached().at()), InstantOf("2026-10-01", "00:00"));
    attendance::v1::AttendanceEvent event;
    ASSERT_EQ(commit.events_size(), 1);
    ASSERT_TRUE(event.ParseFromString(commit.events(0)));
    EXPECT_EQ(event.class_hours_counted().sessions(), 1);  // Without the one that came later.
  }
  town.Clock("2026-10-02", "08:00");
  town.Ask(kAttendance, CheckIn("friday", "ana"));
  EXPECT_EQ(Deadlines(town.Log(kAttendance).commits), 3);
}

TEST_F(PartitionTest, ADeadlineThatPassedWhileTheServiceWasDownFiresOnceAndFirst) {
  LiveToTheEndOfSeptember();
  for (const bool rebuild : {false, true}) {
    town.Stop();
    if (rebuild) town.DropStores();
    town.Start({"registry"});
    town.Clock(rebuild ? "2026-11-01" : "2026-10-01", "08:00");
    town.Stop();
    town.Start();
    const Answer later = town.Ask(kAttendance, CheckIn(rebuild ? "second" : "first", "ana"));
    const Commits commits = town.Log(kAttendance).commits;
    EXPECT_EQ(Deadlines(commits), rebuild ? 4 : 3);
    for (const auto& commit : commits) {
      if (!commit.has_time_reached()) continue;
      EXPECT_LT(commit.index(), later.commit.index());
    }
  }
}

TEST_F(PartitionTest, OnARealClockNoCommandPassesADeadlineThatIsDue) {
  // A clock that passes midnight at its n-th look from now, whichever look that is.
  std::mutex mutex;
  Micros time = 0;
  int looks = 0;
  town.clock = log::v1::REAL;
  town.now = [&] {
    std::lock_guard<std::mutex> lock(mutex);
    return --looks >= 0 ? time : time + kMicrosPerMinute;
  };
  const auto set = [&](Micros to, int after) {
    std::lock_guard<std::mutex> lock(mutex);
    time = to;
    looks = after;
  };
  set(InstantOf("2026-01-01", "12:00"), 0);
  town.Start();
  town.SetParameter("class_hour_minutes", "minutes: 60");
  for (int month = 1; month <= 9; ++month) {
    const std::string name = "2026-0" + std::to_string(month);
    const Micros midnight = InstantOf(LastOfMonth(name), "24:00");
    set(midnight - kMicrosPerHour, 0);
    town.Ask(kAttendance, CheckIn(name + "a", "ana"));
    set(midnight - kMicrosPerSecond, month);
    town.Ask(kAttendance, CheckIn(name + "b", "ana"));
    set(midnight + kMicrosPerMinute, 0);
    town.Ask(kAttendance, CheckIn(name + "c", "bo"));
  }
  town.Stop();
  const Commits commits = town.Log(kAttendance).commits;
  EXPECT_GE(Deadlines(commits), 9);
  for (const auto& fired : commits) {
    if (!fired.has_time_reached()) continue;
    for (const auto& commit : commits) {
      if (!commit.has_command() || commit.index() > fired.index()) continue;
      EXPECT_LT(MicrosOf(commit.recorded_at()), MicrosOf(fired.time_reached().at()))
          << commit.index() << " was decided after " << fired.time_reached().ShortDebugString()
          << ", which fired at " << fired.index();
    }
  }
}

TEST_F(PartitionTest, OfTwoHundredAtOnceExactlyAsManyEnterAsThereIsRoomFor) {
  town.Start();
  town.SetParameter("group_size_max", "count: 40");
  std::vector<std::future<Answer>> answers(200);
  std::vector<std::thread> crowd;
  for (int gate = 0; gate < 8; ++gate) {
    crowd.emplace_back([&, gate] {
      for (int i = gate; i < 200; i += 8) {
        answers[i] = town.Send(kAttendance, CheckIn("monday", "pupil" + std::to_string(i)));
      }
    });
  }
  for (std::thread& gate : crowd) gate.join();
  int in = 0, refused = 0;
  for (auto& answer : answers) {
    const Answer got = answer.get();
    ASSERT_EQ(got.status, absl::OkStatus());
    in += got.commit.events_size();
    refused += got.commit.has_refusal();
  }
  EXPECT_EQ(in, 40);
  EXPECT_EQ(refused, 160);
  EXPECT_EQ(Charges(town.Log(kAttendance).commits), 40);  // Commits with an event.
}

TEST_F(PartitionTest, AFullLogRefusesCommandsAndWorkResumesWhenThereIsRoom) {
  town.Start();
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  town.disk->Fill(true);
  const Answer refused = town.Ask(kAttendance, CheckIn("monday", "bo"), "r1");
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status)) << refused.status;
  EXPECT_EQ(town.Log(kAttendance).commits.size(), 1);
  town.disk->Fill(false);
  const Answer again = town.Ask(kAttendance, CheckIn("monday", "bo"), "r1");
  EXPECT_EQ(again.status, absl::OkStatus());
  EXPECT_EQ(again.commit.events_size(), 1);
  EXPECT_EQ(town.Log(kAttendance).commits.size(), 2);
}

TEST_F(PartitionTest, AReactionThatFoundTheLogFullIsDecidedOnceWhenThereIsRoom) {
  town.Start();
  town.Clock("2026-09-30", "15:30");
  town.SetParameter("class_hour_minutes", "minutes: 60");
  SetFees();
  town.Ask(kAttendance, CheckIn("monday", "ana"));
  town.disk->Hold();
  auto moved = town.Send(kRegistry, MoveClock("2026-10-01", "08:00"));
  EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, "not a command").status));
  town.disk->Fill(true);
  town.disk->Release();
  moved.get();  // Written before the disk filled, or refused: then asked again.
  town.disk->Fill(false);
  town.Clock("2026-10-01", "08:00");
  town.Await(kBilling, [](const Commits& commits) { return Charges(commits) >= 1; });
  town.Stop();
  EXPECT_EQ(Charges(town.Log(kBilling).commits), 1);
  EXPECT_EQ(Deadlines(town.Log(kAttendance).commits), 1);
}

// A log may be gone for good, with facts not yet recorded as seen.
TEST_F(PartitionTest, AStopEndsThoughNothingCanBeAppendedAnyMore) {
  town.limits.set_unseen_ms_max(60000);
  town.Start();
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  ASSERT_EQ(town.runtime->WaitQuiet(std::chrono::seconds(30)), absl::OkStatus());
  const uint64_t recorded = town.Log(kBilling).index;
  town.disk->Fill(true);
  town.Stop();
  EXPECT_EQ(town.Log(kBilling).index, recorded);
}

TEST_F(PartitionTest, NoPartitionWaitsForAnotherOneToStop) {
  town.Start();
  ASSERT_EQ(town.runtime->WaitQuiet(std::chrono::seconds(30)), absl::OkStatus());
  town.disk->Hold();
  // One in flight in each, which is answered when the disk goes on, and not before.
  std::map<PartitionId, std::future<Answer>> in_flight;
  in_flight[kAttendance] = town.Send(kAttendance, CheckIn("monday", "ana"));
  in_flight[kRegistry] = town.Send(kRegistry, Set("fee_model", "choice: 'per_month'"));
  std::thread stop([&] { town.runtime->Stop(); });
  // What a partition is asked that has not been told yet is not answered either.
  for (const PartitionId& id : {kAttendance, kRegistry}) {
    const std::string command =
        id == kAttendance ? CheckIn("monday", "cem") : MoveClock("2026-09-30", "15:30");
    absl::Status refused;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!absl::IsUnavailable(refused) && std::chrono::steady_clock::now() < until) {
      auto asked = town.Send(id, command);
      if (asked.wait_for(std::chrono::milliseconds(10)) == std::future_status::ready)
        refused = asked.get().status;
    }
    EXPECT_THAT(std::string(refused.message()), HasSubstr("is stopping")) << ToString(id);
    EXPECT_EQ(in_flight[id].wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  }
  town.disk->Release();
  stop.join();
  for (auto& [id, answer] : in_flight) EXPECT_EQ(answer.get().status, absl::OkStatus()) << ToString(id);
}

TEST_F(PartitionTest, MoreCommandsThanMayWaitAreRefusedByTheLimitsName) {
  town.limits.set_commands_in_flight_max(2);
  town.limits.set_commands_waiting_max(3);
  town.Start();
  town.disk->Hold();
  std::vector<std::future<Answer>> answers;
  absl::Status refused;
  // The partition takes what waits into its hands for a moment, so a few more than five may pass.
  while (refused.ok() && answers.size() < 10000) {
    auto answer = town.Send(kAttendance, CheckIn("monday", "pupil" + std::to_string(answers.size())));
    if (answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      refused = answer.get().status;
    } else {
      answers.push_back(std::move(answer));
    }
  }
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("commands_waiting_max"));
  town.disk->Release();
  for (auto& answer : answers) EXPECT_EQ(answer.get().commit.events_size(), 1);
}

TEST_F(PartitionTest, AnotherWritersClaimVoidsWhatIsInFlightAndItIsDecidedAgain) {
  town.Start();
  town.disk->Hold();
  auto first = town.Send(kAttendance, CheckIn("monday", "ana"), "r1");
  EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, "not a command").status));
  // A claim of somebody else, behind what is in flight; what is decided next lies behind the claim.
  const Read before = town.Log(kAttendance);
  log::v1::Record record;
  ASSERT_EQ(before.claims, 1);
  record.mutable_claim()->set_previous_claim_index(before.index);  // Nothing stands behind it yet.
  record.mutable_claim()->set_instance_id("somebody");
  std::promise<absl::Status> claimed;
  town.Partition(kAttendance)
      ->Append({record.SerializeAsString()},
               [&](const absl::Status& status, uint64_t) { claimed.set_value(status); });
  auto second = town.Send(kAttendance, CheckIn("monday", "bo"), "r2");
  EXPECT_TRUE(absl::IsInvalidArgument(town.Ask(kAttendance, "not a command").status));
  town.disk->Release();
  EXPECT_EQ(claimed.get_future().get(), absl::OkStatus());
  EXPECT_EQ(first.get().commit.events_size(), 1);
  const Answer decided_again = second.get();
  EXPECT_EQ(decided_again.commit.events_size(), 1);
  const Read after = town.Log(kAttendance);
  EXPECT_EQ(after.claims, 3);
  // The claim may have come in front of the first one too.
  EXPECT_GE(after.voids, 1);
  EXPECT_LE(after.voids, 2);
  EXPECT_EQ(after.commits.size(), 2);
  EXPECT_EQ(after.commits.back().SerializeAsString(), decided_again.commit.SerializeAsString());
  ExpectNoRequestTwice(after.commits);
}

TEST_F(PartitionTest, TwoWritersOfOnePartitionLoseAndDoubleNothing) {
  town.Start({"registry"});
  town.SetParameter("group_size_max", "count: 20");
  town.Stop();
  const auto one = town.Open({"attendance"}, "one");
  const auto two = town.Open({"attendance"}, "two");
  // Forty pupils ask for each of three sessions a round, each at both writers with one request id. Whose
  // turn it is when is chance: so until each has written and each has lost something.
  const auto committed = [](Runtime& runtime) { return runtime.stats()[kAttendance].commits; };
  const auto voids = [](Runtime& runtime) { return runtime.stats()[kAttendance].void_records; };
  int rounds = 0;
  for (; rounds < 200 && (committed(*one) == 0 || committed(*two) == 0 || voids(*one) == 0); ++rounds) {
    std::map<std::string, std::vector<std::future<Answer>>> asked;
    for (int i = 0; i < 120; ++i) {
      const std::string name = std::to_string(rounds) + "-" + std::to_string(i);
      const std::string session = std::to_string(rounds) + "-" + std::to_string(i % 3);
      for (Runtime* writer : {one.get(), two.get()}) {
        asked[name].push_back(town.Send(kAttendance, CheckIn(session, "p" + name), name, writer));
      }
    }
    for (auto& [request, answers] : asked) {
      const Answer first = answers[0].get(), second = answers[1].get();
      EXPECT_EQ(first.status, absl::OkStatus()) << request;
      EXPECT_EQ(second.status, absl::OkStatus()) << request;
      EXPECT_EQ(first.commit.SerializeAsString(), second.commit.SerializeAsString()) << request;
    }
  }
  const auto stats_one = one->stats()[kAttendance], stats_two = two->stats()[kAttendance];
  one->Stop();
  two->Stop();
  const Read read = town.Log(kAttendance);
  RecordProperty("claims", read.claims);
  RecordProperty("voids", read.voids);
  std::printf("%d rounds, take-overs %d, void records %d, commits %llu and %llu\n", rounds, read.claims,
              read.voids, static_cast<unsigned long long>(stats_one.commits),
              static_cast<unsigned long long>(stats_two.commits));
  EXPECT_GE(read.claims, 2);
  EXPECT_GT(read.voids, 0);
  EXPECT_GT(stats_one.commits, 0);
  EXPECT_GT(stats_two.commits, 0);
  ExpectNoRequestTwice(read.commits);
  std::map<std::string, int> in;
  for (const auto& commit : read.commits) {
    for (const std::string& bytes : commit.events()) {
      attendance::v1::AttendanceEvent event;
      ASSERT_TRUE(event.ParseFromString(bytes));
      ++in[event.pupil_checked_in().session_id()];
    }
  }
  for (const auto& [session, pupils] : in) EXPECT_EQ(pupils, 20) << session;
  EXPECT_EQ(in.size(), 3 * rounds);
}

}  // namespace
}  // namespace afterbell::testing
