#include "services/registry/projection/venues.h"

#include "services/platform/decider/paging.h"

namespace afterbell::registry {

void ProjectVenues(const Recorded& own, const v1::RegistryEvent& event, MutableRows& rows) {
  if (!event.has_venue_registered()) return;
  const v1::VenueRegistered& venue = event.venue_registered();
  rows.Put(Key("v/venues", own.commit.school_id(), venue.kind(), venue.floor(), venue.venue_id()), venue);
}

absl::StatusOr<v1::ListVenuesAnswer> ListVenues(const Rows& rows, const v1::ListVenuesRequest& request) {
  const std::string& school_id = request.header().school_id();
  const std::string prefix = request.kind().empty() ? Key("v/venues", school_id, "")
                                                    : Key("v/venues", school_id, request.kind(), "");
  v1::ListVenuesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPageOf<v1::VenueRegistered>(rows, prefix, request, request.header(), answer.mutable_page(),
                                      [&](std::string_view, const v1::VenueRegistered& venue) {
                                        *answer.add_venues() = venue;
                                        return true;
                                      }));
  return answer;
}

}  // namespace afterbell::registry
