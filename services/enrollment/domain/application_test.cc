// Applications: who may apply, how, to whom, and what ends an application without an enrollment.
#include "services/enrollment/domain/application.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

// ENR-02
TEST(StartApplication, IsRecordedForAPupilOnRoll) {
  Kit kit;
  kit.Ask("guardian", "gina",
          "start_application { application_id: 'a1' pupil_id: 'ana' term_id: 't1' product: BASIC_CARE "
          "wishes: 'chess' periods: 'afternoon-1' }")
      .Then(Event(
          "application_started { application_id: 'a1' pupil_id: 'ana' term_id: 't1' product: BASIC_CARE "
          "wishes: 'chess' periods: 'afternoon-1' }"));
}

TEST(StartApplication, RefusesAPupilOfAnotherSchool) {
  Kit kit;
  EXPECT_EQ(kit.Ask("guardian", "gina", Kit::Started("a1", "bo")).ThenRefused("ENR-02", "NOT_ELIGIBLE").met,
            "not on roll");
}

TEST(StartApplication, RefusesAStageThatIsNotCovered) {
  Kit kit;
  kit.GivenPolicy("stages_covered", "words { word: 'junior_secondary' }");
  const Refused refused =
      kit.Ask("guardian", "gina", Kit::Started("a1", "ana")).ThenRefused("ENR-02", "NOT_ELIGIBLE");
  EXPECT_EQ(refused.limit, "junior_secondary");
  EXPECT_EQ(refused.met, "primary");
  EXPECT_EQ(refused.parameter, "stages_covered");
}

TEST(StartApplication, AsksForNoStageWhereNoneIsNamed) {
  Kit kit;
  kit.GivenPolicy("stages_covered", "unset {}");
  kit.Ask("guardian", "gina", Kit::Started("a1", "ana")).ThenDecided();
}

TEST(StartApplication, KnowsNoPupilToAStranger) {
  Kit kit;
  kit.Ask("guardian", "stranger", Kit::Started("a1", "ana")).ThenNotFound();
}

// ENR-06
TEST(StartApplication, LetsThePupilApplyWhereTheFormIsThePupils) {
  Kit kit;
  const Refused refused =
      kit.Ask("student", "ana", Kit::Started("a1", "ana")).ThenRefused("ENR-06", "NOT_SIGNED");
  EXPECT_EQ(refused.parameter, "application_form");
  kit.GivenPolicy("application_form", "choice: 'pupil_applies_guardian_signs'");
  kit.Ask("student", "ana", Kit::Started("a1", "ana")).ThenDecided();
}

TEST(StartApplication, RefusesATermThatIsOverOrElsewhere) {
  Kit kit;
  kit.GivenCommons(
      Registry("term_opened { term_id: 't2' scope_id: 'd9' first_on: '2026-09-01' last_on: '2027-01-15' }"));
  kit.Ask("guardian", "gina",
          "start_application { application_id: 'a1' pupil_id: 'ana' term_id: 't2' product: BASIC_CARE }")
      .ThenRefused("ENR-17", "TERM_NOT_OPEN");
  kit.At("2027-01-15", "20:00");
  kit.Ask("guardian", "gina", Kit::Started("a0", "ana", "LUNCH")).ThenDecided();  // The last day is open.
  kit.At("2027-01-16", "08:00");
  const Refused refused =
      kit.Ask("guardian", "gina", Kit::Started("a1", "ana")).ThenRefused("ENR-17", "TERM_NOT_OPEN");
  EXPECT_EQ(refused.limit, "2027-01-15");
  EXPECT_EQ(refused.met, "2027-01-16");
}

// ENR-17
TEST(StartApplication, IsOpenOncePerPupilTermAndProduct) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(
      kit.Ask("guardian", "gina", Kit::Started("a2", "ana")).ThenRefused("ENR-17", "ALREADY_APPLIED").subject,
      "a1");
  kit.Ask("guardian", "gina", Kit::Started("a3", "ana", "LUNCH")).ThenDecided();
}

