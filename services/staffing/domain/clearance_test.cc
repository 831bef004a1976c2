// Clearance: the steps, who takes them, what stands against a person (STF-13, STF-14, STF-15, STF-16).
#include "services/staffing/domain/clearance.h"

#include "gtest/gtest.h"
#include "services/staffing/domain/staffing_kit.h"

namespace afterbell::staffing {
namespace {

using Kit = StaffingKit;

const char kCleared[] =
    "person_cleared { person_id: 'tom' school_ids: 's1' roles: 'care_teacher' valid_from: '2026-09-01' "
    "valid_to: '2027-08-31' }";

TEST(NominatePerson, IsRecorded) {
  Kit kit;
  kit.Ask("principal", "petra", Kit::Nominated("tom"))
      .Then(Event("person_nominated { person_id: 'tom' post_kind: 'care_teacher' school_ids: 's1' willing: true }"));
  kit.Ask("principal", "petra", Kit::Nominated("tom", "s2")).ThenDecided();
}

TEST(NominatePerson, KnowsWhomItNames) {
  Kit kit;
  kit.Ask("principal", "petra", Kit::Nominated("nobody")).ThenNotFound();
  kit.Ask("principal", "petra", Kit::Nominated("tom", "s9")).ThenNotFound();
  kit.Ask("volunteer", "olga", Kit::Nominated("tom")).ThenNotFound();  // Only oneself.
  kit.Ask("volunteer", "olga", Kit::Nominated("olga")).ThenDecided();
}

TEST(NominatePerson, IsAskedAnewWhenTheClearanceHasRunOut) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  kit.Do("principal", "petra", Kit::Approved("tom"));
  kit.Ask("principal", "petra", Kit::Nominated("tom")).ThenNothing();
  kit.At("2027-09-01", "09:00");
  kit.Ask("principal", "petra", Kit::Nominated("tom")).ThenDecided();
  kit.Ask("principal", "petra", Kit::Approved("tom")).ThenRefused("STF-15", "NOT_SCREENED");
}

TEST(ScreenPerson, PassesOwnStaffByThePrincipal) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Ask("principal", "petra", Kit::Screened("tom"))
      .Then(Event("screening_passed { person_id: 'tom' checks { kind: ETHICS passed: true evidence_hash: 'e' } "
                  "checks { kind: BAD_RECORD passed: true evidence_hash: 'e' } }"));
}

TEST(ScreenPerson, IsForTheRightScreener) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Nominated("olga"));
  EXPECT_EQ(kit.Ask("education_bureau", "bert", Kit::Screened("tom")).ThenRefused("STF-15", "WRONG_SCREENER").limit,
            "principal");
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Screened("olga")).ThenRefused("STF-15", "WRONG_SCREENER").limit,
            "education_bureau");
  kit.Ask("principal", "tom", Kit::Screened("tom")).ThenRefused("STF-15", "SAME_PERSON");
}

TEST(ScreenPerson, ComesAfterTheNomination) {
  Kit kit;
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Screened("tom")).ThenRefused("STF-15", "WRONG_STATE").limit, "NOMINATED");
  kit.Ask("principal", "petra", Kit::Screened("nobody")).ThenNotFound();
}

TEST(ScreenPerson, AsksForEveryKindOfCheck) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("volunteer", "olga", Kit::Nominated("olga"));
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Screened("tom", "ETHICS")).ThenRefused("STF-15", "CHECK_MISSING").limit,
            "BAD_RECORD");
  // Outside hires need credentials and a background check.
  EXPECT_EQ(kit.Ask("central_school", "cleo", Kit::Screened("olga", "ETHICS BAD_RECORD QUALIFICATION"))
                .ThenRefused("STF-15", "CHECK_MISSING").limit,
            "BACKGROUND");
  kit.Ask("central_school", "cleo", Kit::Screened("olga", "ETHICS BAD_RECORD QUALIFICATION BACKGROUND")).ThenDecided();
}

