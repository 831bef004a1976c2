// Notices of absence: a guardian whose child cannot attend says so beforehand (ATT-10). One notice a
// pupil, date and period; without a period, for the whole day. What was found at the roll stands as it
// was known then.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ABSENCE_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ABSENCE_H_

#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// State.
bool IsNotified(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view date, std::string_view period);

// Evolve.
void Evolve(const Recorded& own, const v1::AbsenceNotified& notified, StateRows rows);

// Decide.
Decision<Event> DecideNotifyAbsence(const Situation& s, const v1::NotifyAbsence& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ABSENCE_H_
