// The loader: what it accepts and, for each thing that can be wrong, the exact line of text that
// somebody who edits policy would see.
#include "services/platform/policy/loader.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"

namespace afterbell::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The head of a file, seven lines; what a test adds begins on line 8.
constexpr char kHead[] = R"(# A district.
number: "1"
title: "A plan"
issuer: "Somewhere"
issued_on: "2021-09-09"
effective_from: "2021-09-01"
scope { area_id: "somewhere" }
)";

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<v1::Instrument> instrument = ParseInstrument(text, "x.textproto");
  if (instrument.ok()) return "accepted";
  EXPECT_EQ(instrument.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(instrument.status().message());
}

std::string ErrorOfLine8(const std::string& line) { return ErrorOf(kHead + line + "\n"); }

// Of a value with one entry.
std::string ErrorOfCollector(const std::string& entry) {
  return ErrorOfLine8("parameter { key: \"collector\" value { entries { " + entry + " } } }");
}

TEST(Loader, AcceptsAnInstrumentAndFillsHashAndId) {
  const std::string text = std::string(kHead) + R"(parameter { key: "fee_model" value { choice: "free" } })";
  const absl::StatusOr<v1::Instrument> instrument = ParseInstrument(text, "x.textproto");
  ASSERT_TRUE(instrument.ok()) << instrument.status();
  EXPECT_EQ(instrument->content_hash(), Sha256(text));
  EXPECT_EQ(instrument->instrument_id().size(), kIdLength);
  EXPECT_EQ(instrument->parameter(0).value().choice(), "free");
}

TEST(Loader, GivesAnotherIdToAnotherIssuerOfTheSameParameters) {
  const auto id_of = [](const std::string& issuer) {
    std::string text = kHead;
    text.replace(text.find("Somewhere"), 9, issuer);
    return ParseInstrument(text, "x")->instrument_id();
  };
  EXPECT_NE(id_of("Here"), id_of("There"));
  EXPECT_EQ(id_of("Here"), id_of("Here"));
}

TEST(Loader, RefusesWhatIsNotProtobufText) {
  EXPECT_EQ(ErrorOfLine8("parameter { kye: \"fee_model\" }"),
            "x.textproto:8:16: Message type \"afterbell.policy.v1.Parameter\" has no field named \"kye\".");
  EXPECT_EQ(ErrorOfLine8("parameter { key: 12 }"), "x.textproto:8:18: Expected string, got: 12");
}

TEST(Loader, RefusesAKeyThatIsNotInTheTable) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_modell" value { choice: "free" } })"),
            "x.textproto:8:13: key 'fee_modell', expected a key of services/platform/policy/keys.cc");
}

TEST(Loader, NamesTheKeyThatAnAliasStandsFor) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "waiver_rate" value { count: 50 } })"),
            "x.textproto:8:13: key 'waiver_rate', expected waiver");
}

TEST(Loader, NamesThePartsOfARowThatIsSeveralParameters) {
  EXPECT_EQ(
      ErrorOfLine8(R"(parameter { key: "min_adults_per_session" value { count: 2 } })"),
      "x.textproto:8:13: key 'min_adults_per_session', expected min_staff_per_session, teachers_per_group or "
      "min_parents_per_class_club");
}

TEST(Loader, RefusesAValueOfAnotherType) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_model" value { count: 3 } })"),
            "x.textproto:8:38: count, expected choice or entries or unset or note");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_model" value { date: "2021-09-09" } })"),
            "x.textproto:8:38: date, expected choice or entries or unset or note");
}

TEST(Loader, RefusesAMissingValue) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { } })"),
            "x.textproto:8:30: no value, expected flag or unset or note");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" })"),
            "x.textproto:8:1: no value, expected flag or unset or note");
}

TEST(Loader, RefusesAWordThatIsNotInTheClosedList) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_cap_period" value { choice: "week" } })"),
            "x.textproto:8:43: choice 'week', expected month or term");
  EXPECT_EQ(
      ErrorOfLine8(R"(parameter { key: "agreement" value { words { word: "school" word: "pupil" } } })"),
      "x.textproto:8:61: word 'pupil', expected school, guardian, third_party or parents_committee");
}

TEST(Loader, PlacesAWordOfABracketedListAtTheList) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "agreement" value { words { word: ["school", "pupil"] } } })"),
            "x.textproto:8:46: word 'pupil', expected school, guardian, third_party or parents_committee");
}

TEST(Loader, AcceptsAnyWordOfAnOpenList) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "projects_named" value { words { word: "kites" } } })"),
            "accepted");
}

TEST(Loader, RefusesAWordTwiceAndNoWord) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "projects_named" value { words { word: "a" word: "a" } } })"),
            "x.textproto:8:61: word 'a' again");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "projects_named" value { words { } } })"),
            "x.textproto:8:43: no word, expected at least one");
}

TEST(Loader, RefusesAUnitTheKeyDoesNotHave) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_cap" value { fen: 1 } unit: "fen/pupil-year" })"),
            "x.textproto:8:45: unit 'fen/pupil-year', expected fen/pupil-month");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "daily_max" value { count: 3 } })"),
            "x.textproto:8:1: no unit, expected minutes, class_hours, minutes_after_dismissal or "
            "minutes_of_evening_study_only");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } unit: "pupils" })"),
            "x.textproto:8:51: unit 'pupils', expected none");
}

