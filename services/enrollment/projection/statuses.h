// Special statuses of pupils, to verify and verified.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_STATUSES_H_
#define AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_STATUSES_H_

#include "absl/status/statusor.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

void ProjectStatuses(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows);

absl::StatusOr<v1::ListPupilStatusesAnswer> ListPupilStatuses(const QueryRows& rows,
                                                              const v1::ListPupilStatusesRequest& request);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_STATUSES_H_
