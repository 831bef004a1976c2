#include "services/registry/registry.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/area.h"
#include "services/registry/domain/calendar.h"
#include "services/registry/domain/class.h"
#include "services/registry/domain/clock.h"
#include "services/registry/domain/commands.h"
#include "services/registry/domain/fee_standard.h"
#include "services/registry/domain/instrument.h"
#include "services/registry/domain/person.h"
#include "services/registry/domain/post.h"
#include "services/registry/domain/school_plan.h"
#include "services/registry/domain/tables.h"
#include "services/registry/domain/venue.h"
#include "services/registry/projection/projection.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

using v1::RegistryCommand;
using v1::RegistryEvent;

}  // namespace

TableList RegistryService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  return tables;
}

const std::vector<CommandInfo>& RegistryService::commands() const { return Commands(); }

Decision<RegistryEvent> RegistryService::DecideCommand(const Situation& s,
                                                       const RegistryCommand& command) const {
  switch (command.command_case()) {
    case RegistryCommand::kMoveClock:
      return DecideMoveClock(s, command.move_clock());
    case RegistryCommand::kRegisterDistrict:
      return DecideRegisterDistrict(s, command.register_district());
    case RegistryCommand::kRegisterSchool:
      return DecideRegisterSchool(s, command.register_school());
    case RegistryCommand::kOpenClass:
      return DecideOpenClass(s, command.open_class());
    case RegistryCommand::kRegisterPerson:
      return DecideRegisterPerson(s, command.register_person());
    case RegistryCommand::kRecordGuardianship:
      return DecideRecordGuardianship(s, command.record_guardianship());
    case RegistryCommand::kAssignPost:
      return DecideAssignPost(s, command.assign_post());
    case RegistryCommand::kOpenTerm:
      return DecideOpenTerm(s, command.open_term());
    case RegistryCommand::kSetServiceDays:
      return DecideSetServiceDays(s, command.set_service_days());
    case RegistryCommand::kRegisterVenue:
      return DecideRegisterVenue(s, command.register_venue());
    case RegistryCommand::kPublishInstrument:
      return DecidePublishInstrument(s, command.publish_instrument());
    case RegistryCommand::kAnnounceFeeStandard:
      return DecideAnnounceFeeStandard(s, command.announce_fee_standard());
    case RegistryCommand::kSubmitSchoolPlan:
      return DecideSubmitSchoolPlan(s, command.submit_school_plan());
    case RegistryCommand::kReviewSchoolPlan:
      return DecideReviewSchoolPlan(s, command.review_school_plan());
    case RegistryCommand::kFileSchoolPlan:
      return DecideFileSchoolPlan(s, command.file_school_plan());
    case RegistryCommand::kBringPlanIntoForce:
      return DecideBringPlanIntoForce(s, command.bring_plan_into_force());
    case RegistryCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "a command of the registry");
}

void RegistryService::EvolveEvent(const Recorded& own, const RegistryEvent& event, StateRows rows) const {
  const std::string& school_id = own.commit.school_id();
  if (own.partition == 0) {
    // The commons everybody reads: one fold for all, this service included.
    reference::FoldRegistryEvent(event, rows);
    if (event.has_post_assigned()) EvolvePost(school_id, event.post_assigned(), rows);
    return;
  }
  switch (event.event_case()) {
    case RegistryEvent::kClassOpened:
      return EvolveClass(school_id, event.class_opened(), rows);
    case RegistryEvent::kPersonRegistered:
      return EvolvePerson(school_id, event.person_registered(), rows);
    case RegistryEvent::kGuardianshipRecorded:
      return EvolveGuardianship(school_id, event.guardianship_recorded(), rows);
    case RegistryEvent::kPostAssigned:
      return EvolvePost(school_id, event.post_assigned(), rows);
    case RegistryEvent::kServiceDaySet:
      return EvolveServiceDay(school_id, event.service_day_set(), rows);
    case RegistryEvent::kVenueRegistered:
      return EvolveVenue(school_id, event.venue_registered(), rows);
    case RegistryEvent::kSchoolPlanSubmitted:
      return EvolvePlanSubmitted(own, event.school_plan_submitted(), rows);
    case RegistryEvent::kSchoolPlanReviewed:
      return EvolvePlanReviewed(own, event.school_plan_reviewed(), rows);
    case RegistryEvent::kSchoolPlanFiled:
      return EvolvePlanFiled(own, event.school_plan_filed(), rows);
    case RegistryEvent::kSchoolPlanTookEffect:
      return EvolvePlanTookEffect(own, event.school_plan_took_effect(), rows);
    default:
      return;
  }
}

void RegistryService::ProjectEvent(const Recorded& own, const RegistryEvent& event, ViewRows rows) const {
  ProjectRegistryEvent(own, event, rows);
}

}  // namespace afterbell::registry
