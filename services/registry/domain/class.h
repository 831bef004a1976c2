// Classes of a school: the base unit in which pupils are known.
//
// State: s/class/<school>/<class id>  ClassOpened
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_

#include <string>
#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

std::string ClassKey(std::string_view school_id, std::string_view class_id);

void EvolveClass(std::string_view school_id, const v1::ClassOpened& event, MutableRows& rows);

Decided DecideOpenClass(const Situation& s, const v1::OpenClass& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLASS_H_
