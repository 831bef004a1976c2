// The steps of a chain, one place after another (ENR-09, ENR-14, ENR-15, ENR-31).
#include "services/enrollment/domain/review.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"
#include "services/enrollment/domain/steps.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

const char kClass[] = "review_at_class { application_id: 'a1' }";
const char kSchool[] = "review_at_school { application_id: 'a1' }";
const char kPrincipal[] = "approve_application { application_id: 'a1' }";
const char kPost[] = "post_approved_list { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }";
const char kReport[] = "report_participants { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }";

TEST(ReviewAtClass, PassesAndKeepsTheAdvice) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("class_teacher", "carl", "review_at_class { application_id: 'a1' advised_project_id: 'chess' }")
      .Then(Event("class_review_passed { application_id: 'a1' advised_project_id: 'chess' }"));
}

TEST(ReviewAtClass, IsRefusedWhereThePlaceDoesNotAskForIt) {
  Kit kit;
  kit.Steps("school_review").Submitted();
  kit.Ask("class_teacher", "carl", kClass).ThenRefused("ENR-09", "STEP_NOT_ASKED");
}

TEST(ReviewAtClass, WaitsForTheSubmission) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(kit.Ask("class_teacher", "carl", kClass).ThenRefused("ENR-09", "WRONG_STATE").met, "DRAFT");
  kit.Ask("class_teacher", "carl", "review_at_class { application_id: 'none' }").ThenNotFound();
}

TEST(ReviewAtClass, IsNotForTheApplicant) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("class_teacher", "gina", kClass).ThenRefused("ENR-09", "SAME_PERSON");
}

TEST(ReviewAtSchool, IsRefusedBeforeTheClassAndFromWhoReviewedThere) {
  Kit kit;
  kit.Steps("class_review,school_carries_out,agreement").Submitted();
  const Refused refused =
      kit.Ask("school_leading_group", "greta", kSchool).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER");
  EXPECT_EQ(refused.limit, "class_review");
  EXPECT_EQ(refused.met, "school_review");
  kit.Do("class_teacher", "carl", kClass);
  kit.Ask("school_leading_group", "carl", kSchool).ThenRefused("ENR-09", "SAME_PERSON");
  kit.Ask("school_leading_group", "greta", kSchool)
      .Then(Event("school_review_passed { application_id: 'a1' step: 'school_carries_out' }"));
}

TEST(ReviewAtSchool, IsRefusedWhereThePlaceDoesNotAskForIt) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("school_leading_group", "greta", kSchool).ThenRefused("ENR-09", "STEP_NOT_ASKED");
}

TEST(ReviewAtSchool, WaitsForTheSubmission) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", kSchool).ThenRefused("ENR-09", "WRONG_STATE").met,
            "DRAFT");
  kit.Ask("school_leading_group", "greta", "review_at_school { application_id: 'none' }").ThenNotFound();
}

TEST(ReviewAtSchool, TakesTwoSchoolStepsFromTwoPeople) {
  Kit kit;
  kit.Steps("school_review,school_approval").Submitted();
  kit.Do("school_leading_group", "greta", kSchool);
  kit.Ask("school_leading_group", "greta", kSchool).ThenNothing();  // The same, asked twice.
  EXPECT_EQ(kit.Do("school_leading_group", "gustav", kSchool)[0].school_review_passed().step(),
            "school_approval");
}

// ENR-31, REF-02
TEST(ReviewAtSchool, IsTwoReviewsWhereTheCommitteeCarriesTheServiceOut) {
  Kit kit;
  kit.Steps("committee_and_school_review,agreement").Submitted();
  kit.Do("parents_committee", "cora", kSchool);
  EXPECT_EQ(kit.Ask("parents_committee", "conrad", kSchool).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER").limit,
            "committee_and_school_review");
  kit.Ask("school_leading_group", "greta", Kit::Drafted("a1")).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER");
  kit.Do("school_leading_group", "greta", kSchool);
  kit.Ask("school_leading_group", "greta", Kit::Drafted("a1")).ThenDecided();
}

TEST(ReviewAtSchool, KeepsTheCommitteeOutWhereTheSchoolCarriesTheServiceOut) {
  Kit kit;
  kit.Steps("school_review").Submitted();
  kit.Ask("parents_committee", "cora", kSchool).ThenRefused("REF-02", "WRONG_ADDRESSEE");
}

TEST(ApproveApplication, IsTheLastWordWhereThePrincipalDecides) {
  Kit kit;
  kit.Steps("notice,choice,class_review,principal_approval").Submitted();
  kit.Ask("principal", "petra", kPrincipal).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER");
  kit.Do("class_teacher", "carl", kClass);
  kit.Ask("principal", "carl", kPrincipal).ThenRefused("ENR-09", "SAME_PERSON");
  kit.Ask("principal", "petra", kPrincipal).Then(Event("application_approved { application_id: 'a1' }"));
}

TEST(ApproveApplication, WaitsForTheSubmission) {
  Kit kit;
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(kit.Ask("principal", "petra", kPrincipal).ThenRefused("ENR-09", "WRONG_STATE").met, "DRAFT");
  kit.Ask("principal", "petra", "approve_application { application_id: 'none' }").ThenNotFound();
}

