// Areas and the schools in them. An area is the nation, a province, a city, a district or a
// township; they form a tree, and policy and territory follow its branches (REF-01).
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_AREA_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_AREA_H_

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

// The parent is registered first and of a wider level, so the tree has no loop.
Decided DecideRegisterDistrict(const Situation& s, const v1::RegisterDistrict& command);
Decided DecideRegisterSchool(const Situation& s, const v1::RegisterSchool& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_AREA_H_
