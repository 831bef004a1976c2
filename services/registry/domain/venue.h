// Venues: rooms of a school, and places off the campus that several schools use (those lie in the commons).
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_VENUE_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_VENUE_H_

#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

void EvolveVenue(std::string_view school_id, const v1::VenueRegistered& event, StateRows rows);

// On-site venues are registered at their school, off-campus ones in the commons.
Decided DecideRegisterVenue(const Situation& s, const v1::RegisterVenue& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_VENUE_H_
