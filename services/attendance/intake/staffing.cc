#include "services/attendance/intake/staffing.h"

#include "services/attendance/domain/tables.h"

namespace afterbell::attendance {

using staffing::v1::StaffingEvent;

bool FoldsStaffing(int event) { return event == StaffingEvent::kDutyAssigned; }

void FoldStaffing(const Recorded& foreign, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  ForEachEventOf<StaffingEvent>(foreign, [&](const StaffingEvent& event) {
    if (!event.has_duty_assigned()) return;
    const auto& duty = event.duty_assigned();
    const key::Instant from(MicrosOf(duty.from_at()));
    rows.Put(kDuties, {school_id, duty.session_id(), duty.duty_id()}, duty);
    rows.Put(kDutiesOf, {school_id, duty.person_id(), from, duty.duty_id()}, duty);
  });
}

}  // namespace afterbell::attendance
