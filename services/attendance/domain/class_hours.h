// The count of class-hours of a month, where money follows them: those a pupil attended, where the fee
// is by class-hour (ATT-23), those a group held, where the subsidy is (ATT-24). Sessions count as
// planned: each session's minutes make class-hours of p:class_hour_minutes by p:class_hour_rounding
// (asked only where minutes remain), and those are summed. Counted when the month's deadline passes;
// counted again, another number makes revision n + 1.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CLASS_HOURS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CLASS_HOURS_H_

#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// The deadline a day after a month's end; its entity is <school>/pupil|group/<id>/<month>.
inline constexpr std::string_view kMonthEnd = "month_end";

// State.
// Visits the school's sessions of a month that count, in order of date.
void ForEachCounted(const Rows& rows, std::string_view school_id, v1::ClassHourSubject subject,
                    std::string_view subject_id, std::string_view month,
                    const std::function<void(const state::Session&)>& visit);

// Evolve.
void Evolve(const Recorded& own, const v1::ClassHoursCounted& counted, StateRows rows);
void SetMonthEnd(const state::Session& session, v1::ClassHourSubject subject, std::string_view subject_id,
                 StateRows rows);

// Decide.
Decision<Event> DecideCountClassHours(const Situation& s, const v1::CountClassHours& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CLASS_HOURS_H_
