// Adults who come and go, and how many are asked for (STF-05 to STF-08; C-11, D-09).
#include "services/attendance/domain/ratio.h"

#include "services/attendance/domain/adults.h"
#include "services/attendance/domain/fixture.h"

namespace afterbell::attendance {
namespace {

// min_staff_per_session: 2 … as RatioAssessed says it.
std::string Condition(const std::string& parameter, const std::string& rule, int limit, int needed, int met) {
  return absl::StrCat(" conditions { parameter: '", parameter, "' rule: '", rule, "' needed: ", needed,
                      " met: ", met, met < needed ? " short: true" : "", " value_id: '", parameter,
                      "-value1' limit: ", limit, " }");
}

v1::AttendanceEvent Assessed(const std::string& phase, int pupils, const std::string& adults,
                             const std::string& conditions) {
  return School::Said("ratio_assessed",
                      absl::StrCat("phase: ", phase, " pupils: ", pupils, " ", adults, conditions));
}

v1::AttendanceCommand Adult(const std::string& command, const std::string& person, bool at_session = true) {
  return Command(absl::StrCat(command, " { person_id: '", person, "' role: 'care_teacher' ",
                              at_session ? absl::StrCat("session_id: '", School::SessionId(), "'") : "",
                              " }"));
}

v1::AttendanceEvent Came(const std::string& person, bool at_session = true) {
  return AnEvent(absl::StrCat("adult_checked_in { person_id: '", person, "' role: 'care_teacher' ",
                              at_session ? absl::StrCat("session_id: '", School::SessionId(), "'") : "",
                              " }"));
}

v1::AttendanceEvent Went(const std::string& person, bool at_session = true) {
  return AnEvent(absl::StrCat("adult_checked_out { person_id: '", person, "' role: 'care_teacher' ",
                              at_session ? absl::StrCat("session_id: '", School::SessionId(), "'") : "",
                              " }"));
}

TEST(Adults, ComeAndGoAndNoRuleRefusesIt) {
  School school;
  school.GivenStaffed().As("gate_guard", "gus");
  school.When(Adult("check_in_adult", "stranger", false)).Then(Came("stranger", false));
  school.When(Adult("check_in_adult", "tia")).Then(Came("tia"));
  school.When(Adult("check_out_adult", "tia")).Then(Went("tia"));
  school.When(Adult("check_out_adult", "stranger", false)).Then(Went("stranger", false));
  school.When(Adult("check_in_adult", "tia")).Then(Came("tia"));
}

TEST(Adults, LeaveTheirSessionsWithTheSchool) {
  School school;
  school.GivenOpen();
  school.When(Adult("check_out_adult", "tia", false)).Then(Went("tia", false));
  EXPECT_FALSE(IsInSession(school.rows(), *school.rows().Get(kSessions, {"s1", School::SessionId()}), "tia"));
}

// An adult may serve at two schools of a partition.
TEST(Adults, ComeAndGoAtOneSchool) {
  School school;
  school.GivenPolicy("teachers_per_group", "count: 1");
  school.GivenOpen().GivenIn("ana").GivenOpenAt("s2");
  const std::string session = School::SessionAt("s2");
  school.When(School::CheckIn("ana", session)).ThenDecided();
  const auto events = school.When(Adult("check_out_adult", "tia", false)).ThenDecided();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].ratio_assessed().session_id(), session);
  EXPECT_TRUE(IsInSession(school.rows(), *school.rows().Get(kSessions, {"s1", School::SessionId()}), "tia"));
  EXPECT_FALSE(IsInSession(school.rows(), *school.rows().Get(kSessions, {"s2", session}), "tia"));
}

TEST(Adults, AreOfNoUnknownSession) {
  School school;
  school.When(Adult("check_in_adult", "tia")).ThenNotFound();
  school.When(Adult("check_out_adult", "tia")).ThenNotFound();
}

TEST(Ratio, IsNotAskedWhereNoParameterSaysSo) {
  School school(true);
  school.GivenOpen();
  school.When(School::CheckIn("ana")).Then(School::CheckedIn("ana"));
}

