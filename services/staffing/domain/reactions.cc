#include "services/staffing/domain/reactions.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"

namespace afterbell::staffing {

using attendance::v1::AttendanceEvent;

bool Hears(std::string_view service, int event) {
  return service == "attendance" && event == AttendanceEvent::kSessionClosed;
}

std::vector<v1::StaffingCommand> ReactToAttendance(const Recorded& cause) {
  std::vector<v1::StaffingCommand> commands;
  if (cause.service != "attendance") return commands;
  ForEachEventOf<AttendanceEvent>(cause, [&](const AttendanceEvent& event) {
    if (event.event_case() != AttendanceEvent::kSessionClosed) return;
    commands.emplace_back().mutable_settle_duties()->set_session_id(event.session_closed().session_id());
  });
  return commands;
}

}  // namespace afterbell::staffing
