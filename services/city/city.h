// All six services in one process, for a laptop, a single school, tests and the demonstration.
#ifndef AFTERBELL_SERVICES_CITY_CITY_H_
#define AFTERBELL_SERVICES_CITY_CITY_H_

#include <vector>

#include "services/platform/host/host.h"

namespace afterbell {

// registry, enrollment, attendance, staffing, billing, inspection.
std::vector<Hosted> HostCity();

// Their rules alone, for replay.
std::vector<const Service*> CityServices();

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_CITY_CITY_H_
