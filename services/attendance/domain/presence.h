// A pupil in a session: comes once, and goes once (D-04). The hot path of the city: a check-in and a
// release read and write three small rows (tables.h), and no policy unless a number turns.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_

#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// State.
int NowIn(const state::Tally& tally);
bool IsIn(const state::Presence& presence);
// `noticed`: a notice of absence stands for the session.
v1::PresenceState StateOf(const state::Presence& presence, bool noticed);
RowPtr<state::Presence> FindPresence(const Rows& rows, const state::Session& session,
                                     std::string_view pupil_id);

// Evolve.
void Evolve(const Recorded& own, const v1::PupilCheckedIn& in, StateRows rows);
void Evolve(const Recorded& own, const v1::PupilReleased& released, StateRows rows);
void Evolve(const Recorded& own, const v1::PupilLeftEarly& left, StateRows rows);

// Decide.
Decision<Event> DecideCheckInPupil(const Situation& s, const v1::CheckInPupil& command);
Decision<Event> DecideReleasePupil(const Situation& s, const v1::ReleasePupil& command);
Decision<Event> DecideRecordEarlyLeave(const Situation& s, const v1::RecordEarlyLeave& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_
