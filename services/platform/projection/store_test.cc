#include "services/platform/projection/store.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

std::string Folder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/store_test_" + name;
  std::filesystem::remove_all(folder);
  for (int n = 1; n < 4; ++n) std::filesystem::remove_all(folder + ".quarantined-" + std::to_string(n));
  return folder;
}

std::unique_ptr<Store> Open(const std::string& folder, const std::string& schema = "") {
  auto store = Store::Open({.directory = folder, .service = "attendance", .schema = schema});
  EXPECT_TRUE(store.ok()) << store.status();
  return std::move(*store);
}

stored::StoredPosition At(uint64_t index) {
  stored::StoredPosition position;
  position.set_index(index);
  return position;
}

TEST(Store, KeepsRowsAndPositionAcrossAClose) {
  const std::string folder = Folder("keeps");
  {
    auto store = Open(folder);
    ASSERT_TRUE(store->Write(3, {{"s/a", "1"}, {"s/b", "2"}}, At(7)).ok());
  }
  auto store = Open(folder);
  EXPECT_EQ(store->Position(3).index(), 7u);
  EXPECT_EQ(store->Live(3)->GetBytes("s/b"), "2");
  EXPECT_TRUE(store->rebuilt_because().empty());
}

TEST(Store, PartitionsDoNotSeeEachOther) {
  auto store = Open(Folder("apart"));
  ASSERT_TRUE(store->Write(1, {{"s/a", "1"}}, At(1)).ok());
  ASSERT_TRUE(store->Write(2, {{"s/b", "2"}}, At(1)).ok());
  int rows = 0;
  store->Live(1)->ScanBytes("", "", [&](std::string_view key, std::string_view) {
    EXPECT_EQ(key, "s/a");
    ++rows;
    return true;
  });
  EXPECT_EQ(rows, 1);
  EXPECT_FALSE(store->Live(2)->GetBytes("s/a").has_value());
}

TEST(Store, ASnapshotStaysAsItWas) {
  auto store = Open(Folder("snapshot"));
  ASSERT_TRUE(store->Write(1, {{"s/a", "1"}}, At(1)).ok());
  const Store::View view = store->Snapshot(1);
  ASSERT_TRUE(store->Write(1, {{"s/a", std::nullopt}}, At(2)).ok());
  EXPECT_EQ(view.position.index(), 1u);
  EXPECT_TRUE(view.rows->GetBytes("s/a").has_value());
  EXPECT_FALSE(store->Live(1)->GetBytes("s/a").has_value());
}

TEST(Store, DigestsTellRowsApart) {
  auto store = Open(Folder("digest"));
  ASSERT_TRUE(store->Write(1, {{"s/a", "1"}}, At(1)).ok());
  ASSERT_TRUE(store->Write(2, {{"s/a", "1"}}, At(1)).ok());
  EXPECT_EQ(Store::Digest(store->Snapshot(1)), Store::Digest(store->Snapshot(2)));
  ASSERT_TRUE(store->Write(2, {{"s/a", "2"}}, At(1)).ok());
  EXPECT_NE(Store::Digest(store->Snapshot(1)), Store::Digest(store->Snapshot(2)));
}

TEST(Store, RowsThatHaveExpiredGoWithoutTheirPosition) {
  auto store = Store::Open({.directory = Folder("expiry"),
                            .service = "attendance",
                            .expired = [](std::string_view value) { return value == "old"; }});
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Write(1, {{"r1", "old"}, {"r2", "new"}}, At(7)).ok());
  ASSERT_TRUE((*store)->Flush().ok());  // Written out, which is when rows are let go.
  EXPECT_EQ((*store)->Live(1)->GetBytes("r1"), std::nullopt);
  EXPECT_EQ((*store)->Live(1)->GetBytes("r2"), "new");
  EXPECT_EQ((*store)->Position(1).index(), 7u);
}

TEST(Store, AnotherSchemaIsQuarantinedAndBegunAnew) {
  const std::string folder = Folder("schema");
  { ASSERT_TRUE(Open(folder, "5c")->Write(1, {{"s/a", "1"}}, At(5)).ok()); }
  auto store = Open(folder, "c5");
  EXPECT_NE(store->rebuilt_because().find("attendance/5c"), std::string::npos) << store->rebuilt_because();
  EXPECT_EQ(store->Position(1).index(), 0u);
  EXPECT_TRUE(std::filesystem::exists(folder + ".quarantined-1"));
}

TEST(Store, TheRowsOfAnotherLogAreQuarantinedToo) {
  const std::string folder = Folder("other_log");
  for (const std::string log_id : {"one", "other"}) {
    auto store = Store::Open({.directory = folder, .service = "attendance", .log_id = log_id});
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->Position(1).index(), 0u) << "no row of another log";
    EXPECT_EQ((*store)->rebuilt_because().empty(), log_id == "one") << (*store)->rebuilt_because();
    ASSERT_TRUE((*store)->Write(1, RowBlock(), At(5)).ok());
  }
}

