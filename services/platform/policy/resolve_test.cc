// Which value binds: the order of precedence step by step, days at their edges, what `unset`, notes,
// provinces and overrides do, and what the real instruments say of the three districts.
#include "services/platform/policy/resolve.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/policy/keys.h"
#include "services/platform/policy/loader.h"
#include "services/platform/policy/tables.h"

namespace afterbell::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDay[] = "2026-10-08";

class ResolveTest : public ::testing::Test {
 protected:
  ResolveTest() {
    school_.area_ids = {"cn", "province", "city", "district"};
    school_.school_id = "s1";
    school_.stage = "primary";
    school_.grade = "3";
    school_.season = "summer";
    school_.province_id = "province";
  }

  static v1::ParameterValue Value(const std::string& id, const std::string& text) {
    v1::ParameterValue value;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &value)) << text;
    value.set_value_id(id);
    return value;
  }
  void Put(const v1::ParameterValue& value) {
    AllRows(rows_).Put(kValues, {key::Word(value.key()), value.value_id()}, value);
  }
  void Given(const std::string& id, const std::string& text) { Put(Value(id, text)); }

  // Ids of the candidates, the binding one first.
  std::vector<std::string> Order(const std::string& key, const std::string& on = kDay) const {
    return Ids(Policy(rows_).Resolve(key, school_, on)->candidates);
  }
  std::vector<std::string> Conflicts(const std::string& key) const {
    return Ids(Policy(rows_).Resolve(key, school_, kDay)->conflicts);
  }
  static std::vector<std::string> Ids(const std::vector<v1::ParameterValue>& values) {
    std::vector<std::string> ids;
    for (const v1::ParameterValue& value : values) ids.push_back(value.value_id());
    return ids;
  }

  MemoryRows rows_;
  Place school_;
};

TEST_F(ResolveTest, OrdersScopesFromSeasonDownToTheNation) {
  const std::vector<std::pair<std::string, std::string>> from_wide_to_narrow = {
      {"everywhere", ""},
      {"nation", "area_id: 'cn'"},
      {"province", "area_id: 'province'"},
      {"city", "area_id: 'city'"},
      {"district", "area_id: 'district'"},
      {"school", "school_id: 's1'"},
      {"stage", "area_id: 'district' stage: 'primary'"},
      {"grade", "area_id: 'district' grade: '3'"},
      {"season", "area_id: 'district' season: 'summer'"},
  };
  std::vector<std::string> expected;
  for (const auto& [id, scope] : from_wide_to_narrow) {
    Given(id, "key: 'end_time' value { time: '18:00' } scope { " + scope + " }");
    expected.insert(expected.begin(), id);
  }
  EXPECT_EQ(Order("end_time"), expected);
}

TEST_F(ResolveTest, ComparesTheNarrowestStepBeforeTheNext) {
  Given("school all year",
        "key: 'end_time' value { time: '17:00' } scope { school_id: 's1' stage: 'primary' grade: '3' }");
  Given("nation in summer",
        "key: 'end_time' value { time: '17:30' } scope { area_id: 'cn' season: 'summer' }");
  EXPECT_THAT(Order("end_time"), ElementsAre("nation in summer", "school all year"));
}

TEST_F(ResolveTest, LetsADistrictGoBeforeTheNationHoweverLateTheNationSpeaks) {
  Given("nation",
        "key: 'fee_model' value { choice: 'none_set' } scope { area_id: 'cn' } issued_on: '2026-01-01'");
  Given("district",
        "key: 'fee_model' value { choice: 'free' } scope { area_id: 'district' } issued_on: '2020-09-01'");
  EXPECT_EQ(*Policy(rows_).Choice("fee_model", school_, kDay), "free");
  EXPECT_THAT(Conflicts("fee_model"), ElementsAre("nation"));
}

TEST_F(ResolveTest, TakesTheLaterDayOfIssueOfOneScopeWhateverTheDaysOfEffect) {
  Given("old",
        "key: 'fee_model' value { choice: 'per_month' } scope { area_id: 'district' } "
        "issued_on: '2020-09-01' effective_from: '2026-09-01'");
  Given("new",
        "key: 'fee_model' value { choice: 'free' } scope { area_id: 'district' } "
        "issued_on: '2021-09-09' effective_from: '2021-09-01'");
  EXPECT_THAT(Order("fee_model"), ElementsAre("new", "old"));
  EXPECT_THAT(Conflicts("fee_model"), ElementsAre("old"));
}

