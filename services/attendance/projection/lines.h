// Rows as lines of answers, shared by the questions of this folder, and whose rows a question may see.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_LINES_H_
#define AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_LINES_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "afterbell/log/v1/call.pb.h"
#include "services/attendance/domain/attendance_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

// The session, of the school the question is about; NOT_FOUND otherwise.
absl::StatusOr<RowPtr<state::Session>> SessionOf(const QueryRows& rows, const log::v1::QueryHeader& header,
                                                 std::string_view session_id);

v1::Counts CountsOf(const state::Tally& tally);
void Add(const v1::Counts& counts, v1::Counts* sum);
v1::SessionLine LineOf(const QueryRows& rows, const state::Session& session);
v1::PresenceLine LineOf(const QueryRows& rows, const state::Session& session, std::string_view pupil_id);

// All of a pupil's presences of a date at the header's school, in order of start.
void AddPresences(const QueryRows& rows, const log::v1::QueryHeader& header, std::string_view pupil_id,
                  std::string_view date, google::protobuf::RepeatedPtrField<v1::PresenceLine>* lines);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_PROJECTION_LINES_H_
