// Violation cases. A detector suspects, people report; a person with authority confirms or
// dismisses, on evidence, and holds no post at the school (INS-01, INS-04).
//
//   suspected | reported -> confirmed | dismissed
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_VIOLATION_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_VIOLATION_H_

#include <string>
#include <string_view>

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

using Decided = Decision<v1::InspectionEvent>;

// "log/attendance/3/17": a record's identity as one text.
std::string IdentityText(const log::v1::RecordId& record);

// The case a suspicion opens: one for a code, a subject and a first cause.
std::string CaseId(const v1::SuspectViolation& command);

void EvolveViolation(const Recorded& own, const v1::InspectionEvent& event, StateRows rows);

Decided DecideSuspectViolation(const Situation& s, const v1::SuspectViolation& command);
// Testimony: no rule refuses it.
Decided DecideReportViolation(const Situation& s, const v1::ReportViolation& command);
Decided DecideConfirmViolation(const Situation& s, const v1::ConfirmViolation& command);
Decided DecideDismissViolation(const Situation& s, const v1::DismissViolation& command);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_VIOLATION_H_
