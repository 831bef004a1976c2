// What a partition keeps beside its state, and what it will not go on from: request ids, the history of
// entities, levels and events that a build does not know.
#include "services/platform/runtime/beside.h"

#include <filesystem>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/log/valid_records.h"
#include "services/platform/runtime/testing/fetching_log.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BesideTest : public ::testing::Test {
 protected:
  std::vector<uint64_t> History(std::string_view entity, uint64_t after = 0, int most = 100) {
    std::vector<uint64_t> indexes;
    std::promise<void> answered;
    town.runtime->Query(kAttendance, {}, std::chrono::steady_clock::now() + std::chrono::seconds(30),
                        [&](absl::StatusOr<ReadView> view) {
                          EXPECT_TRUE(view.ok()) << view.status();
                          const auto records =
                              town.runtime->RecordsOf(kAttendance, *view, entity, after, most);
                          EXPECT_TRUE(records.ok()) << records.status();
                          if (records.ok()) {
                            for (const auto& commit : *records) indexes.push_back(commit->index());
                          }
                          answered.set_value();
                        });
    answered.get_future().wait();
    return indexes;
  }

  Answer Raise(uint32_t level) {
    CommandCall call;
    call.head.set_request_id("level");
    call.head.set_request_digest("digest");
    call.head.mutable_level_raised()->set_level(level);
    std::promise<Answer> answered;
    call.done = [&](const absl::Status& status, const log::v1::Commit* commit) {
      answered.set_value({status, status.ok() ? *commit : log::v1::Commit()});
    };
    town.runtime->Submit(kRegistry, std::move(call));
    return answered.get_future().get();
  }

  // Appends a Commit that a newer build might have written.
  void AppendEvent(const PartitionId& id, const std::string& event) {
    const auto log = town.Partition(id);
    Chain chain(id);
    for (uint64_t offset = 0; offset < log->End();) {
      const LogBatch batch = *log->Read(offset, 100, 1 << 20);
      for (const LogBatch::Entry& entry : batch.records) {
        log::v1::Record record;
        ASSERT_TRUE(record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())));
        chain.Offer(record, entry.value);
      }
      offset = batch.next_offset;
    }
    log::v1::Record record;
    record.mutable_commit()->set_index(chain.at().index + 1);
    record.mutable_commit()->set_tag(Chain::TagOf(chain.at().hash));
    record.mutable_commit()->set_claim_index(chain.at().claim_index);
    record.mutable_commit()->add_events(event);
    std::promise<absl::Status> done;
    log->Append({record.SerializeAsString()},
                [&](const absl::Status& status, uint64_t) { done.set_value(status); });
    ASSERT_EQ(done.get_future().get(), absl::OkStatus());
  }

  Town town;
};

TEST_F(BesideTest, TheHistoryOfAnEntityIsTheRecordsThatNameIt) {
  town.Start();
  const uint64_t ana = town.Ask(kAttendance, CheckIn("monday", "ana")).commit.index();
  const uint64_t bo = town.Ask(kAttendance, CheckIn("monday", "bo")).commit.index();
  const uint64_t again = town.Ask(kAttendance, CheckIn("tuesday", "ana")).commit.index();
  EXPECT_THAT(History("pupils/ana"), ElementsAre(ana, again));
  EXPECT_THAT(History("sessions/monday"), ElementsAre(ana, bo));
  EXPECT_THAT(History("pupils/an"), IsEmpty()) << "an id is not a prefix";
}

TEST_F(BesideTest, AHistoryIsReadOnFromAnIndex) {
  town.Start();
  const uint64_t ana = town.Ask(kAttendance, CheckIn("monday", "ana")).commit.index();
  const uint64_t bo = town.Ask(kAttendance, CheckIn("monday", "bo")).commit.index();
  EXPECT_THAT(History("sessions/monday", 0, 1), ElementsAre(ana));
  EXPECT_THAT(History("sessions/monday", ana), ElementsAre(bo));
}

TEST_F(BesideTest, ALostFolderIsCaughtUpFromTheLog) {
  town.Start();
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
  for (const std::string lost :
       {"stores/attendance.requests", "stores/attendance.history", "state", "stores"}) {
    town.Stop();
    lost == "state" ? town.DropState("attendance") : town.DropStores(lost);
    town.Start();
    SCOPED_TRACE(lost);
    const Answer again = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
    EXPECT_EQ(again.commit.SerializeAsString(), first.commit.SerializeAsString());
    EXPECT_THAT(History("pupils/ana"), ElementsAre(first.commit.index()));
  }
}