TEST(StartApplication, TakesAnIdOnce) {
  Kit kit;
  kit.GivenPupil("bo", "gina");
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.Ask("guardian", "gina", Kit::Started("a1", "bo")).ThenInvalid("application_id");
}

// A partition holds many schools.
TEST(StartApplication, IsOfItsSchoolAlone) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.GivenSchool("s2");
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenNotFound();
  // Neither the id nor the pupil's application there stands in the way.
  kit.Ask("guardian", "gina", Kit::Started("a1", "ana")).ThenDecided();
  EXPECT_EQ(
      kit.Ask("guardian", "gina", Kit::Started("a2", "ana")).ThenRefused("ENR-17", "ALREADY_APPLIED").subject,
      "a1");
}

TEST(StartApplication, IsForAGuardianOfTheSchoolsOwnRecord) {
  Kit kit;
  kit.GivenSchool("s2").GivenPupil("bo", "gil").AtSchool("s1");
  kit.GivenFrom("registry", Registry("person_registered { person_id: 'bo' kind: PUPIL class_id: 'c3' }"));
  kit.Ask("guardian", "gil", Kit::Started("a1", "bo")).ThenNotFound();
}

TEST(StartApplication, StaysOpenWhenAnotherSchoolDeclines) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.GivenSchool("s2").Submitted();
  kit.Do("class_teacher", "carl",
         "decline_application { application_id: 'a1' ground: UNTRUE_FACTS evidence_hash: 'e' }");
  kit.AtSchool("s1");
  kit.Ask("guardian", "gina", Kit::Started("a2", "ana")).ThenRefused("ENR-17", "ALREADY_APPLIED");
  kit.Ask("class_teacher", "carl", "review_at_class { application_id: 'a1' }").ThenDecided();
}

// ENR-09, ENR-06, REF-02
TEST(SubmitApplication, PinsTheStepsOfThePlace) {
  Kit kit;
  kit.Steps("class_review,school_carries_out").Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina"))
      .Then(Event("application_submitted { application_id: 'a1' addressee: 'school' "
                  "signatures { by_person_id: 'gina' evidence_hash: 'e' } "
                  "steps: ['class_review', 'school_carries_out'] }"));
}

TEST(SubmitApplication, IsNotChangedByALaterPolicy) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Steps("school_review");
  kit.Ask("class_teacher", "carl", "review_at_class { application_id: 'a1' }").ThenDecided();
}

TEST(SubmitApplication, RefusesAnAddresseeThatIsNotTheOperator) {
  Kit kit;
  kit.Steps("class_review").Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.GivenPolicy("operator", "choice: 'parents_committee'");
  const Refused refused =
      kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenRefused("REF-02", "WRONG_ADDRESSEE");
  EXPECT_EQ(refused.limit, "committee");
  EXPECT_EQ(refused.met, "school");
  kit.Ask("guardian", "gina",
          "submit_application { application_id: 'a1' addressee: 'committee' "
          "signatures { by_person_id: 'gina' evidence_hash: 'e' } }")
      .ThenDecided();
}

TEST(SubmitApplication, RefusesWithoutTheGuardiansSignature) {
  Kit kit;
  kit.Steps("class_review").Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "stranger")).ThenRefused("ENR-06", "NOT_SIGNED");
}

TEST(SubmitApplication, AsksForThePupilAsApplicantWhereTheFormSaysSo) {
  Kit kit;
  kit.Steps("class_review").GivenPolicy("application_form", "choice: 'pupil_applies_guardian_signs'");
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(
      kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenRefused("ENR-06", "NOT_SIGNED").limit,
      "student");
  kit.Ask("guardian", "gina",
          "submit_application { application_id: 'a1' addressee: 'school' "
          "signatures { by_person_id: 'gina' evidence_hash: 'e' } signatures { by_person_id: 'ana' } }")
      .ThenDecided();
}

