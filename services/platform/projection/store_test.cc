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

std::unique_ptr<Store> Open(const std::string& folder, int schema = 1) {
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
  EXPECT_FALSE(store->Live(2)->Has("s/a"));
}

TEST(Store, ASnapshotStaysAsItWas) {
  auto store = Open(Folder("snapshot"));
  ASSERT_TRUE(store->Write(1, {{"s/a", "1"}}, At(1)).ok());
  const Store::View view = store->Snapshot(1);
  ASSERT_TRUE(store->Write(1, {{"s/a", std::nullopt}}, At(2)).ok());
  EXPECT_EQ(view.position.index(), 1u);
  EXPECT_TRUE(view.rows->Has("s/a"));
  EXPECT_FALSE(store->Live(1)->Has("s/a"));
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
  { ASSERT_TRUE(Open(folder)->Write(1, {{"s/a", "1"}}, At(5)).ok()); }
  auto store = Open(folder, 2);
  EXPECT_NE(store->rebuilt_because().find("attendance/1"), std::string::npos) << store->rebuilt_because();
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
    ASSERT_TRUE((*store)->Write(1, {}, At(5)).ok());
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

}  // namespace
}  // namespace afterbell
