#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

std::string PlanId() { return DerivedId("plan", {"s1", AutumnId()}); }

std::string Contents(int version) {
  return "term_id: '" + AutumnId() + "' version: " + std::to_string(version) +
         " slots { period: 'afternoon-1' start_time: '15:30' end_time: '17:30' weekdays: [1, 2, 3, 4] } "
         "sections: ['staff', 'content', 'funding', 'safety'] content_hash: 'h' emergency_plan_hash: 'e'";
}

v1::RegistryCommand Submit(int version = 1) {
  return Command("submit_school_plan { " + Contents(version) + " }");
}
v1::RegistryEvent Submitted(int version = 1) {
  return Event("school_plan_submitted { plan_id: '" + PlanId() + "' " + Contents(version) + " }");
}
std::string Which(int version) { return "plan_id: '" + PlanId() + "' version: " + std::to_string(version); }
v1::RegistryCommand Review(bool passed, int version = 1) {
  return Command("review_school_plan { " + Which(version) + " passed: " + (passed ? "true" : "false") + " }");
}
v1::RegistryEvent Reviewed(bool passed, int version = 1) {
  return Event("school_plan_reviewed { " + Which(version) + " passed: " + (passed ? "true" : "false") + " }");
}
v1::RegistryCommand File(int version = 1) { return Command("file_school_plan { " + Which(version) + " }"); }
v1::RegistryEvent Filed(int version = 1) { return Event("school_plan_filed { " + Which(version) + " }"); }
v1::RegistryCommand IntoForce(const std::string& from = "2026-09-01", int version = 1) {
  return Command("bring_plan_into_force { " + Which(version) + " from_on: '" + from + "' }");
}
v1::RegistryEvent TookEffect() {
  return Event("school_plan_took_effect { " + Which(1) + " term_id: '" + AutumnId() +
               "' from_on: '2026-09-01' slots { period: 'afternoon-1' start_time: '15:30' end_time: '17:30' "
               "weekdays: [1, 2, 3, 4] } }");
}

// `mode`: what the place asks (p:plan_filing), empty where it is silent.
RegistryKit School(const std::string& mode) {
  RegistryKit school = AtSchool();
  school.GivenCommons(Autumn());
  if (!mode.empty()) school.GivenPolicy("plan_filing", "choice: '" + mode + "'", "area_id: 'd1'");
  return school;
}
RegistryKit SchoolWithPlan(const std::string& mode) {
  RegistryKit school = School(mode);
  school.As("principal", "pri").Given(Submitted());
  return school;
}

TEST(SubmitSchoolPlan, SubmitsTheOnePlanOfTheTerm) {  // REF-06
  School("").As("principal", "pri").When(Submit()).Then(Submitted());
}

TEST(SubmitSchoolPlan, TakesTheNextVersionUntilSomebodyHasPassedIt) {
  SchoolWithPlan("review").When(Submit(2)).Then(Submitted(2));
  SchoolWithPlan("review").Given(Reviewed(false)).When(Submit(2)).ThenDecided();
  SchoolWithPlan("review").Given(Reviewed(true)).When(Submit(2)).ThenRefused("REF-08", "WRONG_STATE");
  SchoolWithPlan("filing").Given(Filed()).When(Submit(2)).ThenRefused("REF-08", "WRONG_STATE");
  SchoolWithPlan("").Given(TookEffect()).When(Submit(2)).ThenRefused("REF-08", "WRONG_STATE");
}

TEST(SubmitSchoolPlan, RefusesAVersionOutOfOrder) {
  const Refused first = School("").When(Submit(2)).ThenRefused("REF-08", "WRONG_STATE");
  EXPECT_EQ(first.limit, "version 1");
  EXPECT_EQ(first.met, "version 2");
  SchoolWithPlan("").When(Submit(3)).ThenRefused("REF-08", "WRONG_STATE");
}

TEST(SubmitSchoolPlan, AsksForATermOfThisSchoolAndSlotsThatMakeSense) {
  RegistryKit school = School("");
  v1::RegistryCommand command = Submit();
  command.mutable_submit_school_plan()->set_term_id("nowhere");
  school.When(command).ThenNotFound();
  school.GivenCommons(
      Event("term_opened { term_id: 'other' scope_id: 'd2' code: 'x' first_on: '2026-09-01' "
            "last_on: '2027-01-15' }"));
  command.mutable_submit_school_plan()->set_term_id("other");
  school.When(command).ThenNotFound();

  const auto invalid = [&](void (*change)(v1::PlanSlot&), const std::string& field) {
    v1::RegistryCommand wrong = Submit();
    change(*wrong.mutable_submit_school_plan()->mutable_slots(0));
    school.When(wrong).ThenInvalid(field);
  };
  invalid([](v1::PlanSlot& slot) { slot.set_period("after/noon"); }, "slots.period");
  invalid([](v1::PlanSlot& slot) { slot.set_start_time("25:00"); }, "slots.start_time");
  invalid([](v1::PlanSlot& slot) { slot.set_end_time("15:30"); }, "slots.end_time");
  invalid([](v1::PlanSlot& slot) { slot.add_weekdays(8); }, "slots.weekdays");
  v1::RegistryCommand twice = Submit();
  *twice.mutable_submit_school_plan()->add_slots() = twice.submit_school_plan().slots(0);
  school.When(twice).ThenInvalid("slots.period");
}

TEST(ReviewSchoolPlan, PassesOrReturnsTheNewestVersion) {
  for (const bool passed : {true, false}) {
    SchoolWithPlan("review").As("education_bureau", "b1").When(Review(passed)).Then(Reviewed(passed));
  }
  SchoolWithPlan("")
      .As("education_bureau", "b1")
      .When(Review(true))
      .ThenDecided();  // Silent: nothing forbids it.
}

