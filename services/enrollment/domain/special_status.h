// A pupil's special status: a category of priority or waiver, claimed by the guardian with evidence and
// verified by the school before it counts (ENR-28). It counts by its dates. Order rule: ENR-28.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_SPECIAL_STATUS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_SPECIAL_STATUS_H_

#include <string>
#include <string_view>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

// Evolve.
void EvolveSpecialStatus(const Recorded& own, const EnrollmentEvent& event, StateRows rows);

// Decide.
Decision<EnrollmentEvent> DecideClaimSpecialStatus(const Situation& s, const v1::ClaimSpecialStatus& command);
Decision<EnrollmentEvent> DecideVerifySpecialStatus(const Situation& s,
                                                    const v1::VerifySpecialStatus& command);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_SPECIAL_STATUS_H_
