// What a partition's thread sees: the store, with its own changes in flight on top.
#include "services/platform/runtime/overlay.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Scan(const Rows& rows, std::string_view prefix, std::string_view from = "",
                              size_t at_most = 100) {
  std::vector<std::string> seen;
  rows.ScanBytes(prefix, from, [&](std::string_view key, std::string_view bytes) {
    seen.push_back(std::string(key) + "=" + std::string(bytes));
    return seen.size() < at_most;
  });
  return seen;
}

class OverlayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stored_.PutBytes("s/b", "stored");
    stored_.PutBytes("s/d", "stored");
    stored_.PutBytes("t/a", "stored");
  }

  MemoryRows stored_;
  Overlay rows_{stored_, nullptr, ""};
};

TEST_F(OverlayTest, AScanWalksStoreAndTopTogetherInOrder) {
  rows_.PutBytes("s/a", "top");
  rows_.PutBytes("s/c", "top");
  rows_.PutBytes("s/d", "top");
  rows_.PutBytes("s/e", "top");
  EXPECT_THAT(Scan(rows_, "s/"), ElementsAre("s/a=top", "s/b=stored", "s/c=top", "s/d=top", "s/e=top"));
}

TEST_F(OverlayTest, AScanBeginsWhereItIsToldAndEndsWhenItIsTold) {
  rows_.PutBytes("s/a", "top");
  rows_.PutBytes("s/c", "top");
  EXPECT_THAT(Scan(rows_, "s/", "s/b"), ElementsAre("s/b=stored", "s/c=top", "s/d=stored"));
  EXPECT_THAT(Scan(rows_, "s/", "s/bb"), ElementsAre("s/c=top", "s/d=stored"));
  EXPECT_THAT(Scan(rows_, "s/", "", 2), ElementsAre("s/a=top", "s/b=stored"));
  EXPECT_THAT(Scan(rows_, "s/", "", 1), ElementsAre("s/a=top"));
  EXPECT_THAT(Scan(rows_, "s/", "t"), IsEmpty());
}

TEST_F(OverlayTest, AScanStaysWithinItsPrefix) {
  rows_.PutBytes("r/z", "top");
  rows_.PutBytes("u/a", "top");
  EXPECT_THAT(Scan(rows_, "t/"), ElementsAre("t/a=stored"));
  EXPECT_THAT(Scan(rows_, "u/"), ElementsAre("u/a=top"));
  EXPECT_THAT(Scan(rows_, "x/"), IsEmpty());
}

TEST_F(OverlayTest, AnErasedRowIsGoneThoughItIsStored) {
  rows_.Erase("s/b");
  EXPECT_FALSE(rows_.Has("s/b"));
  EXPECT_THAT(Scan(rows_, "s/"), ElementsAre("s/d=stored"));
  EXPECT_TRUE(stored_.Has("s/b"));  // Writes go to the top only.
  rows_.PutBytes("s/b", "again");
  EXPECT_EQ(rows_.GetBytes("s/b"), "again");
  rows_.PutBytes("s/x", "top");
  rows_.Erase("s/x");
  EXPECT_THAT(Scan(rows_, "s/"), ElementsAre("s/b=again", "s/d=stored"));
}

TEST_F(OverlayTest, SettlingAChangeKeepsNewerOnesOfTheSameRow) {
  rows_.PutBytes("s/b", "first");
  rows_.PutBytes("s/x", "first");
  const std::vector<RowChange> first = rows_.TakeChanges();
  ASSERT_EQ(first.size(), 2);
  rows_.PutBytes("s/b", "second");
  const std::vector<RowChange> second = rows_.TakeChanges();
  ASSERT_EQ(second.size(), 1);

  stored_.PutBytes("s/b", "first");
  stored_.PutBytes("s/x", "first");
  rows_.Settle(first);
  EXPECT_EQ(rows_.size(), 1);
  EXPECT_EQ(rows_.GetBytes("s/b"), "second");
  EXPECT_EQ(rows_.GetBytes("s/x"), "first");

  stored_.PutBytes("s/b", "second");
  rows_.Settle(second);
  EXPECT_EQ(rows_.size(), 0);
  EXPECT_EQ(rows_.GetBytes("s/b"), "second");
}

