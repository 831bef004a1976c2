#include "services/inspection/domain/testing.h"

namespace afterbell::inspection {
namespace {

const char kSuspect[] =
    "suspect_violation { codes: 'unreviewed_entry' subject_id: 'tea' detector: 'unreviewed_entry' "
    "causes { log_id: 'log' service: 'attendance' partition: 1 index: 7 } rule: 'STF-15' limit: 'cleared' "
    "met: 'none' "
    "value_ids: 'x1' }";
const char kRef[] = "event_refs { log_id: 'log' service: 'attendance' partition: 1 index: 7 }";

std::string SuspectedId() { return DerivedId("case", {"unreviewed_entry", "tea", "log/attendance/1/7"}); }

v1::InspectionEvent Suspected() {
  return Event(
      "violation_suspected { case_id: '" + SuspectedId() +
      "' codes: 'unreviewed_entry' subject_id: 'tea' detector: 'unreviewed_entry' detector_version: 1 "
      "causes { log_id: 'log' service: 'attendance' partition: 1 index: 7 } rule: 'STF-15' "
      "limit: 'cleared' met: 'none' value_ids: 'x1' }");
}
v1::InspectionCommand Report(const std::string& code = "inducement", const std::string& more = "") {
  return Command("report_violation { case_id: 'k1' codes: '" + code + "' subject_id: 'p9' " + more + " }");
}
v1::InspectionCommand Confirm(const std::string& case_id, const std::string& refs = kRef) {
  return Command("confirm_violation { case_id: '" + case_id + "' " + refs + " reason_code: 'seen' }");
}
v1::InspectionCommand Dismiss(const std::string& case_id, const std::string& refs = kRef) {
  return Command("dismiss_violation { case_id: '" + case_id + "' " + refs + " reason_code: 'mistaken' }");
}
registry::v1::RegistryEvent Post(const std::string& person, const std::string& from) {
  return kit::Parse<registry::v1::RegistryEvent>("post_assigned { post_id: 'po1' person_id: '" + person +
                                                 "' role: 'care_teacher' from_on: '" + from + "' }");
}

TEST(SuspectViolation, OpensOneCaseForCodeSubjectAndFirstCause) {
  InspectionKit kit;
  kit.When(Command(kSuspect)).Then(Suspected());
  v1::InspectionCommand more = Command(kSuspect);
  more.mutable_suspect_violation()->set_met("seen again");
  kit.When(more).ThenNothing();
  more.mutable_suspect_violation()->set_subject_id("another");
  kit.When(more).ThenDecided();
  more.mutable_suspect_violation()->mutable_causes(0)->set_index(8);
  kit.When(more).ThenDecided();
  more.mutable_suspect_violation()->set_codes(0, "staff_ethics");
  kit.When(more).ThenDecided();
}

TEST(SuspectViolation, AsksForADetectorCodesAndCauses) {
  InspectionKit kit;
  v1::InspectionCommand command = Command(kSuspect);
  command.mutable_suspect_violation()->set_detector("nose");
  kit.When(command).ThenInvalid("detector");
  command = Command(kSuspect);
  command.mutable_suspect_violation()->clear_codes();
  kit.When(command).ThenInvalid("codes");
  command = Command(kSuspect);
  command.mutable_suspect_violation()->clear_causes();
  kit.When(command).ThenInvalid("causes");
}

TEST(ReportViolation, RecordsTestimony) {
  InspectionKit kit;
  kit.As("guardian", "mum")
      .When(Report("inducement", std::string("sealed_text: 'x' ") + kRef))
      .Then(Event(std::string("violation_reported { case_id: 'k1' codes: 'inducement' subject_id: 'p9' "
                              "sealed_text: 'x' ") +
                  kRef + " }"));
  kit.When(Report("inducement", std::string("sealed_text: 'sealed anew' ") + kRef)).ThenNothing();
}

TEST(ReportViolation, TakesTheTenTheFurtherAndWhatThePlaceProhibits) {  // INS-01, INS-03
  for (const char* code :
       {"against_will", "premises_to_trainers", "unposted_charge", "subsidy_out_of_bounds"}) {
    InspectionKit().When(Report(code)).ThenDecided();
  }
  InspectionKit().When(Report("extra_homework")).ThenInvalid("codes");
  InspectionKit kit;
  kit.GivenPolicy("prohibitions", "words { word: 'extra_homework' }", "school_id: 's1'");
  kit.When(Report("extra_homework")).ThenDecided();
}

TEST(ReportViolation, AsksForACodeAndRealIdentities) {
  InspectionKit().When(Command("report_violation { case_id: 'k1' subject_id: 'p9' }")).ThenInvalid("codes");
  InspectionKit().When(Report("inducement", "event_refs { service: 'billing' }")).ThenInvalid("event_refs");
  InspectionKit().When(Report("inducement", "event_refs { index: 3 }")).ThenInvalid("event_refs");
}

TEST(ReportViolation, RefusesAnotherReportUnderTheSameId) {
  InspectionKit kit;
  kit.As("guardian", "mum").When(Report()).ThenDecided();
  kit.When(Report("profit")).ThenRefused("INS-02", "WRONG_STATE");
  kit.As("guardian", "dad").When(Report()).ThenRefused("INS-02", "WRONG_STATE");
}

// A partition holds many schools.
TEST(ReportViolation, IsOfItsSchoolAlone) {
  InspectionKit kit;
  kit.As("guardian", "mum").When(Report()).ThenDecided();
  kit.AtSchool("s2");
  kit.When(Confirm("k1")).ThenNotFound();
  kit.As("guardian", "dad").When(Report("profit")).ThenDecided();
}

TEST(ConfirmViolation, ConfirmsASuspicionOrAReportOnEvidence) {
  InspectionKit kit;
  kit.Given(Suspected()).As("responsible_inspector", "insp");
  kit.When(Confirm(SuspectedId()))
      .Then(
          Event("violation_confirmed { case_id: '" + SuspectedId() + "' " + kRef + " reason_code: 'seen' }"));
  kit.As("guardian", "mum").When(Report()).ThenDecided();
  kit.As("education_bureau", "b1").When(Confirm("k1")).ThenDecided();
}

TEST(DismissViolation, DismissesASuspicion) {
  InspectionKit kit;
  kit.Given(Suspected())
      .As("responsible_inspector", "insp")
      .When(Dismiss(SuspectedId()))
      .Then(Event("violation_dismissed { case_id: '" + SuspectedId() + "' " + kRef +
                  " reason_code: 'mistaken' }"));
}

// Both verdicts ask the same.
class Verdict
    : public testing::TestWithParam<v1::InspectionCommand (*)(const std::string&, const std::string&)> {
 protected:
  v1::InspectionCommand Of(const std::string& case_id, const std::string& refs = kRef) {
    return GetParam()(case_id, refs);
  }
};

TEST_P(Verdict, RefusesWithoutEvidence) {
  InspectionKit kit;
  const Refused refused =
      kit.Given(Suspected()).When(Of(SuspectedId(), "")).ThenRefused("INS-01", "EVIDENCE_MISSING");
  EXPECT_EQ(refused.limit, "1");
  EXPECT_EQ(refused.met, "0");
}

TEST_P(Verdict, RefusesOneWhoHoldsAPostAtTheSchool) {
  InspectionKit kit;
  kit.Given(Suspected())
      .GivenFrom("registry", Post("insp", "2026-09-01"))
      .As("responsible_inspector", "insp");
  const Refused refused =
      kit.At("2026-09-01", "10:00").When(Of(SuspectedId())).ThenRefused("INS-04", "INSPECTOR_HAS_POST");
  EXPECT_EQ(refused.met, "care_teacher");
  kit.At("2026-08-31", "10:00").When(Of(SuspectedId())).ThenDecided();  // The day before it begins.
}

TEST_P(Verdict, TakesOneWhoHoldsAPostElsewhereOrNone) {
  InspectionKit kit;
  kit.Given(Suspected())
      .GivenFrom("registry", Post("somebody", "2026-01-01"))
      .As("responsible_inspector", "insp");
  kit.When(Of(SuspectedId())).ThenDecided();
}

TEST_P(Verdict, RefusesWhoeverReported) {
  InspectionKit kit;
  kit.As("responsible_inspector", "insp").When(Report()).ThenDecided();
  kit.When(Of("k1")).ThenRefused("INS-04", "SAME_PERSON");
  kit.As("responsible_inspector", "other").When(Of("k1")).ThenDecided();
}

TEST_P(Verdict, RefusesACaseAlreadyDecidedTheOtherWay) {
  const char* events[] = {"violation_confirmed", "violation_dismissed"};
  for (const char* event : events) {
    InspectionKit kit;
    kit.Given(Suspected(), Event(std::string(event) + " { case_id: '" + SuspectedId() + "' }"));
    if (Of("x").has_confirm_violation() == (std::string(event) == "violation_confirmed")) {
      kit.When(Of(SuspectedId())).ThenNothing();
    } else {
      kit.When(Of(SuspectedId())).ThenRefused("INS-02", "WRONG_STATE");
    }
  }
}

TEST_P(Verdict, AsksForAKnownCaseAndRealIdentities) {
  InspectionKit kit;
  kit.When(Of("nothing")).ThenNotFound();
  kit.Given(Suspected())
      .When(Of(SuspectedId(), "event_refs { service: 'billing' }"))
      .ThenInvalid("event_refs");
}

INSTANTIATE_TEST_SUITE_P(Both, Verdict, testing::Values(&Confirm, &Dismiss));

TEST(Commands, AreAllOfTheCommandMessageInItsOrder) {
  const auto* oneof = v1::InspectionCommand::descriptor()->oneof_decl(0);
  ASSERT_EQ(TheInspection().commands().size(), oneof->field_count());
  for (int i = 0; i < oneof->field_count(); ++i)
    EXPECT_EQ(TheInspection().commands()[i].name, oneof->field(i)->name());
}

TEST(Commands, NoneIsAnErrorOfTheCaller) {
  InspectionKit().When(v1::InspectionCommand()).ThenInvalid("command");
}

}  // namespace
}  // namespace afterbell::inspection