TEST_F(ResolveTest, SettlesWhatIsLeftByTheLaterDayOfEffectAndThenByTheId) {
  Given("b", "key: 'voluntary' value { flag: true } issued_on: '2020-01-01' effective_from: '2020-01-01'");
  Given("a", "key: 'voluntary' value { flag: true } issued_on: '2020-01-01' effective_from: '2020-02-01'");
  Given("c", "key: 'voluntary' value { flag: true } issued_on: '2020-01-01' effective_from: '2020-01-01'");
  EXPECT_THAT(Order("voluntary"), ElementsAre("a", "c", "b"));
  EXPECT_THAT(Conflicts("voluntary"), IsEmpty());
}

TEST_F(ResolveTest, LeavesOutOtherPlaces) {
  Given("other district", "key: 'voluntary' value { flag: true } scope { area_id: 'elsewhere' }");
  Given("other school", "key: 'voluntary' value { flag: true } scope { school_id: 's2' }");
  Given("other stage", "key: 'voluntary' value { flag: true } scope { stage: 'kindergarten' }");
  Given("other grade", "key: 'voluntary' value { flag: true } scope { grade: '4' }");
  Given("other season", "key: 'voluntary' value { flag: true } scope { season: 'winter' }");
  EXPECT_THAT(Order("voluntary"), IsEmpty());
}

TEST_F(ResolveTest, KeepsANarrowedValueFromAPlaceThatDoesNotSayTheStep) {
  Given("summer", "key: 'end_time' value { time: '17:30' } scope { season: 'summer' }");
  school_.season.clear();
  EXPECT_THAT(Order("end_time"), IsEmpty());
}

TEST_F(ResolveTest, DoesNotMistakeAKeyForTheBeginningOfAnother) {
  Given("by season", "key: 'end_time_by_season' value { time: '17:30' }");
  EXPECT_THAT(Order("end_time"), IsEmpty());
}

TEST_F(ResolveTest, BindsFromTheFirstDayToTheLastBothIncluded) {
  Given("a", "key: 'voluntary' value { flag: true } effective_from: '2026-09-01' effective_to: '2027-01-15'");
  EXPECT_THAT(Order("voluntary", "2026-08-31"), IsEmpty());
  EXPECT_THAT(Order("voluntary", "2026-09-01"), ElementsAre("a"));
  EXPECT_THAT(Order("voluntary", "2027-01-15"), ElementsAre("a"));
  EXPECT_THAT(Order("voluntary", "2027-01-16"), IsEmpty());
}

TEST_F(ResolveTest, BindsFromTheDayOfEffectThoughItWasIssuedLater) {
  Given("xiji",
        "key: 'fee_model' value { choice: 'free' } issued_on: '2021-09-09' effective_from: '2021-09-01'");
  EXPECT_THAT(Order("fee_model", "2021-08-31"), IsEmpty());
  EXPECT_EQ(*Policy(rows_).Choice("fee_model", school_, "2021-09-05"), "free");
}

TEST_F(ResolveTest, PassesFromASupersededValueToTheNextOnTheDayBetween) {
  Given("old",
        "key: 'fee_amount_yuan' value { fen: 8000 } issued_on: '2020-09-01' effective_to: '2026-09-30'");
  Given("new",
        "key: 'fee_amount_yuan' value { fen: 9000 } issued_on: '2026-09-20' effective_from: '2026-10-01'");
  Policy policy(rows_);
  EXPECT_EQ(*policy.Fen("fee_amount_yuan", school_, "2026-09-30"), 8000);
  EXPECT_EQ(*policy.Fen("fee_amount_yuan", school_, "2026-10-01"), 9000);
}

