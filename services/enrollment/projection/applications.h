// Applications as people ask for them: one by id, those of a pupil, and the queue of each step.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_APPLICATIONS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_APPLICATIONS_H_

#include "absl/status/statusor.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

void ProjectApplications(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows);

absl::StatusOr<v1::GetApplicationAnswer> GetApplication(const QueryRows& rows,
                                                        const v1::GetApplicationRequest& request);
absl::StatusOr<v1::ListPupilApplicationsAnswer> ListPupilApplications(
    const QueryRows& rows, const v1::ListPupilApplicationsRequest& request);
absl::StatusOr<v1::ListApplicationsToReviewAnswer> ListApplicationsToReview(
    const QueryRows& rows, const v1::ListApplicationsToReviewRequest& request);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_APPLICATIONS_H_
