// On which days service may be planned (REF-11, REF-12). An exception of the calendar comes first:
// the school's own, its district's, the areas' above. Other dates follow p:service_weekdays,
// p:days_per_week and p:excluded_days; a place that sets none of them asks nothing.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CALENDAR_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CALENDAR_H_

#include <optional>
#include <string>

#include "services/attendance/domain/facts.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

// Why a group of the situation's school has no session in that period of that date; nothing where it
// may have one.
std::optional<Refused> RefuseDay(const Situation& s, const Group& group, const std::string& date,
                                 const std::string& period);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_CALENDAR_H_
