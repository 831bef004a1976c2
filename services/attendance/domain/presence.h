// A pupil in a session: comes once, and goes once (D-04). The hot path of the city: a check-in and a
// release read and write one small row of each kind below, and no policy unless a number turns.
//
//   s/presence/<pupil>/<date>/<session>   state.Presence
//   s/in/<school>/<pupil>                 state.OpenPresence: there while the pupil is in
//   s/tally/<session>                     state.Tally
//
// Keyed by pupil and date first, a presence also answers a guardian's question, a class teacher's and
// the month's class-hours; a roll asks for each pupil placed in the group. No view repeats it.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// State.
std::string PresenceKey(std::string_view pupil_id, std::string_view date, std::string_view session_id);
std::string InKey(std::string_view school_id, std::string_view pupil_id);
std::string TallyKey(std::string_view session_id);

int NowIn(const state::Tally& tally);
bool IsIn(const state::Presence& presence);
// `noticed`: a notice of absence stands for the session.
v1::PresenceState StateOf(const state::Presence& presence, bool noticed);
std::optional<state::Presence> FindPresence(const Rows& rows, const state::Session& session,
                                            std::string_view pupil_id);

// Evolve.
void Evolve(const Recorded& own, const v1::PupilCheckedIn& in, MutableRows& rows);
void Evolve(const Recorded& own, const v1::PupilReleased& released, MutableRows& rows);
void Evolve(const Recorded& own, const v1::PupilLeftEarly& left, MutableRows& rows);

// Decide.
Decision<Event> DecideCheckInPupil(const Situation& s, const v1::CheckInPupil& command);
Decision<Event> DecideReleasePupil(const Situation& s, const v1::ReleasePupil& command);
Decision<Event> DecideRecordEarlyLeave(const Situation& s, const v1::RecordEarlyLeave& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_PRESENCE_H_
