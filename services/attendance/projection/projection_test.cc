// Views: what each question answers, and that folding again from anywhere gives the same rows.
#include <string>
#include <vector>

#include "services/attendance/domain/fixture.h"
#include "services/attendance/projection/absences.h"
#include "services/attendance/projection/class_hour_list.h"
#include "services/attendance/projection/pupils.h"
#include "services/attendance/projection/ratios.h"
#include "services/attendance/projection/sessions.h"

namespace afterbell::attendance {
namespace {

template <class Request>
Request Ask(const std::string& text) {
  return kit::Parse<Request>(absl::StrCat("header { school_id: 's1' } ", text));
}

std::string OfSession() { return absl::StrCat("session_id: '", School::SessionId(), "'"); }

// An afternoon: tia takes over at 15:30, ana comes at 15:31 and goes to gina at 17:00, bo is missed,
// cem had a notice.
void GivenAfternoon(School& school) {
  school.GivenPolicy("min_staff_per_session", "count: 2");
  school.At(kDate, "09:00")
      .Given(AnEvent(
          "absence_notified { notice_id: 'n' pupil_id: 'cem' date: '2026-09-01' periods: 'afternoon-1' "
          "reason_code: 'ill' }"));
  school.At(kDate, "15:30");
  school.GivenOpen();
  school.At(kDate, "15:31").As("gate_guard", "gus").When(School::CheckIn("ana")).ThenDecided();
  school.At(kDate, "15:35").As("care_teacher", "tia");
  school.When(School::About("call_roll", "present_pupil_ids: 'ana' absent_pupil_ids: ['bo', 'cem']"))
      .ThenDecided();
  school.At(kDate, "16:50").When(School::About("begin_dismissal", "")).ThenDecided();
}

void GivenRelease(School& school) {
  school.At(kDate, "17:00")
      .When(School::About("release_pupil",
                          "pupil_id: 'ana' kind: TO_GUARDIAN to_person_id: 'gina' "
                          "guardian_confirmed: true child_confirmed: true"))
      .ThenDecided();
}

TEST(GetSessionRoll, ShowsEverybodyExpectedAndWhereEachStands) {
  School school;
  GivenAfternoon(school);
  const auto answer = GetSessionRoll(school.rows(), Ask<v1::GetSessionRollRequest>(OfSession()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->pupils_size(), 3);
  EXPECT_EQ(answer->pupils(0).state(), v1::IN);
  EXPECT_EQ(answer->pupils(0).in_by_id(), "gus");
  EXPECT_EQ(answer->pupils(1).state(), v1::UNEXPLAINED);
  EXPECT_EQ(answer->pupils(2).state(), v1::ABSENT);
  EXPECT_EQ(answer->counts().now_in(), 1);
  EXPECT_EQ(answer->counts().absent(), 2);
  EXPECT_EQ(answer->counts().unexplained(), 1);
}

TEST(GetSessionRoll, ShowsANoticeBeforeTheRoll) {
  School school;
  school.GivenStaffed().Given(AnEvent(
      "absence_notified { notice_id: 'n' pupil_id: 'cem' date: '2026-09-01' periods: 'afternoon-1' }"));
  const auto answer = *GetSessionRoll(school.rows(), Ask<v1::GetSessionRollRequest>(OfSession()));
  EXPECT_EQ(answer.pupils(0).state(), v1::EXPECTED);
  EXPECT_EQ(answer.pupils(2).state(), v1::NOTIFIED);
}

TEST(GetSessionRoll, ComesInPagesAndKnowsNoOtherSchoolsSession) {
  School school;
  GivenAfternoon(school);
  auto request = Ask<v1::GetSessionRollRequest>(OfSession());
  request.mutable_header()->set_page_size(2);
  auto answer = *GetSessionRoll(school.rows(), request);
  EXPECT_EQ(answer.pupils_size(), 2);
  request.mutable_header()->set_page_token(answer.page().next_page_token());
  answer = *GetSessionRoll(school.rows(), request);
  EXPECT_EQ(answer.pupils_size(), 1);
  EXPECT_EQ(answer.page().next_page_token(), "");
  request.mutable_header()->set_school_id("s2");
  EXPECT_EQ(GetSessionRoll(school.rows(), request).status().code(), absl::StatusCode::kNotFound);
}

TEST(ListPupilsIn, ShowsThoseInTheBuildingNow) {
  School school;
  GivenAfternoon(school);
  auto request = Ask<v1::ListPupilsInRequest>("venue_id: 'v1' group_id: 'g1'");
  auto answer = *ListPupilsIn(school.rows(), request);
  ASSERT_EQ(answer.pupils_size(), 1);
  EXPECT_EQ(answer.pupils(0).pupil_id(), "ana");
  EXPECT_EQ(ListPupilsIn(school.rows(), Ask<v1::ListPupilsInRequest>("venue_id: 'v2'"))->pupils_size(), 0);
  EXPECT_EQ(ListPupilsIn(school.rows(), Ask<v1::ListPupilsInRequest>("group_id: 'g2'"))->pupils_size(), 0);
  GivenRelease(school);
  EXPECT_EQ(ListPupilsIn(school.rows(), request)->pupils_size(), 0);
}

TEST(GetPupilDay, SaysWhoReleasedTheChildAndToWhom) {
  School school;
  GivenAfternoon(school);
  GivenRelease(school);
  const auto answer =
      *GetPupilDay(school.rows(), Ask<v1::GetPupilDayRequest>("pupil_id: 'ana' date: '2026-09-01'"));
  ASSERT_EQ(answer.presences_size(), 1);
  EXPECT_EQ(answer.presences(0).state(), v1::RELEASED);
  EXPECT_EQ(answer.presences(0).ended_by_id(), "tia");
  EXPECT_EQ(answer.presences(0).to_person_id(), "gina");
  EXPECT_EQ(MicrosOf(answer.presences(0).end_time()), InstantOf(kDate, "17:00"));
  const auto cem =
      *GetPupilDay(school.rows(), Ask<v1::GetPupilDayRequest>("pupil_id: 'cem' date: '2026-09-01'"));
  ASSERT_EQ(cem.notices_size(), 1);
  EXPECT_EQ(cem.notices(0).reason_code(), "ill");
}

// A pupil and a class of the same ids at two schools of a partition.
TEST(GetPupilDay, ShowsThatOfTheSchoolAskedAlone) {
  School school;
  GivenAfternoon(school);
  GivenRelease(school);
  school.GivenOpenAt("s2").Given(School::CheckedIn("ana", School::SessionAt("s2")));
  const auto day = [&](const std::string& where, const std::string& pupil) {
    return *GetPupilDay(school.rows(), kit::Parse<v1::GetPupilDayRequest>(
                                           absl::StrCat("header { school_id: '", where, "' } pupil_id: '",
                                                        pupil, "' date: '2026-09-01'")));
  };
  ASSERT_EQ(day("s1", "ana").presences_size(), 1);
  EXPECT_EQ(day("s1", "ana").presences(0).state(), v1::RELEASED);
  ASSERT_EQ(day("s2", "ana").presences_size(), 1);
  EXPECT_EQ(day("s2", "ana").presences(0).state(), v1::IN);
  EXPECT_EQ(day("s1", "cem").notices_size(), 1);
  EXPECT_EQ(day("s2", "cem").notices_size(), 0);
}

TEST(ListClassDay, ShowsThatOfTheSchoolAskedAlone) {
  School school;
  GivenAfternoon(school);
  school.Enroll("dan", "g1").GivenSchool("s2");
  const auto answer = *ListClassDay(
      school.rows(),
      kit::Parse<v1::ListClassDayRequest>("header { school_id: 's2' } class_id: 'c3' date: '2026-09-01'"));
  ASSERT_EQ(answer.pupils_size(), 3);
  for (const auto& pupil : answer.pupils()) {
    EXPECT_EQ(pupil.presences_size(), 0) << pupil.pupil_id();
    EXPECT_FALSE(pupil.notice_given()) << pupil.pupil_id();
  }
}

TEST(ListClassDay, ShowsTheClassAndWhoIsMissing) {
  School school;
  GivenAfternoon(school);
  const auto answer =
      *ListClassDay(school.rows(), Ask<v1::ListClassDayRequest>("class_id: 'c3' date: '2026-09-01'"));
  ASSERT_EQ(answer.pupils_size(), 3);
  EXPECT_EQ(answer.pupils(1).presences(0).state(), v1::UNEXPLAINED);
  EXPECT_TRUE(answer.pupils(2).notice_given());
  EXPECT_EQ(ListClassDay(school.rows(), Ask<v1::ListClassDayRequest>("class_id: 'c3' date: '2026-08-31'"))
                ->pupils_size(),
            0);
}

TEST(ListAbsences, TellsUnexplainedFromNotified) {
  School school;
  GivenAfternoon(school);
  const auto all =
      *ListAbsences(school.rows(), Ask<v1::ListAbsencesRequest>("date: '2026-09-01' class_id: 'c3'"));
  ASSERT_EQ(all.absences_size(), 2);
  EXPECT_TRUE(all.absences(0).unexplained());
  EXPECT_TRUE(all.absences(1).notified());
  EXPECT_TRUE(all.absences(1).absent());
  const auto unexplained =
      *ListAbsences(school.rows(), Ask<v1::ListAbsencesRequest>("date: '2026-09-01' unexplained: true"));
  ASSERT_EQ(unexplained.absences_size(), 1);
  EXPECT_EQ(unexplained.absences(0).pupil_id(), "bo");
  EXPECT_EQ(ListAbsences(school.rows(), Ask<v1::ListAbsencesRequest>("date: '2026-09-01' class_id: 'c4'"))
                ->absences_size(),
            0);
}

TEST(GetSession, ShowsTheChainOfAdults) {
  School school;
  GivenAfternoon(school);
  school.At(kDate, "16:55").Given(School::Said("adult_checked_out", "person_id: 'tia' role: 'care_teacher'"));
  const auto answer = *GetSession(school.rows(), Ask<v1::GetSessionRequest>(OfSession()));
  EXPECT_EQ(answer.session().state(), v1::DISMISSING);
  EXPECT_EQ(answer.session().responsible_id(), "tia");
  ASSERT_EQ(answer.chain_size(), 2);
  EXPECT_EQ(answer.chain(0).step(), v1::TOOK_OVER);
  EXPECT_EQ(answer.chain(0).place(), "room 1");
  EXPECT_EQ(answer.chain(1).step(), v1::WENT);
  EXPECT_EQ(answer.duty_ids_size(), 1);
}

TEST(ListSessions, NarrowsByStateGroupAndPlace) {
  School school;
  GivenAfternoon(school);
  school.Given(School::Planned(kDate, "noon", "g1", "12:00", "13:00"));
  const auto count = [&](const std::string& more) {
    return ListSessions(school.rows(),
                        Ask<v1::ListSessionsRequest>(absl::StrCat("date: '2026-09-01' ", more)))
        ->sessions_size();
  };
  EXPECT_EQ(count(""), 2);
  EXPECT_EQ(count("state: DISMISSING"), 1);
  EXPECT_EQ(count("group_id: 'g2'"), 0);
  EXPECT_EQ(count("on_site: false"), 0);
  const auto answer = *ListSessions(school.rows(), Ask<v1::ListSessionsRequest>("date: '2026-09-01'"));
  EXPECT_EQ(answer.sessions(0).period(), "noon");
}

TEST(ListMySessions, SaysWhereAndWithWhom) {
  School school;
  GivenAfternoon(school);
  const auto answer =
      *ListMySessions(school.rows(), Ask<v1::ListMySessionsRequest>("person_id: 'tia' date: '2026-09-01'"));
  ASSERT_EQ(answer.sessions_size(), 1);
  EXPECT_EQ(answer.staff(0).person_ids(0), "tia");
  EXPECT_EQ(
      ListMySessions(school.rows(), Ask<v1::ListMySessionsRequest>("person_id: 'uma' date: '2026-09-01'"))
          ->sessions_size(),
      0);
}

TEST(GetSchoolDay, AddsUpTheSessions) {
  School school;
  GivenAfternoon(school);
  school.Given(School::Planned(kDate, "noon", "g1", "12:00", "13:00"));
  auto answer = *GetSchoolDay(school.rows(), Ask<v1::GetSchoolDayRequest>("date: '2026-09-01'"));
  EXPECT_EQ(answer.sessions(), 2);
  EXPECT_EQ(answer.sessions_open(), 1);
  EXPECT_EQ(answer.counts().now_in(), 1);
  GivenRelease(school);
  answer = *GetSchoolDay(school.rows(), Ask<v1::GetSchoolDayRequest>("date: '2026-09-01'"));
  EXPECT_EQ(answer.sessions_closed(), 1);
  EXPECT_EQ(answer.counts().came(), 1);
  EXPECT_EQ(answer.counts().went(), 1);
}

TEST(ListShortSessions, SaysHowLongWithHowManyPupils) {  // one of two staff, 15:31 to 17:00
  School school;
  GivenAfternoon(school);
  auto request = Ask<v1::ListShortSessionsRequest>("from_date: '2026-09-01' to_date: '2026-09-30'");
  auto answer = *ListShortSessions(school.rows(), request);
  ASSERT_EQ(answer.spans_size(), 1);
  EXPECT_FALSE(answer.spans(0).has_until_time());
  GivenRelease(school);
  answer = *ListShortSessions(school.rows(), request);
  ASSERT_EQ(answer.spans_size(), 1);
  EXPECT_EQ(answer.spans(0).minutes(), 89);
  EXPECT_EQ(answer.spans(0).pupils(), 1);
  EXPECT_EQ(answer.spans(0).condition().needed(), 2);
  EXPECT_EQ(answer.spans(0).condition().met(), 1);
  request.set_parameter("teachers_per_group");
  EXPECT_EQ(ListShortSessions(school.rows(), request)->spans_size(), 0);
  request = Ask<v1::ListShortSessionsRequest>("from_date: '2026-09-02' to_date: '2026-09-30'");
  EXPECT_EQ(ListShortSessions(school.rows(), request)->spans_size(), 0);
  request = kit::Parse<v1::ListShortSessionsRequest>("from_date: '2026-09-01' to_date: '2026-09-01'");
  EXPECT_EQ(ListShortSessions(school.rows(), request)->spans_size(), 1);
}

TEST(GetRatioHistory, ShowsEachTurn) {
  School school;
  GivenAfternoon(school);
  GivenRelease(school);
  const auto answer = *GetRatioHistory(school.rows(), Ask<v1::GetRatioHistoryRequest>(OfSession()));
  ASSERT_EQ(answer.assessments_size(), 2);
  EXPECT_TRUE(answer.assessments(0).assessed().conditions(0).short_());
  EXPECT_EQ(MicrosOf(answer.assessments(1).time()), InstantOf(kDate, "17:00"));
  EXPECT_EQ(
      GetRatioHistory(school.rows(), Ask<v1::GetRatioHistoryRequest>("session_id: 'x'")).status().code(),
      absl::StatusCode::kNotFound);
  const auto anywhere = [&](const std::string& session) {
    return GetRatioHistory(school.rows(), kit::Parse<v1::GetRatioHistoryRequest>(session))
        ->assessments_size();
  };
  EXPECT_EQ(anywhere(OfSession()), 2);
  EXPECT_EQ(anywhere("session_id: 'x'"), 0);
}

TEST(ListClassHours, ShowsTheSessionsThatCount) {
  School school;
  GivenAfternoon(school);
  const auto of = [](const std::string& subject) {
    return Ask<v1::ListClassHoursRequest>(absl::StrCat(subject, " month: '2026-09'"));
  };
  const auto pupil = *ListClassHours(school.rows(), of("subject: OF_PUPIL subject_id: 'ana'"));
  ASSERT_EQ(pupil.sessions_size(), 1);
  EXPECT_EQ(pupil.sessions(0).minutes(), 120);
  EXPECT_FALSE(pupil.has_counted());
  EXPECT_EQ(ListClassHours(school.rows(), of("subject: OF_PUPIL subject_id: 'bo'"))->sessions_size(), 0);
  school.Given(
      AnEvent("class_hours_counted { subject: OF_GROUP subject_id: 'g1' month: '2026-09' class_hours: 3 }"));
  EXPECT_EQ(ListClassHours(school.rows(), of("subject: OF_GROUP subject_id: 'g1'"))->counted().class_hours(),
            3);
  school.GivenOpenAt("s2").Given(School::CheckedIn("ana", School::SessionAt("s2")));
  const auto elsewhere = *ListClassHours(
      school.rows(), kit::Parse<v1::ListClassHoursRequest>(
                         "header { school_id: 's2' } subject: OF_GROUP subject_id: 'g1' month: '2026-09'"));
  EXPECT_EQ(elsewhere.sessions_size(), 1);
  EXPECT_FALSE(elsewhere.has_counted());
  EXPECT_EQ(ListClassHours(school.rows(), Ask<v1::ListClassHoursRequest>("month: 'x'")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// A whole afternoon as records, each a minute after the one before.
std::vector<log::v1::Commit> Afternoon() {
  const std::string short_of = "conditions { parameter: 'teachers_per_group' needed: 1 short: true }";
  const std::string enough = "conditions { parameter: 'teachers_per_group' needed: 1 met: 1 }";
  v1::AttendanceEvent planned = School::Planned();
  *planned.mutable_session_planned()->mutable_absences_due_at() = TimestampOf(InstantOf(kDate, "15:45"));
  const std::vector<v1::AttendanceEvent> events = {
      planned,
      School::Said("session_staffed", "duty_ids: 'd' person_ids: 'tia'"),
      AnEvent("absence_notified { notice_id: 'n' pupil_id: 'cem' date: '2026-09-01' }"),
      School::TakenOver("tia"),
      School::CheckedIn("ana"),
      School::Said("ratio_assessed", "phase: ACTUAL pupils: 1 " + short_of),
      School::CheckedIn("bo"),
      School::Said("ratio_assessed", "phase: ACTUAL pupils: 2 " + enough),
      School::Said("roll_called", "present: 2 absent: 2"),
      School::Said("pupil_absent", "pupil_id: 'cem' notified: true"),
      School::Said("pupil_absent_unexplained", "pupil_id: 'dan'"),
      School::Said("adult_checked_in", "person_id: 'uma' role: 'volunteer'"),
      School::Said("ratio_assessed", "phase: ACTUAL pupils: 2 " + short_of),
      School::Said("pupil_left_early", "pupil_id: 'bo' kind: LEFT_UNCONFIRMED"),
      AnEvent("adult_checked_out { person_id: 'uma' role: 'volunteer' }"),
      AnEvent("non_participant_recorded { pupil_id: 'zoe' date: '2026-09-01' }"),
      School::Said("dismissal_begun", ""),
      School::Said("pupil_released", "pupil_id: 'ana' kind: TO_GUARDIAN to_person_id: 'gina'"),
      School::Said("ratio_assessed", "phase: ACTUAL " + enough),
      School::Said("session_closed", "pupils_in: 2 pupils_out: 2 held: true"),
      School::Said("care_log_signed", "content_hash: 'h'"),
      AnEvent("class_hours_counted { subject: OF_PUPIL subject_id: 'ana' month: '2026-09' revision: 1 }"),
  };
  std::vector<log::v1::Commit> records;
  for (const v1::AttendanceEvent& event : events) {
    log::v1::Commit& commit = records.emplace_back();
    const Micros at = InstantOf(kDate, "15:00") + static_cast<Micros>(records.size()) * kMicrosPerMinute;
    commit.set_index(records.size());
    *commit.mutable_recorded_at() = *commit.mutable_occurred_at() = TimestampOf(at);
    commit.set_school_id("s1");
    commit.mutable_actor()->set_person_id("tia");
    commit.add_events(event.SerializeAsString());
  }
  return records;
}

void FoldFrom(size_t first, const std::vector<log::v1::Commit>& records, AllRows rows) {
  for (size_t i = first; i < records.size(); ++i) {
    const Recorded recorded{records[i], "attendance", 1};
    Service().Evolve(recorded, rows);
    Service().Project(recorded, rows);
  }
}

TEST(Rows, AreTheSameWhenFoldedAgainFromAnywhere) {
  const std::vector<log::v1::Commit> records = Afternoon();
  MemoryRows once;
  FoldFrom(0, records, once);
  const auto folded = once.all();
  for (size_t first = 0; first < records.size(); ++first) {
    MemoryRows again = once;
    FoldFrom(first, records, again);
    const auto folded_again = again.all();
    for (const auto& [key, bytes] : folded_again) {
      const auto before = folded.find(key);
      EXPECT_TRUE(before != folded.end() && before->second == bytes)
          << key << " differs when folded again from " << first;
    }
    EXPECT_EQ(folded.size(), folded_again.size()) << "folded again from " << first;
  }
}

}  // namespace
}  // namespace afterbell::attendance
