// Rows kept in memory: always what the store would answer, and never more than was allowed.
#include "services/platform/runtime/row_cache.h"

#include "gtest/gtest.h"

namespace afterbell {
namespace {

// Counts what reaches it.
class Counted : public MemoryRows {
 public:
  std::optional<std::string> GetBytes(std::string_view key) const override {
    ++gets;
    return MemoryRows::GetBytes(key);
  }
  mutable int gets = 0;
};

class RowCacheTest : public ::testing::Test {
 protected:
  static constexpr size_t kBytesMax = 4000;

  RowCacheTest() {
    auto stored = std::make_unique<Counted>();
    stored_ = stored.get();
    cache_ = std::make_unique<RowCache>(std::move(stored), kBytesMax);
  }

  // As a partition does: to the store, then here.
  void Write(const std::string& key, std::optional<std::string> value) {
    if (value) {
      stored_->PutBytes(key, *value);
    } else {
      stored_->Erase(key);
    }
    cache_->Take({{key, value}});
  }

  Counted* stored_;
  std::unique_ptr<RowCache> cache_;
};

TEST_F(RowCacheTest, ARowIsAskedForOnce) {
  stored_->PutBytes("s/a", "1");
  EXPECT_EQ(cache_->GetBytes("s/a"), "1");
  EXPECT_EQ(cache_->GetBytes("s/a"), "1");
  EXPECT_EQ(stored_->gets, 1);
}

TEST_F(RowCacheTest, AnAbsentRowIsAskedForOnce) {
  EXPECT_EQ(cache_->GetBytes("s/a"), std::nullopt);
  EXPECT_EQ(cache_->GetBytes("s/a"), std::nullopt);
  EXPECT_EQ(stored_->gets, 1);
}

TEST_F(RowCacheTest, WhatIsWrittenIsKnown) {
  EXPECT_EQ(cache_->GetBytes("s/a"), std::nullopt);
  Write("s/a", "1");
  EXPECT_EQ(cache_->GetBytes("s/a"), "1");
  Write("s/a", "22");
  EXPECT_EQ(cache_->GetBytes("s/a"), "22");
  Write("s/a", std::nullopt);
  EXPECT_EQ(cache_->GetBytes("s/a"), std::nullopt);
  EXPECT_EQ(stored_->gets, 1);
}

TEST_F(RowCacheTest, WhatIsTouchedStaysAndTheRestGoes) {
  for (int i = 0; i < 1000; ++i) {
    Write("s/" + std::to_string(i), "value");
    EXPECT_EQ(cache_->GetBytes("s/hot"), std::nullopt);
    EXPECT_LE(cache_->bytes(), kBytesMax);
  }
  EXPECT_EQ(stored_->gets, 1);
  EXPECT_EQ(cache_->GetBytes("s/0"), "value");
  EXPECT_EQ(stored_->gets, 2);
}

// A stale entry of the old generation must not outlive a write.
TEST_F(RowCacheTest, ARowOfTheOldGenerationIsOvertakenByAWrite) {
  Write("s/a", "old");
  for (int i = 0; i < 15; ++i) Write("s/" + std::to_string(i), std::string(60, 'x'));
  Write("s/a", "new");
  EXPECT_EQ(cache_->GetBytes("s/a"), "new");
  for (int i = 100; i < 200; ++i) Write("s/" + std::to_string(i), std::string(60, 'x'));
  EXPECT_EQ(cache_->GetBytes("s/a"), "new");
}

TEST_F(RowCacheTest, AScanSeesTheStore) {
  EXPECT_EQ(cache_->GetBytes("s/a"), std::nullopt);
  Write("s/a", "1");
  int seen = 0;
  cache_->ScanBytes("s/", "", [&](std::string_view key, std::string_view bytes) {
    EXPECT_EQ(key, "s/a");
    EXPECT_EQ(bytes, "1");
    return ++seen > 0;
  });
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace afterbell
