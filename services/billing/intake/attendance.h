// Attendance's records as facts of billing: the class-hours a pupil attended in a month.
#ifndef AFTERBELL_SERVICES_BILLING_INTAKE_ATTENDANCE_H_
#define AFTERBELL_SERVICES_BILLING_INTAKE_ATTENDANCE_H_

#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void FoldAttendance(const Recorded& attendance, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsAttendance(int event);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_INTAKE_ATTENDANCE_H_
