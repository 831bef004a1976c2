// Whose area is it: a body decides for its own area and what lies inside it (REF-01).
//
// The actor's area is the district of the verified caller, in the context. The platform's operator
// publishes for anybody, because instruments are often issued by bodies that are no users here.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_TERRITORY_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_TERRITORY_H_

#include <optional>
#include <string>
#include <string_view>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

RowPtr<v1::DistrictRegistered> Area(const Rows& rows, std::string_view area_id);

// Nothing: the area (empty: the nation) is the actor's or lies inside it.
std::optional<Refused> OutsideTerritory(const Situation& s, const std::string& area_id,
                                        const std::string& subject);

// Nothing: the actor may act in the commons. Who leads one school acts there only: what binds more
// than one school is the bureau's.
std::optional<Refused> OutsideSchool(const Situation& s, const std::string& subject);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_TERRITORY_H_
