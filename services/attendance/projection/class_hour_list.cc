#include "services/attendance/projection/class_hour_list.h"

#include "services/attendance/domain/class_hours.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

absl::StatusOr<v1::ListClassHoursAnswer> ListClassHours(const QueryRows& rows,
                                                        const v1::ListClassHoursRequest& request) {
  if (!IsMonth(request.month())) return InvalidField("month", request.month(), "a month (2026-09)");
  v1::ListClassHoursAnswer answer;
  const std::string& school_id = request.header().school_id();
  ForEachCounted(rows, school_id, request.subject(), request.subject_id(), request.month(),
                 [&](const state::Session& session) {
                   v1::ClassHourLine& line = *answer.add_sessions();
                   line.set_session_id(session.session_id());
                   line.set_date(session.date());
                   line.set_minutes(PlannedMinutes(session));
                 });
  const auto counted = rows.Get(kClassHours, {school_id, request.subject_id(), key::Month(request.month())});
  if (counted && !answer.sessions().empty()) *answer.mutable_counted() = *counted;
  return answer;
}

}  // namespace afterbell::attendance
