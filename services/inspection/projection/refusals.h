// Who was turned away, by which rule: the recorded refusals of all services, as facts. The first of
// an actor, a rule, a subject and a day is kept in full; what repeats it is counted.
#ifndef AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_
#define AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_

#include "absl/status/statusor.h"
#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

// Of any service's Commit, this one's included; a Commit without a refusal changes nothing.
void ProjectRefusal(const Recorded& recorded, ViewRows rows);

absl::StatusOr<v1::ListRefusalsAnswer> ListRefusals(const QueryRows& rows,
                                                    const v1::ListRefusalsRequest& request);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_
