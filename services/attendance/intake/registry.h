// Registry's records of the school's own partition as rows of facts: guardians, exceptions of the
// calendar, venues on site. What binds more than one school is in the commons (platform/reference).
#ifndef AFTERBELL_SERVICES_ATTENDANCE_INTAKE_REGISTRY_H_
#define AFTERBELL_SERVICES_ATTENDANCE_INTAKE_REGISTRY_H_

#include "services/platform/decider/service.h"

namespace afterbell::attendance {

void FoldRegistry(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsRegistry(int event);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_INTAKE_REGISTRY_H_
