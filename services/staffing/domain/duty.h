// A duty: one person, one session, one role, at one school.
//
//   assigned → served
//
// Nobody is assigned who is barred (STF-13, STF-14: whatever the parameters say), not cleared for this
// school, role and day (STF-15), without the pledge where one is signed (STF-04: the school's own
// teachers), without training where it is asked (STF-33), or busy elsewhere in the school at that time
// (ATT-33). The same person, session and role is the same duty. Order rule: ATT-33.
//
// When the session is closed, each duty is settled by presence: the minutes of the duty in which the
// person was there, counted in whole minutes. A duty nobody served stays assigned.
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_DUTY_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_DUTY_H_

#include <string>
#include <string_view>

#include "services/staffing/domain/clearance.h"

namespace afterbell::staffing {

// A duty lasts a day at most.
inline constexpr Micros kDutyMax = kMicrosPerDay;

// State. The id is derived: session, person, role.
std::string DutyId(std::string_view session_id, std::string_view person_id, std::string_view role);

// Evolve.
void EvolveDuty(const Recorded& own, const StaffingEvent& event, StateRows rows);

// Decide.
Decision<StaffingEvent> DecideAssignDuty(const Situation& s, const v1::AssignDuty& command);
Decision<StaffingEvent> DecideSettleDuties(const Situation& s, const v1::SettleDuties& command);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_DUTY_H_
