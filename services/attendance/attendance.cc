#include "services/attendance/attendance.h"

#include "services/attendance/domain/absence.h"
#include "services/attendance/domain/adults.h"
#include "services/attendance/domain/class_hours.h"
#include "services/attendance/domain/commands.h"
#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/ratio.h"
#include "services/attendance/domain/reactions.h"
#include "services/attendance/domain/roll.h"
#include "services/attendance/domain/session.h"
#include "services/attendance/domain/tables.h"
#include "services/attendance/intake/enrollment.h"
#include "services/attendance/intake/registry.h"
#include "services/attendance/intake/staffing.h"
#include "services/attendance/projection/absences.h"
#include "services/attendance/projection/ratios.h"
#include "services/attendance/projection/sessions.h"
#include "services/attendance/projection/tables.h"
#include "services/platform/reference/tables.h"

namespace afterbell::attendance {

using v1::AttendanceCommand;
using v1::AttendanceEvent;

TableList AttendanceService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  tables.push_back(&reference::kSchoolDays);
  return tables;
}

const std::vector<CommandInfo>& AttendanceService::commands() const { return Commands(); }

Decision<AttendanceEvent> AttendanceService::DecideCommand(const Situation& s,
                                                           const AttendanceCommand& command) const {
  switch (command.command_case()) {
    case AttendanceCommand::kPlanSession:
      return DecidePlanSession(s, command.plan_session());
    case AttendanceCommand::kNoteStaffing:
      return DecideNoteStaffing(s, command.note_staffing());
    case AttendanceCommand::kTakeOverGroup:
      return DecideTakeOverGroup(s, command.take_over_group());
    case AttendanceCommand::kCheckInAdult:
      return DecideCheckInAdult(s, command.check_in_adult());
    case AttendanceCommand::kCheckOutAdult:
      return DecideCheckOutAdult(s, command.check_out_adult());
    case AttendanceCommand::kCallRoll:
      return DecideCallRoll(s, command.call_roll());
    case AttendanceCommand::kCheckInPupil:
      return DecideCheckInPupil(s, command.check_in_pupil());
    case AttendanceCommand::kRecordNonParticipant:
      return DecideRecordNonParticipant(s, command.record_non_participant());
    case AttendanceCommand::kNotifyAbsence:
      return DecideNotifyAbsence(s, command.notify_absence());
    case AttendanceCommand::kBeginDismissal:
      return DecideBeginDismissal(s, command.begin_dismissal());
    case AttendanceCommand::kReleasePupil:
      return DecideReleasePupil(s, command.release_pupil());
    case AttendanceCommand::kRecordEarlyLeave:
      return DecideRecordEarlyLeave(s, command.record_early_leave());
    case AttendanceCommand::kCloseSession:
      return DecideCloseSession(s, command.close_session());
    case AttendanceCommand::kSignCareLog:
      return DecideSignCareLog(s, command.sign_care_log());
    case AttendanceCommand::kCountClassHours:
      return DecideCountClassHours(s, command.count_class_hours());
    case AttendanceCommand::kFindAbsences:
      return DecideFindAbsences(s, command.find_absences());
    case AttendanceCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "one of the service's commands");
}

void AttendanceService::EvolveEvent(const Recorded& own, const AttendanceEvent& event, StateRows rows) const {
  switch (event.event_case()) {
    case AttendanceEvent::kSessionPlanned:
      return attendance::Evolve(own, event.session_planned(), rows);
    case AttendanceEvent::kSessionStaffed:
      return attendance::Evolve(own, event.session_staffed(), rows);
    case AttendanceEvent::kRatioAssessed:
      return attendance::Evolve(own, event.ratio_assessed(), rows);
    case AttendanceEvent::kGroupTakenOver:
      EvolveAdults(own, event.group_taken_over(), rows);
      return attendance::Evolve(own, event.group_taken_over(), rows);
    case AttendanceEvent::kAdultCheckedIn:
      return attendance::Evolve(own, event.adult_checked_in(), rows);
    case AttendanceEvent::kAdultCheckedOut:
      return attendance::Evolve(own, event.adult_checked_out(), rows);
    case AttendanceEvent::kRollCalled:
      return attendance::Evolve(own, event.roll_called(), rows);
    case AttendanceEvent::kPupilCheckedIn:
      return attendance::Evolve(own, event.pupil_checked_in(), rows);
    case AttendanceEvent::kPupilAbsent:
      return attendance::Evolve(own, event.pupil_absent(), rows);
    case AttendanceEvent::kPupilAbsentUnexplained:
      return attendance::Evolve(own, event.pupil_absent_unexplained(), rows);
    case AttendanceEvent::kAbsenceNotified:
      return attendance::Evolve(own, event.absence_notified(), rows);
    case AttendanceEvent::kPupilLeftEarly:
      return attendance::Evolve(own, event.pupil_left_early(), rows);
    case AttendanceEvent::kPupilReleased:
      return attendance::Evolve(own, event.pupil_released(), rows);
    case AttendanceEvent::kNonParticipantRecorded:
      return attendance::Evolve(own, event.non_participant_recorded(), rows);
    case AttendanceEvent::kDismissalBegun:
      return attendance::Evolve(own, event.dismissal_begun(), rows);
    case AttendanceEvent::kSessionClosed:
      return attendance::Evolve(own, event.session_closed(), rows);
    case AttendanceEvent::kCareLogSigned:
      return attendance::Evolve(own, event.care_log_signed(), rows);
    case AttendanceEvent::kClassHoursCounted:
      return attendance::Evolve(own, event.class_hours_counted(), rows);
    case AttendanceEvent::EVENT_NOT_SET:
      return;
  }
}

void AttendanceService::ProjectEvent(const Recorded& own, const AttendanceEvent& event, ViewRows rows) const {
  ProjectSessions(own, event, rows);
  ProjectAbsences(own, event, rows);
  ProjectRatios(own, event, rows);
}

void AttendanceService::Fold(const Recorded& foreign, IntakeRows rows) const {
  if (foreign.service == "registry") FoldRegistry(foreign, rows);
  if (foreign.service == "enrollment") FoldEnrollment(foreign, rows);
  if (foreign.service == "staffing") FoldStaffing(foreign, rows);
}

bool AttendanceService::Folds(std::string_view service, int event) const {
  if (service == "registry") return FoldsRegistry(event);
  if (service == "enrollment") return FoldsEnrollment(event);
  return service == "staffing" && FoldsStaffing(event);
}

bool AttendanceService::Hears(std::string_view service, bool commons, int event) const {
  return !commons && attendance::Hears(service, event);
}

std::vector<AttendanceCommand> AttendanceService::ReactTo(const Situation& s, const Recorded& cause) const {
  return ReactionsTo(s, cause);
}

std::vector<AttendanceCommand> AttendanceService::ReachDeadline(const Situation&, std::string_view name,
                                                                std::string_view entity, Micros) const {
  return ReactionsAt(name, entity);
}

}  // namespace afterbell::attendance
