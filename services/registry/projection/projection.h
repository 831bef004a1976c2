// Views of the registry: each event to the views that show it (tables.h).
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

// Folding a record again gives the same rows.
void ProjectRegistryEvent(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_