// A new schema folds its rows anew, and finds request ids and histories there: nothing of them is made again.
TEST_F(BesideTest, AStateThatIsFoldedAgainLeavesWhatIsBesideItAlone) {
  town.Start();
  for (int i = 0; i < 100; ++i)
    town.Ask(kAttendance, CheckIn("monday", "p" + std::to_string(i)), "r" + std::to_string(i));
  const uint64_t index = town.Log(kAttendance).index;
  town.Stop();
  const auto files = [&](const std::string& store) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(town.directory() + "/stores/" + store)) {
      if (entry.path().extension() == ".sst") names.insert(entry.path().filename());
    }
    return names;
  };
  const auto requests = files("attendance.requests"), history = files("attendance.history");
  town.DropState("attendance");
  town.runtime = *town.TryOpen({}, "stores", /*own=*/false);
  ASSERT_EQ(town.runtime->WaitReady(std::chrono::seconds(30)), absl::OkStatus());
  EXPECT_EQ(town.runtime->stats()[kAttendance].index, index);
  town.Stop();
  EXPECT_EQ(files("attendance.requests"), requests);
  EXPECT_EQ(files("attendance.history"), history);
  town.Start();
  const Answer again = town.Ask(kAttendance, CheckIn("monday", "p7"), "r7");
  EXPECT_LE(again.commit.index(), index);
  EXPECT_THAT(History("pupils/p7"), ElementsAre(again.commit.index()));
}

TEST_F(BesideTest, WhatIsCaughtUpMayHaveToBeFetchedAndAStopDoesNotWaitForIt) {
  town.Start();
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
  for (const bool fetched : {false, true}) {
    town.Stop();
    town.DropStores("stores/attendance.requests");
    FetchingLog log(town.log(), kAttendance);
    town.through = &log;
    town.runtime = *town.TryOpen({}, "stores", true);
    auto again = town.Send(kAttendance, CheckIn("monday", "ana"), "r1");
    if (fetched) {
      log.LetIn();
      EXPECT_EQ(again.get().commit.SerializeAsString(), first.commit.SerializeAsString());
    }
    town.Stop();
    if (!fetched) {
      EXPECT_TRUE(absl::IsUnavailable(again.get().status));
    }
    town.through = nullptr;
  }
}

TEST_F(BesideTest, BeyondTheWindowOfRequestIdsOnlyQuietnessPreventsASecondEffect) {
  town.limits.set_request_days_max(2);
  town.Start();
  town.Clock("2026-09-07", "15:30");
  const Answer first = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
  town.Clock("2026-09-08", "15:30");
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana"), "r1").commit.index(), first.commit.index());
  town.Clock("2026-09-12", "15:30");
  town.Ask(kAttendance, CheckIn("saturday", "bo"));  // By whose record it is known how late it is.
  const Answer late = town.Ask(kAttendance, CheckIn("monday", "ana"), "r1");
  EXPECT_EQ(late.status, absl::OkStatus());
  EXPECT_GT(late.commit.index(), first.commit.index());
  EXPECT_EQ(late.commit.events_size(), 0) << "asked twice, decided once";
}

TEST_F(BesideTest, ARecordLargerThanAllowedIsRefusedByTheLimitsName) {
  town.limits.set_record_bytes_max(4096);
  town.Start();
  const Answer answer = town.Ask(kAttendance, CheckIn("monday", std::string(5000, 'a')));
  EXPECT_TRUE(absl::IsResourceExhausted(answer.status)) << answer.status;
  EXPECT_THAT(std::string(answer.status.message()), HasSubstr("record_bytes_max"));
  EXPECT_THAT(town.Log(kAttendance).commits, IsEmpty());
}

TEST_F(BesideTest, ALevelIsRecordedAndABuildThatDoesNotKnowItStops) {
  town.level_max = 2;
  town.Start();
  EXPECT_EQ(Raise(2).status, absl::OkStatus());
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  town.Stop();
  town.Start();  // The same build goes on.
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "bo")).status, absl::OkStatus());
  town.Stop();
  town.level_max = 1;
  const absl::Status old = town.TryStart();
  EXPECT_THAT(std::string(old.message()), HasSubstr("level 2 was raised by registry/0"));
}

TEST_F(BesideTest, ABuildStopsAtAnEventItDoesNotKnow) {
  town.Start();
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana")).status, absl::OkStatus());
  AppendEvent(kAttendance, "\xfa\x7f\x01x");  // Field 2047, a text.
  const Answer answer = town.Ask(kAttendance, CheckIn("monday", "bo"));
  EXPECT_TRUE(absl::IsUnavailable(answer.status)) << answer.status;
  EXPECT_THAT(std::string(answer.status.message()), HasSubstr("holds an event this build does not know"));
}