TEST(SubmitApplication, StopsWhereNoStepsAreSet) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenUnset("approval_steps");
}

TEST(SubmitApplication, StopsWhereAStepIsNoStep) {
  Kit kit;
  kit.Steps("class_review,lottery").Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenUnset("approval_steps");
}

TEST(SubmitApplication, RefusesAfterTheTerm) {
  Kit kit;
  kit.Steps("class_review").Do("guardian", "gina", Kit::Started("a1", "ana"));
  kit.At("2027-02-01", "08:00");
  kit.Ask("guardian", "gina", Kit::SubmittedBy("a1", "gina")).ThenRefused("ENR-17", "TERM_NOT_OPEN");
  kit.Ask("guardian", "gina", Kit::SubmittedBy("none", "gina")).ThenNotFound();
}

// ENR-12, ENR-10
class RedirectChoice : public ::testing::Test {
 protected:
  RedirectChoice() {
    kit.Steps("class_review");
    kit.Do("guardian", "gina",
           "start_application { application_id: 'a1' pupil_id: 'ana' term_id: 't1' product: BASIC_CARE "
           "wishes: 'chess' }");
    kit.Do("guardian", "gina", Kit::SubmittedBy("a1", "gina"));
    kit.Given(
        Event("project_designed { project_id: 'dance' term_id: 't1' kind: 'club' capacity_pupils: 20 }"));
  }
  EnrollmentKit::Outcome Redirect(const std::string& rest) {
    return kit.Ask("class_teacher", "carl", "redirect_choice { application_id: 'a1' " + rest + " }");
  }
  // 2026-09-01 08:00 in Shanghai: an hour ago.
  const std::string agreed = "guardian_agreed_at { seconds: 1788220800 } ";
  Kit kit;
};

TEST_F(RedirectChoice, GoesToAnOpenProject) {
  kit.Given(Event("project_opened { project_id: 'dance' }"));
  Redirect("from_project_id: 'chess' to_project_id: 'dance' " + agreed)
      .Then(Event("choice_redirected { application_id: 'a1' from_project_id: 'chess' to_project_id: 'dance' "
                  "guardian_agreed_at { seconds: 1788220800 } }"));
}

TEST_F(RedirectChoice, GoesToBasicCare) { Redirect("from_project_id: 'chess' " + agreed).ThenDecided(); }

TEST_F(RedirectChoice, RefusesAProjectThatIsNotOpen) {
  EXPECT_EQ(Redirect("from_project_id: 'chess' to_project_id: 'dance' " + agreed)
                .ThenRefused("ENR-12", "TARGET_NOT_OPEN")
                .met,
            "DESIGNED");
  Redirect("from_project_id: 'chess' to_project_id: 'none' " + agreed).ThenNotFound();
}

TEST_F(RedirectChoice, RefusesWithoutTheGuardian) {
  Redirect("from_project_id: 'chess'").ThenRefused("ENR-12", "GUARDIAN_NOT_ASKED");
  Redirect("from_project_id: 'chess' guardian_agreed_at { seconds: 1799000000 }")
      .ThenRefused("ENR-12", "GUARDIAN_NOT_ASKED");
}

TEST_F(RedirectChoice, RefusesAnotherChoiceThanTheOneThatStands) {
  Redirect("from_project_id: 'go' " + agreed).ThenRefused("ENR-12", "WRONG_STATE");
}

// ENR-09
TEST_F(RedirectChoice, NeedsAnApplicationThatWasSubmitted) {
  kit.GivenPupil("bo", "gina").Do("guardian", "gina", Kit::Started("a2", "bo"));
  const Refused refused =
      kit.Ask("class_teacher", "carl",
              "redirect_choice { application_id: 'a2' to_project_id: 'dance' " + agreed + " }")
          .ThenRefused("ENR-09", "WRONG_STATE");
  EXPECT_EQ(refused.limit, "SUBMITTED");
  EXPECT_EQ(refused.met, "DRAFT");
  kit.Ask("class_teacher", "carl", "redirect_choice { application_id: 'none' " + agreed + " }")
      .ThenNotFound();
}

