// Sessions of a day, of a person, and one with the chain of adults who answered for it.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_SESSIONS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_SESSIONS_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

void ProjectSessions(const Recorded& own, const v1::AttendanceEvent& event, ViewRows rows);

absl::StatusOr<v1::ListMySessionsAnswer> ListMySessions(const QueryRows& rows,
                                                        const v1::ListMySessionsRequest& request);
absl::StatusOr<v1::GetSessionAnswer> GetSession(const QueryRows& rows, const v1::GetSessionRequest& request);
absl::StatusOr<v1::ListSessionsAnswer> ListSessions(const QueryRows& rows,
                                                    const v1::ListSessionsRequest& request);
absl::StatusOr<v1::GetSchoolDayAnswer> GetSchoolDay(const QueryRows& rows,
                                                    const v1::GetSchoolDayRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_SESSIONS_H_
