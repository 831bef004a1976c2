// Terms, and days that are exceptions from the weekly pattern.
//
// A term belongs to a district or to one school; its days are what everything periodic stands on
// (REF-22). A day of service follows policy (p:service_weekdays, p:excluded_days) save where an
// exception is set: a holiday, a day made up for it, bad weather. The nearer exception binds, with
// one limit: what a wider scope has made a statutory holiday or vacation stays one (REF-12).
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_CALENDAR_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_CALENDAR_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

void EvolveServiceDay(std::string_view school_id, const v1::ServiceDaySet& event, StateRows rows);

Decided DecideOpenTerm(const Situation& s, const v1::OpenTerm& command);

// All days or none. A day that serves must lie in a term; a day off may be set before its term is
// opened, and by scopes that have no terms.
Decided DecideSetServiceDays(const Situation& s, const v1::SetServiceDays& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_CALENDAR_H_
