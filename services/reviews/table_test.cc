// How an answer is printed: aligned for people, exact for machines.
#include "services/reviews/table.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace afterbell::reviews {
namespace {

using ::testing::HasSubstr;

Result Sample() {
  Result result;
  result.review = "Q-00";
  result.version = 3;
  result.zh = "问题";
  result.en = "the question";
  result.basis = {"log1", "SIMULATED", "the end", "as recorded", {"fee_cap v1 (2 times)"}, {"one note"}};
  result.tables.push_back({"places",
                           "地方",
                           "places",
                           {{"place", "地方", "place"}, {"fen", "金额", "money", Unit::kFen}},
                           {{"甲, 乙", int64_t{-12345}}, {"say \"x\"", int64_t{5}}, {"none", Cell()}}});
  return result;
}

TEST(Table, AlignsColumnsThoughChineseIsWide) {
  const std::string text = AsText(Sample());
  EXPECT_THAT(text, HasSubstr("甲, 乙        -123.45\n"));
  EXPECT_THAT(text, HasSubstr("say \"x\"          0.05\n"));
  EXPECT_EQ(WidthOf("甲, 乙"), 6);
  EXPECT_EQ(WidthOf("é"), 1);
}

TEST(Table, SaysWhatItRestsOn) {
  const std::string text = AsText(Sample());
  EXPECT_THAT(text, HasSubstr("log log1, SIMULATED clock, as of the end, policy as recorded"));
  EXPECT_THAT(text, HasSubstr("provisional: fee_cap v1 (2 times)"));
  EXPECT_THAT(text, HasSubstr("note: one note"));
}

TEST(Table, QuotesInCsvWhatMustBeQuotedAndKeepsFen) {
  EXPECT_EQ(AsCsv(Sample().tables[0]), "place,fen\r\n\"甲, 乙\",-12345\r\n\"say \"\"x\"\"\",5\r\nnone,\r\n");
}

TEST(Table, IsWholeAsJson) {
  const auto json = nlohmann::json::parse(AsJson(Sample()));
  EXPECT_EQ(json["review"], "Q-00");
  EXPECT_EQ(json["question"]["zh-CN"], "问题");
  EXPECT_EQ(json["basis"]["clock"], "SIMULATED");
  EXPECT_EQ(json["tables"][0]["rows"][0]["fen"], -12345);
  EXPECT_TRUE(json["tables"][0]["rows"][2]["fen"].is_null());
}

}  // namespace
}  // namespace afterbell::reviews
