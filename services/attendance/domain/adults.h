// Adults who come and go, at the gate or in a session. Testimony: no rule refuses it, cleared or not
// (STF-15 is judged by who reads it). It decides how many adults count (ratio.h): one who is at school counts
// in every session of a duty, unless told to have left that session.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ADULTS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ADULTS_H_

#include <string>
#include <string_view>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// State.
bool IsInSession(const Rows& rows, const state::Session& session, std::string_view person_id);

// Evolve.
void Evolve(const Recorded& own, const v1::AdultCheckedIn& in, StateRows rows);
void Evolve(const Recorded& own, const v1::AdultCheckedOut& out, StateRows rows);
// Whoever takes over a group is there.
void EvolveAdults(const Recorded& own, const v1::GroupTakenOver& taken, StateRows rows);

// Decide.
Decision<Event> DecideCheckInAdult(const Situation& s, const v1::CheckInAdult& command);
Decision<Event> DecideCheckOutAdult(const Situation& s, const v1::CheckOutAdult& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_ADULTS_H_
