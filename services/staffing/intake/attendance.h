// Facts of attendance's same-numbered partition, as rows of domain/tables.h: sessions planned and
// closed, and adults who came, took over, handed over and left.
#ifndef AFTERBELL_SERVICES_STAFFING_INTAKE_ATTENDANCE_H_
#define AFTERBELL_SERVICES_STAFFING_INTAKE_ATTENDANCE_H_

#include "services/platform/decider/service.h"

namespace afterbell::staffing {

void FoldAttendance(const Recorded& foreign, FactRows rows);
// Whether it makes rows of such an event: the number of its field.
bool FoldsAttendance(int event);

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_INTAKE_ATTENDANCE_H_
