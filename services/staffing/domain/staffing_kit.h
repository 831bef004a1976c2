// The test kit with two schools in it (s1, s2 of district d1), term t1 in the autumn of 2026, the teacher
// tom (own staff), the principal petra, the outsider olga, and the session x1 of s1 on 2026-09-01 from
// 15:30 to 17:30. Commands are written in protobuf text.
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_STAFFING_KIT_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_STAFFING_KIT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/staffing/staffing.h"
#include "tests/kit/kit.h"

namespace afterbell::staffing {

using kit::Parse;

inline v1::StaffingCommand Command(const std::string& text) { return Parse<v1::StaffingCommand>(text); }
inline v1::StaffingEvent Event(const std::string& text) { return Parse<v1::StaffingEvent>(text); }
inline registry::v1::RegistryEvent Registry(const std::string& text) {
  return Parse<registry::v1::RegistryEvent>(text);
}
inline attendance::v1::AttendanceEvent Attendance(const std::string& text) {
  return Parse<attendance::v1::AttendanceEvent>(text);
}

// "at { seconds: … }" of a local time on a date.
inline std::string At(const std::string& field, const std::string& time, const std::string& date = "2026-09-01") {
  return absl::StrCat(field, " { seconds: ", InstantOf(date, time) / kMicrosPerSecond, " } ");
}

class StaffingKit : public kit::Kit<v1::StaffingCommand, v1::StaffingEvent> {
 public:
  // Of the commons, or of a school.
  explicit StaffingKit(const std::string& school_id = "") : Kit(Service(), school_id) {
    GivenCommons(Registry("district_registered { district_id: 'd1' level: 'district' time_zone: 'Asia/Shanghai' }"));
    GivenCommons(Registry("school_registered { school_id: 's1' district_id: 'd1' stages: 'primary' }"));
    GivenCommons(Registry("school_registered { school_id: 's2' district_id: 'd1' stages: 'primary' }"));
    GivenCommons(Registry("term_opened { term_id: 't1' scope_id: 'd1' first_on: '2026-09-01' last_on: '2027-01-15' }"));
    GivenCommons(Registry("person_registered { person_id: 'tom' kind: STAFF }"));
    GivenCommons(Registry("person_registered { person_id: 'petra' kind: STAFF }"));
    GivenCommons(Registry("person_registered { person_id: 'olga' kind: OUTSIDER }"));
    if (!school_id.empty()) GivenSession("x1", "15:30", "17:30");
    Kit::At("2026-09-01", "09:00");
  }

  static const StaffingService& Service() {
    static const StaffingService service;
    return service;
  }

  StaffingKit& GivenSession(const std::string& id, const std::string& start, const std::string& end,
                            const std::string& date = "2026-09-01") {
    GivenFrom("attendance", Attendance(absl::StrCat("session_planned { session_id: '", id, "' group_id: 'g1' date: '",
                                                    date, "' ", staffing::At("start_at", start, date),
                                                    staffing::At("end_at", end, date), " }")));
    return *this;
  }
  StaffingKit& GivenCleared(const std::string& person, const std::string& role = "care_teacher") {
    GivenCommons(Event(absl::StrCat("person_cleared { person_id: '", person, "' school_ids: 's1' roles: '", role,
                                    "' valid_from: '2026-09-01' valid_to: '2027-08-31' }")));
    return *this;
  }
  // Something attendance recorded at that time of 2026-09-01.
  StaffingKit& Heard(const std::string& time, const std::string& event) {
    Kit::At("2026-09-01", time);
    GivenFrom("attendance", Attendance(event));
    return *this;
  }

  Outcome Ask(const std::string& role, const std::string& person, const std::string& command) {
    As(role, person);
    return When(Command(command));
  }
  std::vector<v1::StaffingEvent> Do(const std::string& role, const std::string& person, const std::string& command) {
    return Ask(role, person, command).ThenDecided();
  }

  static std::string Nominated(const std::string& person, const std::string& school = "s1") {
    return absl::StrCat("nominate_person { person_id: '", person, "' post_kind: 'care_teacher' school_ids: '", school,
                        "' willing: true }");
  }
  // Checks that passed: "ETHICS BAD_RECORD".
  static std::string Screened(const std::string& person, const std::string& kinds = "ETHICS BAD_RECORD",
                              const std::string& rest = "passed: true") {
    std::string checks;
    for (const auto& kind : absl::StrSplit(kinds, ' ', absl::SkipEmpty())) {
      absl::StrAppend(&checks, " checks { kind: ", kind, " passed: true evidence_hash: 'e' }");
    }
    return absl::StrCat("screen_person { person_id: '", person, "' ", checks, " ", rest, " }");
  }
  static std::string Approved(const std::string& person, const std::string& schools = "'s1'") {
    return absl::StrCat("approve_person { person_id: '", person, "' school_ids: [", schools,
                        "] roles: 'care_teacher' valid_from: '2026-09-01' valid_to: '2027-08-31' }");
  }
  static std::string Assigned(const std::string& person, const std::string& session = "x1",
                              const std::string& from = "15:30", const std::string& to = "17:30",
                              const std::string& role = "care_teacher") {
    return absl::StrCat("assign_duty { session_id: '", session, "' person_id: '", person, "' role: '", role, "' ",
                        staffing::At("from_at", from), staffing::At("to_at", to), " }");
  }
};

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_STAFFING_KIT_H_