TEST(Loader, RefusesDatesAndTimesThatDoNotExist) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "start_time" value { time: "25:00" } })"),
            "x.textproto:8:39: time '25:00', expected HH:MM");
  EXPECT_EQ(
      ErrorOfLine8(R"(parameter { key: "effective_from" value { date: "2021-02-29" } })"),
      "x.textproto:8:43: date '2021-02-29', expected a day, YYYY-MM-DD; a term, YYYY-spring or YYYY-autumn");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "yearly_report" value { date: "2021-12-31" } })"),
            "x.textproto:8:42: date '2021-12-31', expected a day of every year, MM-DD");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } effective_from: "tomorrow" })"),
            "x.textproto:8:51: effective_from 'tomorrow', expected a day, YYYY-MM-DD");
}

TEST(Loader, RefusesNumbersOutOfRange) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "fee_cap" value { fen: -1 } unit: "fen/pupil-month" })"),
            "x.textproto:8:36: fen -1, expected 0 or more");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "staff_share" value { count: 101 } unit: "percent" })"),
            "x.textproto:8:40: count 101, expected 0 to 100 percent");
}

TEST(Loader, RefusesEntriesTheKeyDoesNotHave) {
  EXPECT_EQ(ErrorOfCollector(R"(entry { name: "bus" value { choice: "school" } })"),
            "x.textproto:8:56: entry 'bus', expected lunch or course");
  EXPECT_EQ(ErrorOfCollector(R"(entry { name: "lunch" value { count: 1 } })"),
            "x.textproto:8:78: count, expected choice or unset");
  EXPECT_EQ(ErrorOfCollector(R"(entry { name: "lunch" value { choice: "bank" } })"),
            "x.textproto:8:78: choice 'bank', expected school, parents_committee, third_party or nobody");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "waiver" value { entries { } } unit: "percent_removed" })"),
            "x.textproto:8:35: no entry, expected at least one");
}

TEST(Loader, RefusesAnEntryTwice) {
  EXPECT_EQ(
      ErrorOfLine8(
          R"(parameter { key: "collector" value { entries { entry { name: "lunch" value { choice: "school" } }
  entry { name: "lunch" value { choice: "school" } } } } })"),
      "x.textproto:9:11: entry 'lunch' again");
}

TEST(Loader, RefusesScopesInOtherWords) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } scope { stage: "middle" } })"),
            "x.textproto:8:59: stage 'middle', expected kindergarten, primary, junior_secondary or "
            "senior_secondary");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } scope { grade: "13" } })"),
            "x.textproto:8:59: grade '13', expected 1 to 12");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } scope { season: "hot" } })"),
            "x.textproto:8:59: season 'hot', expected spring, summer, autumn or winter");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } scope { area_id: "a/b" } })"),
            "x.textproto:8:59: area_id 'a/b', expected an id");
}

TEST(Loader, RefusesAParameterThatLeavesTheInstrumentsScope) {
  std::string text = kHead;
  text.replace(text.find("area_id: \"somewhere\""), 20, "stage: \"primary\"    ");
  EXPECT_EQ(ErrorOf(text +
                    R"(parameter { key: "voluntary" value { flag: true } scope { stage: "kindergarten" } })"),
            "x.textproto:8:59: stage 'kindergarten', expected 'primary', the instrument's");
}

TEST(Loader, RefusesTheSameKeyTwiceForAScopeAndADay) {
  EXPECT_EQ(ErrorOfLine8("parameter { key: \"voluntary\" value { flag: true } }\n"
                         "parameter { key: \"voluntary\" value { flag: false } }"),
            "x.textproto:9:1: 'voluntary' again, expected one value for a scope and a day");
  EXPECT_EQ(
      ErrorOfLine8("parameter { key: \"voluntary\" value { flag: true } effective_to: \"2022-08-31\" }\n"
                   "parameter { key: \"voluntary\" value { flag: false } effective_from: \"2022-09-01\" }"),
      "accepted");
}

TEST(Loader, RefusesAnEndBeforeTheBeginning) {
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } effective_to: "2021-08-31" })"),
            "x.textproto:8:51: effective_to '2021-08-31', expected 2021-09-01 or later");
  EXPECT_EQ(ErrorOfLine8(R"(effective_to: "2021-08-31")"),
            "x.textproto:8:1: effective_to '2021-08-31', expected 2021-09-01 or later");
}

TEST(Loader, AsksForBothDatesOfAnInstrument) {
  EXPECT_EQ(ErrorOf("title: \"A\" issuer: \"B\""),
            "x.textproto:1:1: no issued_on, expected the day it was made known (REF-28)\n"
            "x.textproto:1:1: no effective_from, expected the day from which it binds (REF-28)");
}

