// The commons as each partition sees them: as of its own `seen`, though what was found is kept.
#include "services/platform/runtime/commons.h"

#include "gtest/gtest.h"
#include "services/platform/log/embedded/chained_log.h"

namespace afterbell {
namespace {

using registry::v1::RegistryEvent;

const PartitionId kId{"registry", 0};

class CommonsTest : public ::testing::Test, protected ChainedLog {
 protected:
  CommonsTest() : ChainedLog(kId), commons_(partition_) { rows_.Add(&commons_); }

  // Records an event, and returns its index.
  uint64_t Tell(const RegistryEvent& event) {
    log::v1::Record record = Next();
    record.mutable_commit()->add_events(event.SerializeAsString());
    Append(record);
    EXPECT_TRUE(commons_.CatchUp().ok());
    return commons_.index();
  }
  uint64_t RegisterSchool(const std::string& school, const std::string& district) {
    RegistryEvent event;
    event.mutable_school_registered()->set_school_id(school);
    event.mutable_school_registered()->set_district_id(district);
    return Tell(event);
  }
  uint64_t MoveClock(int64_t seconds) {
    RegistryEvent event;
    event.mutable_clock_moved()->mutable_to()->set_seconds(seconds);
    return Tell(event);
  }

  // Of which district a school is, as of an index; empty: there is no such school yet.
  std::string DistrictAt(uint64_t index, const std::string& school) {
    rows_.SetAsOf("registry", index);
    const auto row = Rows(rows_).Get(reference::kSchools, {school});
    return row == nullptr ? "" : row->district_id();
  }

  Commons commons_;
  CommonsRows rows_;
};

TEST_F(CommonsTest, AnswersAsOfWhatWasSeenThoughNewerAndOlderWasAskedBefore) {
  const uint64_t first = RegisterSchool("s1", "d1");
  const uint64_t clock = MoveClock(5);
  const uint64_t second = RegisterSchool("s1", "d2");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(DistrictAt(first - 1, "s1"), "");
    EXPECT_EQ(DistrictAt(first, "s1"), "d1");
    EXPECT_EQ(DistrictAt(clock, "s1"), "d1");
    EXPECT_EQ(DistrictAt(second, "s1"), "d2");
    EXPECT_EQ(DistrictAt(clock, "s1"), "d1");
  }
}

TEST_F(CommonsTest, AnAbsentRowIsFoundOnceItIsThere) {
  const uint64_t first = RegisterSchool("s1", "d1");
  EXPECT_EQ(DistrictAt(first, "s2"), "");
  const uint64_t second = RegisterSchool("s2", "d1");
  EXPECT_EQ(DistrictAt(first, "s2"), "");
  EXPECT_EQ(DistrictAt(second, "s2"), "d1");
}

TEST_F(CommonsTest, KeepsWhatWasFoundUntilItsTableChanges) {
  const uint64_t school = RegisterSchool("s1", "d1");
  rows_.SetAsOf("registry", school);
  const uint64_t version = rows_.VersionOf(reference::kSchools);
  const auto found = Rows(rows_).Get(reference::kSchools, {"s1"});
  EXPECT_EQ(found.use_count(), 2);  // The other is kept; nobody else counts there.
  rows_.SetAsOf("registry", MoveClock(5));
  EXPECT_EQ(rows_.VersionOf(reference::kSchools), version);
  EXPECT_NE(rows_.VersionOf(reference::kClock), 0);
  EXPECT_EQ(Rows(rows_).Get(reference::kSchools, {"s1"}).use_count(), 3);
  rows_.SetAsOf("registry", RegisterSchool("s2", "d1"));
  EXPECT_NE(rows_.VersionOf(reference::kSchools), version);
  EXPECT_EQ(rows_.VersionOf(reference::kTerms), 0);
}

TEST_F(CommonsTest, KeepsNoMoreThanItsLimit) {
  uint64_t last = 0;
  for (size_t i = 0; i < CommonsRows::kKeptMax + 10; ++i)
    last = RegisterSchool("s" + std::to_string(i), "d" + std::to_string(i));
  for (size_t i = 0; i < CommonsRows::kKeptMax + 10; ++i)
    EXPECT_EQ(DistrictAt(last, "s" + std::to_string(i)), "d" + std::to_string(i));
  EXPECT_EQ(DistrictAt(last, "s0"), "d0");
}

}  // namespace
}  // namespace afterbell
