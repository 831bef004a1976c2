#include "services/staffing/intake/attendance.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/staffing/domain/tables.h"

namespace afterbell::staffing {
namespace {

using attendance::v1::AttendanceEvent;
using state::Presence;

constexpr std::string_view kNoSession = "-";

void PutPresence(const Recorded& foreign, const std::string& person_id, const std::string& session_id,
                 Presence::Kind kind, FactRows rows) {
  if (person_id.empty()) return;
  Presence row;
  row.set_kind(kind);
  row.set_at(foreign.occurred_at());
  row.set_session_id(session_id);
  rows.Put(kPresences,
           {foreign.commit.school_id(), person_id, key::Date(foreign.commit.service_date()),
            key::Instant(row.at()), key::Number(kind),
            session_id.empty() ? kNoSession : std::string_view(session_id)},
           row);
}

void PutClosed(const Recorded& foreign, const std::string& session_id, FactRows rows) {
  state::Closed row;
  row.set_at(foreign.occurred_at());
  rows.Put(kClosures, {foreign.commit.school_id(), session_id}, row);
}

}  // namespace

bool FoldsAttendance(int event) {
  switch (event) {
    case AttendanceEvent::kSessionPlanned:
    case AttendanceEvent::kGroupTakenOver:
    case AttendanceEvent::kAdultCheckedIn:
    case AttendanceEvent::kAdultCheckedOut:
    case AttendanceEvent::kSessionClosed:
      return true;
    default:
      return false;
  }
}

void FoldAttendance(const Recorded& foreign, FactRows rows) {
  if (foreign.service != "attendance") return;
  ForEachEventOf<AttendanceEvent>(foreign, [&](const AttendanceEvent& event) {
    switch (event.event_case()) {
      case AttendanceEvent::kSessionPlanned:
        rows.Put(kSessions, {foreign.commit.school_id(), event.session_planned().session_id()},
                 event.session_planned());
        break;
      case AttendanceEvent::kGroupTakenOver: {
        const auto& taken = event.group_taken_over();
        PutPresence(foreign, taken.by_person_id(), taken.session_id(), Presence::TOOK_OVER, rows);
        PutPresence(foreign, taken.from_person_id(), taken.session_id(), Presence::HANDED_OVER, rows);
        break;
      }
      case AttendanceEvent::kAdultCheckedIn:
        PutPresence(foreign, event.adult_checked_in().person_id(), event.adult_checked_in().session_id(),
                    Presence::CHECKED_IN, rows);
        break;
      case AttendanceEvent::kAdultCheckedOut:
        PutPresence(foreign, event.adult_checked_out().person_id(), event.adult_checked_out().session_id(),
                    Presence::CHECKED_OUT, rows);
        break;
      case AttendanceEvent::kSessionClosed:
        PutClosed(foreign, event.session_closed().session_id(), rows);
        break;
      default:
        break;
    }
  });
}

}  // namespace afterbell::staffing
