// Notices of absence (ATT-10).
#include "services/attendance/domain/absence.h"

#include "services/attendance/domain/fixture.h"
#include "services/platform/base/ids.h"

namespace afterbell::attendance {
namespace {

v1::AttendanceCommand Notify(const std::string& periods, const std::string& date = kDate) {
  return Command(absl::StrCat("notify_absence { pupil_id: 'ana' date: '", date, "' periods: [", periods,
                              "] reason_code: 'ill' }"));
}

v1::AttendanceEvent Notified(const std::string& period, const std::string& date = kDate) {
  return AnEvent(absl::StrCat("absence_notified { notice_id: '", DerivedId("notice", {"ana", date, period}),
                              "' pupil_id: 'ana' date: '", date, "' ",
                              period.empty() ? "" : absl::StrCat("periods: '", period, "'"),
                              " reason_code: 'ill' }"));
}

TEST(NotifyAbsence, GivesOneNoticeAPeriod) {
  School school;
  school.At(kDate, "09:00").As("guardian", "gina");
  school.When(Notify("'afternoon-1', 'noon'")).Then(Notified("afternoon-1"), Notified("noon"));
  school.When(Notify("'noon', 'late'")).Then(Notified("late"));
}

TEST(NotifyAbsence, WithoutAPeriodIsForTheWholeDay) {
  School school;
  school.At(kDate, "09:00").When(Notify("")).Then(Notified(""));
  school.When(Notify("'afternoon-1'")).ThenNothing();
  EXPECT_TRUE(IsNotified(school.rows(), "s1", "ana", kDate, "late"));
}

// A pupil may be known at two schools of a partition.
TEST(NotifyAbsence, IsForItsSchoolAlone) {
  School school;
  school.At(kDate, "09:00").When(Notify("'afternoon-1'")).Then(Notified("afternoon-1"));
  school.GivenSchool("s2");
  EXPECT_FALSE(IsNotified(school.rows(), "s2", "ana", kDate, "afternoon-1"));
  school.When(Notify("'afternoon-1'")).Then(Notified("afternoon-1"));
}

TEST(NotifyAbsence, IsTakenAfterAnotherSchoolsSessionIsOver) {
  School school;
  school.GivenOpen().GivenSchool("s2");
  school.At(kDate, "17:30").When(Notify("'afternoon-1'")).Then(Notified("afternoon-1"));
}

TEST(NotifyAbsence, IsTakenUntilTheSessionIsOver) {
  School school;
  school.GivenOpen();
  school.At(kDate, "17:30").When(Notify("'afternoon-1'")).ThenRefused("ATT-10", "SESSION_OVER");
  school.When(Notify("")).ThenRefused("ATT-10", "SESSION_OVER");
  school.At(kDate, "17:29").When(Notify("'afternoon-1'")).Then(Notified("afternoon-1"));
}

TEST(NotifyAbsence, IsRefusedOnceTheSessionHasClosed) {
  School school;
  school.GivenOpen().At(kDate, "17:00").Given(School::Said("session_closed", ""));
  school.At(kDate, "17:10").When(Notify("'afternoon-1'")).ThenRefused("ATT-10", "SESSION_OVER");
}

TEST(NotifyAbsence, GivenInTimeAndRecordedLateStands) {
  School school;
  school.GivenOpen();
  school.At(kDate, "15:00")
      .RecordedAt(kDate, "18:00")
      .When(Notify("'afternoon-1'"))
      .Then(Notified("afternoon-1"));
}

TEST(NotifyAbsence, OfADayWithoutASessionIsRefusedTheDayAfter) {
  School school;
  school.At("2026-09-02", "08:00").When(Notify("'afternoon-1'")).ThenRefused("ATT-10", "SESSION_OVER");
  school.When(Notify("'afternoon-1'", "2026-09-02")).Then(Notified("afternoon-1", "2026-09-02"));
}

}  // namespace
}  // namespace afterbell::attendance
