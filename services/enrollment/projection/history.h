// The file of a pupil's term: every record that concerned it, who decided, under which version of
// policy, with the hashes of the papers (Q-50, ENR-35).
//
// A special status belongs to no term and is listed by itself (statuses.h).
#ifndef AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_HISTORY_H_
#define AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_HISTORY_H_

#include "absl/status/statusor.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

void ProjectHistory(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows);

absl::StatusOr<v1::GetPupilTermHistoryAnswer> GetPupilTermHistory(
    const QueryRows& rows, const v1::GetPupilTermHistoryRequest& request);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_HISTORY_H_