TEST_F(ResolveTest, StopsAtUnsetAndDoesNotFallThrough) {
  Given("nation", "key: 'class_hour_minutes' value { minutes: 45 } scope { area_id: 'cn' }");
  Given("district",
        "key: 'class_hour_minutes' value { unset {} } scope { area_id: 'district' } instrument_id: 'i'");
  Policy policy(rows_);
  const absl::Status status = policy.Minutes("class_hour_minutes", school_, kDay).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(UnsetParameter(status), "class_hour_minutes");
  EXPECT_EQ(std::string(status.message()), "parameter 'class_hour_minutes' is unset by instrument 'i'");
  EXPECT_EQ(policy.Find("class_hour_minutes", school_, kDay), nullptr);
  EXPECT_THAT(Conflicts("class_hour_minutes"), IsEmpty()) << "silence contradicts nobody";
}

TEST_F(ResolveTest, LetsALaterAssumptionOfTheSameScopeSetWhatIsUnset) {
  Given("district",
        "key: 'class_hour_minutes' value { unset {} } scope { area_id: 'district' } issued_on: '2021-09-09'");
  Given("assumed",
        "key: 'class_hour_minutes' value { minutes: 40 } scope { area_id: 'district' } "
        "issued_on: '2026-07-01' provisional: true");
  Policy policy(rows_);
  EXPECT_EQ(*policy.Minutes("class_hour_minutes", school_, kDay), 40);
  EXPECT_TRUE(policy.uses()[0].provisional);
  EXPECT_THAT(Conflicts("class_hour_minutes"), IsEmpty());
}

TEST_F(ResolveTest, DoesNotLetAnAssumptionOfAWiderScopeSetWhatIsUnset) {
  Given("district",
        "key: 'class_hour_minutes' value { unset {} } scope { area_id: 'district' } issued_on: '2021-09-09'");
  Given("assumed",
        "key: 'class_hour_minutes' value { minutes: 40 } scope { area_id: 'cn' } issued_on: '2026-07-01'");
  EXPECT_FALSE(Policy(rows_).Minutes("class_hour_minutes", school_, kDay).ok());
}

TEST_F(ResolveTest, ListsANoteButNeverLetsItBind) {
  Given("note", "key: 'agreement' value { note: 'voluntary agreement' } scope { area_id: 'district' }");
  EXPECT_EQ(UnsetParameter(Policy(rows_).Words("agreement", school_, kDay).status()), "agreement");
  Given("nation",
        "key: 'agreement' value { words { word: ['school', 'guardian'] } } scope { area_id: 'cn' }");
  EXPECT_THAT(*Policy(rows_).Words("agreement", school_, kDay), ElementsAre("school", "guardian"));
  EXPECT_THAT(Order("agreement"), ElementsAre("nation", "note"));
  EXPECT_THAT(Conflicts("agreement"), IsEmpty());
}

TEST_F(ResolveTest, ReportsEveryValueThatDiffersAndNoneThatAgrees) {
  Given("1 district",
        "key: 'daily_max' value { count: 3 } unit: 'class_hours' scope { area_id: 'district' }");
  Given("2 city, another number",
        "key: 'daily_max' value { count: 2 } unit: 'class_hours' scope { area_id: 'city' }");
  Given("3 province, another unit",
        "key: 'daily_max' value { count: 3 } unit: 'minutes' scope { area_id: 'province' }");
  Given("4 nation, the same",
        "key: 'daily_max' value { count: 3 } unit: 'class_hours' scope { area_id: 'cn' }");
  EXPECT_THAT(Conflicts("daily_max"), ElementsAre("2 city, another number", "3 province, another unit"));
}

TEST_F(ResolveTest, LetsAProvincesFeeStandardDisplaceALocalOne) {
  Given("district",
        "key: 'fee_amount_yuan' value { fen: 8000 } scope { area_id: 'district' } issued_on: '2020-09-01'");
  Given("school",
        "key: 'fee_amount_yuan' value { fen: 7000 } scope { school_id: 's1' } issued_on: '2026-09-01'");
  Given("province",
        "key: 'fee_amount_yuan' value { fen: 6000 } scope { area_id: 'province' } issued_on: '2022-01-01'");
  EXPECT_EQ(*Policy(rows_).Fen("fee_amount_yuan", school_, kDay), 6000);
  EXPECT_THAT(Conflicts("fee_amount_yuan"), ElementsAre("school", "district"));
}

