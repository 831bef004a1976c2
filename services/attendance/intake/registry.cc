#include "services/attendance/intake/registry.h"

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/attendance/domain/tables.h"
#include "services/platform/reference/tables.h"

namespace afterbell::attendance {

using registry::v1::RegistryEvent;

bool FoldsRegistry(int event) {
  switch (event) {
    case RegistryEvent::kGuardianshipRecorded:
    case RegistryEvent::kServiceDaySet:
    case RegistryEvent::kVenueRegistered:
      return true;
    default:
      return false;
  }
}

void FoldRegistry(const Recorded& foreign, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  ForEachEventOf<RegistryEvent>(foreign, [&](const RegistryEvent& event) {
    switch (event.event_case()) {
      case RegistryEvent::kGuardianshipRecorded: {
        const auto& held = event.guardianship_recorded();
        return rows.Put(kGuardianships, {school_id, held.pupil_id(), held.guardian_id()}, held);
      }
      case RegistryEvent::kServiceDaySet: {
        const auto& day = event.service_day_set();
        return rows.Put(reference::kSchoolDays, {day.scope_id(), key::Date(day.on())}, day);
      }
      case RegistryEvent::kVenueRegistered:
        return rows.Put(kVenues, {school_id, event.venue_registered().venue_id()}, event.venue_registered());
      default:
        return;
    }
  });
}

}  // namespace afterbell::attendance
