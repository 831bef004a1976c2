// The steps people take on an application between its submission and its agreement: reviews, the
// principal's approval, the public notice, the report to the bureau (ENR-09, ENR-14, ENR-15).
//
// A step is refused when the place does not ask for it (STEP_NOT_ASKED), when it is not its turn
// (STEP_OUT_OF_ORDER: limit is the step awaited, met the one asked), and, where it is a judgement, from
// whoever applied or took the step before (SAME_PERSON). Posting a list and reporting it judge nothing.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REVIEW_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REVIEW_H_

#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "services/enrollment/domain/application.h"
#include "services/enrollment/domain/steps.h"

namespace afterbell::enrollment {

Decision<EnrollmentEvent> DecideReviewAtClass(const Situation& s, const v1::ReviewAtClass& command);
Decision<EnrollmentEvent> DecideReviewAtSchool(const Situation& s, const v1::ReviewAtSchool& command);
Decision<EnrollmentEvent> DecideApproveApplication(const Situation& s, const v1::ApproveApplication& command);
Decision<EnrollmentEvent> DecidePostApprovedList(const Situation& s, const v1::PostApprovedList& command);
Decision<EnrollmentEvent> DecideReportParticipants(const Situation& s, const v1::ReportParticipants& command);

// The place asks that the list be posted before anybody signs: by p:approved_list_notice or by a step
// of the pinned chain (ENR-14).
bool AsksForNotice(const Situation& s, const state::Application& application);

// The committee takes part only where applications go to it or the chain names it (REF-02, C-25).
std::optional<Refused> CheckAddressee(const Situation& s, const state::Application& application);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REVIEW_H_
