// A school day for tests: school s1 has group g1 with ana, bo and cem, teacher tia has a duty in its
// session of 2026-09-01 (a Tuesday), 15:30 to 17:30, at venue v1. Another school of the same partition is
// alike, with the same ids.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FIXTURE_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/attendance/attendance.h"
#include "services/attendance/domain/session.h"
#include "tests/kit/kit.h"

namespace afterbell::attendance {

using enrollment::v1::EnrollmentEvent;
using registry::v1::RegistryEvent;
using staffing::v1::StaffingEvent;

inline const AttendanceService& Service() {
  static const AttendanceService service;
  return service;
}

inline v1::AttendanceCommand Command(const std::string& text) {
  return kit::Parse<v1::AttendanceCommand>(text);
}
inline v1::AttendanceEvent AnEvent(const std::string& text) { return kit::Parse<v1::AttendanceEvent>(text); }
inline EnrollmentEvent Enrollment(const std::string& text) { return kit::Parse<EnrollmentEvent>(text); }
inline RegistryEvent Registry(const std::string& text) { return kit::Parse<RegistryEvent>(text); }
inline StaffingEvent Staffing(const std::string& text) { return kit::Parse<StaffingEvent>(text); }

inline constexpr char kDate[] = "2026-09-01";

class School : public kit::Kit<v1::AttendanceCommand, v1::AttendanceEvent> {
 public:
  explicit School(bool short_of_teachers = false) : Kit(Service(), "s1") {
    GivenCommons(Registry("district_registered { district_id: 'd1' time_zone: 'Asia/Shanghai' }"));
    GivenCommons(
        Registry("term_opened { term_id: 'autumn' scope_id: 'd1' first_on: '2026-09-01' "
                 "last_on: '2027-01-20' }"));
    GivenSchool("s1", short_of_teachers);
    Clear("tia");
  }

  // The kit is there from now on.
  School& GivenSchool(const std::string& school, bool short_of_teachers = false) {
    GivenCommons(Registry(absl::StrCat("school_registered { school_id: '", school,
                                       "' district_id: 'd1' stages: 'primary' short_of_teachers: ",
                                       short_of_teachers ? "true" : "false", " }")));
    AtSchool(school);
    GivenFrom("registry", Registry("venue_registered { venue_id: 'v1' on_site: true }"));
    GivenFrom("enrollment",
              Enrollment("care_group_formed { group_id: 'g1' term_id: 'autumn' stage: 'primary' "
                         "grades: '3' periods: 'afternoon-1' }"));
    for (const char* pupil : {"ana", "bo", "cem"}) Enroll(pupil, "g1");
    GivenFrom("registry", Registry("guardianship_recorded { pupil_id: 'ana' guardian_id: 'gina' "
                                   "from_on: '2026-08-01' }"));
    return *this;
  }

  School& Enroll(const std::string& pupil, const std::string& group) {
    GivenFrom("enrollment", Enrollment(absl::StrCat(
                                "pupil_enrolled { enrollment_id: 'e-", pupil, "' pupil_id: '", pupil,
                                "' from_on: '2026-09-01' class_id: 'c3' grade: '3' ", "stage: 'primary' }")));
    GivenFrom("enrollment",
              Enrollment(absl::StrCat("pupil_placed { enrollment_id: 'e-", pupil, "' pupil_id: '", pupil,
                                      "' group_id: '", group, "' from_on: '2026-09-01' }")));
    return *this;
  }
  School& Clear(const std::string& person) {
    GivenCommons(Staffing(absl::StrCat("person_cleared { person_id: '", person, "' school_ids: 's1' ",
                                       "valid_from: '2026-08-01' valid_to: '2027-07-31' }")));
    return *this;
  }
  static StaffingEvent Duty(const std::string& duty, const std::string& person, const std::string& role,
                            const std::string& session) {
    StaffingEvent event = Staffing(absl::StrCat("duty_assigned { duty_id: '", duty, "' session_id: '",
                                                session, "' person_id: '", person, "' role: '", role, "' }"));
    *event.mutable_duty_assigned()->mutable_from_at() = TimestampOf(InstantOf(kDate, "15:30"));
    *event.mutable_duty_assigned()->mutable_to_at() = TimestampOf(InstantOf(kDate, "17:30"));
    return event;
  }

