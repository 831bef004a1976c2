#include "services/registry/domain/venue.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"

namespace afterbell::registry {

void EvolveVenue(std::string_view school_id, const v1::VenueRegistered& event, StateRows rows) {
  rows.Put(kVenues, {school_id, event.venue_id()}, event);
}

Decided DecideRegisterVenue(const Situation& s, const v1::RegisterVenue& command) {
  v1::RegistryEvent event;
  v1::VenueRegistered& venue = *event.mutable_venue_registered();
  venue.set_venue_id(command.venue_id());
  venue.set_kind(command.kind());
  venue.set_capacity_pupils(command.capacity_pupils());
  venue.set_floor(command.floor());
  venue.set_on_site(command.on_site());

  const std::string& school_id = s.context.school_id;
  const auto known = school_id.empty() ? s.rows.Get(reference::kVenues, {venue.venue_id()})
                                       : s.rows.Get(kVenues, {school_id, venue.venue_id()});
  if (auto decided = IfKnown(known, venue, "REF-27", venue.venue_id())) return *decided;
  if (venue.on_site() == school_id.empty()) {
    return InvalidField("on_site", venue.on_site() ? "true" : "false",
                        school_id.empty() ? "false in the commons" : "true at a school");
  }
  if (venue.capacity_pupils() <= 0) {
    return InvalidField("capacity_pupils", std::to_string(venue.capacity_pupils()), "more than 0");
  }
  if (!school_id.empty() && !reference::School(s.rows, school_id)) return Unknown("school", school_id);
  return One(std::move(event));
}

}  // namespace afterbell::registry
