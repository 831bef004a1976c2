// An adult's clearance, in the commons: nobody serves before screening and approval (STF-15).
//
//   nominated → screened → approved → cleared          barred: from any state (H-05)
//            ↘ rejected (may be nominated again)
//
// The school's own staff are screened and approved by the principal, others by the bureau or the central
// school (H-07). The missing step names the refusal. Order rule: STF-15.
//
// What makes a person cleared, and what does not (the reading):
//   - Checks. Ethics (STF-13) and bad record (STF-14) are asked of everybody, qualification and
//     background of outsiders (STF-15: "outside hires need credentials and background check"). Where
//     p:staff_excluded of a school names `unhealthy` or `unfit`, health and competence are asked as well.
//     PersonCleared follows the approval when every check that the schools approved for ask has passed;
//     else the person is approved and not cleared, until screened for what is missing and approved again.
//   - The pledge is one for a school and a term, training a fact of its own, and both are asked by some
//     places only. They gate the duty (STF-04, STF-33 in duty.h), not the clearance: a person cleared for
//     two schools must not lose one for what the other asks.
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_CLEARANCE_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_CLEARANCE_H_

#include <string>
#include <string_view>

#include "afterbell/staffing/v1/staffing_commands.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/platform/decider/decider.h"
#include "services/staffing/domain/tables.h"

namespace afterbell::staffing {

using v1::StaffingEvent;

// Evolve: its own rows, and those of the commons that everybody reads.
void EvolveClearance(const Recorded& own, const StaffingEvent& event, StateRows rows);

// Decide.
Decision<StaffingEvent> DecideNominatePerson(const Situation& s, const v1::NominatePerson& command);
Decision<StaffingEvent> DecideScreenPerson(const Situation& s, const v1::ScreenPerson& command);
Decision<StaffingEvent> DecideApprovePerson(const Situation& s, const v1::ApprovePerson& command);
Decision<StaffingEvent> DecideBarPerson(const Situation& s, const v1::BarPerson& command);

// Somebody asks in a role of those who serve: then about nobody but themselves. To them another person is
// not known.
absl::Status CheckSelf(const Situation& s, std::string_view person_id);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_CLEARANCE_H_
