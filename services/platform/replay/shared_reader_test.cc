// One reading of a partition serves several who are at different places in it.
#include "services/platform/replay/shared_reader.h"

#include <vector>

#include "gtest/gtest.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/small_city.h"

namespace afterbell::replay {
namespace {

class SharedReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LiveThroughSeptember(city_);
    auto history = History::Load(city_.log(), {});
    ASSERT_TRUE(history.ok()) << history.status();
    history_ = *std::move(history);
    id_ = city_.PartitionOf("attendance", "s1");
    RecordReader reader = history_->Read(id_);
    for (;;) {
      const auto commit = reader.Peek();
      ASSERT_TRUE(commit.ok()) << commit.status();
      if (*commit == nullptr) break;
      written_.push_back((*commit)->SerializeAsString());
      reader.Pop();
    }
    ASSERT_GE(written_.size(), 12);
  }

  // The next of a place, which moves on; empty at the end.
  static std::string Read(SharedReader& shared, SharedReader::Place place) {
    const auto entry = shared.Peek(place);
    EXPECT_TRUE(entry.ok()) << entry.status();
    if (*entry == nullptr) return {};
    shared.Pop(place);
    return (*entry)->commit->SerializeAsString();
  }

  SmallCity city_;
  std::unique_ptr<History> history_;
  PartitionId id_;
  std::vector<std::string> written_;
};

TEST_F(SharedReaderTest, ShowsEachPlaceEveryCommitWhoeverIsAhead) {
  SharedReader shared(history_->Read(id_));
  const SharedReader::Place first = shared.AddPlace(), second = shared.AddPlace();
  size_t read_by_first = 0, read_by_second = 0;
  // The first by three, the second by two; then the second passes it.
  while (read_by_second + 4 < written_.size()) {
    for (int i = 0; i < 3 && read_by_first < written_.size(); ++i)
      EXPECT_EQ(Read(shared, first), written_[read_by_first++]);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(Read(shared, second), written_[read_by_second++]);
  }
  while (read_by_second < written_.size()) EXPECT_EQ(Read(shared, second), written_[read_by_second++]);
  while (read_by_first < written_.size()) EXPECT_EQ(Read(shared, first), written_[read_by_first++]);
  EXPECT_EQ(Read(shared, first), "");
  EXPECT_EQ(Read(shared, second), "");
}

TEST_F(SharedReaderTest, ParsesACommitOnceAndKeepsItWhileSomebodyHoldsIt) {
  SharedReader shared(history_->Read(id_));
  const SharedReader::Place first = shared.AddPlace(), second = shared.AddPlace();
  const SharedReader::EntryPtr held = *shared.Peek(first);
  const std::string bytes = held->commit->SerializeAsString();
  while (*shared.Peek(first) != nullptr) shared.Pop(first);
  EXPECT_EQ(*shared.Peek(second), held);  // The very same.
  while (*shared.Peek(second) != nullptr) shared.Pop(second);
  EXPECT_EQ(held->commit->SerializeAsString(), bytes);
}

TEST_F(SharedReaderTest, KeepsNothingForWhoHasLeft) {
  SharedReader shared(history_->Read(id_));
  const SharedReader::Place stays = shared.AddPlace(), leaves = shared.AddPlace();
  const std::weak_ptr<const SharedReader::Entry> first = *shared.Peek(stays);
  shared.Pop(stays);
  EXPECT_FALSE(first.expired());
  shared.Leave(leaves);
  EXPECT_TRUE(first.expired());
  for (size_t i = 1; i < written_.size(); ++i) EXPECT_EQ(Read(shared, stays), written_[i]);
}

}  // namespace
}  // namespace afterbell::replay