// ENR-11, ENR-03
class DeclineApplication : public ::testing::Test {
 protected:
  DeclineApplication() { kit.Steps("class_review,principal_approval").Submitted(); }
  EnrollmentKit::Outcome Decline(const std::string& rest, const std::string& role = "class_teacher",
                                 const std::string& person = "carl") {
    return kit.Ask(role, person, "decline_application { application_id: 'a1' " + rest + " }");
  }
  Kit kit;
};

TEST_F(DeclineApplication, AcceptsUntrueFactsWithEvidence) {
  Decline("ground: UNTRUE_FACTS evidence_hash: 'e'")
      .Then(Event("application_declined { application_id: 'a1' ground: UNTRUE_FACTS evidence_hash: 'e' }"));
}

TEST_F(DeclineApplication, NeverAcceptsCapacityOrWill) {
  EXPECT_EQ(Decline("ground: NO_PLACES evidence_hash: 'e'").ThenRefused("ENR-11", "NOT_A_GROUND").met,
            "NO_PLACES");
  Decline("ground: NOT_WILLING evidence_hash: 'e'").ThenRefused("ENR-11", "NOT_A_GROUND");
}

TEST_F(DeclineApplication, TestsNeedOnlyWhereItIsTested) {
  Decline("ground: NEED_NOT_MET evidence_hash: 'e'").ThenRefused("ENR-03", "TEST_NOT_ASKED");
  kit.GivenPolicy("eligibility", "choice: 'pickup_difficulty'");
  Decline("ground: NEED_NOT_MET").ThenRefused("ENR-03", "EVIDENCE_MISSING");
  Decline("ground: NEED_NOT_MET evidence_hash: 'e'").ThenDecided();
}

TEST_F(DeclineApplication, IsForTheReviewerWhoseTurnItIs) {
  EXPECT_EQ(Decline("ground: NOT_COVERED evidence_hash: 'e'", "principal", "petra")
                .ThenRefused("ENR-09", "STEP_OUT_OF_ORDER")
                .limit,
            "class_review");
  Decline("ground: NOT_COVERED evidence_hash: 'e'", "class_teacher", "gina")
      .ThenRefused("ENR-09", "SAME_PERSON");
}

TEST_F(DeclineApplication, IsTooLateWhenEveryStepIsTaken) {
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  kit.Do("principal", "petra", "approve_application { application_id: 'a1' }");
  EXPECT_EQ(Decline("ground: NOT_COVERED evidence_hash: 'e'", "principal", "pavel")
                .ThenRefused("ENR-09", "STEP_OUT_OF_ORDER")
                .limit,
            "agreement");
}

TEST_F(DeclineApplication, LetsThePupilApplyAgain) {
  Decline("ground: NOT_OF_SCHOOL evidence_hash: 'e'").ThenDecided();
  kit.Ask("class_teacher", "carl", "review_at_class { application_id: 'a1' }")
      .ThenRefused("ENR-09", "WRONG_STATE");
  kit.Ask("guardian", "gina", Kit::Started("a2", "ana")).ThenDecided();
}

TEST_F(DeclineApplication, NeedsAnApplicationThatWasSubmitted) {
  kit.GivenPupil("bo", "gina").Do("guardian", "gina", Kit::Started("a2", "bo"));
  kit.Ask("class_teacher", "carl",
          "decline_application { application_id: 'a2' ground: NOT_COVERED evidence_hash: 'e' }")
      .ThenRefused("ENR-09", "WRONG_STATE");
  kit.Ask("class_teacher", "carl",
          "decline_application { application_id: 'none' ground: NOT_COVERED evidence_hash: 'e' }")
      .ThenNotFound();
}

}  // namespace
}  // namespace afterbell::enrollment
