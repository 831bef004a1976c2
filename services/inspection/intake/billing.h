// Of billing: which notices stood when, what was charged, and when money moved (BIL-13).
#ifndef AFTERBELL_SERVICES_INSPECTION_INTAKE_BILLING_H_
#define AFTERBELL_SERVICES_INSPECTION_INTAKE_BILLING_H_

#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

void FoldBilling(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsBilling(int event);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_INTAKE_BILLING_H_