TEST(ReviewSchoolPlan, RefusesWhereFilingAloneIsAsked) {
  const Refused refused = SchoolWithPlan("filing")
                              .As("education_bureau", "b1")
                              .When(Review(true))
                              .ThenRefused("REF-08", "REVIEW_NOT_ASKED");
  EXPECT_EQ(refused.parameter, "plan_filing");
}

TEST(ReviewSchoolPlan, RefusesThePersonWhoSubmitted) {
  SchoolWithPlan("review")
      .As("education_bureau", "pri")
      .When(Review(true))
      .ThenRefused("REF-08", "SAME_PERSON");
}

TEST(ReviewSchoolPlan, RefusesAnotherVersionASecondVerdictAndAnUnknownPlan) {
  RegistryKit school = SchoolWithPlan("review");
  school.As("education_bureau", "b1");
  school.When(Review(true, 2)).ThenRefused("REF-08", "WRONG_STATE");
  school.When(Review(true)).ThenDecided();
  school.When(Review(false)).ThenRefused("REF-08", "WRONG_STATE");
  School("review").When(Review(true)).ThenNotFound();
}

TEST(FileSchoolPlan, FilesUnreviewedWhereFilingAloneIsAskedOrNothing) {
  SchoolWithPlan("filing").As("education_bureau", "b1").When(File()).Then(Filed());
  SchoolWithPlan("").As("education_bureau", "b1").When(File()).ThenDecided();
}

TEST(FileSchoolPlan, RefusesUnreviewedWhereBothAreAsked) {
  RegistryKit school = SchoolWithPlan("review_and_filing");
  school.As("education_bureau", "b1");
  const Refused refused = school.When(File()).ThenRefused("REF-08", "NOT_REVIEWED");
  EXPECT_EQ(refused.limit, "review_and_filing");
  EXPECT_EQ(refused.met, "SUBMITTED");
  school.When(Review(true)).ThenDecided();
  school.When(File()).ThenDecided();
}

TEST(FileSchoolPlan, RefusesAReturnedPlanAnotherVersionAndAnUnknownOne) {
  SchoolWithPlan("review_and_filing")
      .Given(Reviewed(false))
      .When(File())
      .ThenRefused("REF-08", "WRONG_STATE");
  SchoolWithPlan("filing").When(File(2)).ThenRefused("REF-08", "WRONG_STATE");
  School("filing").When(File()).ThenNotFound();
}

TEST(BringPlanIntoForce, WorksOnceWhatThePlaceAsksIsDone) {
  SchoolWithPlan("").When(IntoForce()).Then(TookEffect());
  SchoolWithPlan("filing").Given(Filed()).When(IntoForce()).Then(TookEffect());
  SchoolWithPlan("review").Given(Reviewed(true)).When(IntoForce()).Then(TookEffect());
  SchoolWithPlan("review_and_filing").Given(Reviewed(true), Filed()).When(IntoForce()).Then(TookEffect());
}

TEST(BringPlanIntoForce, RefusesWhatIsNotReviewedOrNotFiled) {
  SchoolWithPlan("review").When(IntoForce()).ThenRefused("REF-08", "NOT_REVIEWED");
  SchoolWithPlan("review_and_filing").When(IntoForce()).ThenRefused("REF-08", "NOT_REVIEWED");
  SchoolWithPlan("review_and_filing")
      .Given(Reviewed(true))
      .When(IntoForce())
      .ThenRefused("REF-08", "NOT_FILED");
  SchoolWithPlan("filing").When(IntoForce()).ThenRefused("REF-08", "NOT_FILED");
}

TEST(BringPlanIntoForce, RefusesAMissingSectionAndNamesIt) {
  for (int missing = 0; missing < 4; ++missing) {
    v1::RegistryEvent submitted = Submitted();
    auto& sections = *submitted.mutable_school_plan_submitted()->mutable_sections();
    const std::string name = sections.Get(missing);
    sections.erase(sections.begin() + missing);
    RegistryKit school = School("");
    EXPECT_EQ(school.Given(submitted).When(IntoForce()).ThenRefused("REF-07", "SECTION_MISSING").limit, name);
  }
}

TEST(BringPlanIntoForce, RefusesAPlanWithoutEmergencyPlan) {
  v1::RegistryEvent submitted = Submitted();
  submitted.mutable_school_plan_submitted()->clear_emergency_plan_hash();
  School("").Given(submitted).When(IntoForce()).ThenRefused("REF-07", "EMERGENCY_PLAN_MISSING");
}

TEST(BringPlanIntoForce, RefusesADayOutsideTheTerm) {
  SchoolWithPlan("").When(IntoForce("2026-08-31")).ThenRefused("REF-22", "OUTSIDE_TERM");
  SchoolWithPlan("").When(IntoForce("2027-01-16")).ThenRefused("REF-22", "OUTSIDE_TERM");
  SchoolWithPlan("").When(IntoForce("2027-01-15")).ThenDecided();
}

TEST(BringPlanIntoForce, RefusesTwiceReturnedOtherVersionsAndUnknown) {
  SchoolWithPlan("").Given(TookEffect()).When(IntoForce("2026-09-08")).ThenRefused("REF-08", "WRONG_STATE");
  SchoolWithPlan("review").Given(Reviewed(false)).When(IntoForce()).ThenRefused("REF-08", "WRONG_STATE");
  SchoolWithPlan("").When(IntoForce("2026-09-01", 2)).ThenRefused("REF-08", "WRONG_STATE");
  School("").When(IntoForce()).ThenNotFound();
}

}  // namespace
}  // namespace afterbell::registry
