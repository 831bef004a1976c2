// Views of the registry: each event to the views that show it.
//
//   v/schools/<area>/<code>/<school>                      SchoolRegistered, for each area it lies in
//   v/policy/<key>/<value id>                             PolicyHistory
//   v/instruments/<area>/<newest first>/<id>              PublishedInstrument
//   v/instrument_keys/<id>/<key>/<value id>               where an instrument's values stand
//   v/class_pupils/<school>/<class>/<pupil>               a pupil of a class
//   v/posts/<school>/<role>/<person>/<post id>            PostAssigned
//   v/my_pupils/<guardian>/<school>/<pupil>               GuardianshipRecorded
//   v/venues/<school>/<kind>/<floor>/<venue>              VenueRegistered
//   v/fee_standards/<district>/<fee kind>/<from>/<id>     FeeStandardAnnounced
//   v/plan/<school>/<plan>                                SchoolPlan
//   v/plans/<district>/<state>/<submitted>/<plan>         SchoolPlan
//
// <school> is empty in the commons. Other queries read the state rows as they are.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

// Writes rows "v/…" and nothing else. Folding a record again gives the same rows.
void ProjectRegistryEvent(const Recorded& own, const v1::RegistryEvent& event, MutableRows& rows);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_PROJECTION_H_
