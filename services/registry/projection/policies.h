// Which value of policy binds somewhere on a date, and what lost: as known now, or as known at any
// earlier moment, because an instrument may bind before it is issued (REF-28) and people ask what
// could have been known then.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_POLICIES_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_POLICIES_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectPolicies(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::ResolvePolicyAnswer> ResolvePolicy(const QueryRows& rows,
                                                      const v1::ResolvePolicyRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_POLICIES_H_
