#include <set>

#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/time.h"

namespace afterbell {
namespace {

TEST(Ids, DerivedIdsAreTheSameForEver) {
  EXPECT_EQ(DerivedId("session", {"s1", "2026-09-01", "noon", "g1"}).size(), kIdLength);
  EXPECT_EQ(DerivedId("session", {"s1", "2026-09-01", "noon", "g1"}),
            DerivedId("session", {"s1", "2026-09-01", "noon", "g1"}));
  EXPECT_NE(DerivedId("session", {"s1", "x"}), DerivedId("session", {"s1x", ""}));
}

TEST(Ids, Base32IsThatOfRfc4648) { EXPECT_EQ(IdOfBytes("foobarfoobarfoob"), "mzxw6ytbojtg633cmfzgm33pmi"); }

TEST(Ids, MurmurIsThatOfKafka) {
  // Values of org.apache.kafka.common.utils.Utils.murmur2, as its own tests state them.
  EXPECT_EQ(static_cast<int32_t>(Murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<int32_t>(Murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<int32_t>(Murmur2("a-little-bit-long-string")), -985981536);
}

TEST(Ids, SchoolsLiveOutsideTheCommons) {
  EXPECT_EQ(PartitionOfSchool("", 16), 0u);
  for (int i = 0; i < 200; ++i) {
    const uint32_t partition = PartitionOfSchool("school" + std::to_string(i), 16);
    EXPECT_GE(partition, 1u);
    EXPECT_LE(partition, 16u);
  }
}

TEST(Ids, RandomOnesDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(RandomId());
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(RandomUuid().size(), 36u);
}

TEST(Ids, KeysCannotBeForged) {
  EXPECT_TRUE(IsId("jilin"));
  EXPECT_FALSE(IsId("a/b"));
  EXPECT_FALSE(IsId(""));
  EXPECT_FALSE(IsId(std::string(65, 'a')));
}

TEST(Time, LocalDatesTurnAtLocalMidnight) {
  const Micros midnight = InstantOf("2026-09-01", "00:00");
  EXPECT_EQ(DateOf(midnight), "2026-09-01");
  EXPECT_EQ(DateOf(midnight - 1), "2026-08-31");
  EXPECT_EQ(TimeOfDay(InstantOf("2026-09-01", "15:30")), "15:30");
  EXPECT_EQ(InstantText(midnight), "2026-08-31T16:00:00.000000Z");
}

TEST(Time, DaysThatDoNotExistAreNoDates) {
  EXPECT_TRUE(IsDate("2028-02-29"));
  EXPECT_FALSE(IsDate("2026-02-29"));
  EXPECT_FALSE(IsDate("2026-2-9"));
  EXPECT_FALSE(IsTimeOfDay("25:99"));
  EXPECT_TRUE(IsTimeOfDay("24:00"));
}

TEST(Time, MonthsEndOnTheirLastDay) {
  EXPECT_EQ(LastOfMonth("2026-09"), "2026-09-30");
  EXPECT_EQ(LastOfMonth("2028-02"), "2028-02-29");
  EXPECT_EQ(LastOfMonth("2026-12"), "2026-12-31");
  EXPECT_EQ(WeekdayOf("2026-09-01"), 2);  // A Tuesday.
  EXPECT_EQ(AddDays("2026-12-31", 1), "2027-01-01");
  EXPECT_EQ(DaysBetween("2026-09-01", "2026-10-01"), 30);
}

TEST(Time, TimestampsKeepMicroseconds) {
  for (const Micros at : {Micros{0}, Micros{-1}, Micros{1'788'000'000'123'456}})
    EXPECT_EQ(MicrosOf(TimestampOf(at)), at);
}

}  // namespace
}  // namespace afterbell
