#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

using policy::v1::Instrument;

const char kHash1[] = "11111111111111111111111111111111";  // 32 bytes.
const char kHash2[] = "22222222222222222222222222222222";

// A fee of 80 yuan a month, from September 2026 on.
v1::RegistryCommand Publish(const std::string& hash, const std::string& more = "", int fen = 8000) {
  return Command(
      "publish_instrument { instrument { number: 'No 1' title: 'T' issuer: 'Jilin' issued_on: '2026-08-20' "
      "effective_from: '2026-09-01' scope { area_id: 'd1' } content_hash: '" +
      hash + "' " + more + " parameter { key: 'fee_amount_yuan' value { fen: " + std::to_string(fen) +
      " } unit: 'fen/pupil-month' } } }");
}

Instrument& Of(v1::RegistryCommand& command) {
  return *command.mutable_publish_instrument()->mutable_instrument();
}

std::string IdOf(const std::string& hash) {
  std::string hex;
  for (const char c : hash) hex += absl::StrCat(absl::Hex(c, absl::kZeroPad2));
  return DerivedId("instrument", {"Jilin", hex});
}

std::string ValueId(const std::string& hash, const std::string& from = "2026-09-01") {
  return DerivedId("parameter_value", {IdOf(hash), "fee_amount_yuan", "d1", "", "", "", "", from});
}

TEST(PublishInstrument, RecordsTheInstrumentAndEachValueOfIts) {
  Commons()
      .As("education_bureau", "b1")
      .When(Publish(kHash1,
                    "parameter { key: 'fee_model' value { choice: 'per_month' } scope { stage: 'primary' } "
                    "effective_from: '2026-10-01' provisional: true }"))
      .Then(
          Event("instrument_published { instrument { instrument_id: '" + IdOf(kHash1) +
                "' number: 'No 1' title: 'T' issuer: 'Jilin' issued_on: '2026-08-20' effective_from: "
                "'2026-09-01' "
                "scope { area_id: 'd1' } content_hash: '" +
                kHash1 + "' } }"),
          Event("policy_parameter_set { value { value_id: '" +
                DerivedId("parameter_value",
                          {IdOf(kHash1), "fee_model", "d1", "", "primary", "", "", "2026-10-01"}) +
                "' instrument_id: '" + IdOf(kHash1) +
                "' key: 'fee_model' scope { area_id: 'd1' stage: 'primary' } value { choice: 'per_month' } "
                "effective_from: '2026-10-01' issued_on: '2026-08-20' provisional: true } }"),
          Event(
              "policy_parameter_set { value { value_id: '" + ValueId(kHash1) + "' instrument_id: '" +
              IdOf(kHash1) +
              "' key: 'fee_amount_yuan' scope { area_id: 'd1' } value { fen: 8000 } unit: 'fen/pupil-month' "
              "effective_from: '2026-09-01' issued_on: '2026-08-20' } }"));
}

TEST(PublishInstrument, RecordsTheSameTextOnce) {  // C-26
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1").When(Publish(kHash1)).ThenDecided();
  v1::RegistryCommand again = Publish(kHash1);
  Of(again).set_title("from another file");
  commons.When(again).ThenNothing();
}

TEST(PublishInstrument, EndsTheOpenValueOfTheSameIssuerTheDayBefore) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1").When(Publish(kHash1)).ThenDecided();
  v1::RegistryCommand later = Publish(kHash2, "", 9000);
  Of(later).set_issued_on("2027-02-01");
  Of(later).set_effective_from("2027-03-01");
  const std::vector<v1::RegistryEvent> events = commons.When(later).ThenDecided();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2].ShortDebugString(),
            Event("policy_parameter_superseded { value_id: '" + ValueId(kHash1) +
                  "' key: 'fee_amount_yuan' superseded_by: '" + ValueId(kHash2, "2027-03-01") +
                  "' last_on: '2027-02-28' }")
                .ShortDebugString());
  const policy::Policy policy(commons.rows());
  policy::Place place;
  place.area_ids = {"d1"};
  EXPECT_EQ(policy.Resolve("fee_amount_yuan", place, "2027-02-28")->binding->value().fen(), 8000);
  EXPECT_EQ(policy.Resolve("fee_amount_yuan", place, "2027-03-01")->binding->value().fen(), 9000);
  EXPECT_EQ(policy.Resolve("fee_amount_yuan", place, "2027-03-01")->candidates.size(), 1u);
}

