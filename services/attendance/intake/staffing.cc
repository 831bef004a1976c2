#include "services/attendance/intake/staffing.h"

#include "services/attendance/domain/tables.h"

namespace afterbell::attendance {

using staffing::v1::StaffingEvent;

void FoldStaffing(const Recorded& foreign, FactRows rows) {
  ForEachEventOf<StaffingEvent>(foreign, [&](const StaffingEvent& event) {
    if (!event.has_duty_assigned()) return;
    const auto& duty = event.duty_assigned();
    rows.Put(kDuties, {duty.session_id(), duty.duty_id()}, duty);
    rows.Put(kDutiesOf, {duty.person_id(), key::Instant(MicrosOf(duty.from_at())), duty.duty_id()}, duty);
  });
}

}  // namespace afterbell::attendance