TEST_F(ResolveTest, LetsAProvinceDisplaceFeesOnlyAndOnlyWhereItIsKnown) {
  Given("d", "key: 'end_time' value { time: '17:00' } scope { area_id: 'district' }");
  Given("p", "key: 'end_time' value { time: '18:00' } scope { area_id: 'province' }");
  EXPECT_THAT(Order("end_time"), ElementsAre("d", "p"));
  Given("d", "key: 'fee_cap' value { fen: 17000 } scope { area_id: 'district' }");
  Given("p", "key: 'fee_cap' value { fen: 15000 } scope { area_id: 'province' }");
  EXPECT_THAT(Order("fee_cap"), ElementsAre("p", "d"));
  school_.province_id.clear();
  EXPECT_THAT(Order("fee_cap"), ElementsAre("d", "p"));
}

TEST_F(ResolveTest, LetsATownshipBindBeforeItsDistrictAndReportsTheDifference) {
  school_.area_ids.push_back("township");
  Given("district", "key: 'end_time' value { time: '17:30' } scope { area_id: 'district' }");
  Given("township", "key: 'end_time' value { time: '17:40' } scope { area_id: 'township' }");
  EXPECT_THAT(Order("end_time"), ElementsAre("township", "district"));
  EXPECT_THAT(Conflicts("end_time"), ElementsAre("district"));
}

TEST_F(ResolveTest, PutsAnOverrideBeforeEverythingRecorded) {
  Given("school in summer",
        "key: 'end_time' value { time: '17:30' } scope { school_id: 's1' season: 'summer' } issued_on: "
        "'2026-01-01'");
  const std::vector<v1::ParameterValue> overrides = {
      Value("what if", "key: 'end_time' value { time: '18:00' } scope { area_id: 'cn' }"),
      Value("elsewhere", "key: 'end_time' value { time: '19:00' } scope { area_id: 'elsewhere' }"),
      Value("other key", "key: 'start_time' value { time: '15:00' }"),
  };
  Policy policy(rows_, &overrides);
  EXPECT_EQ(*policy.TimeOfDay("end_time", school_, kDay), "18:00");
  EXPECT_EQ(policy.Resolve("end_time", school_, kDay)->candidates.size(), 2);
  EXPECT_EQ(*policy.TimeOfDay("start_time", school_, kDay), "15:00");
}

TEST_F(ResolveTest, LetsAnOverrideGoBeforeAProvincesFeeStandardAndSetWhatIsUnset) {
  Given("province", "key: 'fee_amount_yuan' value { fen: 6000 } scope { area_id: 'province' }");
  Given("unset", "key: 'class_hour_minutes' value { unset {} }");
  const std::vector<v1::ParameterValue> overrides = {
      Value("o1", "key: 'fee_amount_yuan' value { fen: 1 }"),
      Value("o2", "key: 'class_hour_minutes' value { minutes: 45 }"),
  };
  Policy policy(rows_, &overrides);
  EXPECT_EQ(*policy.Fen("fee_amount_yuan", school_, kDay), 1);
  EXPECT_EQ(*policy.Minutes("class_hour_minutes", school_, kDay), 45);
}

TEST_F(ResolveTest, LetsAnOverrideTakeAValueAway) {
  Given("a", "key: 'fee_cap' value { fen: 17000 }");
  const std::vector<v1::ParameterValue> overrides = {Value("o", "key: 'fee_cap' value { unset {} }")};
  Policy policy(rows_, &overrides);
  EXPECT_EQ(UnsetParameter(policy.Fen("fee_cap", school_, kDay).status()), "fee_cap");
}

TEST_F(ResolveTest, GivesTypedValues) {
  Given("1", "key: 'fee_cap' value { fen: 17000 }");
  Given("2", "key: 'group_size_max' value { count: 40 }");
  Given("3", "key: 'class_hour_minutes' value { minutes: 40 }");
  Given("4", "key: 'fee_model' value { choice: 'per_month' }");
  Given("5", "key: 'start_time' value { time: '15:30' }");
  Given("6", "key: 'agreement' value { words { word: ['school', 'guardian'] } }");
  Given("7", "key: 'notice_before_collecting' value { flag: true }");
  Policy policy(rows_);
  EXPECT_EQ(*policy.Fen("fee_cap", school_, kDay), 17000);
  EXPECT_EQ(*policy.Count("group_size_max", school_, kDay), 40);
  EXPECT_EQ(*policy.Minutes("class_hour_minutes", school_, kDay), 40);
  EXPECT_EQ(*policy.Choice("fee_model", school_, kDay), "per_month");
  EXPECT_EQ(*policy.TimeOfDay("start_time", school_, kDay), "15:30");
  EXPECT_THAT(*policy.Words("agreement", school_, kDay), ElementsAre("school", "guardian"));
  EXPECT_TRUE(policy.Flag("notice_before_collecting", school_, kDay));
  EXPECT_FALSE(policy.Flag("refusal_forbidden", school_, kDay));
}

