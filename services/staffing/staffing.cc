#include "services/staffing/staffing.h"

#include "services/staffing/domain/clearance.h"
#include "services/staffing/domain/commands.h"
#include "services/staffing/domain/duty.h"
#include "services/staffing/domain/papers.h"
#include "services/staffing/domain/reactions.h"
#include "services/staffing/domain/tables.h"
#include "services/staffing/intake/attendance.h"
#include "services/staffing/projection/clearances.h"
#include "services/staffing/projection/duties.h"
#include "services/staffing/projection/tables.h"

namespace afterbell::staffing {

using v1::StaffingCommand;
using v1::StaffingEvent;

TableList StaffingService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  return tables;
}

const std::vector<CommandInfo>& StaffingService::commands() const { return Commands(); }

Decision<StaffingEvent> StaffingService::DecideCommand(const Situation& s,
                                                       const StaffingCommand& command) const {
  switch (command.command_case()) {
    case StaffingCommand::kNominatePerson:
      return DecideNominatePerson(s, command.nominate_person());
    case StaffingCommand::kScreenPerson:
      return DecideScreenPerson(s, command.screen_person());
    case StaffingCommand::kApprovePerson:
      return DecideApprovePerson(s, command.approve_person());
    case StaffingCommand::kSignPledge:
      return DecideSignPledge(s, command.sign_pledge());
    case StaffingCommand::kSignContract:
      return DecideSignContract(s, command.sign_contract());
    case StaffingCommand::kCompleteTraining:
      return DecideCompleteTraining(s, command.complete_training());
    case StaffingCommand::kBarPerson:
      return DecideBarPerson(s, command.bar_person());
    case StaffingCommand::kAssignDuty:
      return DecideAssignDuty(s, command.assign_duty());
    case StaffingCommand::kSettleDuties:
      return DecideSettleDuties(s, command.settle_duties());
    case StaffingCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "a command of this service");
}

void StaffingService::EvolveEvent(const Recorded& own, const StaffingEvent& event, StateRows rows) const {
  EvolveClearance(own, event, rows);
  EvolvePapers(own, event, rows);
  EvolveDuty(own, event, rows);
}

void StaffingService::ProjectEvent(const Recorded& own, const StaffingEvent& event, ViewRows rows) const {
  ProjectClearances(own, event, rows);
  ProjectDuties(own, event, rows);
}

void StaffingService::Fold(const Recorded& foreign, IntakeRows rows) const { FoldAttendance(foreign, rows); }

bool StaffingService::Folds(std::string_view service, int event) const {
  return service == "attendance" && FoldsAttendance(event);
}

bool StaffingService::Hears(std::string_view service, bool commons, int event) const {
  return !commons && staffing::Hears(service, event);
}

std::vector<StaffingCommand> StaffingService::ReactTo(const Situation&, const Recorded& cause) const {
  return ReactToAttendance(cause);
}

// Nothing in staffing waits for a moment yet.
std::vector<StaffingCommand> StaffingService::ReachDeadline(const Situation&, std::string_view,
                                                            std::string_view, Micros) const {
  return {};
}

}  // namespace afterbell::staffing
