// Which schools there are, by area. Read by bureaus and platforms: who serves, since when.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_SCHOOLS_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_SCHOOLS_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectSchools(const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::GetSchoolAnswer> GetSchool(const QueryRows& rows, const v1::GetSchoolRequest& request);
absl::StatusOr<v1::ListSchoolsAnswer> ListSchools(const QueryRows& rows,
                                                  const v1::ListSchoolsRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_SCHOOLS_H_