TEST(ScreenPerson, AsksForHealthAndCompetenceWhereThePlaceExcludesTheUnfit) {
  Kit kit;
  kit.GivenPolicy("staff_excluded", "words { word: 'unhealthy' word: 'unfit' }", "school_id: 's1'");
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  const Refused refused = kit.Ask("principal", "petra", Kit::Screened("tom")).ThenRefused("STF-15", "CHECK_MISSING");
  EXPECT_EQ(refused.limit, "HEALTH");
  EXPECT_EQ(refused.met, "none");
  EXPECT_EQ(refused.parameter, "staff_excluded");
  EXPECT_EQ(kit.Ask("principal", "petra",
                    Kit::Screened("tom", "ETHICS BAD_RECORD HEALTH", "checks { kind: COMPETENCE } passed: true"))
                .ThenRefused("STF-15", "CHECK_MISSING").met,
            "failed");
  kit.Ask("principal", "petra", Kit::Screened("tom", "ETHICS BAD_RECORD HEALTH COMPETENCE")).ThenDecided();
}

// STF-13, STF-14
TEST(ScreenPerson, RefusesToPassAgainstItsOwnChecks) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Ask("principal", "petra", Kit::Screened("tom", "BAD_RECORD", "checks { kind: ETHICS } passed: true"))
      .ThenRefused("STF-13", "ETHICS_PROBLEM");
  kit.Ask("principal", "petra", Kit::Screened("tom", "ETHICS", "checks { kind: BAD_RECORD } passed: true"))
      .ThenRefused("STF-14", "BAD_RECORD");
}

TEST(ScreenPerson, RefusesToPassAgainstABar) {
  for (const auto& [ground, rule, reason] :
       {std::tuple("ETHICS_PROBLEM", "STF-13", "ETHICS_PROBLEM"), std::tuple("RECORD_FOUND", "STF-14", "BAD_RECORD")}) {
    Kit kit;
    kit.Do("principal", "petra", Kit::Nominated("tom"));
    kit.Do("education_bureau", "bert", absl::StrCat("bar_person { person_id: 'tom' ground: ", ground, " ",
                                                     At("from_at", "08:00"), " evidence_hash: 'e' }"));
    kit.Ask("principal", "petra", Kit::Screened("tom")).ThenRefused(rule, reason);
  }
}

TEST(ScreenPerson, MayFail) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Ask("principal", "petra", Kit::Screened("tom", "", "checks { kind: ETHICS } passed: false"))
      .Then(Event("screening_failed { person_id: 'tom' checks { kind: ETHICS } }"));
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Approved("tom")).ThenRefused("STF-15", "NOT_SCREENED").met, "REJECTED");
  kit.Ask("principal", "petra", Kit::Screened("tom")).ThenRefused("STF-15", "WRONG_STATE");
  kit.Ask("principal", "petra", Kit::Nominated("tom")).ThenDecided();
}

TEST(ApprovePerson, Clears) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  kit.Ask("principal", "petra", Kit::Approved("tom"))
      .Then(Event("person_approved { person_id: 'tom' school_ids: 's1' roles: 'care_teacher' valid_from: '2026-09-01' "
                  "valid_to: '2027-08-31' }"),
            Event(kCleared));
  EXPECT_TRUE(reference::IsCleared(kit.rows(), "tom", "s1", "care_teacher", "2027-08-31"));
  EXPECT_FALSE(reference::IsCleared(kit.rows(), "tom", "s1", "care_teacher", "2027-09-01"));
  EXPECT_FALSE(reference::IsCleared(kit.rows(), "tom", "s2", "care_teacher", "2026-09-01"));
}

TEST(ApprovePerson, ComesAfterTheScreening) {
  Kit kit;
  kit.Ask("principal", "petra", Kit::Approved("tom")).ThenRefused("STF-15", "NOT_SCREENED");
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Approved("tom")).ThenRefused("STF-15", "NOT_SCREENED").met, "NOMINATED");
}

TEST(ApprovePerson, IsForTheRightApprover) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  kit.Ask("education_bureau", "bert", Kit::Approved("tom")).ThenRefused("STF-16", "WRONG_APPROVER");
  kit.Ask("principal", "tom", Kit::Approved("tom")).ThenRefused("STF-15", "SAME_PERSON");
}

