// Clearances in the commons, by state and by school.
//
//   v/clearance_by_state/<state>/<state at>/<person>    empty
//   v/clearance_by_school/<school>/<person>             empty
//   v/clearance_at/<person>                             the keys it stands at, one a line
//
// The index rows hold nothing but their key; what is shown is read from the clearance itself.
#ifndef AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_
#define AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_

#include "absl/status/statusor.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "afterbell/staffing/v1/staffing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::staffing {

void ProjectClearances(const Recorded& own, const v1::StaffingEvent& event, MutableRows& rows);

absl::StatusOr<v1::GetClearanceAnswer> GetClearance(const Rows& rows, const v1::GetClearanceRequest& request);
absl::StatusOr<v1::ListClearancesAnswer> ListClearances(const Rows& rows,
                                                        const v1::ListClearancesRequest& request);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_
