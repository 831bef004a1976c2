// Others' records -> commands: every detector looks at every record. Inspection has no deadlines in
// this version.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_REACTIONS_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_REACTIONS_H_

#include <string_view>
#include <vector>

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

// Whether a detector looks at such an event: the number of its field in <Service>Event.
bool Hears(std::string_view service, int event);

// At most one suspicion for a code, a subject and a cause.
std::vector<v1::InspectionCommand> ReactTo(const Situation& s, const Recorded& cause);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_REACTIONS_H_
