// Posts: who holds which role where. Separation of duties and "who may review" stand on them
// (ATT-33), and the principal in office is the first responsible person (REF-34).
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_POST_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_POST_H_

#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

void EvolvePost(std::string_view school_id, const v1::PostAssigned& event, StateRows rows);

Decided DecideAssignPost(const Situation& s, const v1::AssignPost& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_POST_H_
