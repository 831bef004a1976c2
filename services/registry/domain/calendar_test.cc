#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

v1::RegistryCommand OpenTerm(const std::string& scope, const std::string& code, const std::string& first,
                             const std::string& last) {
  return Command("open_term { scope_id: '" + scope + "' code: '" + code + "' first_on: '" + first +
                 "' last_on: '" + last + "' }");
}

v1::RegistryCommand SetDay(const std::string& scope, const std::string& on, bool serves,
                           const std::string& reason) {
  return Command("set_service_days { scope_id: '" + scope + "' days { on: '" + on +
                 "' serves: " + (serves ? "true" : "false") + " reason: '" + reason + "' } }");
}

v1::RegistryEvent DaySet(const std::string& scope, const std::string& on, bool serves,
                         const std::string& reason) {
  return Event("service_day_set { scope_id: '" + scope + "' on: '" + on +
               "' serves: " + (serves ? "true" : "false") + " reason: '" + reason + "' }");
}

TEST(OpenTerm, OpensATermUnderADerivedId) {
  Commons()
      .As("education_bureau", "b1")
      .When(OpenTerm("d1", "2026-autumn", "2026-09-01", "2027-01-15"))
      .Then(Autumn());
}

TEST(OpenTerm, RefusesTermsThatOverlapByADay) {
  RegistryKit commons = Commons();
  commons.Given(Autumn()).As("education_bureau", "b1");
  const Refused refused = commons.When(OpenTerm("d1", "2027-spring", "2027-01-15", "2027-07-01"))
                              .ThenRefused("REF-22", "TERMS_OVERLAP");
  EXPECT_EQ(refused.limit, "2026-autumn 2026-09-01..2027-01-15");
  commons.When(OpenTerm("d1", "2027-spring", "2027-01-16", "2027-07-01")).ThenDecided();
  // A school's own term goes before its district's; the two do not clash.
  commons.When(OpenTerm("s1", "2026-autumn", "2026-09-08", "2027-01-15")).ThenDecided();
}

TEST(OpenTerm, RefusesTheSameCodeWithOtherDates) {
  Commons()
      .Given(Autumn())
      .As("education_bureau", "b1")
      .When(OpenTerm("d1", "2026-autumn", "2026-09-02", "2027-01-15"))
      .ThenRefused("REF-22", "WRONG_STATE");
}

TEST(OpenTerm, RefusesAnotherDistrictsTermAndAsksForAKnownScope) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1");
  commons.When(OpenTerm("d2", "2026-autumn", "2026-09-01", "2027-01-15"))
      .ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  commons.When(OpenTerm("nowhere", "2026-autumn", "2026-09-01", "2027-01-15")).ThenNotFound();
  commons.When(OpenTerm("d1", "2026-autumn", "2026-09-01", "2026-08-31")).ThenInvalid("last_on");
}

TEST(SetServiceDays, SetsExceptionsOfADistrict) {
  Commons()
      .Given(Autumn())
      .As("education_bureau", "b1")
      .When(SetDay("d1", "2026-10-10", true, "make_up_day"))
      .Then(DaySet("d1", "2026-10-10", true, "make_up_day"));
}

TEST(SetServiceDays, SetsExceptionsOfTheOwnSchool) {
  RegistryKit school = AtSchool();
  school.GivenCommons(Autumn()).As("principal", "pri");
  school.When(SetDay("s1", "2026-11-20", false, "weather"))
      .Then(DaySet("s1", "2026-11-20", false, "weather"));
  school.When(SetDay("s1", "2026-11-20", true, "make_up_day")).ThenDecided();  // Set anew.
  school.When(SetDay("s2", "2026-11-20", false, "weather")).ThenInvalid("scope_id");
}

TEST(SetServiceDays, KnowsNoSchoolThatIsNotRegistered) {
  RegistryKit("s9").As("principal", "pri").When(SetDay("s9", "2026-11-20", false, "weather")).ThenNotFound();
}

TEST(SetServiceDays, SetsOnlyTheDaysThatChange) {
  Commons()
      .Given(Autumn(), DaySet("d1", "2026-10-01", false, "statutory_holiday"))
      .As("education_bureau", "b1")
      .When(Command("set_service_days { scope_id: 'd1' days { on: '2026-10-01' reason: 'statutory_holiday' } "
                    "days { on: '2026-10-02' reason: 'statutory_holiday' } }"))
      .Then(DaySet("d1", "2026-10-02", false, "statutory_holiday"));
}