// Rows that rest on a record which the log does not hold any more are not gone on from.
TEST_F(BesideTest, ALogThatHasLostWhatTheRowsRestOnHalts) {
  town.Start();
  for (const char* pupil : {"ana", "bo", "cy"})
    EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", pupil)).status, absl::OkStatus());
  town.Stop();
  const uint64_t records = town.Log(kAttendance).index;
  const auto whole = town.CutAt(kAttendance, records);
  whole->TakeStores(town);
  EXPECT_EQ(whole->TryStart(), absl::OkStatus());
  const auto shorter = town.CutAt(kAttendance, records - 1);
  shorter->TakeStores(town);
  EXPECT_THAT(std::string(shorter->TryStart().message()),
              HasSubstr("attendance/1: the projection holds record"));
  // As long as before, and with another record there.
  const auto other = town.CutAt(kAttendance, records - 1);
  other->Start();
  EXPECT_EQ(other->Ask(kAttendance, CheckIn("monday", "dan")).status, absl::OkStatus());
  other->Stop();
  other->TakeStores(town);
  EXPECT_THAT(std::string(other->TryStart().message()), HasSubstr("the log has lost records"));
  // Without its state, what is kept beside that tells.
  for (const auto& log : {shorter.get(), other.get()}) {
    log->Stop();
    log->TakeStores(town);
    log->DropState("attendance");
    EXPECT_THAT(std::string(log->TryStart().message()),
                HasSubstr("attendance/1: what is kept beside its state"));
  }
  // Nobody claims before that is known: the claim of one with another history would halt all others.
  other->Stop();
  other->TakeStores(town);
  FetchingLog log(other->log(), kAttendance);
  other->through = &log;
  const uint64_t end = other->Partition(kAttendance)->End();
  std::future<absl::Status> opening = std::async(std::launch::async, [&] { return other->TryStart(); });
  EXPECT_EQ(opening.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  log.LetIn();
  EXPECT_THAT(std::string(opening.get().message()), HasSubstr("the log has lost records"));
  EXPECT_EQ(other->Partition(kAttendance)->End(), end);
  other->Stop();
}

// What is not in the store yet is found all the same, while a batch carries it and before.
TEST(Beside, FindsWhatIsNotWrittenYet) {
  const std::string folder = ::testing::TempDir() + "/beside_finds";
  std::filesystem::remove_all(folder);
  auto store = Store::Open({.directory = folder, .service = "attendance"});
  ASSERT_TRUE(store.ok()) << store.status();
  const auto rows_of = [](const Recorded& recorded, uint64_t offset, RowBlock* rows) {
    rows->Set("pupils/" + recorded.commit.request_id(), std::to_string(offset));
  };
  Beside beside(store->get(), kAttendance, rows_of);
  const auto take = [&](const std::string& name, uint64_t offset) {
    log::v1::Commit commit;
    commit.set_request_id(name);
    beside.Take(Recorded{commit, "attendance", 1}, offset);
  };
  const auto all = [&] {
    std::string text;
    beside.Scan("pupils/", "pupils/b", [&](std::string_view key, std::string_view value) {
      text.append(key).append("=").append(value).append(" ");
      return true;
    });
    return text;
  };
  take("ana", 1);
  take("bo", 2);
  const auto batch = beside.Capture();
  take("cai", 3);
  EXPECT_EQ(beside.Find("pupils/bo"), "2");
  EXPECT_EQ(beside.Find("pupils/cai"), "3");
  EXPECT_EQ(all(), "pupils/bo=2 pupils/cai=3 ");
  ASSERT_EQ((*store)->WriteFile({{kAttendance.number, {batch.get()}, {}}}), absl::OkStatus());
  EXPECT_EQ(all(), "pupils/bo=2 pupils/cai=3 ") << "written, and not known to be";
  beside.Written();
  EXPECT_EQ(beside.Find("pupils/ana"), "1");
  EXPECT_EQ(beside.Find("pupils/du"), std::nullopt);
  EXPECT_EQ(all(), "pupils/bo=2 pupils/cai=3 ");
}

// A log that was put back goes by another name: rows of before it are put aside, positions of before it are
// refused, and what was recorded before keeps its identity.
TEST_F(BesideTest, ARestoredLogIsAnotherIncarnation) {
  town.Start();
  EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana"), "first").status, absl::OkStatus());
  log::v1::Position before;
  before.set_log_id(town.runtime->incarnation());
  const uint64_t index = town.Log(kAttendance).index;
  town.Stop();
  const std::vector<PartitionId> ids = *town.log()->List();
  for (const PartitionId& id : ids) {
    ValidRecords records(town.Partition(id), Chain(id));
    while (*records.Next() != nullptr) continue;
    log::v1::Record record;
    record.mutable_restored()->set_index(records.chain().at().index + 1);
    record.mutable_restored()->set_tag(Chain::TagOf(records.chain().at().hash));
    record.mutable_restored()->set_incarnation("second");
    std::promise<absl::Status> done;
    town.Partition(id)->Append({record.SerializeAsString()},
                               [&](const absl::Status& status, uint64_t) { done.set_value(status); });
    ASSERT_EQ(done.get_future().get(), absl::OkStatus());
  }
  for (int start = 0; start < 2; ++start) {
    town.Start();
    // Folded anew once, by the name.
    EXPECT_EQ(town.runtime->rebuilt().empty(), start > 0);
    EXPECT_EQ(town.runtime->incarnation(), "second");
    EXPECT_NE(town.runtime->log_id(), "second");
    EXPECT_EQ(town.runtime->LogIdOf(kAttendance, index), town.runtime->log_id());
    EXPECT_EQ(town.runtime->LogIdOf(kAttendance, index + 1), "second");
    EXPECT_EQ(town.Ask(kAttendance, CheckIn("monday", "ana"), "first").commit.index(), index);
    EXPECT_EQ(town.Reach(*town.runtime, kAttendance, before).code(), absl::StatusCode::kFailedPrecondition);
    town.Stop();
  }
}

}  // namespace
}  // namespace afterbell::testing
