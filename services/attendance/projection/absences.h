// Who is missing: announced, found absent, unexplained.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_ABSENCES_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_ABSENCES_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

void ProjectAbsences(const Recorded& own, const v1::AttendanceEvent& event, ViewRows rows);

absl::StatusOr<v1::ListAbsencesAnswer> ListAbsences(const QueryRows& rows,
                                                    const v1::ListAbsencesRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_ABSENCES_H_
