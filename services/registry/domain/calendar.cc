#include "services/registry/domain/calendar.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"
#include "services/registry/domain/territory.h"

namespace afterbell::registry {
namespace {

// The scopes of a place, the widest first: the areas above it, then itself.
std::vector<std::string> ScopesOf(const Rows& rows, const std::string& scope_id) {
  const auto school = reference::School(rows, scope_id);
  std::vector<std::string> scopes = reference::AreasOf(rows, school ? school->district_id() : scope_id);
  if (school) scopes.push_back(scope_id);
  return scopes;
}

// Nations, provinces and cities open no terms, so their days are not held against any.
bool HasTerms(const Rows& rows, const std::string& scope_id) {
  const auto area = Area(rows, scope_id);
  return !area || area->level() == "district" || area->level() == "township";
}

bool InTerm(const Rows& rows, const std::vector<std::string>& scopes, const std::string& date) {
  bool found = false;
  for (const std::string& scope : scopes) {
    rows.Scan(reference::kTermsOf, Prefix(scope), [&](const v1::TermOpened& term) {
      found = found || (term.first_on() <= date && date <= term.last_on());
      return !found;
    });
  }
  return found;
}

bool IsHoliday(const v1::ServiceDaySet& day) {
  return !day.serves() && (day.reason() == "statutory_holiday" || day.reason() == "vacation");
}

// The holiday of a wider scope on that date.
RowPtr<v1::ServiceDaySet> HolidayAbove(const Rows& rows, const std::vector<std::string>& scopes,
                                       const std::string& scope_id, const std::string& date) {
  for (const std::string& scope : scopes) {
    if (scope == scope_id) break;
    auto day = rows.Get(reference::kDays, {scope, key::Date(date)});
    if (day && IsHoliday(*day)) return day;
  }
  return nullptr;
}

std::optional<Refused> DayRefused(const Situation& s, const std::vector<std::string>& scopes,
                                  const v1::ServiceDaySet& day) {
  if (!day.serves()) return std::nullopt;
  if (HasTerms(s.rows, day.scope_id()) && !InTerm(s.rows, scopes, day.on())) {
    return Refused{"REF-22", "OUTSIDE_TERM", day.scope_id(), "a day of a term", day.on()};
  }
  if (const auto holiday = HolidayAbove(s.rows, scopes, day.scope_id(), day.on())) {
    return Refused{"REF-12", "HOLIDAY", day.scope_id(),
                   absl::StrCat(holiday->reason(), " of ", holiday->scope_id()), day.on()};
  }
  return std::nullopt;
}

// Whose days may be set here; an error or a refusal otherwise.
std::optional<Decided> ScopeRefused(const Situation& s, const std::string& scope_id) {
  if (!s.context.school_id.empty()) {
    if (scope_id != s.context.school_id) return InvalidField("scope_id", scope_id, "the school itself");
    if (!reference::School(s.rows, scope_id)) return Unknown("school", scope_id);
    return std::nullopt;
  }
  if (!Area(s.rows, scope_id)) return Unknown("district", scope_id);
  if (auto outside = OutsideSchool(s, scope_id)) return *outside;
  if (auto outside = OutsideTerritory(s, scope_id, scope_id)) return *outside;
  return std::nullopt;
}

RowPtr<v1::ServiceDaySet> DaySet(const Situation& s, const std::string& scope_id, const std::string& date) {
  return s.context.school_id.empty() ? s.rows.Get(reference::kDays, {scope_id, key::Date(date)})
                                     : s.rows.Get(kOwnDays, {scope_id, key::Date(date)});
}

}  // namespace

void EvolveServiceDay(std::string_view school_id, const v1::ServiceDaySet& event, StateRows rows) {
  rows.Put(kOwnDays, {school_id, key::Date(event.on())}, event);
}

Decided DecideOpenTerm(const Situation& s, const v1::OpenTerm& command) {
  v1::RegistryEvent event;
  v1::TermOpened& term = *event.mutable_term_opened();
  term.set_term_id(DerivedId("term", {command.scope_id(), command.code()}));
  term.set_scope_id(command.scope_id());
  term.set_code(command.code());
  term.set_first_on(command.first_on());
  term.set_last_on(command.last_on());

  if (auto known = IfKnown(reference::Term(s.rows, term.term_id()), term, "REF-22", term.term_id()))
    return *known;
  const auto school = reference::School(s.rows, term.scope_id());
  if (!school && !Area(s.rows, term.scope_id())) return Unknown("district or school", term.scope_id());
  if (term.last_on() < term.first_on())
    return InvalidField("last_on", term.last_on(), "on or after first_on");
  const std::string& area_id = school ? school->district_id() : term.scope_id();
  if (auto outside = OutsideTerritory(s, area_id, term.scope_id())) return *outside;
  std::optional<Refused> overlap;
  s.rows.Scan(reference::kTermsOf, Prefix(term.scope_id()), [&](const v1::TermOpened& other) {
    if (other.first_on() <= term.last_on() && term.first_on() <= other.last_on()) {
      overlap = Refused{"REF-22", "TERMS_OVERLAP", term.term_id(),
                        absl::StrCat(other.code(), " ", other.first_on(), "..", other.last_on()),
                        absl::StrCat(term.first_on(), "..", term.last_on())};
    }
    return !overlap;
  });
  if (overlap) return *overlap;
  return One(std::move(event));
}

Decided DecideSetServiceDays(const Situation& s, const v1::SetServiceDays& command) {
  std::vector<v1::RegistryEvent> events;
  std::set<std::string> dates;
  for (const v1::ServiceDay& day : command.days()) {
    if (!IsDate(day.on())) return InvalidField("days.on", day.on(), "a date (2026-10-01)");
    if (!dates.insert(day.on()).second) return InvalidField("days.on", day.on(), "each date once");
    v1::RegistryEvent event;
    v1::ServiceDaySet& set = *event.mutable_service_day_set();
    set.set_scope_id(command.scope_id());
    set.set_on(day.on());
    set.set_serves(day.serves());
    set.set_reason(day.reason());
    const auto known = DaySet(s, command.scope_id(), day.on());
    if (!known || !Same(*known, set)) events.push_back(std::move(event));
  }
  if (events.empty()) return Quiet();
  if (auto refused = ScopeRefused(s, command.scope_id())) return *refused;
  const std::vector<std::string> scopes = ScopesOf(s.rows, command.scope_id());
  for (const v1::RegistryEvent& event : events) {
    if (auto refused = DayRefused(s, scopes, event.service_day_set())) return *refused;
  }
  return events;
}

}  // namespace afterbell::registry
