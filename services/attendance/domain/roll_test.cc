// Rolls, pupils who take no part, and those the clock finds missing (ATT-02, ATT-10, ATT-30).
#include "services/attendance/domain/roll.h"

#include "services/attendance/domain/fixture.h"

namespace afterbell::attendance {
namespace {

TEST(CallRoll, RecordsWhoIsThereAndWhoIsNot) {
  School school;
  school.GivenOpen();
  school.When(School::About("call_roll", "present_pupil_ids: ['bo', 'ana'] absent_pupil_ids: 'cem'"))
      .Then(School::Said("roll_called", "present: 2 absent: 1"), School::CheckedIn("ana"),
            School::CheckedIn("bo"), School::Said("pupil_absent", "pupil_id: 'cem'"),
            School::Said("pupil_absent_unexplained", "pupil_id: 'cem'"));
}

TEST(CallRoll, FindsNothingUnexplainedAfterANotice) {  // ATT-10
  School school;
  school.GivenOpen().Given(
      AnEvent("absence_notified { notice_id: 'n' pupil_id: 'cem' date: '2026-09-01' "
              "periods: 'afternoon-1' reason_code: 'ill' }"));
  school.When(School::About("call_roll", "absent_pupil_ids: 'cem'"))
      .Then(School::Said("roll_called", "absent: 1"),
            School::Said("pupil_absent", "pupil_id: 'cem' notified: true"));
}

TEST(CallRoll, TakesANoticeOfAnotherPeriodForNone) {
  School school;
  school.GivenOpen().Given(
      AnEvent("absence_notified { notice_id: 'n' pupil_id: 'cem' date: '2026-09-01' periods: 'noon' }"));
  school.When(School::About("call_roll", "absent_pupil_ids: 'cem'"))
      .Then(School::Said("roll_called", "absent: 1"), School::Said("pupil_absent", "pupil_id: 'cem'"),
            School::Said("pupil_absent_unexplained", "pupil_id: 'cem'"));
}

TEST(CallRoll, CountsThoseWhoAreInAlready) {
  School school;
  school.GivenOpen().GivenIn("ana");
  school.When(School::About("call_roll", "present_pupil_ids: 'ana'"))
      .Then(School::Said("roll_called", "present: 1"));
}

TEST(CallRoll, MayBeCalledAgainWhenSomebodyCame) {
  School school;
  school.GivenOpen();
  school.When(School::About("call_roll", "absent_pupil_ids: 'ana'")).ThenDecided();
  school.When(School::About("call_roll", "present_pupil_ids: 'ana'"))
      .Then(School::Said("roll_called", "present: 1"), School::CheckedIn("ana"));
}

TEST(CallRoll, MissesOneWhoCameAndIsNotFoundButNotOneWhoWent) {
  School school;
  school.GivenOpen().GivenIn("ana").GivenIn("bo").Given(
      School::Said("pupil_left_early", "pupil_id: 'bo' kind: LEFT_UNCONFIRMED"));
  school.When(School::About("call_roll", "absent_pupil_ids: ['ana', 'bo']"))
      .Then(School::Said("roll_called", "absent: 1"), School::Said("pupil_absent", "pupil_id: 'ana'"),
            School::Said("pupil_absent_unexplained", "pupil_id: 'ana'"));
}

TEST(CallRoll, RecordsWhoIsThereAndTakesNoPart) {  // ATT-30
  School school;
  school.GivenOpen().Enroll("dan", "g2");
  const auto stay = [](const std::string& pupil, const std::string& why) {
    return AnEvent(absl::StrCat("non_participant_recorded { pupil_id: '", pupil,
                                "' date: '2026-09-01' place: 'v1' ", "keeper_id: 'tia' reason_code: '", why,
                                "' }"));
  };
  school.When(School::About("call_roll", "present_pupil_ids: ['ana', 'dan', 'zoe']"))
      .Then(School::Said("roll_called", "present: 1 non_participants: 2"), School::CheckedIn("ana"),
            stay("dan", "not_in_group"), stay("zoe", "not_enrolled"));
}

TEST(CallRoll, RecordsWhoIsInAnotherSession) {
  School school;
  const std::string other = School::SessionId(kDate, "afternoon-1", "g2");
  school.GivenOpen()
      .Enroll("ana", "g2")
      .Given(School::Planned(kDate, "afternoon-1", "g2"), School::CheckedIn("ana", other));
  school.When(School::About("call_roll", "present_pupil_ids: 'ana'"))
      .Then(School::Said("roll_called", "non_participants: 1"),
            AnEvent(
                "non_participant_recorded { pupil_id: 'ana' date: '2026-09-01' place: 'v1' keeper_id: 'tia' "
                "reason_code: 'in_another_session' }"));
}

TEST(CallRoll, RefusesAnybodyButTheResponsibleAdult) {  // ATT-02
  School school;
  school.GivenOpen();
  school.As("care_teacher", "uma")
      .When(School::About("call_roll", "present_pupil_ids: 'ana'"))
      .ThenRefused("ATT-02", "NOT_RESPONSIBLE");
}

TEST(CallRoll, RefusesAClosedSession) {  // ATT-01
  School school;
  school.GivenOpen().Given(School::Said("session_closed", ""));
  school.When(School::About("call_roll", "present_pupil_ids: 'ana'")).ThenRefused("ATT-01", "WRONG_STATE");
}

TEST(CallRoll, ChecksThatNobodyIsBothThereAndNot) {
  School school;
  school.GivenOpen();
  school.When(School::About("call_roll", "present_pupil_ids: 'ana' absent_pupil_ids: 'ana'"))
      .ThenInvalid("absent_pupil_ids");
}

TEST(RecordNonParticipant, IsTestimonyToldOnce) {
  School school;
  school.As("gate_guard", "gus")
      .When(Command(
          "record_non_participant { pupil_id: 'zoe' date: '2026-09-01' place: 'hall' keeper_id: 'tia' }"))
      .Then(AnEvent(
          "non_participant_recorded { pupil_id: 'zoe' date: '2026-09-01' place: 'hall' keeper_id: 'tia' }"));
}

v1::AttendanceEvent PlannedWithGrace() {
  v1::AttendanceEvent planned = School::Planned();
  *planned.mutable_session_planned()->mutable_absences_due_at() = TimestampOf(InstantOf(kDate, "15:45"));
  return planned;
}

TEST(FindAbsences, FindsThoseNobodyAccountedForWhenGraceIsOver) {  // ATT-10
  School school;
  school.Given(PlannedWithGrace());
  school.GivenOpen().GivenIn("ana");
  school.Given(AnEvent("absence_notified { notice_id: 'n' pupil_id: 'bo' date: '2026-09-01' }"));
  school.WhenTimeReaches(kDate, "15:44").ThenNothing();
  school.WhenTimeReaches(kDate, "15:45").Then(School::Said("pupil_absent_unexplained", "pupil_id: 'cem'"));
}

TEST(FindAbsences, FindsThemThoughNobodyTookOver) {
  School school;
  school.Given(PlannedWithGrace());
  EXPECT_EQ(school.WhenTimeReaches(kDate, "15:45").ThenDecided().size(), 3u);
}

TEST(FindAbsences, IsQuietWhenTheRollAccountedForAll) {
  School school;
  school.Given(PlannedWithGrace());
  school.GivenOpen();
  school.When(School::About("call_roll", "present_pupil_ids: ['ana', 'bo'] absent_pupil_ids: 'cem'"))
      .ThenDecided();
  school.WhenTimeReaches(kDate, "15:45").ThenNothing();
}

TEST(FindAbsences, IsQuietWhereNoGraceIsSet) {
  School school;
  school.GivenStaffed();
  school.WhenTimeReaches(kDate, "23:00").ThenNothing();
}

}  // namespace
}  // namespace afterbell::attendance
