// The sessions that make up a month's class-hours, and what was counted: from the rules' own rows.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_CLASS_HOUR_LIST_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_CLASS_HOUR_LIST_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/rows.h"

namespace afterbell::attendance {

// On one page: a month has few sessions.
absl::StatusOr<v1::ListClassHoursAnswer> ListClassHours(const QueryRows& rows,
                                                        const v1::ListClassHoursRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_CLASS_HOUR_LIST_H_
