// Agreements, enrollments, care groups and who is in them.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_ENROLLMENTS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_ENROLLMENTS_H_

#include "absl/status/statusor.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

void ProjectCareGroups(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows);

absl::StatusOr<v1::GetAgreementAnswer> GetAgreement(const QueryRows& rows,
                                                    const v1::GetAgreementRequest& request);
absl::StatusOr<v1::GetEnrollmentAnswer> GetEnrollment(const QueryRows& rows,
                                                      const v1::GetEnrollmentRequest& request);
// Reads p:group_size_max as well, so the answer is that of the rows' policy on `on`.
absl::StatusOr<v1::ListCareGroupsAnswer> ListCareGroups(const QueryRows& rows,
                                                        const v1::ListCareGroupsRequest& request);
absl::StatusOr<v1::ListGroupPupilsAnswer> ListGroupPupils(const QueryRows& rows,
                                                          const v1::ListGroupPupilsRequest& request);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_ENROLLMENTS_H_
