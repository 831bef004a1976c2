// The clock of a simulated log. Its time is moved by this record and by nothing else, so that a
// synthetic city can live a year in minutes and be replayed to the same microsecond.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLOCK_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLOCK_H_

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

// Refuses on a real clock, and backwards: REF-22, the order rule of the calendar.
Decided DecideMoveClock(const Situation& s, const v1::MoveClock& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_CLOCK_H_
