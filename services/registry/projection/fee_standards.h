// What may be asked in a district: fee standards with the values they name.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_FEE_STANDARDS_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_FEE_STANDARDS_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectFeeStandards(const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::ListFeeStandardsAnswer> ListFeeStandards(const QueryRows& rows,
                                                            const v1::ListFeeStandardsRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_FEE_STANDARDS_H_