TEST_F(ResolveTest, CountsAValueOfAnotherTypeAsNoneToComputeWith) {
  Given("1", "key: 'end_time' value { choice: 'linked_to_working_hours' }");
  const absl::Status status = Policy(rows_).TimeOfDay("end_time", school_, kDay).status();
  EXPECT_EQ(UnsetParameter(status), "end_time");
}

TEST_F(ResolveTest, TellsAnEntryThatIsUnsetFromOneThatIsNotThere) {
  Given("1",
        "key: 'waiver' value { entries { entry { name: 'registered_poor_household' value { count: 50 } } "
        "entry { name: 'minimum_living_household' value { unset {} } } } }");
  Policy policy(rows_);
  EXPECT_EQ(**policy.Entry("waiver", "registered_poor_household", school_, kDay), 50);
  EXPECT_FALSE(policy.Entry("waiver", "poor_family_child", school_, kDay)->has_value());
  EXPECT_EQ(UnsetParameter(policy.Entry("waiver", "minimum_living_household", school_, kDay).status()),
            "waiver.minimum_living_household");
}

TEST_F(ResolveTest, GivesEntriesOfAnyType) {
  Given("1",
        "key: 'collector' value { entries { entry { name: 'course' value { choice: 'third_party' } } } }");
  Policy policy(rows_);
  EXPECT_EQ((*policy.EntryValue("collector", "course", school_, kDay))->choice(), "third_party");
  EXPECT_FALSE(policy.EntryValue("collector", "lunch", school_, kDay)->has_value());
  EXPECT_EQ(UnsetParameter(policy.Entry("collector", "course", school_, kDay).status()), "collector.course");
}

TEST_F(ResolveTest, SaysThatAKeyNobodySetIsMissingAndAnUnknownOneADefect) {
  Policy policy(rows_);
  const absl::Status missing = policy.Fen("fee_cap", school_, kDay).status();
  EXPECT_EQ(UnsetParameter(missing), "fee_cap");
  EXPECT_THAT(std::string(missing.message()), HasSubstr("has no value here on 2026-10-08"));
  const absl::Status unknown = policy.Fen("fee_kap", school_, kDay).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(UnsetParameter(unknown), "");
}

TEST_F(ResolveTest, RemembersEachUseOnceInTheOrderOfFirstUse) {
  Given("cap", "key: 'fee_cap' value { fen: 17000 } provisional: true");
  Given("model", "key: 'fee_model' value { choice: 'free' }");
  Policy policy(rows_);
  ASSERT_TRUE(policy.Choice("fee_model", school_, kDay).ok());
  ASSERT_FALSE(policy.Minutes("class_hour_minutes", school_, kDay).ok());
  ASSERT_TRUE(policy.Fen("fee_cap", school_, kDay).ok());
  ASSERT_TRUE(policy.Choice("fee_model", school_, "2026-10-09").ok());
  ASSERT_EQ(policy.uses().size(), 3);
  EXPECT_EQ(policy.uses()[0].key, "fee_model");
  EXPECT_EQ(policy.uses()[0].value_id, "model");
  EXPECT_FALSE(policy.uses()[0].provisional);
  EXPECT_EQ(policy.uses()[1].key, "class_hour_minutes");
  EXPECT_EQ(policy.uses()[1].value_id, "");
  EXPECT_EQ(policy.uses()[2].value_id, "cap");
  EXPECT_TRUE(policy.uses()[2].provisional);
}

