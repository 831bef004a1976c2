// The agreement of one application: drafted by the school, signed by each party, in force when all of
// p:agreement have signed (ENR-16).
//
//   drafted → partly signed → in force → ended
//
// Guardian and school sign everywhere: that is the core of ENR-16, and p:agreement adds to it. A third
// party is asked for individual courses only (ENR-18 speaks of the course it serves); a place where the
// parents' committee carries the service out names it in p:agreement. The list of the approved is
// posted before anybody signs, where that is asked (ENR-14). Order rule: ENR-16.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_AGREEMENT_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_AGREEMENT_H_

#include <string>
#include <string_view>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

// State. The id is derived: application.
std::string AgreementId(std::string_view application_id);
RowPtr<state::Agreement> AgreementAt(const Situation& situation, std::string_view agreement_id);

// Name of the deadline on which the pupil of an agreement in force is enrolled, if nobody did so
// before: from_on, at the start of the local day. Its entity is "<school>/<application>".
inline constexpr char kEnrollmentDue[] = "enrollment_due";
std::string EnrollmentDueEntity(const state::Application& application);

// Evolve.
void EvolveAgreement(const Recorded& own, const EnrollmentEvent& event, StateRows rows);

// Decide.
Decision<EnrollmentEvent> DecideDraftAgreement(const Situation& s, const v1::DraftAgreement& command);
Decision<EnrollmentEvent> DecideSignAgreement(const Situation& s, const v1::SignAgreement& command);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_AGREEMENT_H_
