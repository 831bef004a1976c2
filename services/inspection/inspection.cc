#include "services/inspection/inspection.h"

#include "services/inspection/domain/commands.h"
#include "services/inspection/domain/reactions.h"
#include "services/inspection/domain/tables.h"
#include "services/inspection/domain/violation.h"
#include "services/inspection/intake/billing.h"
#include "services/inspection/intake/registry.h"
#include "services/inspection/projection/refusals.h"
#include "services/inspection/projection/tables.h"
#include "services/inspection/projection/violations.h"

namespace afterbell::inspection {

using v1::InspectionCommand;
using v1::InspectionEvent;

TableList InspectionService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  return tables;
}

const std::vector<CommandInfo>& InspectionService::commands() const { return Commands(); }

Decision<InspectionEvent> InspectionService::DecideCommand(const Situation& s,
                                                           const InspectionCommand& command) const {
  switch (command.command_case()) {
    case InspectionCommand::kSuspectViolation:
      return DecideSuspectViolation(s, command.suspect_violation());
    case InspectionCommand::kReportViolation:
      return DecideReportViolation(s, command.report_violation());
    case InspectionCommand::kConfirmViolation:
      return DecideConfirmViolation(s, command.confirm_violation());
    case InspectionCommand::kDismissViolation:
      return DecideDismissViolation(s, command.dismiss_violation());
    case InspectionCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "a command of inspection");
}

void InspectionService::EvolveEvent(const Recorded& own, const InspectionEvent& event, StateRows rows) const {
  EvolveViolation(own, event, rows);
}

void InspectionService::ProjectEvent(const Recorded& own, const InspectionEvent& event, ViewRows rows) const {
  ProjectViolations(own, event, rows);
}

void InspectionService::ProjectCommit(const Recorded& own, ViewRows rows) const { ProjectRefusal(own, rows); }

void InspectionService::Fold(const Recorded& foreign, IntakeRows rows) const {
  ProjectRefusal(foreign, rows);
  if (foreign.partition == 0) return;  // Of the commons nothing else: they are read as they stand.
  if (foreign.service == "registry") FoldRegistry(foreign, rows);
  if (foreign.service == "billing") FoldBilling(foreign, rows);
}

bool InspectionService::Folds(std::string_view service, int event) const {
  if (service == "registry") return FoldsRegistry(event);
  return service == "billing" && FoldsBilling(event);
}

bool InspectionService::Hears(std::string_view service, bool commons, int event) const {
  return !commons && inspection::Hears(service, event);
}

std::vector<InspectionCommand> InspectionService::ReactTo(const Situation& s, const Recorded& cause) const {
  return inspection::ReactTo(s, cause);
}

}  // namespace afterbell::inspection
