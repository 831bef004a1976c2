// Where pupils are: a session's roll, who is in now, a pupil's day, a class's day. No view of its own:
// presences are keyed so that they answer (domain/tables.h), and who is expected follows from the
// placements.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_PUPILS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_PUPILS_H_

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/decider/rows.h"

namespace afterbell::attendance {

absl::StatusOr<v1::GetSessionRollAnswer> GetSessionRoll(const QueryRows& rows,
                                                        const v1::GetSessionRollRequest& request);
absl::StatusOr<v1::ListPupilsInAnswer> ListPupilsIn(const QueryRows& rows,
                                                    const v1::ListPupilsInRequest& request);
absl::StatusOr<v1::GetPupilDayAnswer> GetPupilDay(const QueryRows& rows,
                                                  const v1::GetPupilDayRequest& request);
absl::StatusOr<v1::ListClassDayAnswer> ListClassDay(const QueryRows& rows,
                                                    const v1::ListClassDayRequest& request);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_PUPILS_H_
