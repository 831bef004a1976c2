// Where fewer adults served than were asked, for how long, with how many pupils.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

void ProjectRatios(const Recorded& own, const v1::AttendanceEvent& event, ViewRows rows);

// A header without a school asks for all of the partition.
absl::StatusOr<v1::ListShortSessionsAnswer> ListShortSessions(const QueryRows& rows,
                                                              const v1::ListShortSessionsRequest& request);
absl::StatusOr<v1::GetRatioHistoryAnswer> GetRatioHistory(const QueryRows& rows,
                                                          const v1::GetRatioHistoryRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_