TEST(ApprovePerson, NamesSchoolsAndRoles) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  const auto approve = [&](const std::string& rest) {
    return kit.Ask("principal", "petra", "approve_person { person_id: 'tom' " + rest + " }");
  };
  approve("roles: 'care_teacher' valid_from: '2026-09-01' valid_to: '2027-08-31'").ThenInvalid("school_ids");
  approve("school_ids: 's1' valid_from: '2026-09-01' valid_to: '2027-08-31'").ThenInvalid("roles");
  approve("school_ids: 's1' roles: 'care_teacher' valid_from: '2026-09-02' valid_to: '2026-09-01'")
      .ThenInvalid("valid_to");
  approve("school_ids: 's9' roles: 'care_teacher' valid_from: '2026-09-01' valid_to: '2027-08-31'").ThenNotFound();
  kit.Ask("principal", "petra", Kit::Approved("nobody")).ThenNotFound();
}

TEST(ApprovePerson, RefusesABarredPerson) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  kit.Do("responsible_inspector", "ina",
         "bar_person { person_id: 'tom' ground: BY_ORDER " + At("from_at", "08:00") + " evidence_hash: 'e' }");
  EXPECT_EQ(kit.Ask("principal", "petra", Kit::Approved("tom")).ThenRefused("STF-14", "BAD_RECORD").met, "BY_ORDER");
}

TEST(ApprovePerson, ClearsOnlyWhenEveryCheckOfEverySchoolHasPassed) {
  Kit kit;
  kit.GivenPolicy("staff_excluded", "words { word: 'unhealthy' }", "school_id: 's2'");
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Screened("tom"));
  EXPECT_EQ(kit.Do("principal", "petra", Kit::Approved("tom", "'s1', 's2'")).size(), 1);
  EXPECT_FALSE(reference::IsCleared(kit.rows(), "tom", "s1", "", "2026-09-01"));
  kit.Do("principal", "petra", Kit::Screened("tom", "ETHICS BAD_RECORD HEALTH"));
  const auto events = kit.Do("principal", "petra", Kit::Approved("tom", "'s1', 's2'"));
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[1].person_cleared().value_ids(0), "staff_excluded-value1");
}

TEST(BarPerson, IsRecordedFromAnyState) {
  Kit kit;
  const std::string bar =
      "person_id: 'tom' ground: ETHICS_PROBLEM " + At("from_at", "08:00") + " evidence_hash: 'e' }";
  kit.Ask("principal", "petra", "bar_person { " + bar).Then(Event("person_barred { " + bar));
  EXPECT_TRUE(reference::BarAt(kit.rows(), "tom", InstantOf("2026-09-01", "08:00")));
  EXPECT_FALSE(reference::BarAt(kit.rows(), "tom", InstantOf("2026-09-01", "07:59")));
}

TEST(BarPerson, IsRecordedOncePerGroundUnlessItBindsEarlier) {
  Kit kit;
  const auto bar = [&](const std::string& ground, const std::string& from) {
    return kit.Ask("principal", "petra",
                   "bar_person { person_id: 'tom' ground: " + ground + " " + At("from_at", from) + " evidence_hash: 'e' }");
  };
  bar("RECORD_FOUND", "08:00").ThenDecided();
  bar("RECORD_FOUND", "09:00").ThenNothing();
  bar("RECORD_FOUND", "07:00").ThenDecided();
  bar("BY_ORDER", "08:00").ThenDecided();
}

TEST(BarPerson, NeedsEvidence) {
  Kit kit;
  kit.Ask("principal", "petra", "bar_person { person_id: 'tom' ground: BY_ORDER " + At("from_at", "08:00") + " }")
      .ThenRefused("STF-14", "EVIDENCE_MISSING");
  kit.Ask("principal", "petra", "bar_person { person_id: 'nobody' ground: BY_ORDER " + At("from_at", "08:00") + " }")
      .ThenNotFound();
}

}  // namespace
}  // namespace afterbell::staffing
