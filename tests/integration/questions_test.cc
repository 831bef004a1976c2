// Questions that a played term must answer: the history of a pupil over gRPC, and what other fee models would
// have brought in, decided again by the real services.
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/log/v1/history.pb.h"
#include "gtest/gtest.h"
#include "services/platform/runtime/runtime.h"
#include "services/reviews/review.h"
#include "tests/integration/played.h"
#include "tools/afterbell/client.h"

namespace afterbell {
namespace {

constexpr char kListEntityRecords[] = "/afterbell.log.v1.HistoryService/ListEntityRecords";

// A pupil who was checked in, and every record of attendance that names the pupil.
struct Known {
  std::string pupil_id, school_id, district_id;
  std::vector<uint64_t> indexes;
};

Known SomePupil(const replay::History& history) {
  std::map<std::string, Known> pupils;
  for (const PartitionId& id : history.partitions()) {
    if (id.service != "attendance") continue;
    replay::RecordReader reader = history.Read(id);
    for (auto next = reader.Peek(); next.ok() && *next != nullptr; reader.Pop(), next = reader.Peek()) {
      const log::v1::Commit& commit = **next;
      std::set<std::string> named;
      for (const std::string& bytes : commit.events()) {
        attendance::v1::AttendanceEvent event;
        EXPECT_TRUE(event.ParseFromString(bytes));
        for (const std::string& pupil :
             {event.pupil_checked_in().pupil_id(), event.pupil_released().pupil_id(),
              event.pupil_absent().pupil_id(), event.pupil_absent_unexplained().pupil_id(),
              event.absence_notified().pupil_id(), event.pupil_left_early().pupil_id(),
              event.non_participant_recorded().pupil_id()}) {
          if (!pupil.empty()) named.insert(pupil);
        }
      }
      for (const std::string& pupil : named) {
        Known& known = pupils[pupil];
        known.pupil_id = pupil;
        known.school_id = commit.school_id();
        known.district_id = commit.district_id();
        known.indexes.push_back(commit.index());
      }
    }
  }
  Known most;
  for (const auto& [id, known] : pupils) {
    if (known.indexes.size() > most.indexes.size()) most = known;
  }
  return most;
}

TEST(Questions, TheHistoryOfAPupilIsEveryRecordThatNamesThePupil) {
  Played played = Play("history", TwoMonths(8, 6));
  const Known known = SomePupil(*HistoryOf(played));
  ASSERT_GT(known.indexes.size(), 20u);
  Client client(played.host->address());
  log::v1::ListEntityRecordsRequest ask;
  ask.set_service("attendance");
  ask.set_entity("pupils/" + known.pupil_id);
  ask.mutable_header()->set_school_id(known.school_id);
  ask.mutable_header()->set_page_size(7);
  std::vector<uint64_t> listed;
  std::string command;
  do {
    const CallResult result =
        client.Call(kListEntityRecords, {"principal", "p", known.district_id}, ask.SerializeAsString());
    ASSERT_TRUE(result.ok()) << result.message;
    log::v1::ListEntityRecordsAnswer answer;
    ASSERT_TRUE(answer.ParseFromString(result.body));
    // What one page rests on, the next one at least rests on too.
    EXPECT_FALSE(answer.page().position().empty());
    ask.mutable_header()->set_min_position(answer.page().position());
    for (const auto& record : answer.records()) {
      listed.push_back(record.record().index());
      if (command.empty()) command = record.command();
      EXPECT_FALSE(record.events().empty());
    }
    ask.mutable_header()->set_page_token(answer.page().next_page_token());
  } while (!ask.header().page_token().empty());
  EXPECT_EQ(listed, known.indexes);
  EXPECT_FALSE(command.empty());

  // Not before what the caller has seen: nobody has seen what is not in the log.
  auto beyond = PositionOf(ask.header().min_position(), "");
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  for (auto& at : *beyond->mutable_at()) {
    if (at.service() == "attendance") at.set_index(at.index() + 1000);
  }
  const std::string seen = std::exchange(*ask.mutable_header()->mutable_min_position(), TokenOf(*beyond));
  EXPECT_EQ(
      client.Call(kListEntityRecords, {"principal", "p", known.district_id}, ask.SerializeAsString()).code,
      static_cast<int>(absl::StatusCode::kFailedPrecondition));
  ask.mutable_header()->set_min_position(seen);

  // Not for another district, not for every role, and not of what is no entity.
  const auto code = [&](const Caller& caller) {
    return client.Call(kListEntityRecords, caller, ask.SerializeAsString()).code;
  };
  EXPECT_EQ(code({"principal", "p", "elsewhere"}), static_cast<int>(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(code({"guardian", "g", known.district_id}),
            static_cast<int>(absl::StatusCode::kPermissionDenied));
  ask.set_entity("venues/v1");
  EXPECT_EQ(code({"principal", "p", known.district_id}),
            static_cast<int>(absl::StatusCode::kInvalidArgument));
}

TEST(Questions, OtherFeeModelsBringInWhatTheGeneratorKnows) {
  Played played = Play("incomes", TwoMonths(9, 20));
  const auto history = HistoryOf(played);
  const auto result = reviews::Find("Q-02")->Run(*history, CityServices(), {});
  ASSERT_TRUE(result.ok()) << result.status();
  const reviews::Table& table = result->tables.at(0);
  const auto column = [&](const std::string& key) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].key == key) return i;
    }
    ADD_FAILURE() << "no column " << key;
    return size_t{0};
  };
  ASSERT_EQ(table.rows.size(), played.answers.districts.size());
  for (const citygen::DistrictAnswers& district : played.answers.districts) {
    SCOPED_TRACE(district.district_id);
    for (const reviews::Row& row : table.rows) {
      if (std::get<std::string>(row.at(column("district_id"))) != district.district_id) continue;
      const auto fen = [&](const std::string& key) { return std::get<int64_t>(row.at(column(key))); };
      EXPECT_EQ(fen("per_month_8000_fen"), district.incomes.per_month_8000);
      EXPECT_EQ(fen("per_month_10000_fen"), district.incomes.per_month_10000);
      EXPECT_EQ(fen("per_class_hour_300_cap_17000_fen"), district.incomes.per_class_hour_300_cap_17000);
      EXPECT_EQ(fen("per_term_30000_fen"), district.incomes.per_term_30000);
      EXPECT_GT(fen("per_month_8000_fen"), 0);
    }
  }
}

}  // namespace
}  // namespace afterbell
