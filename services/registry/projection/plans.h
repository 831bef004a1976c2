// School plans: one school's for a term, and those of a district that wait, the longest first.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_PLANS_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_PLANS_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectPlans(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::GetSchoolPlanAnswer> GetSchoolPlan(const QueryRows& rows,
                                                      const v1::GetSchoolPlanRequest& request);
// Of one partition; the server gathers.
absl::StatusOr<v1::ListPlansToReviewAnswer> ListPlansToReview(const QueryRows& rows,
                                                              const v1::ListPlansToReviewRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_PLANS_H_