  static std::string SessionId(const std::string& date = kDate, const std::string& period = "afternoon-1",
                               const std::string& group = "g1") {
    return SessionIdOf("s1", date, period, group);
  }
  static v1::AttendanceEvent Planned(const std::string& date = kDate,
                                     const std::string& period = "afternoon-1",
                                     const std::string& group = "g1", const std::string& start = "15:30",
                                     const std::string& end = "17:30") {
    v1::AttendanceEvent event =
        AnEvent(absl::StrCat("session_planned { session_id: '", SessionId(date, period, group),
                             "' group_id: '", group, "' date: '", date, "' period: '", period,
                             "' venue_id: 'v1' on_site: true grades: '3' zone_minutes: 480 }"));
    *event.mutable_session_planned()->mutable_start_at() = TimestampOf(InstantOf(date, start));
    *event.mutable_session_planned()->mutable_end_at() = TimestampOf(InstantOf(date, end));
    return event;
  }
  // Planned, staffed by tia.
  School& GivenStaffed() {
    GivenFrom("staffing", Duty("duty-tia", "tia", "care_teacher", SessionId()));
    Given(Planned(), AnEvent(absl::StrCat("session_staffed { session_id: '", SessionId(),
                                          "' duty_ids: 'duty-tia' person_ids: 'tia' }")));
    return *this;
  }
  // And taken over by her.
  School& GivenOpen() {
    GivenStaffed();
    Given(TakenOver("tia"));
    As("care_teacher", "tia");
    return *this;
  }
  // The same at another school.
  School& GivenOpenAt(const std::string& school) {
    GivenSchool(school);
    v1::AttendanceEvent planned = Planned();
    planned.mutable_session_planned()->set_session_id(SessionAt(school));
    v1::AttendanceEvent taken = TakenOver("tia");
    taken.mutable_group_taken_over()->set_session_id(SessionAt(school));
    GivenFrom("staffing", Duty(absl::StrCat("duty-tia-", school), "tia", "care_teacher", SessionAt(school)));
    Given(planned, taken);
    As("care_teacher", "tia");
    return *this;
  }
  static std::string SessionAt(const std::string& school) {
    return SessionIdOf(school, kDate, "afternoon-1", "g1");
  }
  School& GivenIn(const std::string& pupil) {
    Given(CheckedIn(pupil));
    return *this;
  }

  static v1::AttendanceEvent TakenOver(const std::string& person) {
    return AnEvent(absl::StrCat("group_taken_over { session_id: '", SessionId(), "' by_person_id: '", person,
                                "' headcount: 3 place: 'room 1' }"));
  }
  static v1::AttendanceEvent CheckedIn(const std::string& pupil, const std::string& session = SessionId()) {
    return AnEvent(absl::StrCat("pupil_checked_in { session_id: '", session, "' pupil_id: '", pupil, "' }"));
  }
  static v1::AttendanceCommand CheckIn(const std::string& pupil, const std::string& session = SessionId()) {
    return Command(absl::StrCat("check_in_pupil { session_id: '", session, "' pupil_id: '", pupil, "' }"));
  }
  // A command about the session: About("close_session", "").
  static v1::AttendanceCommand About(const std::string& command, const std::string& fields) {
    return Command(absl::StrCat(command, " { session_id: '", SessionId(), "' ", fields, " }"));
  }
  static v1::AttendanceEvent Said(const std::string& event, const std::string& fields) {
    return AnEvent(absl::StrCat(event, " { session_id: '", SessionId(), "' ", fields, " }"));
  }
};

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FIXTURE_H_
