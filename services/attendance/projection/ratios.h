// Where fewer adults served than were asked, for how long, with how many pupils.
//
//   v/short/<school>/<date>/<session>/<phase>/<parameter>/<recorded since>   state.ShortSpan
//   v/ratio/<session>/<recorded>/<phase>                                     v1.RatioLine
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

void ProjectRatios(const Recorded& own, const v1::AttendanceEvent& event, MutableRows& rows);

// A header without a school asks for all of the partition.
absl::StatusOr<v1::ListShortSessionsAnswer> ListShortSessions(const Rows& rows,
                                                              const v1::ListShortSessionsRequest& request);
absl::StatusOr<v1::GetRatioHistoryAnswer> GetRatioHistory(const Rows& rows,
                                                          const v1::GetRatioHistoryRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_RATIOS_H_