TEST_F(OverlayTest, SettlingAnOldEraseDoesNotBringAnOldRowBack) {
  rows_.PutBytes("s/b", "put");
  const std::vector<RowChange> put = rows_.TakeChanges();
  rows_.Erase("s/b");
  const std::vector<RowChange> erase = rows_.TakeChanges();
  stored_.PutBytes("s/b", "put");
  rows_.Settle(put);
  EXPECT_FALSE(rows_.Has("s/b"));
  stored_.Erase("s/b");
  rows_.Settle(erase);
  EXPECT_EQ(rows_.size(), 0);
  EXPECT_FALSE(rows_.Has("s/b"));
}

TEST_F(OverlayTest, ClearForgetsEverythingInFlightAndNothingElse) {
  rows_.PutBytes("s/b", "top");
  rows_.Erase("s/d");
  const uint64_t before = rows_.work_changes();
  rows_.Clear();
  EXPECT_EQ(rows_.size(), 0);
  EXPECT_TRUE(rows_.TakeChanges().empty());
  EXPECT_THAT(Scan(rows_, "s/"), ElementsAre("s/b=stored", "s/d=stored"));
  EXPECT_GT(rows_.work_changes(), before);  // Deadlines in flight may have been among them.
}

TEST_F(OverlayTest, WorkListsTellWhenTheyChange) {
  const uint64_t before = rows_.work_changes();
  rows_.PutBytes("s/b", "top");
  rows_.PutBytes("p/refused/x", "");
  EXPECT_EQ(rows_.work_changes(), before);
  rows_.PutBytes("d/2026", "");
  EXPECT_EQ(rows_.work_changes(), before + 1);
  rows_.Erase("p/run/x");
  EXPECT_EQ(rows_.work_changes(), before + 2);
}

// Whoever knows the first deadline need not look again for one behind it.
TEST_F(OverlayTest, DeadlinesBehindTheFirstDoNotCount) {
  rows_.PutBytes("d/2026-09", "");
  rows_.SetFirstDeadline("d/2026-09");
  const uint64_t before = rows_.work_changes();
  rows_.PutBytes("d/2026-10", "");
  rows_.Erase("d/2026-10");
  EXPECT_EQ(rows_.work_changes(), before);
  rows_.PutBytes("d/2026-08", "");
  EXPECT_EQ(rows_.work_changes(), before + 1);
  rows_.Erase("d/2026-09");
  EXPECT_EQ(rows_.work_changes(), before + 2);
  rows_.SetFirstDeadline("");
  rows_.PutBytes("d/2027", "");
  EXPECT_EQ(rows_.work_changes(), before + 3);
}

TEST(Overlay, ReadsForeignCommonsFromTheCommonsAndItsOwnFromItself) {
  MemoryRows stored, commons;
  commons.PutBytes("c/registry/school/s1", "commons");
  commons.PutBytes("c/staffing/bar/p1", "commons");
  stored.PutBytes("c/registry/school/s1", "own");
  stored.PutBytes("c/staffing/bar/p1", "never looked at");
  Overlay own(stored, &commons, "c/registry/");
  EXPECT_EQ(own.GetBytes("c/registry/school/s1"), "own");
  EXPECT_EQ(own.GetBytes("c/staffing/bar/p1"), "commons");
  EXPECT_THAT(Scan(own, "c/registry/school/"), ElementsAre("c/registry/school/s1=own"));
  EXPECT_THAT(Scan(own, "c/staffing/bar/"), ElementsAre("c/staffing/bar/p1=commons"));
  Overlay school(stored, &commons, "");
  EXPECT_EQ(school.GetBytes("c/registry/school/s1"), "commons");
}

}  // namespace
}  // namespace afterbell