TEST(ApproveApplication, IsRefusedWhereThePlaceDoesNotAskForIt) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("principal", "petra", kPrincipal).ThenRefused("ENR-09", "STEP_NOT_ASKED");
}

// ENR-14
TEST(PostApprovedList, TakesTheNoticeOfTheChain) {
  Kit kit;
  kit.Steps("school_approval,public_notice,agreement").Submitted();
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", kPost).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER").limit,
            "school_approval");
  kit.Do("school_leading_group", "greta", kSchool);
  kit.Ask("school_leading_group", "greta", kPost)  // Posting judges nothing: the same person may.
      .Then(Event("approved_list_posted { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }"));
}

TEST(PostApprovedList, IsAskedByTheParameterToo) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("school_leading_group", "greta", kPost).ThenRefused("ENR-09", "STEP_NOT_ASKED");
  kit.GivenPolicy("approved_list_notice", "flag: true");
  kit.Ask("school_leading_group", "greta", kPost).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER");
  kit.Do("class_teacher", "carl", kClass);
  kit.Ask("school_leading_group", "greta", kPost).ThenDecided();
}

TEST(PostApprovedList, NamesOnlyThoseThatWereNotPostedYet) {
  Kit kit;
  kit.GivenPupil("bo", "gina").Steps("school_approval,public_notice").Submitted("a1").Submitted("a2", "bo");
  kit.Do("school_leading_group", "greta", kSchool);
  kit.Do("school_leading_group", "greta", "review_at_school { application_id: 'a2' }");
  kit.Do("school_leading_group", "greta", kPost);
  const auto& events = kit.Do("school_leading_group", "greta",
                              "post_approved_list { term_id: 't1' application_ids: ['a1', 'a2', 'a2'] }");
  EXPECT_EQ(events[0].approved_list_posted().application_ids_size(), 1);
  EXPECT_EQ(events[0].approved_list_posted().application_ids(0), "a2");
}

TEST(PostApprovedList, KnowsItsApplicationsAndTheirTerm) {
  Kit kit;
  kit.Steps("school_approval,public_notice").Submitted();
  kit.Ask("school_leading_group", "greta", "post_approved_list { term_id: 't1' application_ids: 'none' }")
      .ThenNotFound();
  kit.Ask("school_leading_group", "greta", "post_approved_list { term_id: 't9' application_ids: 'a1' }")
      .ThenInvalid("application_ids");
}

// ENR-15
TEST(ReportParticipants, TakesTheReportOfTheChain) {
  Kit kit;
  kit.Steps("class_review,school_review,bureau_report").Submitted();
  kit.Do("class_teacher", "carl", kClass);
  EXPECT_EQ(
      kit.Ask("school_leading_group", "greta", kReport).ThenRefused("ENR-09", "STEP_OUT_OF_ORDER").limit,
      "school_review");
  kit.Do("school_leading_group", "greta", kSchool);
  // The agreement follows the last step (D-03).
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", Kit::Drafted("a1"))
                .ThenRefused("ENR-09", "STEP_OUT_OF_ORDER")
                .limit,
            "bureau_report");
  kit.Ask("school_leading_group", "greta", kReport)
      .Then(Event("participants_reported { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }"));
  kit.Ask("school_leading_group", "greta", Kit::Drafted("a1")).ThenDecided();
}

TEST(ReportParticipants, IsRefusedWhereThePlaceDoesNotAskForIt) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  kit.Ask("school_leading_group", "greta", kReport).ThenRefused("ENR-09", "STEP_NOT_ASKED");
}

TEST(Steps, ThatNeedAnEnrolledPupilNeverHoldTheAgreementUp) {
  Kit kit;
  kit.Steps("class_review,arrangement").Submitted();
  kit.Do("class_teacher", "carl", kClass);
  kit.Ask("school_leading_group", "greta", Kit::Drafted("a1")).ThenDecided();
}

TEST(Steps, PrintedAfterTheAgreementWaitForIt) {
  state::Application application;
  application.set_state(state::Application::SUBMITTED);
  for (const char* step : {"school_review", "agreement", "staffing", "bureau_report", "public_notice"}) {
    application.add_steps(step);
  }
  EXPECT_EQ(NextStep(application), 0);
  EXPECT_FALSE(MayDraftAgreement(application));
  application.add_taken()->set_place(0);
  EXPECT_TRUE(MayDraftAgreement(application));
  EXPECT_EQ(AwaitedWord(application), "public_notice");  // ENR-14 wants it before anybody signs.
  application.add_taken()->set_place(4);
  EXPECT_EQ(NextStep(application), std::nullopt);
  EXPECT_EQ(AwaitedWord(application), "agreement");
  application.set_state(state::Application::AGREED);
  EXPECT_EQ(AwaitedWord(application), "bureau_report");
  application.add_taken()->set_place(3);
  EXPECT_EQ(AwaitedWord(application), "");
}

}  // namespace
}  // namespace afterbell::enrollment
