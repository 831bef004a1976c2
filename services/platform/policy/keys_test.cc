// The table of keys keeps its own rules: keys that can be parts of row keys, lists without doubles,
// entries of known types, and other names that lead to keys that exist.
#include "services/platform/policy/keys.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/policy/check.h"

namespace afterbell::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Keys, AreThereOnceInLowerSnakeCase) {
  std::set<std::string_view> seen;
  for (const KeyInfo& key : Keys()) {
    EXPECT_TRUE(seen.insert(key.key).second) << key.key << " twice";
    EXPECT_EQ(key.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), key.key.npos) << key.key;
    EXPECT_NE(key.types, 0) << key.key;
    EXPECT_EQ(key.types & (kUnset | kNote), 0) << key.key << ": allowed everywhere, not said";
    EXPECT_EQ(FindKey(key.key), &key);
  }
  EXPECT_EQ(FindKey("fee_amount"), nullptr);
  EXPECT_EQ(FindKey(""), nullptr);
}

TEST(Keys, HaveListsWithoutDoubles) {
  for (const KeyInfo& key : Keys()) {
    for (const std::string_view list : {key.units, key.words, key.entries}) {
      const std::vector<std::string_view> words = WordsIn(list);
      EXPECT_EQ(std::set(words.begin(), words.end()).size(), words.size()) << key.key << ": " << list;
    }
  }
}

TEST(Keys, HaveEntriesExactlyWhereTheTypeAllowsThemAndOfTypesTheTableKnows) {
  for (const KeyInfo& key : Keys()) {
    EXPECT_EQ(key.entries.empty(), (key.types & kEntries) == 0) << key.key;
    for (const std::string_view entry : WordsIn(key.entries)) {
      EXPECT_NE(EntryTypeOf(key, entry.substr(0, entry.find(':'))), 0) << key.key << ": " << entry;
    }
  }
}

TEST(Keys, HaveWordsOnlyWhereAWordMayStand) {
  for (const KeyInfo& key : Keys()) {
    if (key.words.empty()) continue;
    EXPECT_NE(key.types & (kChoice | kWords | kEntries), 0) << key.key;
  }
}

TEST(Keys, AreWhatOtherNamesLeadTo) {
  EXPECT_EQ(CanonicalOf("fee_amount"), "fee_amount_yuan");
  EXPECT_EQ(CanonicalOf("fee_amount_yuan"), "");
  for (const char* alias : {"waiver_rate", "eligibility_test", "fee_authority", "refund_basis"}) {
    EXPECT_NE(FindKey(CanonicalOf(alias)), nullptr) << alias;
    EXPECT_EQ(FindKey(alias), nullptr) << alias;
  }
  for (const char* part : {"subsidy_amount", "subsidy_bound", "subsidy_period", "payer"}) {
    EXPECT_NE(FindKey(PartOf("public_money", part)), nullptr) << part;
  }
  EXPECT_EQ(PartOf("waiver", "registered_poor_household"), "");
}

TEST(Keys, IncludeWhatRunningSchoolsNeedAndSilencesStartWith) {
  for (const char* key :
       {"absence_grace_minutes", "absence_escalation_minutes", "pickup_grace_minutes", "custody_gap_seconds",
        "class_hour_rounding", "participant_definition", "rectification_days", "arrears_after_days",
        "publication_interval_days", "waiver_stacking", "class_hour_minutes", "withdrawal_refund",
        "absence_refund", "notice_before_collecting"}) {
    EXPECT_NE(FindKey(key), nullptr) << key;
  }
}

TEST(Keys, ThatAreReadAreInTheTable) {
  std::set<std::string_view> seen;
  for (const std::string_view key : KeysRead()) {
    EXPECT_NE(FindKey(key), nullptr) << key;
    EXPECT_TRUE(seen.insert(key).second) << key << " twice";
  }
}

TEST(TypeOf, TellsTheThreeFormsOfADateApart) {
  const auto type_of = [](const char* date) {
    v1::Value value;
    value.set_date(date);
    return TypeOf(value);
  };
  EXPECT_EQ(type_of("2021-09-09"), kDate);
  EXPECT_EQ(type_of("2021-autumn"), kTerm);
  EXPECT_EQ(type_of("2021-spring"), kTerm);
  EXPECT_EQ(type_of("12-31"), kYearDay);
  EXPECT_EQ(type_of("02-29"), kYearDay);
  EXPECT_EQ(type_of("02-30"), kDate);  // Of no form.
  EXPECT_EQ(type_of("2021-winter"), kDate);
}

TEST(WordsIn, SplitsAtSpaces) {
  EXPECT_THAT(WordsIn("a bc  d"), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(WordsIn(""), IsEmpty());
  EXPECT_TRUE(HasWord("a bc d", "bc"));
  EXPECT_FALSE(HasWord("a bc d", "b"));
}

TEST(OneOf, ReadsLikeASentence) {
  EXPECT_EQ(OneOf("a"), "a");
  EXPECT_EQ(OneOf("a b"), "a or b");
  EXPECT_EQ(OneOf("a b c"), "a, b or c");
}

TEST(CheckValue, AllowsUnsetAndNotesForEveryKeyButNoEmptyNote) {
  v1::Value unset, note, empty;
  unset.mutable_unset();
  note.set_note("in good time");
  empty.set_note("");
  for (const KeyInfo& key : Keys()) {
    EXPECT_THAT(CheckValue(key, unset), IsEmpty()) << key.key;
    EXPECT_THAT(CheckValue(key, note), IsEmpty()) << key.key;
    EXPECT_EQ(CheckValue(key, empty).size(), 1) << key.key;
  }
}

TEST(ValueIdOf, DependsOnInstrumentKeyScopeAndDayAndNothingElse) {
  v1::ParameterValue value;
  value.set_instrument_id("i");
  value.set_key("fee_model");
  const std::string id = ValueIdOf(value);
  v1::ParameterValue other = value;
  other.mutable_value()->set_choice("free");
  EXPECT_EQ(ValueIdOf(other), id);
  other.mutable_scope()->set_stage("primary");
  EXPECT_NE(ValueIdOf(other), id);
  other = value;
  other.set_effective_from("2021-09-01");
  EXPECT_NE(ValueIdOf(other), id);
}

}  // namespace
}  // namespace afterbell::policy
