#include "services/attendance/domain/reactions.h"

#include "services/attendance/domain/class_hours.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/roll.h"
#include "services/platform/decider/service.h"

namespace afterbell::attendance {

bool Hears(std::string_view service, int event) {
  return service == "staffing" && event == staffing::v1::StaffingEvent::kDutyAssigned;
}

std::vector<v1::AttendanceCommand> ReactionsTo(const Situation& s, const Recorded& cause) {
  std::vector<v1::AttendanceCommand> commands;
  if (cause.service != "staffing") return commands;
  std::set<std::string> sessions;
  ForEachEventOf<staffing::v1::StaffingEvent>(cause, [&](const staffing::v1::StaffingEvent& event) {
    if (event.has_duty_assigned()) sessions.insert(event.duty_assigned().session_id());
  });
  for (const std::string& session_id : sessions) {
    v1::NoteStaffing& note = *commands.emplace_back().mutable_note_staffing();
    note.set_session_id(session_id);
    s.rows.Scan(kDuties, Prefix(s.context.school_id, session_id),
                [&](const staffing::v1::DutyAssigned& duty) {
                  note.add_duty_ids(duty.duty_id());
                  note.add_person_ids(duty.person_id());
                });
  }
  return commands;
}

std::vector<v1::AttendanceCommand> ReactionsAt(std::string_view deadline, std::string_view entity) {
  std::vector<v1::AttendanceCommand> commands;
  if (deadline == kAbsencesDue) {
    commands.emplace_back().mutable_find_absences()->set_session_id(std::string(EntityPart(entity, 1)));
  } else if (deadline == kMonthEnd) {
    v1::CountClassHours& count = *commands.emplace_back().mutable_count_class_hours();
    count.set_subject(EntityPart(entity, 1) == "pupil" ? v1::OF_PUPIL : v1::OF_GROUP);
    count.set_subject_id(std::string(EntityPart(entity, 2)));
    count.set_month(std::string(EntityPart(entity, 3)));
  }
  return commands;
}

}  // namespace afterbell::attendance
