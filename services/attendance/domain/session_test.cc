// Sessions: planned, staffed, taken over, dismissed, closed, logged (ATT-01, ATT-08, ATT-12, ATT-33).
#include "services/attendance/domain/fixture.h"

namespace afterbell::attendance {
namespace {

v1::AttendanceCommand Plan(const std::string& dates) {
  return Command(absl::StrCat("plan_session { group_id: 'g1' dates: [", dates,
                              "] period: 'afternoon-1' start_time: '15:30' end_time: '17:30' venue_id: 'v1' ",
                              "on_site: true }"));
}

TEST(PlanSession, PlansEachDateInTheDistrictsZone) {
  School school;
  school.As("academic_affairs_office", "olga")
      .When(Plan("'2026-09-01', '2026-09-02'"))
      .Then(School::Planned("2026-09-01"), School::Planned("2026-09-02"));
}

TEST(PlanSession, IsQuietForDatesThatArePlanned) {
  School school;
  school.Given(School::Planned("2026-09-01"));
  school.When(Plan("'2026-09-01'")).ThenNothing();
  school.When(Plan("'2026-09-01', '2026-09-02'")).Then(School::Planned("2026-09-02"));
}

TEST(PlanSession, SaysWhenAbsencesFallDueWhereAGraceIsSet) {
  School school;
  school.GivenPolicy("absence_grace_minutes", "minutes: 15");
  v1::AttendanceEvent planned = School::Planned();
  *planned.mutable_session_planned()->mutable_absences_due_at() = TimestampOf(InstantOf(kDate, "15:45"));
  school.When(Plan("'2026-09-01'")).Then(planned);
}

TEST(PlanSession, RefusesAFridayWhereServiceRunsMondayToThursday) {  // REF-11
  School school;
  school.GivenPolicy("days_per_week", "count: 4");
  school.When(Plan("'2026-09-03'")).Then(School::Planned("2026-09-03"));
  const Refused& refused = school.When(Plan("'2026-09-04'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
  EXPECT_EQ(refused.limit, "4");
  EXPECT_EQ(refused.met, "5");
  EXPECT_EQ(refused.parameter, "days_per_week");
  EXPECT_EQ(refused.subject, "2026-09-04");
}

TEST(PlanSession, AcceptsTheSameFridayWhereServiceRunsToFriday) {
  School school;
  school.GivenPolicy("days_per_week", "choice: 'school_days'");
  school.When(Plan("'2026-09-04'")).Then(School::Planned("2026-09-04"));
  school.When(Plan("'2026-09-05'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
}

TEST(PlanSession, TakesTheDaysOfTheGroupsStage) {
  School school;
  school.GivenPolicy("days_per_week", "count: 5", "stage: 'primary'");
  school.GivenPolicy("days_per_week", "count: 6", "stage: 'senior_secondary'");
  school.When(Plan("'2026-09-05'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
}

TEST(PlanSession, TakesTheDaysAmongSeveral) {
  School school;
  school.GivenPolicy("days_per_week",
                     "entries { entry { name: 'primary' value { count: 5 } } "
                     "entry { name: 'senior_secondary' value { count: 6 } } }");
  school.When(Plan("'2026-09-04'")).Then(School::Planned("2026-09-04"));
  school.When(Plan("'2026-09-05'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
}

TEST(PlanSession, TakesNamedWeekdaysBeforeTheirNumber) {
  School school;
  school.GivenPolicy("service_weekdays", "words { word: ['tue', 'sat'] }");
  school.GivenPolicy("days_per_week", "count: 5");
  school.When(Plan("'2026-09-05'")).Then(School::Planned("2026-09-05"));
  school.When(Plan("'2026-09-02'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
}

TEST(PlanSession, RefusesAnExcludedWeekdayOrPartOfOne) {
  School school;
  school.GivenPolicy("excluded_days", "words { word: ['statutory_holiday', 'thu_afternoon', 'fri'] }");
  EXPECT_EQ(school.When(Plan("'2026-09-03'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY").limit,
            "thu_afternoon");
  EXPECT_EQ(school.When(Plan("'2026-09-04'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY").met, "fri");
  v1::AttendanceCommand noon = Plan("'2026-09-03'");
  noon.mutable_plan_session()->set_period("noon");
  school.When(noon).Then(School::Planned("2026-09-03", "noon"));
}

TEST(PlanSession, RefusesAHolidayEvenOnAServiceWeekday) {  // REF-12
  School school;
  school.GivenPolicy("days_per_week", "count: 5");
  school.GivenCommons(
      Registry("service_day_set { scope_id: 'd1' on: '2026-10-01' reason: 'statutory_holiday' }"));
  school.GivenFrom("registry",
                   Registry("service_day_set { scope_id: 's1' on: '2026-10-02' reason: 'weather' }"));
  school.When(Plan("'2026-10-01'")).ThenRefused("REF-12", "HOLIDAY");
  school.When(Plan("'2026-10-02'")).ThenRefused("REF-11", "NOT_A_SERVICE_DAY");
}

TEST(PlanSession, AcceptsAMakeUpDayOnASaturday) {
  School school;
  school.GivenPolicy("days_per_week", "count: 5");
  school.GivenCommons(
      Registry("service_day_set { scope_id: 'd1' on: '2026-10-10' serves: true reason: 'make_up_day' }"));
  school.When(Plan("'2026-10-10'")).Then(School::Planned("2026-10-10"));
}

TEST(PlanSession, KnowsNoForeignGroupVenueOrDateOutsideTheTerm) {
  School school;
  school.When(Plan("'2027-02-01'")).ThenNotFound();
  v1::AttendanceCommand other = Plan("'2026-09-01'");
  other.mutable_plan_session()->set_venue_id("v9");
  school.When(other).ThenNotFound();
  other = Plan("'2026-09-01'");
  other.mutable_plan_session()->set_group_id("g9");
  school.When(other).ThenNotFound();
}

// A partition holds many schools.
TEST(PlanSession, KnowsNoGroupOrVenueOfAnotherSchool) {
  School school;
  school.GivenFrom("registry", Registry("venue_registered { venue_id: 'hall' on_site: true }"));
  school.GivenFrom("enrollment",
                   Enrollment("care_group_formed { group_id: 'g2' term_id: 'autumn' stage: 'primary' }"));
  v1::AttendanceCommand in_hall = Plan("'2026-09-01'");
  in_hall.mutable_plan_session()->set_venue_id("hall");
  v1::AttendanceCommand of_g2 = Plan("'2026-09-01'");
  of_g2.mutable_plan_session()->set_group_id("g2");
  school.GivenSchool("s2");
  school.When(in_hall).ThenNotFound();
  school.When(of_g2).ThenNotFound();
  school.AtSchool("s1");
  school.When(in_hall).ThenDecided();
  school.When(of_g2).ThenDecided();
}

TEST(PlanSession, KnowsNoTermThatTheCommonsHaveNotOpened) {
  School school;
  school.GivenFrom("enrollment",
                   Enrollment("care_group_formed { group_id: 'g2' term_id: 'spring' stage: 'primary' "
                              "grades: '3' periods: 'afternoon-1' }"));
  v1::AttendanceCommand spring = Plan("'2026-09-01'");
  spring.mutable_plan_session()->set_group_id("g2");
  school.When(spring).ThenNotFound();
}

TEST(PlanSession, ChecksDatesAndTimes) {
  School school;
  school.When(Plan("")).ThenInvalid("dates");
  school.When(Plan("'2026-02-30'")).ThenInvalid("dates");
  v1::AttendanceCommand odd = Plan("'2026-09-01'");
  odd.mutable_plan_session()->set_start_time("25:00");
  school.When(odd).ThenInvalid("start_time");
  odd = Plan("'2026-09-01'");
  odd.mutable_plan_session()->set_end_time("15:30");
  school.When(odd).ThenInvalid("end_time");
}

TEST(NoteStaffing, FollowsADutyWithAllOfTheSession) {  // ATT-33
  School school;
  school.Given(School::Planned());
  school.WhenHeard("staffing", School::Duty("duty-a", "tia", "care_teacher", School::SessionId()))
      .Then(School::Said("session_staffed", "duty_ids: 'duty-a' person_ids: 'tia'"));
  school.WhenHeard("staffing", School::Duty("duty-b", "uma", "auxiliary_staff", School::SessionId()))
      .Then(School::Said("session_staffed", "duty_ids: ['duty-a', 'duty-b'] person_ids: ['tia', 'uma']"));
}

TEST(NoteStaffing, IsQuietForASessionOfNobody) {
  School school;
  school.WhenHeard("staffing", School::Duty("duty-a", "tia", "care_teacher", "elsewhere")).ThenNothing();
  school.WhenHeard("staffing", Staffing("person_nominated { person_id: 'tia' }")).ThenNothing();
}

v1::AttendanceCommand TakeOver(const std::string& person) {
  return School::About("take_over_group",
                       absl::StrCat("by_person_id: '", person, "' headcount: 3 place: 'room 1'"));
}

TEST(TakeOverGroup, OpensTheSession) {
  School school;
  school.GivenStaffed();
  school.As("care_teacher", "tia").When(TakeOver("tia")).Then(School::TakenOver("tia"));
  EXPECT_EQ(school.rows().Get(kSessions, {"s1", School::SessionId()})->state(), v1::OPEN);
}

TEST(TakeOverGroup, PassesTheGroupOnAtAShift) {
  School school;
  school.GivenOpen().Clear("uma").GivenFrom(
      "staffing", School::Duty("duty-u", "uma", "care_teacher", School::SessionId()));
  school.When(TakeOver("tia")).ThenNothing();
  school.When(TakeOver("uma")).Then(School::TakenOver("uma"));
}

TEST(TakeOverGroup, RefusesWhoIsNotCleared) {  // STF-15
  School school;
  school.GivenStaffed().GivenFrom("staffing",
                                  School::Duty("duty-u", "uma", "care_teacher", School::SessionId()));
  EXPECT_EQ(school.When(TakeOver("uma")).ThenRefused("STF-15", "ADULT_NOT_CLEARED").subject, "uma");
}

TEST(TakeOverGroup, RefusesAClearanceForAnotherRole) {
  School school;
  school.GivenStaffed().GivenFrom("staffing",
                                  School::Duty("duty-u", "uma", "care_teacher", School::SessionId()));
  school.GivenCommons(
      Staffing("person_cleared { person_id: 'uma' roles: 'volunteer' valid_from: '2026-01-01' }"));
  school.When(TakeOver("uma")).ThenRefused("STF-15", "ADULT_NOT_CLEARED");
}

TEST(TakeOverGroup, RefusesWhoIsBarredWhateverElseHolds) {  // STF-13, STF-14
  School school;
  school.GivenStaffed();
  school.GivenCommons(
      Staffing("person_barred { person_id: 'tia' ground: ETHICS_PROBLEM from_at { seconds: 1 } }"));
  school.GivenCommons(
      Staffing("person_barred { person_id: 'uma' ground: RECORD_FOUND from_at { seconds: 1 } }"));
  school.When(TakeOver("tia")).ThenRefused("STF-13", "ADULT_BARRED");
  school.When(TakeOver("uma")).ThenRefused("STF-14", "ADULT_BARRED");
}

TEST(TakeOverGroup, RefusesWhoHasNoDutyThere) {  // ATT-33
  School school;
  school.GivenStaffed().Clear("uma");
  school.When(TakeOver("uma")).ThenRefused("ATT-33", "NO_DUTY");
}

TEST(TakeOverGroup, KnowsNoSessionOfAnotherSchool) {
  School school;
  school.GivenStaffed().GivenSchool("s2");
  school.When(TakeOver("tia")).ThenNotFound();
}

TEST(BeginDismissal, BeginsOnceAndOnlyWhatIsOpen) {  // ATT-01
  School school;
  school.GivenStaffed();
  EXPECT_EQ(school.When(School::About("begin_dismissal", "")).ThenRefused("ATT-01", "WRONG_STATE").met,
            "STAFFED");
  school.GivenOpen();
  school.When(School::About("begin_dismissal", "early_reason_code: 'weather'"))
      .Then(School::Said("dismissal_begun", "early_reason_code: 'weather'"));
  school.When(School::About("begin_dismissal", "")).ThenNothing();
}

TEST(CloseSession, RefusesWhileOneIsIn) {  // ATT-08
  School school;
  school.GivenOpen().GivenIn("ana").GivenIn("bo").Given(School::Said("dismissal_begun", ""));
  const Refused& refused =
      school.When(School::About("close_session", "")).ThenRefused("ATT-08", "PRESENCE_OPEN");
  EXPECT_EQ(refused.limit, "0");
  EXPECT_EQ(refused.met, "2");
}

TEST(CloseSession, ClosesASessionNobodyCameTo) {
  School school;
  school.GivenOpen();
  school.When(School::About("close_session", "")).ThenRefused("ATT-01", "WRONG_STATE");
  school.Given(School::Said("dismissal_begun", ""));
  school.When(School::About("close_session", ""))
      .Then(School::Said("session_closed", "group_id: 'g1' date: '2026-09-01' planned_minutes: 120"));
  school.When(TakeOver("uma")).ThenRefused("STF-15", "ADULT_NOT_CLEARED");
  school.Clear("uma").GivenFrom("staffing",
                                School::Duty("duty-u", "uma", "care_teacher", School::SessionId()));
  school.When(TakeOver("uma")).ThenRefused("ATT-01", "WRONG_STATE");
}

TEST(SignCareLog, IsSignedOnceByTheResponsibleAdultWhenClosed) {  // ATT-12
  School school;
  school.GivenOpen();
  const auto sign = School::About("sign_care_log", "content_hash: 'h' sealed_entries: 'x'");
  school.When(sign).ThenRefused("ATT-12", "SESSION_NOT_CLOSED");
  school.Given(School::Said("dismissal_begun", ""),
               School::Said("session_closed", "group_id: 'g1' date: '2026-09-01' planned_minutes: 120"));
  school.As("care_teacher", "uma").When(sign).ThenRefused("ATT-12", "NOT_RESPONSIBLE");
  school.As("care_teacher", "tia")
      .When(sign)
      .Then(School::Said("care_log_signed", "content_hash: 'h' sealed_entries: 'x'"));
  school.When(School::About("sign_care_log", "content_hash: 'i'")).ThenRefused("ATT-01", "WRONG_STATE");
  EXPECT_EQ(school.rows().Get(kCareLogs, {"s1", School::SessionId()})->sealed_entries(), "");
}

}  // namespace
}  // namespace afterbell::attendance