TEST(PublishInstrument, LeavesOtherIssuersScopesAndTimesAlone) {  // Precedence decides there: D-15
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1").When(Publish(kHash1)).ThenDecided();
  const auto publish = [&](void (*change)(Instrument&)) {
    RegistryKit fresh = Commons();
    fresh.As("education_bureau", "b1").When(Publish(kHash1)).ThenDecided();
    v1::RegistryCommand later = Publish(kHash2, "", 9000);
    Of(later).set_issued_on("2027-02-01");
    Of(later).set_effective_from("2027-03-01");
    change(Of(later));
    return fresh.When(later).ThenDecided().size();
  };
  EXPECT_EQ(publish([](Instrument&) {}), 3u);
  EXPECT_EQ(publish([](Instrument& later) { later.set_issuer("Xiji"); }), 2u);
  EXPECT_EQ(publish([](Instrument& later) { later.mutable_scope()->set_stage("primary"); }), 2u);
  // A summer's exception ends by itself; the open value goes on after it.
  EXPECT_EQ(publish([](Instrument& later) { later.set_effective_to("2027-08-31"); }), 2u);
  // What was issued before does not end what came after it.
  EXPECT_EQ(publish([](Instrument& later) {
              later.set_issued_on("2020-01-01");
              later.set_effective_from("2020-02-01");
            }),
            2u);
}

TEST(PublishInstrument, RefusesAnInstrumentWithoutBothDates) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1");
  v1::RegistryCommand command = Publish(kHash1);
  Of(command).clear_issued_on();
  EXPECT_EQ(commons.When(command).ThenRefused("REF-28", "DATES_MISSING").met, "no issued_on");
  command = Publish(kHash1);
  Of(command).clear_effective_from();
  EXPECT_EQ(commons.When(command).ThenRefused("REF-28", "DATES_MISSING").met, "no effective_from");
  // It may bind before it was made known: two dates on purpose.
  command = Publish(kHash1);
  Of(command).set_effective_from("2026-08-01");
  commons.When(command).ThenDecided();
}

TEST(PublishInstrument, RefusesAScopeOutsideTheIssuersTerritory) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1");
  const auto with_scope = [](const std::string& area, const std::string& school) {
    v1::RegistryCommand command = Publish(kHash1);
    Of(command).mutable_scope()->set_area_id(area);
    Of(command).mutable_scope()->set_school_id(school);
    return command;
  };
  for (const char* area : {"d2", "p1", "cn", "nowhere", ""}) {
    const Refused refused = commons.When(with_scope(area, "")).ThenRefused("REF-01", "OUTSIDE_TERRITORY");
    EXPECT_EQ(refused.limit, "d1");
    EXPECT_EQ(refused.met, *area == 0 ? "nation" : area);
  }
  commons.When(with_scope("", "s9")).ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  commons.When(with_scope("t1", "")).ThenDecided();
  Commons().As("education_bureau", "b1").When(with_scope("", "s1")).ThenDecided();
  Commons().As("education_bureau", "b1").When(with_scope("d1", "s1")).ThenDecided();
}

TEST(PublishInstrument, RefusesAnEntryOutsideItToo) {
  // The instrument is the province's, so its entry for another district lies inside it; the actor is d1's.
  Commons()
      .As("education_bureau", "b1")
      .When(
          Publish(kHash1, "parameter { key: 'fee_model' value { choice: 'free' } scope { area_id: 't1' } }"))
      .ThenDecided();
  Commons()
      .As("education_bureau", "b1")
      .When(Publish(kHash1,
                    "parameter { key: 'fee_model' value { choice: 'free' } scope { school_id: 's9' } }"))
      .ThenRefused("REF-01", "OUTSIDE_TERRITORY");
}

TEST(PublishInstrument, LetsTheOperatorPublishWhatWasIssuedElsewhere) {
  for (const char* area : {"d2", "", "not-registered-yet"}) {
    v1::RegistryCommand command = Publish(kHash1);
    Of(command).mutable_scope()->set_area_id(area);
    Commons().As("platform_operator", "op").When(command).ThenDecided();
  }
}