TEST_F(ResolveTest, KeepsAnswersInACacheUntilTheRowsHaveAnotherVersion) {
  Given("1", "key: 'fee_model' value { choice: 'free' }");
  uint64_t version = 1;
  PolicyCache cache([&] { return version; });
  EXPECT_EQ(*Policy(rows_, nullptr, &cache).Choice("fee_model", school_, kDay), "free");
  Given("1", "key: 'fee_model' value { choice: 'per_month' }");
  EXPECT_EQ(*Policy(rows_, nullptr, &cache).Choice("fee_model", school_, kDay), "free");
  version = 2;
  Policy policy(rows_, nullptr, &cache);
  EXPECT_EQ(*policy.Choice("fee_model", school_, kDay), "per_month");
  EXPECT_EQ(policy.uses().size(), 1);
}

TEST_F(ResolveTest, KeepsCachedAnswersOfTwoPlacesAndDaysApart) {
  Given("1",
        "key: 'fee_model' value { choice: 'free' } scope { school_id: 's1' } effective_to: '2026-12-31'");
  Given("2", "key: 'fee_model' value { choice: 'per_month' } scope { school_id: 's2' }");
  PolicyCache cache([] { return 1; });
  Policy policy(rows_, nullptr, &cache);
  Place other = school_;
  other.school_id = "s2";
  EXPECT_EQ(*policy.Choice("fee_model", school_, kDay), "free");
  EXPECT_EQ(*policy.Choice("fee_model", other, kDay), "per_month");
  EXPECT_FALSE(policy.Choice("fee_model", school_, "2027-01-01").ok());
}

TEST_F(ResolveTest, KeepsAnswersOfAWhatIfAsOverridden) {
  Given("1", "key: 'fee_model' value { choice: 'free' }");
  PolicyCache cache([] { return 1; });
  const std::vector<v1::ParameterValue> overrides = {
      Value("o", "key: 'fee_model' value { choice: 'per_term' }")};
  for (int decision = 0; decision < 2; ++decision) {
    Policy policy(rows_, &overrides, &cache);
    EXPECT_EQ(*policy.Choice("fee_model", school_, kDay), "per_term");
    EXPECT_EQ(policy.uses()[0].value_id, "o");
  }
}

// The instruments of infra/policy, as a school of each district meets them in the autumn term.
class RealPolicyTest : public ResolveTest {
 protected:
  RealPolicyTest() {
    const auto instruments = LoadDirectory("infra/policy");
    EXPECT_TRUE(instruments.ok()) << instruments.status();
    for (const v1::Instrument& instrument : *instruments) {
      for (const v1::ParameterValue& value : ValuesOf(instrument)) Put(value);
    }
  }
  static Place In(const std::string& district, const std::string& stage = "primary") {
    Place place;
    place.area_ids = {"cn", district};
    place.school_id = "s1";
    place.stage = stage;
    place.grade = "3";
    return place;
  }
};

TEST_F(RealPolicyTest, ChargesByTheDistrictsOwnModel) {
  Policy policy(rows_);
  EXPECT_EQ(*policy.Choice("fee_model", In("jilin"), kDay), "per_month");
  EXPECT_EQ(*policy.Fen("fee_amount_yuan", In("jilin"), kDay), 8000);
  EXPECT_EQ(*policy.Choice("fee_model", In("wanzhou"), kDay), "per_class_hour");
  EXPECT_EQ(*policy.Fen("fee_amount_yuan", In("wanzhou"), kDay), 300);
  EXPECT_EQ(*policy.Fen("fee_cap", In("wanzhou"), kDay), 17000);
  EXPECT_EQ(*policy.Choice("fee_model", In("xiji"), kDay), "free");
  EXPECT_EQ(*policy.Fen("subsidy_amount", In("xiji"), kDay), 3000);
  EXPECT_EQ(*policy.Choice("fee_model", In("another"), kDay), "none_set");
}

TEST_F(RealPolicyTest, MarksJilinsFeeAndAllAssumptionsProvisionalAndNothingElse) {
  for (const char* district : {"jilin", "wanzhou", "xiji"}) {
    Policy policy(rows_);
    for (const KeyInfo& key : Keys()) {
      const auto value = policy.Find(key.key, In(district), kDay);
      if (!value) continue;
      const bool provisional =
          !value->reason().empty() || (district == std::string("jilin") && key.key == "fee_amount_yuan");
      EXPECT_EQ(value->provisional(), provisional) << district << ' ' << key.key;
    }
  }
}