TEST(Store, ADamagedFolderIsQuarantinedAndSaysWhy) {
  const std::string folder = Folder("damaged");
  { ASSERT_TRUE(Open(folder)->Write(1, {{"s/a", "1"}}, At(5)).ok()); }
  { std::ofstream(folder + "/CURRENT") << "nonsense\n"; }
  auto store = Open(folder);
  EXPECT_FALSE(store->rebuilt_because().empty());
  EXPECT_EQ(store->Position(1).index(), 0u);
}

// A store that takes files now and then, and one that does not, are given the same, round after round: rows
// set, set again (in one round too) and cleared, of three partitions.
class StoreOfFiles : public ::testing::TestWithParam<int> {
 protected:
  static constexpr int kRounds = 60;
  static constexpr int kKeys = 40;

  static RowBlock RowsOf(int round) {
    RowBlock rows;
    for (int j = 0; j < 2 * kKeys; ++j) {
      const int i = j % kKeys;
      const int drawn = (round * 7919 + j * 104729) % 97;
      if (drawn < 30) rows.Set("s/" + std::to_string(i), std::to_string(round + j) + std::string(50, 'v'));
      if (drawn > 80) rows.Clear("s/" + std::to_string(i));
    }
    return rows;
  }
  static std::string Text(const BytesRows& rows, std::string_view prefix, std::string_view from) {
    std::string text;
    rows.ScanBytes(prefix, from, [&](std::string_view key, std::string_view value) {
      text.append(key).append("=").append(value).append(";");
      return true;
    });
    return text;
  }
};

TEST_P(StoreOfFiles, AnswersAsOneWithout) {
  const std::string folder = Folder("files" + std::to_string(GetParam()));
  auto files = Open(folder);
  const auto plain = Open(Folder("plain" + std::to_string(GetParam())));
  const auto compare = [&](uint32_t partition) {
    const auto one = files->Live(partition), other = plain->Live(partition);
    EXPECT_EQ(files->Position(partition).index(), plain->Position(partition).index());
    EXPECT_EQ(Text(*one, "s/", ""), Text(*other, "s/", ""));
    EXPECT_EQ(Text(*one, "s/1", "s/13"), Text(*other, "s/1", "s/13"));
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = "s/" + std::to_string(i);
      EXPECT_EQ(one->GetBytes(key), other->GetBytes(key)) << key;
    }
  };
  for (int round = 1; round <= kRounds; ++round) {
    std::vector<RowBlock> rows;
    std::vector<Store::Part> parts;
    rows.reserve(3);
    for (uint32_t partition = 3; partition >= 1; --partition) {
      if (round % 4 == 0 && partition != 2) continue;
      rows.push_back(RowsOf(round * 3 + static_cast<int>(partition)));
      parts.push_back({partition, {&rows.back()}, At(round)});
    }
    for (const Store::Part& part : parts) ASSERT_EQ(plain->Write(part), absl::OkStatus());
    if (round % GetParam() == 0) {
      ASSERT_EQ(files->WriteFile(parts), absl::OkStatus());
    } else {
      for (const Store::Part& part : parts) ASSERT_EQ(files->Write(part), absl::OkStatus());
    }
    compare(1 + round % 3);
  }
  for (uint32_t partition = 1; partition <= 3; ++partition)
    EXPECT_EQ(Store::Digest(files->Snapshot(partition)), Store::Digest(plain->Snapshot(partition)));
  files.reset();
  EXPECT_FALSE(std::filesystem::exists(folder + ".files"));
  files = Open(folder);
  EXPECT_EQ(files->rebuilt_because(), "");
  for (uint32_t partition = 1; partition <= 3; ++partition) compare(partition);
}

// Each round a file, every other, every fifth, and once at the end of many.
INSTANTIATE_TEST_SUITE_P(EverySoManyRounds, StoreOfFiles, ::testing::Values(1, 2, 5, 60));

TEST(Store, FilesOfOneThatWasKilledAreRemoved) {
  const std::string folder = Folder("files_left");
  std::filesystem::create_directories(folder + ".files");
  { std::ofstream(folder + ".files/7.sst") << "left by one that was killed"; }
  const auto store = Open(folder);
  EXPECT_FALSE(std::filesystem::exists(folder + ".files"));
  const RowBlock rows{{"s/a", "1"}};
  EXPECT_EQ(store->WriteFile({{1, {&rows}, At(1)}}), absl::OkStatus());
  EXPECT_EQ(store->unflushed(), 0u);
  EXPECT_EQ(store->Live(1)->GetBytes("s/a"), "1");
}

TEST(Store, RowsThatHaveExpiredGoIntoNoFile) {
  auto store = Store::Open({.directory = Folder("files_expiry"),
                            .service = "attendance",
                            .expired = [](std::string_view value) { return value == "old"; }});
  ASSERT_TRUE(store.ok()) << store.status();
  const RowBlock rows{{"r1", "old"}, {"r2", "new"}};
  ASSERT_EQ((*store)->WriteFile({{1, {&rows}, At(7)}}), absl::OkStatus());
  EXPECT_EQ((*store)->Live(1)->GetBytes("r1"), std::nullopt);
  EXPECT_EQ((*store)->Live(1)->GetBytes("r2"), "new");
  EXPECT_EQ((*store)->Position(1).index(), 7u);
}

}  // namespace
}  // namespace afterbell
