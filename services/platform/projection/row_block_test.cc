#include "services/platform/projection/row_block.h"

#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

TEST(RowBlock, AnEmptyValueIsNoClearing) {
  RowBlock rows{{"a", ""}, {"b", std::nullopt}};
  rows.Set("c", {});
  EXPECT_FALSE(Sorted({&rows})[0].cleared());
  EXPECT_TRUE(Sorted({&rows})[1].cleared());
  EXPECT_FALSE(Sorted({&rows})[2].cleared());
}

// Keys of all lengths, many alike, with bytes of every value; rows of more than one block.
TEST(RowBlock, SortsAndFindsTheLastOfEachRow) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 dice(seed);
    const std::string before = seed % 2 == 0 ? "" : "all/alike/";
    RowBlock rows;
    std::map<std::string, std::optional<std::string>> expected;
    for (int i = 0; i < 3000; ++i) {
      std::string key = before;
      for (unsigned n = dice() % 12; n > 0; --n) key += static_cast<char>(dice() % 3 == 0 ? dice() : 'a');
      const std::string value(dice() % 300, static_cast<char>('a' + i % 26));
      switch (dice() % 3) {
        case 0:
          rows.Clear(key);
          expected[key] = std::nullopt;
          break;
        case 1:
          rows.Set(key, value);
          expected[key] = value;
          break;
        default:
          rows.Set(key.substr(0, key.size() / 2), key.substr(key.size() / 2), value.size(),
                   [&](char* at) { std::copy(value.begin(), value.end(), at); });
          expected[key] = value;
      }
      if (i % 100 == 0) {  // Rows that come after one was looked for are found too.
        ASSERT_NE(rows.Find(key), nullptr);
        EXPECT_EQ(rows.Find(key)->cleared(), !expected[key]);
      }
    }
    const auto sorted = Sorted({&rows});
    ASSERT_EQ(sorted.size(), expected.size());
    auto next = expected.begin();
    for (const RowBlock::Row& row : sorted) {
      EXPECT_EQ(row.key, next->first);
      EXPECT_EQ(row.cleared(), !next->second);
      EXPECT_EQ(row.value, next->second.value_or(""));
      ASSERT_NE(rows.Find(row.key), nullptr);
      EXPECT_EQ(rows.Find(row.key)->value, row.value);
      ++next;
    }
    EXPECT_EQ(rows.Find(before + "not there"), nullptr);
  }
}

TEST(RowBlock, OfSeveralBlocksTheLastCounts) {
  const RowBlock first{{"a", "1"}, {"b", "1"}, {"c", "1"}}, none, second{{"c", std::nullopt}, {"a", "2"}};
  std::string text;
  for (const RowBlock::Row& row : Sorted({&first, &none, &second}))
    text.append(row.key).append("=").append(row.cleared() ? "none" : std::string(row.value)).append(" ");
  EXPECT_EQ(text, "a=2 b=1 c=none ");
  EXPECT_TRUE(Sorted({&none, &none}).empty());
  EXPECT_TRUE(Sorted({}).empty());
}

}  // namespace
}  // namespace afterbell
