#include "services/enrollment/enrollment.h"

#include "services/enrollment/domain/agreement.h"
#include "services/enrollment/domain/application.h"
#include "services/enrollment/domain/care_group.h"
#include "services/enrollment/domain/commands.h"
#include "services/enrollment/domain/enrollment.h"
#include "services/enrollment/domain/project.h"
#include "services/enrollment/domain/reactions.h"
#include "services/enrollment/domain/review.h"
#include "services/enrollment/domain/special_status.h"
#include "services/enrollment/domain/tables.h"
#include "services/enrollment/intake/registry.h"
#include "services/enrollment/projection/applications.h"
#include "services/enrollment/projection/enrollments.h"
#include "services/enrollment/projection/history.h"
#include "services/enrollment/projection/statuses.h"
#include "services/enrollment/projection/tables.h"

namespace afterbell::enrollment {

using v1::EnrollmentCommand;
using v1::EnrollmentEvent;

TableList EnrollmentService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  return tables;
}

const std::vector<CommandInfo>& EnrollmentService::commands() const { return Commands(); }

Decision<EnrollmentEvent> EnrollmentService::DecideCommand(const Situation& s,
                                                           const EnrollmentCommand& command) const {
  switch (command.command_case()) {
    case EnrollmentCommand::kStartApplication:
      return DecideStartApplication(s, command.start_application());
    case EnrollmentCommand::kSubmitApplication:
      return DecideSubmitApplication(s, command.submit_application());
    case EnrollmentCommand::kReviewAtClass:
      return DecideReviewAtClass(s, command.review_at_class());
    case EnrollmentCommand::kReviewAtSchool:
      return DecideReviewAtSchool(s, command.review_at_school());
    case EnrollmentCommand::kApproveApplication:
      return DecideApproveApplication(s, command.approve_application());
    case EnrollmentCommand::kRedirectChoice:
      return DecideRedirectChoice(s, command.redirect_choice());
    case EnrollmentCommand::kPostApprovedList:
      return DecidePostApprovedList(s, command.post_approved_list());
    case EnrollmentCommand::kReportParticipants:
      return DecideReportParticipants(s, command.report_participants());
    case EnrollmentCommand::kDeclineApplication:
      return DecideDeclineApplication(s, command.decline_application());
    case EnrollmentCommand::kDraftAgreement:
      return DecideDraftAgreement(s, command.draft_agreement());
    case EnrollmentCommand::kSignAgreement:
      return DecideSignAgreement(s, command.sign_agreement());
    case EnrollmentCommand::kEnrollPupil:
      return DecideEnrollPupil(s, command.enroll_pupil());
    case EnrollmentCommand::kPlacePupil:
      return DecidePlacePupil(s, command.place_pupil());
    case EnrollmentCommand::kWithdrawEnrollment:
      return DecideWithdrawEnrollment(s, command.withdraw_enrollment());
    case EnrollmentCommand::kClaimSpecialStatus:
      return DecideClaimSpecialStatus(s, command.claim_special_status());
    case EnrollmentCommand::kVerifySpecialStatus:
      return DecideVerifySpecialStatus(s, command.verify_special_status());
    case EnrollmentCommand::kFormCareGroup:
      return DecideFormCareGroup(s, command.form_care_group());
    case EnrollmentCommand::kDesignProject:
      return DecideDesignProject(s, command.design_project());
    case EnrollmentCommand::kOfferProject:
      return DecideOfferProject(s, command.offer_project());
    case EnrollmentCommand::kOpenProject:
      return DecideOpenProject(s, command.open_project());
    case EnrollmentCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "a command of this service");
}

void EnrollmentService::EvolveEvent(const Recorded& own, const EnrollmentEvent& event, StateRows rows) const {
  EvolveApplication(own, event, rows);
  EvolveAgreement(own, event, rows);
  EvolveEnrollment(own, event, rows);
  EvolveCareGroup(own, event, rows);
  EvolveSpecialStatus(own, event, rows);
  EvolveProject(own, event, rows);
}

void EnrollmentService::ProjectEvent(const Recorded& own, const EnrollmentEvent& event, ViewRows rows) const {
  ProjectApplications(own, event, rows);
  ProjectCareGroups(own, event, rows);
  ProjectStatuses(own, event, rows);
  ProjectHistory(own, event, rows);
}

void EnrollmentService::Fold(const Recorded& foreign, IntakeRows rows) const { FoldRegistry(foreign, rows); }

bool EnrollmentService::Folds(std::string_view service, int event) const {
  return service == "registry" && FoldsRegistry(event);
}

std::vector<EnrollmentCommand> EnrollmentService::ReactTo(const Situation&, const Recorded&) const {
  return {};
}

std::vector<EnrollmentCommand> EnrollmentService::ReachDeadline(const Situation& s, std::string_view name,
                                                                std::string_view entity, Micros) const {
  return ReachEnrollmentDeadline(s, name, entity);
}

}  // namespace afterbell::enrollment
