// Staffing's records of the school's own partition as rows of facts: duties, by session and by person.
// Clearances and bars are in the commons (platform/reference).
#ifndef AFTERBELL_SERVICES_ATTENDANCE_INTAKE_STAFFING_H_
#define AFTERBELL_SERVICES_ATTENDANCE_INTAKE_STAFFING_H_

#include "services/platform/decider/service.h"

namespace afterbell::attendance {

void FoldStaffing(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsStaffing(int event);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_INTAKE_STAFFING_H_
