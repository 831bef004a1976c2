// A project that pupils can choose: designed, offered in the catalogue, open for choice. Order rule:
// ENR-07.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_PROJECT_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_PROJECT_H_

#include <string>
#include <string_view>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

// State.
RowPtr<state::Project> ProjectAt(const Situation& situation, std::string_view project_id);

// Evolve.
void EvolveProject(const Recorded& own, const EnrollmentEvent& event, StateRows rows);

// Decide.
Decision<EnrollmentEvent> DecideDesignProject(const Situation& s, const v1::DesignProject& command);
Decision<EnrollmentEvent> DecideOfferProject(const Situation& s, const v1::OfferProject& command);
Decision<EnrollmentEvent> DecideOpenProject(const Situation& s, const v1::OpenProject& command);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_PROJECT_H_
