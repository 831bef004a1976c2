// Terms, and whether a school serves on a day and why not. Answered from the rows of the school's own
// partition, which has its exceptions beside the commons.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_CALENDAR_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_CALENDAR_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

absl::StatusOr<v1::ListTermsAnswer> ListTerms(const QueryRows& rows, const v1::ListTermsRequest& request);
absl::StatusOr<v1::ListServiceDaysAnswer> ListServiceDays(const QueryRows& rows,
                                                          const v1::ListServiceDaysRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_CALENDAR_H_
