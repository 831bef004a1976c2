// Of the registry: who holds a post at a school, for separation of duties (INS-04).
#ifndef AFTERBELL_SERVICES_INSPECTION_INTAKE_REGISTRY_H_
#define AFTERBELL_SERVICES_INSPECTION_INTAKE_REGISTRY_H_

#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

void FoldRegistry(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsRegistry(int event);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_INTAKE_REGISTRY_H_
