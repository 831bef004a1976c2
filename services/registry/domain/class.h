// Classes of a school: the base unit in which pupils are known.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_

#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

void EvolveClass(std::string_view school_id, const v1::ClassOpened& event, StateRows rows);

Decided DecideOpenClass(const Situation& s, const v1::OpenClass& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_
