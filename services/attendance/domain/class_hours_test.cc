// Class-hours attended and held, counted when a month is over (ATT-23, ATT-24).
#include "services/attendance/domain/class_hours.h"

#include "services/attendance/domain/fixture.h"
#include "services/platform/base/ids.h"

namespace afterbell::attendance {
namespace {

v1::AttendanceEvent Counted(const std::string& subject, const std::string& id, const std::string& rest) {
  return AnEvent(absl::StrCat("class_hours_counted { count_id: '", DerivedId("class_hours", {id, "2026-09"}),
                              "' subject: ", subject, " subject_id: '", id, "' month: '2026-09' ", rest,
                              " }"));
}

v1::AttendanceCommand Count(const std::string& subject, const std::string& id) {
  return Command(
      absl::StrCat("count_class_hours { subject: ", subject, " subject_id: '", id, "' month: '2026-09' }"));
}

// Three sessions of 120, 90 and 60 minutes; ana was in the first two.
School& GivenMonth(School& school) {
  const std::string second = School::SessionId("2026-09-02");
  school.Given(School::Planned(), School::Planned("2026-09-02", "afternoon-1", "g1", "15:30", "17:00"),
               School::Planned("2026-09-03", "afternoon-1", "g1", "15:30", "16:30"));
  school.GivenOpen().GivenIn("ana");
  school.Given(School::Said("pupil_released", "pupil_id: 'ana' kind: LEFT_UNCONFIRMED"),
               School::CheckedIn("ana", second));
  return school;
}

TEST(ClassHours, AreThoseAPupilAttendedWhereTheFeeIsByClassHour) {  // ATT-23
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 45")
      .GivenPolicy("class_hour_rounding", "choice: 'down'");
  school.WhenTimeReaches("2026-10-01", "23:59").ThenNothing();
  school.WhenTimeReaches("2026-10-02", "00:00")
      .Then(Counted(
          "OF_PUPIL", "ana",
          "revision: 1 sessions: 2 minutes: 210 class_hours: 4 class_hour_minutes: 45 "
          "value_ids: ['fee_model-value1', 'class_hour_minutes-value2', 'class_hour_rounding-value3']"));
}

TEST(ClassHours, AreThoseAGroupHeldWhereTheSubsidyIsByClassHour) {  // ATT-24
  School school;
  GivenMonth(school).GivenPolicy("subsidy_period", "choice: 'class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 30").GivenPolicy("fee_model", "choice: 'free'");
  school.WhenTimeReaches("2026-10-02", "00:00")
      .Then(Counted("OF_GROUP", "g1",
                    "revision: 1 sessions: 2 minutes: 210 class_hours: 7 class_hour_minutes: 30 "
                    "value_ids: ['subsidy_period-value1', 'class_hour_minutes-value2']"));
}

TEST(ClassHours, AreNotCountedWhereNoMoneyFollowsThem) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_month'");
  school.WhenTimeReaches("2026-10-02", "00:00").ThenNothing();
}

TEST(ClassHours, AreCountedWhereOneKindOfServiceIsByClassHour) {
  School school;
  GivenMonth(school).GivenPolicy(
      "fee_model", "entries { entry { name: 'basic_care' value { choice: 'per_class_hour' } } }");
  school.GivenPolicy("class_hour_minutes", "minutes: 30");
  EXPECT_EQ(school.When(Count("OF_PUPIL", "ana")).ThenDecided()[0].class_hours_counted().class_hours(), 7);
}

TEST(ClassHours, AreRoundedPerSessionByTheWordOfThePlace) {  // 120 and 90 of 50: 2.4 and 1.8
  for (const auto& [word, hours] :
       std::vector<std::pair<std::string, int>>{{"down", 3}, {"half_up", 4}, {"up", 5}}) {
    School school;
    GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
    school.GivenPolicy("class_hour_minutes", "minutes: 50");
    school.GivenPolicy("class_hour_rounding", absl::StrCat("choice: '", word, "'"));
    EXPECT_EQ(school.When(Count("OF_PUPIL", "ana")).ThenDecided()[0].class_hours_counted().class_hours(),
              hours)
        << word;
  }
}

TEST(ClassHours, RoundAHalfUpWhereHalvesAre) {  // 90 of 60 is 1.5
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 60")
      .GivenPolicy("class_hour_rounding", "choice: 'half_up'");
  EXPECT_EQ(school.When(Count("OF_PUPIL", "ana")).ThenDecided()[0].class_hours_counted().class_hours(), 4);
}

TEST(ClassHours, StopWhereALengthOrARoundingIsUnset) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.When(Count("OF_PUPIL", "ana")).ThenUnset("class_hour_minutes");
  school.GivenPolicy("class_hour_minutes", "minutes: 45");
  school.WhenTimeReaches("2026-10-02", "00:00").ThenUnset("class_hour_rounding");
}

TEST(ClassHours, NeedNoRoundingWhereNothingRemains) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 30");
  school.When(Count("OF_PUPIL", "ana")).ThenDecided();
}

TEST(ClassHours, CountedAgainAreARevisionOnlyWhenTheyDiffer) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 30");
  school.When(Count("OF_PUPIL", "ana")).ThenDecided();
  school.When(Count("OF_PUPIL", "ana")).ThenNothing();
  school.Given(School::CheckedIn("ana", School::SessionId("2026-09-03")));
  const auto again = school.When(Count("OF_PUPIL", "ana")).ThenDecided();
  EXPECT_EQ(again[0].class_hours_counted().revision(), 2);
  EXPECT_EQ(again[0].class_hours_counted().class_hours(), 9);
}

// The same pupil and a group of the same id at two schools of a partition.
TEST(ClassHours, AreThoseOfTheirSchoolAlone) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("subsidy_period", "choice: 'class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 30");
  school.When(Count("OF_PUPIL", "ana")).ThenDecided();
  school.When(Count("OF_GROUP", "g1")).ThenDecided();
  school.GivenOpenAt("s2").Given(School::CheckedIn("ana", School::SessionAt("s2")));
  for (const auto& [subject, id] : {std::pair("OF_PUPIL", "ana"), std::pair("OF_GROUP", "g1")}) {
    const auto counted = school.When(Count(subject, id)).ThenDecided()[0].class_hours_counted();
    EXPECT_EQ(counted.revision(), 1) << subject;
    EXPECT_EQ(counted.sessions(), 1) << subject;
    EXPECT_EQ(counted.minutes(), 120) << subject;
  }
  school.AtSchool("s1");
  school.When(Count("OF_PUPIL", "ana")).ThenNothing();
}

TEST(ClassHours, AreNoneForOneWhoNeverCame) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.When(Count("OF_PUPIL", "bo")).ThenNothing();
}

TEST(ClassHours, SayThatTheyRestOnAnAssumption) {
  School school;
  GivenMonth(school).GivenPolicy("fee_model", "choice: 'per_class_hour'");
  school.GivenPolicy("class_hour_minutes", "minutes: 30");
  const decltype(policy::kValues)::Key key = {key::Word("class_hour_minutes"), "class_hour_minutes-value2"};
  policy::v1::ParameterValue value = *school.rows().Get(policy::kValues, key);
  value.set_provisional(true);
  school.rows().Put(policy::kValues, key, value);
  EXPECT_TRUE(school.When(Count("OF_PUPIL", "ana")).ThenDecided()[0].class_hours_counted().provisional());
}

}  // namespace
}  // namespace afterbell::attendance
