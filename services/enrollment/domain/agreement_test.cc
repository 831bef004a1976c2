// Agreements: drafted, signed, in force (ENR-16, ENR-14, ENR-17, ENR-18).
#include "services/enrollment/domain/agreement.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

class Agreement : public ::testing::Test {
 protected:
  void Reviewed(const std::string& product = "BASIC_CARE") {
    kit.Steps("class_review").Submitted("a1", "ana", "gina", product);
    kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  }
  Kit::Outcome Draft(const std::string& command) { return kit.Ask("school_leading_group", "greta", command); }
  Kit::Outcome Sign(const std::string& role, const std::string& person, const std::string& party,
                    const std::string& text = "text") {
    return kit.Ask(role, person, Kit::SignedFor(id, party, text));
  }
  const std::string id = AgreementId("a1");
  Kit kit;
};

TEST_F(Agreement, IsDraftedAfterTheLastStep) {
  kit.Steps("class_review").Submitted();
  EXPECT_EQ(Draft(Kit::Drafted("a1")).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER").limit, "class_review");
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  Draft(Kit::Drafted("a1"))
      .Then(Event("agreement_drafted { agreement_id: '" + id +
                  "' application_id: 'a1' text_hash: 'text' from_on: '2026-09-07' to_on: '2027-01-15' "
                  "pickup_time: '17:30' parties: ['guardian', 'school'] }"));
  Draft(Kit::Drafted("none")).ThenNotFound();
}

// ENR-17
TEST_F(Agreement, EndsWithTheTerm) {
  Reviewed();
  const auto draft = [](const std::string& from, const std::string& to) {
    return "draft_agreement { application_id: 'a1' text_hash: 'text' from_on: '" + from + "' to_on: '" + to +
           "' pickup_time: '17:30' parties: ['guardian', 'school'] }";
  };
  const Refused late = Draft(draft("2026-09-07", "2027-01-16")).ThenRefused("ENR-17", "BEYOND_TERM");
  EXPECT_EQ(late.limit, "2027-01-15");
  EXPECT_EQ(late.met, "2027-01-16");
  Draft(draft("2026-08-31", "2027-01-15")).ThenRefused("ENR-17", "BEYOND_TERM");
  Draft(draft("2026-10-07", "2026-10-06")).ThenInvalid("to_on");
  Draft(draft("2026-09-01", "2027-01-15")).ThenDecided();
}

TEST_F(Agreement, NamesGuardianAndSchoolEverywhere) {
  Reviewed();
  EXPECT_EQ(Draft(Kit::Drafted("a1", "parties: 'school'")).ThenRefused("ENR-16", "PARTY_MISSING").limit,
            "guardian");
}

TEST_F(Agreement, MayBeDraftedAnewUntilSomebodySigned) {
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  Draft(Kit::Drafted("a1", "parties: ['school', 'guardian']")).ThenDecided();
  Sign("guardian", "gina", "guardian").ThenDecided();
  Draft(Kit::Drafted("a1")).ThenRefused("ENR-16", "WRONG_STATE");
}

TEST_F(Agreement, TakesEffectWithTheLastSignature) {
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  Sign("guardian", "gina", "guardian")
      .Then(Event("agreement_signed { agreement_id: '" + id +
                  "' party: 'guardian' text_hash: 'text' evidence_hash: 'e' }"));
  Sign("principal", "petra", "school")
      .Then(Event("agreement_signed { agreement_id: '" + id +
                  "' party: 'school' text_hash: 'text' evidence_hash: 'e' }"),
            Event("agreement_took_effect { agreement_id: '" + id +
                  "' application_id: 'a1' pupil_id: 'ana' from_on: '2026-09-07' to_on: '2027-01-15' "
                  "parties: ['guardian', 'school'] }"));
}

TEST_F(Agreement, IsSignedByItsPartiesAlone) {
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  EXPECT_EQ(Sign("third_party_institution", "theo", "third_party").ThenRefused("ENR-16", "NOT_A_PARTY").limit,
            "guardian,school");
  Sign("guardian", "stranger", "guardian").ThenRefused("ENR-16", "NOT_A_PARTY");
  Sign("guardian", "gina", "school").ThenRefused("ENR-16", "NOT_A_PARTY");
  kit.Ask("guardian", "gina", Kit::SignedFor("none", "guardian")).ThenNotFound();
}

TEST_F(Agreement, IsTheTextThatWasDrafted) {
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  const Refused refused = Sign("guardian", "gina", "guardian", "other").ThenRefused("ENR-16", "OTHER_TEXT");
  EXPECT_EQ(refused.limit, "74657874");
  EXPECT_EQ(refused.met, "6f74686572");
}

// ENR-18
TEST_F(Agreement, WaitsForTheThirdPartyOfACourse) {
  kit.GivenPolicy("agreement", "words { word: 'school' word: 'guardian' word: 'third_party' }");
  Reviewed("INDIVIDUAL_COURSE");
  EXPECT_EQ(Draft(Kit::Drafted("a1")).ThenRefused("ENR-16", "PARTY_MISSING").limit, "third_party");
  Draft(Kit::Drafted("a1", "parties: ['guardian', 'school', 'third_party']")).ThenDecided();
  Sign("guardian", "gina", "guardian").ThenDecided();
  EXPECT_EQ(Sign("principal", "petra", "school").ThenDecided().size(), 1);
  EXPECT_EQ(Sign("third_party_institution", "theo", "third_party").ThenDecided().size(), 2);
}

TEST_F(Agreement, NeedsNoThirdPartyForBasicCare) {
  kit.GivenPolicy("agreement", "words { word: 'school' word: 'guardian' word: 'third_party' }");
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
}

TEST_F(Agreement, WaitsForTheCommitteeWhereItCarriesTheServiceOut) {
  kit.GivenPolicy("agreement", "words { word: 'parents_committee' word: 'school' word: 'guardian' }");
  Reviewed();
  Draft(Kit::Drafted("a1", "parties: ['parents_committee', 'guardian', 'school']")).ThenDecided();
  Sign("principal", "petra", "school").ThenDecided();
  Sign("guardian", "gina", "guardian").ThenDecided();
  EXPECT_EQ(Sign("parents_committee", "cora", "parents_committee").ThenDecided().size(), 2);
}

// ENR-14
TEST_F(Agreement, IsSignedAfterTheListWasPosted) {
  kit.Steps("school_approval,public_notice,agreement").Submitted();
  kit.Do("school_leading_group", "greta", "review_at_school { application_id: 'a1' }");
  Draft(Kit::Drafted("a1")).ThenDecided();
  Sign("guardian", "gina", "guardian").ThenRefused("ENR-14", "LIST_NOT_POSTED");
  kit.Do("school_leading_group", "greta",
         "post_approved_list { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }");
  Sign("guardian", "gina", "guardian").ThenDecided();
}

TEST_F(Agreement, WaitsForTheListWhereTheParameterAsksForIt) {
  kit.GivenPolicy("approved_list_notice", "flag: true");
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  EXPECT_EQ(Sign("guardian", "gina", "guardian").ThenRefused("ENR-14", "LIST_NOT_POSTED").parameter,
            "approved_list_notice");
}

TEST_F(Agreement, IsNotSignedWhenItsPupilLeft) {
  Reviewed();
  Draft(Kit::Drafted("a1", "parties: ['guardian', 'school', 'third_party']")).ThenDecided();
  Sign("guardian", "gina", "guardian").ThenDecided();
  Sign("principal", "petra", "school").ThenDecided();
  kit.Do("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' }");
  kit.Do("guardian", "gina", Kit::Withdrawn("ana"));
  EXPECT_EQ(Sign("third_party_institution", "theo", "third_party").ThenRefused("ENR-16", "WRONG_STATE").met,
            "WITHDRAWN");
  Draft(Kit::Drafted("a1", "parties: ['school', 'guardian']")).ThenRefused("ENR-09", "WRONG_STATE");
}

// Its id is derived from the application's, which another school may have given too.
TEST_F(Agreement, IsOfItsSchoolAlone) {
  Reviewed();
  Draft(Kit::Drafted("a1")).ThenDecided();
  Sign("guardian", "gina", "guardian").ThenDecided();
  kit.GivenSchool("s2");
  Sign("principal", "petra", "school").ThenNotFound();
  kit.Submitted();
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  Draft(Kit::Drafted("a1")).ThenDecided();
  EXPECT_EQ(Sign("principal", "petra", "school").ThenDecided().size(), 1);
  kit.AtSchool("s1");
  EXPECT_EQ(Sign("principal", "petra", "school").ThenDecided().size(), 2);
}

// ENR-16
TEST_F(Agreement, IsNotSignedWhenItsApplicationWasDeclined) {
  kit.Steps("school_approval,public_notice,agreement").Submitted();
  kit.Do("school_leading_group", "greta", "review_at_school { application_id: 'a1' }");
  Draft(Kit::Drafted("a1")).ThenDecided();
  kit.Do("school_leading_group", "gustav",
         "decline_application { application_id: 'a1' ground: UNTRUE_FACTS evidence_hash: 'e' }");
  const Refused refused = Sign("guardian", "gina", "guardian").ThenRefused("ENR-16", "WRONG_STATE");
  EXPECT_EQ(refused.limit, "SUBMITTED");
  EXPECT_EQ(refused.met, "DECLINED");
}

}  // namespace
}  // namespace afterbell::enrollment
