// Duties of a person and of a day.
#ifndef AFTERBELL_SERVICES_STAFFING_PROJECTION_DUTIES_H_
#define AFTERBELL_SERVICES_STAFFING_PROJECTION_DUTIES_H_

#include "absl/status/statusor.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "afterbell/staffing/v1/staffing_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::staffing {

void ProjectDuties(const Recorded& own, const v1::StaffingEvent& event, ViewRows rows);

absl::StatusOr<v1::ListMyDutiesAnswer> ListMyDuties(const QueryRows& rows,
                                                    const v1::ListMyDutiesRequest& request);
absl::StatusOr<v1::ListDutiesAnswer> ListDuties(const QueryRows& rows, const v1::ListDutiesRequest& request);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_PROJECTION_DUTIES_H_
