#include "services/billing/intake/attendance.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/billing/domain/tables.h"
#include "services/platform/decider/service.h"

namespace afterbell::billing {
namespace {

using attendance::v1::AttendanceEvent;
using attendance::v1::ClassHoursCounted;

}  // namespace

bool FoldsAttendance(int event) { return event == AttendanceEvent::kClassHoursCounted; }

void FoldAttendance(const Recorded& attendance, FactRows rows) {
  ForEachEventOf<AttendanceEvent>(attendance, [&](const AttendanceEvent& event) {
    if (!event.has_class_hours_counted()) return;
    const ClassHoursCounted& count = event.class_hours_counted();
    if (count.subject() != ::afterbell::attendance::v1::OF_PUPIL) return;
    const decltype(kClassHours)::Key key = {attendance.commit.school_id(), count.subject_id(),
                                            key::Month(count.month())};
    const auto known = rows.Get(kClassHours, key);
    if (!known || known->revision() <= count.revision()) rows.Put(kClassHours, key, count);
  });
}

}  // namespace afterbell::billing
