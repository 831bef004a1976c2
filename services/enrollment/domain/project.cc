#include "services/enrollment/domain/project.h"

#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/tables.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Project;

void EvolveDesigned(const Recorded& own, const v1::ProjectDesigned& event, StateRows rows) {
  Project row;
  row.set_project_id(event.project_id());
  row.set_term_id(event.term_id());
  row.set_kind(event.kind());
  row.set_stage(event.stage());
  *row.mutable_grades() = event.grades();
  row.set_capacity_pupils(event.capacity_pupils());
  row.set_state(Project::DESIGNED);
  rows.Put(kProjects, {own.commit.school_id(), event.project_id()}, std::move(row));
}

void EvolveOffered(const Recorded& own, const v1::ProjectOffered& event, StateRows rows) {
  const auto project = rows.Get(kProjects, {own.commit.school_id(), event.project_id()});
  if (!project) return;
  Project row = *project;
  row.set_venue_id(event.venue_id());
  row.set_instructor_id(event.instructor_id());
  *row.mutable_weekdays() = event.weekdays();
  row.set_content_review_hash(event.content_review_hash());
  row.set_state(Project::OFFERED);
  rows.Put(kProjects, {own.commit.school_id(), event.project_id()}, std::move(row));
}

void EvolveOpened(const Recorded& own, const v1::ProjectOpened& event, StateRows rows) {
  const auto project = rows.Get(kProjects, {own.commit.school_id(), event.project_id()});
  if (!project) return;
  Project row = *project;
  row.set_state(Project::OPEN);
  rows.Put(kProjects, {own.commit.school_id(), event.project_id()}, std::move(row));
}

bool IsSameOffer(const Project& project, const v1::OfferProject& command) {
  return project.state() != Project::DESIGNED && project.venue_id() == command.venue_id() &&
         project.instructor_id() == command.instructor_id() &&
         project.content_review_hash() == command.content_review_hash() &&
         std::equal(project.weekdays().begin(), project.weekdays().end(), command.weekdays().begin(),
                    command.weekdays().end());
}

Refused WrongState(const Project& project, std::string_view needed) {
  return Refused{"ENR-07", "WRONG_STATE", project.project_id(), std::string(needed),
                 Project::State_Name(project.state())};
}

}  // namespace

RowPtr<Project> ProjectAt(const Situation& s, std::string_view project_id) {
  return s.rows.Get(kProjects, {s.context.school_id, project_id});
}

void EvolveProject(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case EnrollmentEvent::kProjectDesigned:
      EvolveDesigned(own, event.project_designed(), rows);
      break;
    case EnrollmentEvent::kProjectOffered:
      EvolveOffered(own, event.project_offered(), rows);
      break;
    case EnrollmentEvent::kProjectOpened:
      EvolveOpened(own, event.project_opened(), rows);
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideDesignProject(const Situation& s, const v1::DesignProject& command) {
  if (const auto same = ProjectAt(s, command.project_id())) {
    if (same->term_id() == command.term_id() && same->kind() == command.kind()) return {};
    return InvalidField("project_id", command.project_id(), "an id that no other project has");
  }
  AFTERBELL_RETURN_IF_ERROR(CheckTermHere(s, command.term_id()));
  if (command.capacity_pupils() <= 0) {
    return InvalidField("capacity_pupils", std::to_string(command.capacity_pupils()), "at least 1");
  }
  EnrollmentEvent event;
  v1::ProjectDesigned& designed = *event.mutable_project_designed();
  designed.set_project_id(command.project_id());
  designed.set_term_id(command.term_id());
  designed.set_kind(command.kind());
  designed.set_stage(command.stage());
  *designed.mutable_grades() = command.grades();
  designed.set_capacity_pupils(command.capacity_pupils());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideOfferProject(const Situation& s, const v1::OfferProject& command) {
  const auto project = ProjectAt(s, command.project_id());
  if (!project) return Unknown("project", command.project_id());
  if (IsSameOffer(*project, command)) return {};
  // Once open, pupils have chosen what was offered.
  if (project->state() == Project::OPEN) return WrongState(*project, "DESIGNED");
  if (!IsVenue(s.rows, s.context.school_id, command.venue_id())) return Unknown("venue", command.venue_id());

  EnrollmentEvent event;
  v1::ProjectOffered& offered = *event.mutable_project_offered();
  offered.set_project_id(command.project_id());
  offered.set_venue_id(command.venue_id());
  offered.set_instructor_id(command.instructor_id());
  *offered.mutable_weekdays() = command.weekdays();
  offered.set_content_review_hash(command.content_review_hash());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideOpenProject(const Situation& s, const v1::OpenProject& command) {
  const auto project = ProjectAt(s, command.project_id());
  if (!project) return Unknown("project", command.project_id());
  if (project->state() == Project::OPEN) return {};
  if (project->state() != Project::OFFERED) return WrongState(*project, "OFFERED");

  EnrollmentEvent event;
  event.mutable_project_opened()->set_project_id(command.project_id());
  return std::vector{event};
}

}  // namespace afterbell::enrollment
