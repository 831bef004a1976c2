#include "services/platform/runtime/write_behind.h"

#include <deque>
#include <filesystem>
#include <future>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

std::unique_ptr<Store> Open(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/write_behind_" + name;
  std::filesystem::remove_all(folder);
  auto store = Store::Open({.directory = folder, .service = "attendance"});
  EXPECT_TRUE(store.ok()) << store.status();
  return std::move(*store);
}

class WriteBehindTest : public ::testing::Test {
 protected:
  std::shared_ptr<const RowBlock> RowsOf(int first, int rows) {
    auto block = std::make_shared<RowBlock>();
    for (int i = first; i < first + rows; ++i)
      block->Set("k" + std::to_string(1000000 + i), std::to_string(i));
    return block;
  }

  std::future<absl::Status> Give(uint32_t partition, uint64_t index, std::shared_ptr<const RowBlock> rows,
                                 bool soon) {
    WriteBehind::BesideBatch batch;
    batch.partition = partition;
    batch.requests = requests.get();
    batch.history = history.get();
    batch.request_rows = batch.history_rows = std::move(rows);
    batch.position.set_index(index);
    batch.records = 1;
    batch.soon = soon;
    auto done = std::make_shared<std::promise<absl::Status>>();
    batch.done = [done](const absl::Status& status) { done->set_value(status); };
    behind.CountBeside(1);
    behind.Write(std::move(batch));
    return done->get_future();
  }

  // Rows of a state: marks, whose keys live as long as this.
  std::future<absl::Status> GiveState(uint32_t partition, uint64_t index, int first, int rows, bool soon) {
    static const AnyRow mark = std::make_shared<const Mark>();
    WriteBehind::Batch batch;
    batch.partition = partition;
    batch.state = state.get();
    for (int i = first; i < first + rows; ++i) {
      keys.push_back("s1/" + std::to_string(1000000 + i));
      batch.rows.push_back({&kCame, &keys.back(), mark});
    }
    batch.position.set_index(index);
    batch.records = 1;
    batch.soon = soon;
    auto done = std::make_shared<std::promise<absl::Status>>();
    batch.done = [done](const absl::Status& status) { done->set_value(status); };
    behind.CountRecords(1);
    behind.Write(std::move(batch));
    return done->get_future();
  }

  static constexpr StateTable<Mark, key::Id, key::Id> kCame{"s/came", "school/pupil", Ranged(1)};
  std::deque<std::string> keys;
  std::unique_ptr<Store> state = Open("state");
  std::unique_ptr<Store> requests = Open("requests"), history = Open("history");
  WriteBehind behind{1000};
};

TEST_F(WriteBehindTest, WhatIsLittleWaitsForWhatIsNot) {
  auto first = Give(1, 5, RowsOf(0, 10), /*soon=*/false);
  auto second = Give(1, 7, RowsOf(5, 10), /*soon=*/false);
  EXPECT_EQ(requests->Position(1).index(), 0u);
  EXPECT_EQ(behind.unflushed(), 2u);
  EXPECT_FALSE(behind.crowded()) << "what nobody writes yet stands in nobody's way";
  auto other = Give(2, 3, RowsOf(100, 10), /*soon=*/true);
  for (auto* done : {&first, &second, &other}) EXPECT_EQ(done->get(), absl::OkStatus());
  for (const Store* store : {requests.get(), history.get()}) {
    EXPECT_EQ(store->Position(1).index(), 7u);
    EXPECT_EQ(store->Position(2).index(), 3u);
    EXPECT_EQ(store->Live(1)->GetBytes("k1000014"), "14");
    EXPECT_EQ(store->Live(2)->GetBytes("k1000109"), "109");
    EXPECT_EQ(store->unflushed(), 0u);
  }
  EXPECT_EQ(behind.unflushed(), 0u);
}

TEST_F(WriteBehindTest, WhatIsEnoughForAFileGoesByItself) {
  constexpr int kRows = 10000;
  std::vector<std::future<absl::Status>> done;
  for (int i = 0; i < 20; ++i) done.push_back(Give(1, i + 1, RowsOf(i * kRows, kRows), /*soon=*/false));
  // Twice as many rows are given as are taken here, one for either store.
  EXPECT_EQ(done.front().get(), absl::OkStatus());
  behind.Hurry(requests.get(), history.get());
  EXPECT_EQ(done.back().get(), absl::OkStatus());
  EXPECT_EQ(history->Position(1).index(), 20u);
  EXPECT_EQ(history->Live(1)->GetBytes("k1199999"), "199999");
}

TEST_F(WriteBehindTest, WhereManyRecordsAreInNoFileWhatIsLittleGoesToo) {
  std::vector<std::future<absl::Status>> done;
  for (int i = 0; i < 499; ++i) done.push_back(Give(1, i + 1, RowsOf(i, 1), /*soon=*/false));
  EXPECT_FALSE(behind.wants_beside());
  done.push_back(Give(1, 500, RowsOf(500, 1), /*soon=*/false));
  EXPECT_EQ(done.front().get(), absl::OkStatus());
}

TEST_F(WriteBehindTest, AStateThatIsInNoHurryWaitsForEnoughOfAllPartitions) {
  constexpr int kRows = 10000;
  std::vector<std::future<absl::Status>> done;
  for (int i = 0; i < 6; ++i) done.push_back(GiveState(i + 1, 9, i * kRows, kRows, /*soon=*/false));
  EXPECT_EQ(state->Position(1).index(), 0u);
  EXPECT_EQ(behind.unflushed(), 6u);
  done.push_back(GiveState(7, 9, 6 * kRows, kRows, /*soon=*/false));
  for (auto& each : done) EXPECT_EQ(each.get(), absl::OkStatus());
  EXPECT_EQ(behind.unflushed(), 0u) << "a file is written out";
  for (uint32_t partition = 1; partition <= 7; ++partition) {
    EXPECT_EQ(state->Position(partition).index(), 9u);
    EXPECT_TRUE(state->Live(partition)->GetBytes("s/came/s1/" +
                                                 std::to_string(1000000 + (partition - 1) * kRows + 7)));
  }
}

TEST_F(WriteBehindTest, AHurryTakesWhatWaits) {
  auto waits = GiveState(1, 3, 0, 10, /*soon=*/false);
  EXPECT_EQ(state->Position(1).index(), 0u);
  behind.Hurry(state.get());
  EXPECT_EQ(waits.get(), absl::OkStatus());
  EXPECT_EQ(state->Position(1).index(), 3u);
  EXPECT_EQ(behind.unflushed(), 1u) << "little goes into RocksDB's memory";
  auto other = GiveState(2, 4, 10, 10, /*soon=*/false);
  auto soon = GiveState(1, 5, 20, 10, /*soon=*/true);
  EXPECT_EQ(soon.get(), absl::OkStatus());
  EXPECT_EQ(other.get(), absl::OkStatus());
}

}  // namespace
}  // namespace afterbell
