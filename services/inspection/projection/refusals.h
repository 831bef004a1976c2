// Who was turned away, by which rule: the recorded refusals of all services, as facts. The first of
// an actor, a rule, a subject and a day is kept in full; what repeats it is counted.
//
//   v/refusal/<refusal id>                                          RefusalSeen, but for the count
//   v/refusal_times/<refusal id>/<index>                            one for each
//   v/refusals/school/<school>/<rule>/<day>/<at>/<refusal id>       (the key alone)
//   v/refusals/district/<district>/<rule>/<day>/<at>/<refusal id>   the same
//
// A count is the number of its rows, so that a record folded twice counts once.
#ifndef AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_
#define AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_

#include "absl/status/statusor.h"
#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

// Of any service's Commit, this one's included; a Commit without a refusal changes nothing.
void ProjectRefusal(const Recorded& recorded, MutableRows& rows);

absl::StatusOr<v1::ListRefusalsAnswer> ListRefusals(const Rows& rows, const v1::ListRefusalsRequest& request);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_PROJECTION_REFUSALS_H_
