#include "services/platform/runtime/scratch_rows.h"

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using Text = google::protobuf::StringValue;
constexpr StateTable<Text, key::Id, key::Id> kTexts{"s/texts", "of/row", Ranged(1)};

Text TextOf(const std::string& value) {
  Text text;
  text.set_value(value);
  return text;
}

std::string All(const Rows& rows, bool first_only = false) {
  std::string all;
  rows.Scan(kTexts, Prefix("a"), [&](const auto& key, const Text& text) {
    all.append(std::get<1>(key)).append("=").append(text.value()).append(" ");
    return !first_only;
  });
  return all;
}

TEST(ScratchRows, LieOverOthersAndLeaveThemAsTheyAre) {
  MemoryRows under;
  AllRows(under).Put(kTexts, {"a", "2"}, TextOf("under"));
  AllRows(under).Put(kTexts, {"a", "4"}, TextOf("under"));
  AllRows(under).Put(kTexts, {"b", "1"}, TextOf("under"));
  ScratchRows scratch(under);
  EXPECT_EQ(All(scratch), "2=under 4=under ");
  AllRows over(scratch);
  over.Put(kTexts, {"a", "1"}, TextOf("over"));
  over.Put(kTexts, {"a", "4"}, TextOf("over"));
  over.Put(kTexts, {"a", "5"}, TextOf("over"));
  over.Erase(kTexts, {"a", "2"});
  EXPECT_EQ(All(scratch), "1=over 4=over 5=over ");
  EXPECT_EQ(All(scratch, /*first_only=*/true), "1=over ");
  EXPECT_FALSE(over.Has(kTexts, {"a", "2"}));
  EXPECT_EQ(over.Get(kTexts, {"a", "4"})->value(), "over");
  EXPECT_EQ(over.Get(kTexts, {"b", "1"})->value(), "under");
  EXPECT_EQ(All(under), "2=under 4=under ");
}

}  // namespace
}  // namespace afterbell