TEST(Ratio, IsPlannedByTheDutiesAndTurnsWithThem) {  // STF-05
  School school;
  school.GivenPolicy("min_staff_per_session", "count: 2").Given(School::Planned());
  school.WhenHeard("staffing", School::Duty("duty-a", "tia", "care_teacher", School::SessionId()))
      .Then(School::Said("session_staffed", "duty_ids: 'duty-a' person_ids: 'tia'"),
            Assessed("PLANNED", 3, "teachers: 1", Condition("min_staff_per_session", "STF-05", 2, 2, 1)));
  school.WhenHeard("staffing", School::Duty("duty-b", "vic", "volunteer", School::SessionId()))
      .Then(School::Said("session_staffed", "duty_ids: ['duty-a', 'duty-b'] person_ids: ['tia', 'vic']"));
  school.WhenHeard("staffing", School::Duty("duty-c", "uma", "auxiliary_staff", School::SessionId()))
      .Then(School::Said("session_staffed",
                         "duty_ids: ['duty-a', 'duty-b', 'duty-c'] person_ids: ['tia', 'vic', 'uma']"),
            Assessed("PLANNED", 3, "teachers: 1 auxiliaries: 2",
                     Condition("min_staff_per_session", "STF-05", 2, 2, 2)));
}

TEST(Ratio, TurnsWhenOneOfTwoStaffLeavesARunningSession) {  // STF-05
  School school;
  school.GivenPolicy("min_staff_per_session", "count: 2");
  school.GivenStaffed().GivenFrom("staffing",
                                  School::Duty("duty-u", "uma", "auxiliary_staff", School::SessionId()));
  school.GivenOpen().Given(Came("uma", false));
  school.When(School::CheckIn("ana"))
      .Then(School::CheckedIn("ana"), Assessed("ACTUAL", 1, "teachers: 1 auxiliaries: 1",
                                               Condition("min_staff_per_session", "STF-05", 2, 2, 2)));
  school.When(School::CheckIn("bo")).Then(School::CheckedIn("bo"));
  school.When(Adult("check_out_adult", "uma", false))
      .Then(Went("uma", false),
            Assessed("ACTUAL", 2, "teachers: 1", Condition("min_staff_per_session", "STF-05", 2, 2, 1)));
  school.When(Adult("check_in_adult", "uma"))
      .Then(Came("uma"), Assessed("ACTUAL", 2, "teachers: 1 auxiliaries: 1",
                                  Condition("min_staff_per_session", "STF-05", 2, 2, 2)));
}

TEST(Ratio, AsksNothingForNobody) {
  School school;
  school.GivenPolicy("min_staff_per_session", "count: 2");
  school.GivenOpen();
  school.When(School::CheckIn("ana"))
      .Then(School::CheckedIn("ana"),
            Assessed("ACTUAL", 1, "teachers: 1", Condition("min_staff_per_session", "STF-05", 2, 2, 1)));
  const std::string left = "pupil_id: 'ana' kind: LEFT_UNCONFIRMED";
  school.When(School::About("release_pupil", left))
      .Then(School::Said("pupil_released", left),
            Assessed("ACTUAL", 0, "teachers: 1", Condition("min_staff_per_session", "STF-05", 2, 0, 1)));
}

TEST(Ratio, AsksOneTeacherOfAGroupAndIsContentWithExactlyOne) {  // STF-07
  School school;
  school.GivenPolicy("teachers_per_group", "count: 1");
  school.GivenOpen();
  school.When(School::CheckIn("ana"))
      .Then(School::CheckedIn("ana"),
            Assessed("ACTUAL", 1, "teachers: 1", Condition("teachers_per_group", "STF-07", 1, 1, 1)));
  school.When(Adult("check_out_adult", "tia"))
      .Then(Went("tia"), Assessed("ACTUAL", 1, "", Condition("teachers_per_group", "STF-07", 1, 1, 0)));
}

TEST(Ratio, TurnsWhenTheGroupIsTakenOverAgain) {
  School school;
  school.GivenPolicy("teachers_per_group", "count: 1").GivenPolicy("min_staff_per_session", "count: 2");
  school.GivenOpen().Clear("uma").GivenFrom(
      "staffing", School::Duty("duty-u", "uma", "care_teacher", School::SessionId()));
  school.GivenIn("ana");
  const auto events =
      school.When(School::About("take_over_group", "by_person_id: 'uma' headcount: 1")).ThenDecided();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].ratio_assessed().teachers(), 2);
}

