// Facts of registry's same-numbered partition, as the rows of domain/tables.h: pupils, classes,
// guardians and the venues on site.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_INTAKE_REGISTRY_H_
#define AFTERBELL_SERVICES_ENROLLMENT_INTAKE_REGISTRY_H_

#include "services/platform/decider/service.h"

namespace afterbell::enrollment {

void FoldRegistry(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsRegistry(int event);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_INTAKE_REGISTRY_H_