TEST(Loader, RefusesWhatIsComputed) {
  EXPECT_EQ(ErrorOfLine8("instrument_id: \"abc\""),
            "x.textproto:8:1: instrument_id, expected none: it is computed");
  EXPECT_EQ(ErrorOfLine8("content_hash: \"abc\""),
            "x.textproto:8:1: content_hash, expected none: it is computed");
}

TEST(Loader, AsksAssumptionsForReasonsAndNobodyElse) {
  std::string text = kHead;
  text.replace(text.find("Somewhere"), 9, "assumptions");
  EXPECT_EQ(ErrorOf(text + "parameter { key: \"voluntary\" value { flag: true } }"),
            "x.textproto:4:1: issuer 'assumptions', expected with it provisional: true\n"
            "x.textproto:8:1: no reason, expected why 'voluntary' is assumed");
  EXPECT_EQ(ErrorOfLine8(R"(parameter { key: "voluntary" value { flag: true } reason: "so" })"),
            "x.textproto:8:51: a reason, expected none: only what is assumed needs one");
}

TEST(Loader, ListsAllThatIsWrongInTheOrderOfTheFile) {
  EXPECT_EQ(
      ErrorOfLine8("parameter { key: \"fee_model\" value { choice: \"dear\" } unit: \"fen\" }\n"
                   "parameter { key: \"nothing\" value { flag: true } }"),
      "x.textproto:8:38: choice 'dear', expected free, per_month, per_class_hour, per_term, per_course, "
      "committee_set or none_set\n"
      "x.textproto:8:55: unit 'fen', expected none\n"
      "x.textproto:9:13: key 'nothing', expected a key of services/platform/policy/keys.cc");
}

TEST(Loader, SaysWhenAFileCannotBeRead) {
  EXPECT_EQ(LoadInstrument("no/such.textproto").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadDirectory("no/such").status().code(), absl::StatusCode::kNotFound);
}

TEST(LoadDirectory, RefusesOneTextInTwoFiles) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "one_text_twice";
  std::filesystem::create_directories(folder);
  for (const char* name : {"a.textproto", "b.textproto", "c.txt"}) std::ofstream(folder / name) << kHead;
  const auto loaded = LoadDirectory(folder.string());
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("b.textproto:1:1: the text of "));
  std::filesystem::remove_all(folder);
}

TEST(LoadDirectory, LoadsEveryInstrumentOfThisRepositoryInTheOrderOfFileNames) {
  const auto loaded = LoadDirectory("infra/policy");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  std::vector<std::string> issuers;
  for (const v1::Instrument& instrument : *loaded) issuers.push_back(instrument.issuer());
  EXPECT_THAT(issuers, ElementsAre("National", "assumptions", "Jilin district", "Wanzhou", "Xiji"));
}

TEST(LoadDirectory, HasEveryInstrumentInForceInTheAutumnTermOf2026) {
  const auto loaded = LoadDirectory("infra/policy");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  for (const v1::Instrument& instrument : *loaded) {
    for (const v1::ParameterValue& value : ValuesOf(instrument)) {
      EXPECT_LE(value.effective_from(), "2026-09-01") << instrument.issuer() << ' ' << value.key();
      EXPECT_TRUE(value.effective_to().empty() || value.effective_to() >= "2027-01-15") << value.key();
    }
  }
}

TEST(ValuesOf, GivesEachParameterTheInstrumentsScopeDatesAndMarkUnlessItHasItsOwn) {
  const auto instrument = ParseInstrument(
      std::string(kHead) +
          "parameter { key: \"voluntary\" value { flag: true } }\n"
          "parameter { key: \"fee_model\" value { choice: \"free\" } scope { stage: \"primary\" }\n"
          "  effective_from: \"2022-09-01\" effective_to: \"2023-08-31\" provisional: true }",
      "x");
  ASSERT_TRUE(instrument.ok()) << instrument.status();
  const std::vector<v1::ParameterValue> values = ValuesOf(*instrument);
  ASSERT_EQ(values.size(), 2);
  EXPECT_EQ(values[0].scope().area_id(), "somewhere");
  EXPECT_EQ(values[0].effective_from(), "2021-09-01");
  EXPECT_EQ(values[0].issued_on(), "2021-09-09");
  EXPECT_FALSE(values[0].provisional());
  EXPECT_EQ(values[1].scope().area_id(), "somewhere");
  EXPECT_EQ(values[1].scope().stage(), "primary");
  EXPECT_EQ(values[1].effective_from(), "2022-09-01");
  EXPECT_EQ(values[1].effective_to(), "2023-08-31");
  EXPECT_TRUE(values[1].provisional());
  for (const auto& value : values) EXPECT_EQ(value.instrument_id(), instrument->instrument_id());
}

TEST(ValuesOf, GivesEveryValueOfThisRepositoryAnIdOfItsOwn) {
  const auto loaded = LoadDirectory("infra/policy");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  std::set<std::string> ids;
  size_t values = 0;
  for (const v1::Instrument& instrument : *loaded) {
    for (const v1::ParameterValue& value : ValuesOf(instrument)) {
      ids.insert(value.value_id());
      ++values;
    }
  }
  EXPECT_EQ(ids.size(), values);
}

}  // namespace
}  // namespace afterbell::policy