TEST_F(RealPolicyTest, BindsXijiFromTheOpeningOfTermThoughItWasIssuedEightDaysLater) {
  Policy policy(rows_);
  EXPECT_EQ(*policy.Choice("fee_model", In("xiji"), "2021-08-31"), "none_set");
  EXPECT_EQ(*policy.Choice("fee_model", In("xiji"), "2021-09-01"), "free");
  EXPECT_EQ(policy.Find("fee_model", In("xiji"), "2021-09-01")->issued_on(), "2021-09-09");
}

TEST_F(RealPolicyTest, NarrowsByStageAndBySeason) {
  Policy policy(rows_);
  EXPECT_EQ(*policy.Count("days_per_week", In("xiji"), kDay), 5);
  EXPECT_EQ(*policy.Count("days_per_week", In("xiji", "senior_secondary"), kDay), 6);
  EXPECT_EQ(policy.Words("service_weekdays", In("xiji", "senior_secondary"), kDay)->size(), 6);
  Place jilin = In("jilin");
  EXPECT_FALSE(policy.TimeOfDay("end_time_by_season", jilin, kDay).ok());
  jilin.season = "summer";
  EXPECT_EQ(*policy.TimeOfDay("end_time_by_season", jilin, kDay), "17:30");
  EXPECT_EQ(*policy.TimeOfDay("end_time", jilin, kDay), "17:00");
}

TEST_F(RealPolicyTest, HasARateForWanzhousWaiverOnlyByAssumption) {
  Policy policy(rows_);
  EXPECT_EQ(**policy.Entry("waiver", "registered_poor_household", In("wanzhou"), kDay), 50);
  EXPECT_TRUE(policy.uses()[0].provisional);
  EXPECT_FALSE(policy.Entry("waiver", "registered_poor_household", In("wanzhou"), "2026-06-30").ok());
  EXPECT_EQ(**policy.Entry("waiver", "registered_poor_household", In("jilin"), kDay), 50);
  EXPECT_FALSE(policy.Entry("waiver", "minimum_living_household", In("jilin"), kDay)->has_value());
}

TEST_F(RealPolicyTest, HasWhatARunningTermNeedsInAllThreeDistricts) {
  for (const char* district : {"jilin", "wanzhou", "xiji"}) {
    SCOPED_TRACE(district);
    const Place place = In(district);
    Policy policy(rows_);
    EXPECT_TRUE(policy.TimeOfDay("start_time", place, kDay).ok());
    EXPECT_TRUE(policy.TimeOfDay("end_time", place, kDay).ok());
    EXPECT_TRUE(policy.Choice("end_time_bound", place, kDay).ok());
    EXPECT_TRUE(policy.Count("days_per_week", place, kDay).ok());
    EXPECT_TRUE(policy.Words("service_weekdays", place, kDay).ok());
    EXPECT_TRUE(policy.Words("excluded_days", place, kDay).ok());
    EXPECT_TRUE(policy.Words("approval_steps", place, kDay).ok());
    EXPECT_THAT(*policy.Words("agreement", place, kDay), ElementsAre("school", "guardian"));
    EXPECT_EQ(*policy.Count("group_size_max", place, kDay), 40);
    EXPECT_EQ(*policy.Minutes("class_hour_minutes", place, kDay), 40);
    EXPECT_EQ(*policy.Choice("class_hour_rounding", place, kDay), "down");
    EXPECT_TRUE(policy.Minutes("absence_grace_minutes", place, kDay).ok());
    EXPECT_TRUE(policy.Minutes("absence_escalation_minutes", place, kDay).ok());
    EXPECT_TRUE(policy.Minutes("pickup_grace_minutes", place, kDay).ok());
    EXPECT_EQ(*policy.Count("custody_gap_seconds", place, kDay), 60);
    EXPECT_TRUE(policy.Choice("fee_model", place, kDay).ok());
    EXPECT_EQ(*policy.Choice("operator", place, kDay), "school");
    EXPECT_EQ(policy.Flag("notice_before_collecting", place, kDay), district != std::string("xiji"));
  }
}

}  // namespace
}  // namespace afterbell::policy
