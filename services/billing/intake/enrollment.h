// Enrollment's records as facts of billing: who is in the service from when to when, and whose special
// status the school has verified. Sets the month ends of a stay.
#ifndef AFTERBELL_SERVICES_BILLING_INTAKE_ENROLLMENT_H_
#define AFTERBELL_SERVICES_BILLING_INTAKE_ENROLLMENT_H_

#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void FoldEnrollment(const Recorded& enrollment, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsEnrollment(int event);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_INTAKE_ENROLLMENT_H_