TEST(PublishInstrument, LetsTheNationsBodyBindTheNation) {
  kit::Kit<v1::RegistryCommand, v1::RegistryEvent> commons(TheRegistry(), "", "cn");
  v1::RegistryCommand command = Publish(kHash1);
  Of(command).clear_scope();
  commons.GivenAll(Town()).As("national_ministry", "m1").When(command).ThenDecided();
}

TEST(PublishInstrument, AsksForWellFormedContents) {
  RegistryKit commons = Commons();
  commons.As("platform_operator", "op");
  const auto invalid = [&](void (*change)(Instrument&), const std::string& field) {
    v1::RegistryCommand command = Publish(kHash1);
    change(Of(command));
    commons.When(command).ThenInvalid(field);
  };
  invalid([](Instrument& i) { i.set_content_hash("short"); }, "instrument.content_hash");
  invalid([](Instrument& i) { i.clear_issuer(); }, "instrument.issuer");
  invalid([](Instrument& i) { i.set_instrument_id("another"); }, "instrument.instrument_id");
  invalid([](Instrument& i) { i.set_issued_on("2026-13-01"); }, "instrument.issued_on");
  invalid([](Instrument& i) { i.set_effective_from("soon"); }, "instrument.effective_from");
  invalid([](Instrument& i) { i.set_effective_to("2026-08-31"); }, "instrument.effective_to");
  invalid([](Instrument& i) { i.mutable_parameter(0)->clear_key(); }, "instrument.parameter.key");
  invalid([](Instrument& i) { *i.add_parameter() = i.parameter(0); }, "instrument.parameter.key");
  invalid([](Instrument& i) { i.mutable_parameter(0)->clear_value(); }, "instrument.parameter.value");
  invalid([](Instrument& i) { i.mutable_parameter(0)->set_effective_to("2026-08-31"); },
          "instrument.parameter.effective_to");
  invalid([](Instrument& i) { i.mutable_parameter(0)->mutable_scope()->set_area_id("d2"); },
          "instrument.parameter.scope");
  invalid(
      [](Instrument& i) {
        i.mutable_scope()->set_stage("primary");
        i.mutable_parameter(0)->mutable_scope()->set_stage("junior_secondary");
      },
      "instrument.parameter.scope");
}

TEST(AnnounceFeeStandard, NamesValuesOfPolicyAndTheListedName) {  // BIL-12, REF-32
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1").When(Publish(kHash1)).ThenDecided();
  const std::string fields =
      " fee_kind: 'basic_care' listed_name: 'after-school care' parameter_value_ids: '" + ValueId(kHash1) +
      "' effective_from: '2026-09-01' ";
  commons.When(Command("announce_fee_standard { fee_standard_id: 'f1' district_id: 'd1'" + fields + "}"))
      .Then(Event("fee_standard_announced { fee_standard_id: 'f1' district_id: 'd1'" + fields + "}"));
  commons
      .When(Command("announce_fee_standard { fee_standard_id: 'f1' district_id: 'd1' fee_kind: 'lunch' "
                    "effective_from: '2026-09-01' }"))
      .ThenRefused("REF-32", "WRONG_STATE");
}

TEST(AnnounceFeeStandard, RefusesOthersTerritoryAndAsksForKnownValuesAndDates) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1");
  const auto announce = [&](const std::string& district, const std::string& more) {
    return commons.When(Command("announce_fee_standard { fee_standard_id: 'f1' district_id: '" + district +
                                "' fee_kind: 'basic_care' listed_name: 'x' " + more + " }"));
  };
  announce("d2", "effective_from: '2026-09-01'").ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  announce("nowhere", "effective_from: '2026-09-01'").ThenNotFound();
  announce("d1", "effective_from: '2026-09-01' parameter_value_ids: 'unknown'").ThenNotFound();
  announce("d1", "effective_from: 'soon'").ThenInvalid("effective_from");
  announce("d1", "effective_from: '2026-09-01' effective_to: '2026-08-31'").ThenInvalid("effective_to");
}

}  // namespace
}  // namespace afterbell::registry
