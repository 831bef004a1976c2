// Clearances in the commons, by state and by school.
#ifndef AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_
#define AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_

#include "absl/status/statusor.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "afterbell/staffing/v1/staffing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::staffing {

void ProjectClearances(const Recorded& own, const v1::StaffingEvent& event, ViewRows rows);

absl::StatusOr<v1::GetClearanceAnswer> GetClearance(const QueryRows& rows,
                                                    const v1::GetClearanceRequest& request);
absl::StatusOr<v1::ListClearancesAnswer> ListClearances(const QueryRows& rows,
                                                        const v1::ListClearancesRequest& request);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_PROJECTION_CLEARANCES_H_
