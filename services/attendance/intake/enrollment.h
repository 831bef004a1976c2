// Enrollment's records as rows of facts (domain/tables.h): groups, who is placed in them, and who may
// leave alone. A withdrawal is folded into the placements too, so that a check-in reads one row.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_INTAKE_ENROLLMENT_H_
#define AFTERBELL_SERVICES_ATTENDANCE_INTAKE_ENROLLMENT_H_

#include "services/platform/decider/service.h"

namespace afterbell::attendance {

void FoldEnrollment(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsEnrollment(int event);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_INTAKE_ENROLLMENT_H_
