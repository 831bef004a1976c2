// The papers of an adult, in the commons: the pledge for a school and a term (STF-04), the contract with
// a school (STF-17), a completed training (STF-33). Facts: nothing refuses them, and what asks for them
// is the duty (duty.h).
#ifndef AFTERBELL_SERVICES_STAFFING_DOMAIN_PAPERS_H_
#define AFTERBELL_SERVICES_STAFFING_DOMAIN_PAPERS_H_

#include "services/staffing/domain/clearance.h"

namespace afterbell::staffing {

// Evolve. The rows others read are written with those of the clearance.
void EvolvePapers(const Recorded& own, const StaffingEvent& event, StateRows rows);

// Decide.
Decision<StaffingEvent> DecideSignPledge(const Situation& s, const v1::SignPledge& command);
Decision<StaffingEvent> DecideSignContract(const Situation& s, const v1::SignContract& command);
Decision<StaffingEvent> DecideCompleteTraining(const Situation& s, const v1::CompleteTraining& command);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_DOMAIN_PAPERS_H_
