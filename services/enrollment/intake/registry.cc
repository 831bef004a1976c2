#include "services/enrollment/intake/registry.h"

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/enrollment/domain/tables.h"

namespace afterbell::enrollment {

using registry::v1::RegistryEvent;

bool FoldsRegistry(int event) {
  switch (event) {
    case RegistryEvent::kPersonRegistered:
    case RegistryEvent::kClassOpened:
    case RegistryEvent::kGuardianshipRecorded:
    case RegistryEvent::kVenueRegistered:
      return true;
    default:
      return false;
  }
}

void FoldRegistry(const Recorded& foreign, FactRows rows) {
  if (foreign.service != "registry") return;
  const std::string& school_id = foreign.commit.school_id();
  ForEachEventOf<RegistryEvent>(foreign, [&](const RegistryEvent& event) {
    switch (event.event_case()) {
      case RegistryEvent::kPersonRegistered: {
        const auto& person = event.person_registered();
        if (person.kind() != registry::v1::PUPIL) break;
        registry::v1::PersonRegistered row = person;
        row.clear_sealed_identity();  // Nothing here is decided by a name.
        rows.Put(kPupils, {school_id, person.person_id()}, std::move(row));
        break;
      }
      case RegistryEvent::kClassOpened:
        rows.Put(kClasses, {school_id, event.class_opened().class_id()}, event.class_opened());
        break;
      case RegistryEvent::kGuardianshipRecorded: {
        const auto& guardianship = event.guardianship_recorded();
        rows.Put(kGuardians, {school_id, guardianship.pupil_id(), guardianship.guardian_id()}, guardianship);
        break;
      }
      case RegistryEvent::kVenueRegistered:
        rows.Put(kVenues, {school_id, event.venue_registered().venue_id()}, event.venue_registered());
        break;
      default:
        break;
    }
  });
}

}  // namespace afterbell::enrollment
