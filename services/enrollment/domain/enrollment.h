// The enrollment of one pupil in one product for one term: from the agreement in force until the
// guardian withdraws or the term ends.
//
//   enrolled → withdrawn (→ enrolled again, on a new application: D-16)
//
// Nothing holds a child up but its own application and agreement: no fee, no notice of one (D-01), no
// full group (EnrollPupil without a group still enrolls). Withdrawing is always allowed (ENR-01). Order
// rule: ENR-17.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_H_

#include <string>
#include <string_view>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

// State. The id is derived: pupil, term, product.
std::string EnrollmentId(std::string_view pupil_id, std::string_view term_id, v1::Product product);

// Evolve.
void EvolveEnrollment(const Recorded& own, const EnrollmentEvent& event, StateRows rows);

// Decide.
Decision<EnrollmentEvent> DecideEnrollPupil(const Situation& s, const v1::EnrollPupil& command);
Decision<EnrollmentEvent> DecidePlacePupil(const Situation& s, const v1::PlacePupil& command);
Decision<EnrollmentEvent> DecideWithdrawEnrollment(const Situation& s, const v1::WithdrawEnrollment& command);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_H_
