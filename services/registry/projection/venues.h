// Where a group may meet: the rooms of a school, or the off-campus venues of the commons.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_VENUES_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_VENUES_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectVenues(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::ListVenuesAnswer> ListVenues(const QueryRows& rows, const v1::ListVenuesRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_VENUES_H_
