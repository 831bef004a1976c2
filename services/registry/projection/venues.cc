#include "services/registry/projection/venues.h"

#include "services/platform/decider/paging.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {

void ProjectVenues(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
  if (!event.has_venue_registered()) return;
  const v1::VenueRegistered& venue = event.venue_registered();
  rows.Put(kVenuesOf,
           {own.commit.school_id(), key::Word(venue.kind()), key::Word(venue.floor()), venue.venue_id()},
           venue);
}

absl::StatusOr<v1::ListVenuesAnswer> ListVenues(const QueryRows& rows, const v1::ListVenuesRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::ListVenuesAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kVenuesOf, prefix, request, request.header(), answer.mutable_page(),
                    [&](const v1::VenueRegistered& venue) {
                      *answer.add_venues() = venue;
                      return true;
                    });
  };
  AFTERBELL_RETURN_IF_ERROR(request.kind().empty() ? list(Prefix(school_id))
                                                   : list(Prefix(school_id, key::Word(request.kind()))));
  return answer;
}

}  // namespace afterbell::registry
