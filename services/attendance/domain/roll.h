// The roll: who of those expected is there (ATT-02), who is not, and whether a notice said so
// beforehand (ATT-10). A pupil whom the roll finds and who takes no part is looked after and recorded,
// never sent away (ATT-30). Where no roll accounts for a pupil within p:absence_grace_minutes, the
// clock does.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ROLL_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ROLL_H_

#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// The deadline of a session after which FindAbsences is asked; its entity is the session.
inline constexpr std::string_view kAbsencesDue = "absences_due";

// Evolve.
void Evolve(const Recorded& own, const v1::RollCalled& roll, StateRows rows);
void Evolve(const Recorded& own, const v1::PupilAbsent& absent, StateRows rows);
void Evolve(const Recorded& own, const v1::PupilAbsentUnexplained& absent, StateRows rows);
void Evolve(const Recorded& own, const v1::NonParticipantRecorded& stay, StateRows rows);

// Decide.
Decision<Event> DecideCallRoll(const Situation& s, const v1::CallRoll& command);
Decision<Event> DecideRecordNonParticipant(const Situation& s, const v1::RecordNonParticipant& command);
Decision<Event> DecideFindAbsences(const Situation& s, const v1::FindAbsences& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ROLL_H_
