// Codes of violations: the ten prohibitions (INS-01), the further forbidden acts (INS-03, D-13), and
// whatever else the place prohibits (p:prohibitions).
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_CODES_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_CODES_H_

#include <string>

#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

// Whether a person may report that, at the school of the situation.
bool IsCode(const Situation& s, const std::string& code);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_CODES_H_