TEST(SetServiceDays, RefusesToServeOnAHolidayOfAWiderScope) {
  RegistryKit school = AtSchool();
  school.GivenCommons(Autumn()).GivenCommons(DaySet("cn", "2026-10-01", false, "statutory_holiday"));
  school.GivenCommons(DaySet("d1", "2026-10-09", false, "vacation"));
  school.GivenCommons(DaySet("d1", "2026-10-12", false, "weather")).As("principal", "pri");
  const Refused refused =
      school.When(SetDay("s1", "2026-10-01", true, "make_up_day")).ThenRefused("REF-12", "HOLIDAY");
  EXPECT_EQ(refused.limit, "statutory_holiday of cn");
  EXPECT_EQ(refused.met, "2026-10-01");
  school.When(SetDay("s1", "2026-10-09", true, "make_up_day")).ThenRefused("REF-12", "HOLIDAY");
  school.When(SetDay("s1", "2026-10-12", true, "make_up_day")).ThenDecided();  // Weather is no holiday.
}

TEST(SetServiceDays, LetsAScopeTakeItsOwnHolidayBack) {
  Commons()
      .Given(Autumn(), DaySet("d1", "2026-10-09", false, "vacation"))
      .As("education_bureau", "b1")
      .When(SetDay("d1", "2026-10-09", true, "make_up_day"))
      .ThenDecided();
}

TEST(SetServiceDays, RefusesToServeOutsideATerm) {
  RegistryKit commons = Commons();
  commons.Given(Autumn()).As("education_bureau", "b1");
  commons.When(SetDay("d1", "2026-08-31", true, "make_up_day")).ThenRefused("REF-22", "OUTSIDE_TERM");
  commons.When(SetDay("d1", "2026-09-01", true, "make_up_day")).ThenDecided();
  commons.When(SetDay("d1", "2027-01-16", true, "make_up_day")).ThenRefused("REF-22", "OUTSIDE_TERM");
  commons.When(SetDay("d1", "2027-01-20", false, "vacation"))
      .ThenDecided();  // A day off may lie between terms.
}

TEST(SetServiceDays, RefusesAllDaysForOne) {
  RegistryKit commons = Commons();
  commons.Given(Autumn()).As("education_bureau", "b1");
  commons
      .When(Command(
          "set_service_days { scope_id: 'd1' days { on: '2026-10-10' serves: true reason: 'make_up_day' } "
          "days { on: '2026-08-01' serves: true reason: 'make_up_day' } }"))
      .ThenRefused("REF-22", "OUTSIDE_TERM");
  EXPECT_FALSE(commons.rows().Has(reference::kDays, {"d1", key::Date("2026-10-10")}));
}

TEST(SetServiceDays, LetsWiderAreasSetDaysWithoutTerms) {
  RegistryKit nation("");
  nation.GivenAll(Town()).As("platform_operator", "op");
  nation.When(SetDay("cn", "2026-10-10", true, "make_up_day")).ThenDecided();
}

TEST(SetServiceDays, RefusesOthersTerritory) {
  RegistryKit commons = Commons();
  commons.Given(Autumn());
  commons.As("education_bureau", "b1")
      .When(SetDay("d2", "2026-10-10", false, "weather"))
      .ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  commons.As("principal", "pri")
      .When(SetDay("d1", "2026-10-10", false, "weather"))
      .ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  commons.As("education_bureau", "b1").When(SetDay("nowhere", "2026-10-10", false, "weather")).ThenNotFound();
}

TEST(SetServiceDays, AsksForDatesGivenOnce) {
  RegistryKit commons = Commons();
  commons.Given(Autumn());
  commons.When(SetDay("d1", "2026-02-30", false, "weather")).ThenInvalid("days.on");
  commons
      .When(Command("set_service_days { scope_id: 'd1' days { on: '2026-10-10' } days { on: '2026-10-10' "
                    "serves: true } }"))
      .ThenInvalid("days.on");
}

}  // namespace
}  // namespace afterbell::registry