TEST(Ratio, AsksTwoParentsOfAClassClub) {  // STF-08
  School school;
  school.GivenPolicy("min_parents_per_class_club", "count: 2");
  school.GivenFrom("enrollment", Enrollment("project_designed { project_id: 'chess' kind: 'class_club' }"));
  school.GivenFrom("enrollment",
                   Enrollment("care_group_formed { group_id: 'g1' term_id: 'autumn' stage: 'primary' "
                              "project_id: 'chess' }"));
  for (const char* parent : {"pia", "pat"}) {
    school.GivenFrom("staffing", School::Duty(absl::StrCat("duty-", parent), parent, "parent_volunteer",
                                              School::SessionId()));
  }
  school.GivenOpen().Given(Came("pia"));
  school.When(School::CheckIn("ana"))
      .Then(School::CheckedIn("ana"), Assessed("ACTUAL", 1, "teachers: 1 parent_volunteers: 1",
                                               Condition("min_parents_per_class_club", "STF-08", 2, 2, 1)));
  school.When(Adult("check_in_adult", "pat"))
      .Then(Came("pat"), Assessed("ACTUAL", 1, "teachers: 1 parent_volunteers: 2",
                                  Condition("min_parents_per_class_club", "STF-08", 2, 2, 2)));
}

// A project of the same id at two schools of a partition.
TEST(Ratio, AsksParentsOfTheSchoolsOwnClassClubs) {
  School school;
  school.GivenPolicy("min_parents_per_class_club", "count: 2");
  school.GivenFrom("enrollment", Enrollment("project_designed { project_id: 'chess' kind: 'class_club' }"));
  school.GivenOpenAt("s2");
  school.GivenFrom("enrollment",
                   Enrollment("care_group_formed { group_id: 'g1' term_id: 'autumn' stage: 'primary' "
                              "project_id: 'chess' }"));
  const std::string session = School::SessionAt("s2");
  school.When(School::CheckIn("ana", session)).Then(School::CheckedIn("ana", session));
}

TEST(Ratio, AsksParentsOfClassClubsOnly) {
  School school;
  school.GivenPolicy("min_parents_per_class_club", "count: 2");
  school.GivenOpen();
  school.When(School::CheckIn("ana")).Then(School::CheckedIn("ana"));
}

// 51 pupils p00 … p50, and one auxiliary.
void GivenFiftyOne(School& school, int in) {
  school.GivenPolicy("pupils_per_auxiliary", "count: 50");
  for (int i = 0; i <= 50; ++i) school.Enroll(absl::StrCat("p", i / 10, i % 10), "g1");
  school.GivenFrom("staffing", School::Duty("duty-u", "uma", "auxiliary_staff", School::SessionId()));
  school.GivenOpen().Given(Came("uma"));
  for (int i = 0; i < in; ++i) school.When(School::CheckIn(absl::StrCat("p", i / 10, i % 10))).ThenDecided();
}

TEST(Ratio, AsksOneAuxiliaryForFiftyAndTwoForFiftyOne) {  // STF-06, D-09
  School school(true);
  GivenFiftyOne(school, 49);
  school.When(School::CheckIn("p49")).Then(School::CheckedIn("p49"));
  school.When(School::CheckIn("p50"))
      .Then(School::CheckedIn("p50"), Assessed("ACTUAL", 51, "teachers: 1 auxiliaries: 1",
                                               Condition("pupils_per_auxiliary", "STF-06", 50, 2, 1)));
  const std::string left = "pupil_id: 'p00' kind: LEFT_UNCONFIRMED";
  school.When(School::About("release_pupil", left))
      .Then(School::Said("pupil_released", left),
            Assessed("ACTUAL", 50, "teachers: 1 auxiliaries: 1",
                     Condition("pupils_per_auxiliary", "STF-06", 50, 1, 1)));
}

TEST(Ratio, AsksAuxiliariesOnlyWhereTeachersAreShort) {  // D-09
  School school(false);
  GivenFiftyOne(school, 50);
  school.When(School::CheckIn("p50")).Then(School::CheckedIn("p50"));
}

TEST(Ratio, TurnsEachConditionOnItsOwn) {  // C-11
  School school;
  school.GivenPolicy("min_staff_per_session", "count: 2").GivenPolicy("teachers_per_group", "count: 1");
  school.GivenOpen();
  const auto events = school.When(School::CheckIn("ana")).ThenDecided();
  ASSERT_EQ(events.size(), 2u);
  ASSERT_EQ(events[1].ratio_assessed().conditions_size(), 2);
  EXPECT_TRUE(events[1].ratio_assessed().conditions(0).short_());
  EXPECT_FALSE(events[1].ratio_assessed().conditions(1).short_());
}

TEST(Ratio, IsAssessedOnceForAWholeRoll) {
  School school;
  school.GivenPolicy("teachers_per_group", "count: 1");
  school.GivenOpen();
  const auto events =
      school.When(School::About("call_roll", "present_pupil_ids: ['ana', 'bo', 'cem']")).ThenDecided();
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events.back().ratio_assessed().pupils(), 3);
}

}  // namespace
}  // namespace afterbell::attendance
