#include "services/registry/projection/projection.h"

#include "services/registry/projection/fee_standards.h"
#include "services/registry/projection/instruments.h"
#include "services/registry/projection/people.h"
#include "services/registry/projection/plans.h"
#include "services/registry/projection/policies.h"
#include "services/registry/projection/schools.h"
#include "services/registry/projection/venues.h"

namespace afterbell::registry {

void ProjectRegistryEvent(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
  ProjectSchools(event, rows);
  ProjectPolicies(own, event, rows);
  ProjectInstruments(own, event, rows);
  ProjectPeople(own, event, rows);
  ProjectVenues(own, event, rows);
  ProjectFeeStandards(event, rows);
  ProjectPlans(own, event, rows);
}

}  // namespace afterbell::registry
