#include "services/platform/reference/reference.h"

#include <algorithm>
#include <set>

namespace afterbell::reference {
namespace {

using registry::v1::DistrictRegistered;
using registry::v1::PersonRegistered;
using registry::v1::RegistryEvent;
using registry::v1::SchoolRegistered;
using registry::v1::ServiceDaySet;
using registry::v1::TermOpened;
using staffing::v1::PersonBarred;
using staffing::v1::PersonCleared;
using staffing::v1::StaffingEvent;

// How deep the tree of areas may be; deeper is a loop made by hand.
constexpr int kAreaDepthMax = 8;

}  // namespace

void FoldRegistryEvent(const RegistryEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case RegistryEvent::kClockMoved:
      rows.Put(kClock, {}, event.clock_moved());
      break;
    case RegistryEvent::kDistrictRegistered:
      rows.Put(kAreas, {event.district_registered().district_id()}, event.district_registered());
      break;
    case RegistryEvent::kSchoolRegistered:
      rows.Put(kSchools, {event.school_registered().school_id()}, event.school_registered());
      break;
    case RegistryEvent::kPersonRegistered:
      rows.Put(kPeople, {event.person_registered().person_id()}, event.person_registered());
      break;
    case RegistryEvent::kTermOpened: {
      const TermOpened& term = event.term_opened();
      rows.Put(kTerms, {term.term_id()}, term);
      rows.Put(kTermsOf, {term.scope_id(), key::Date(term.first_on()), term.term_id()}, term);
      break;
    }
    case RegistryEvent::kServiceDaySet:
      rows.Put(kDays, {event.service_day_set().scope_id(), key::Date(event.service_day_set().on())},
               event.service_day_set());
      break;
    case RegistryEvent::kVenueRegistered:
      rows.Put(kVenues, {event.venue_registered().venue_id()}, event.venue_registered());
      break;
    case RegistryEvent::kInstrumentPublished:
      rows.Put(kInstruments, {event.instrument_published().instrument().instrument_id()},
               event.instrument_published());
      break;
    case RegistryEvent::kPolicyParameterSet: {
      const policy::v1::ParameterValue& value = event.policy_parameter_set().value();
      rows.Put(policy::kValues, {key::Word(value.key()), value.value_id()}, value);
      break;
    }
    case RegistryEvent::kPolicyParameterSuperseded: {
      const auto& superseded = event.policy_parameter_superseded();
      const decltype(policy::kValues)::Key key = {key::Word(superseded.key()), superseded.value_id()};
      if (const auto value = rows.Get(policy::kValues, key)) {
        policy::v1::ParameterValue ended = *value;
        ended.set_effective_to(superseded.last_on());
        rows.Put(policy::kValues, key, std::move(ended));
      }
      break;
    }
    case RegistryEvent::kFeeStandardAnnounced:
      rows.Put(kFeeStandards, {event.fee_standard_announced().fee_standard_id()},
               event.fee_standard_announced());
      break;
    default:
      break;  // The rest stands at a school.
  }
}

void FoldStaffingEvent(const StaffingEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case StaffingEvent::kPersonCleared:
      rows.Put(kClearances, {event.person_cleared().person_id()}, event.person_cleared());
      break;
    case StaffingEvent::kPersonBarred: {
      const PersonBarred& bar = event.person_barred();
      const auto earlier = rows.Get(kBars, {bar.person_id()});
      if (!earlier || MicrosOf(bar.from_at()) < MicrosOf(earlier->from_at()))
        rows.Put(kBars, {bar.person_id()}, bar);
      break;
    }
    case StaffingEvent::kPledgeSigned: {
      const auto& pledge = event.pledge_signed();
      rows.Put(kPledges, {pledge.person_id(), pledge.school_id(), pledge.term_id()}, pledge);
      break;
    }
    case StaffingEvent::kTrainingCompleted:
      rows.Put(kTrainings, {event.training_completed().person_id()}, event.training_completed());
      break;
    case StaffingEvent::kContractSigned:
      rows.Put(kContracts, {event.contract_signed().person_id(), event.contract_signed().school_id()},
               event.contract_signed());
      break;
    default:
      break;
  }
}

void FoldLevel(const log::v1::Commit& commit, StateRows rows) {
  if (!commit.has_level_raised() || commit.level_raised().level() <= LevelOf(rows)) return;
  rows.Put(kLevel, {}, commit.level_raised());
}

uint32_t LevelOf(const Rows& rows) {
  const auto raised = rows.Get(kLevel, {});
  return raised ? raised->level() : 1;
}

void FoldCommons(const Recorded& commons, StateRows rows) {
  if (commons.service == "registry") {
    FoldLevel(commons.commit, rows);
    ForEachEventOf<RegistryEvent>(commons,
                                  [&](const RegistryEvent& event) { FoldRegistryEvent(event, rows); });
  } else if (commons.service == "staffing") {
    ForEachEventOf<StaffingEvent>(commons,
                                  [&](const StaffingEvent& event) { FoldStaffingEvent(event, rows); });
  }
}

std::vector<std::string> ParametersSet(const Recorded& commons) {
  std::set<std::string> keys;
  if (commons.service == "registry") {
    ForEachEventOf<RegistryEvent>(commons, [&](const RegistryEvent& event) {
      if (event.has_policy_parameter_set()) keys.insert(event.policy_parameter_set().value().key());
    });
  }
  return {keys.begin(), keys.end()};
}

RowPtr<SchoolRegistered> School(const Rows& rows, std::string_view school_id) {
  return rows.Get(kSchools, {school_id});
}

RowPtr<TermOpened> Term(const Rows& rows, std::string_view term_id) { return rows.Get(kTerms, {term_id}); }

RowPtr<PersonRegistered> Person(const Rows& rows, std::string_view person_id) {
  return rows.Get(kPeople, {person_id});
}

std::vector<std::string> AreasOf(const Rows& rows, std::string_view district_id) {
  std::vector<std::string> areas;
  std::string area(district_id);
  while (!area.empty() && areas.size() < kAreaDepthMax) {
    areas.push_back(area);
    const auto row = rows.Get(kAreas, {area});
    area = row ? row->parent_id() : std::string();
  }
  std::reverse(areas.begin(), areas.end());
  return areas;
}

policy::Place PlaceOf(const Rows& rows, std::string_view school_id, std::string_view stage,
                      std::string_view grade) {
  policy::Place place;
  place.school_id = school_id;
  place.stage = stage;
  place.grade = grade;
  if (const auto school = School(rows, school_id)) {
    place.area_ids = AreasOf(rows, school->district_id());
    if (stage.empty() && school->stages_size() == 1) place.stage = school->stages(0);
  }
  return place;
}

RowPtr<TermOpened> TermOn(const Rows& rows, std::string_view school_id, std::string_view date) {
  std::vector<std::string> scopes = {std::string(school_id)};
  if (const auto school = School(rows, school_id)) {
    const std::vector<std::string> areas = AreasOf(rows, school->district_id());
    scopes.insert(scopes.end(), areas.rbegin(), areas.rend());
  }
  for (const std::string& scope : scopes) {
    RowPtr<TermOpened> found;
    rows.Scan(kTermsOf, Prefix(scope), [&](const TermOpened& term) {
      if (std::string_view(term.first_on()) <= date && date <= std::string_view(term.last_on()))
        found = rows.Get(kTermsOf, {scope, key::Date(term.first_on()), term.term_id()});
      return found == nullptr;
    });
    if (found) return found;
  }
  return nullptr;
}

int ZoneMinutesOf(const Rows& rows, std::string_view district_id) {
  const auto area = rows.Get(kAreas, {district_id});
  return area ? ZoneOffsetMinutes(area->time_zone()).value_or(kShanghaiMinutes) : kShanghaiMinutes;
}

RowPtr<ServiceDaySet> DayException(const Rows& rows, std::string_view school_id, std::string_view date) {
  if (auto own = rows.Get(kSchoolDays, {school_id, key::Date(date)})) return own;
  if (auto own = rows.Get(kDays, {school_id, key::Date(date)})) return own;
  const auto school = School(rows, school_id);
  if (!school) return nullptr;
  const std::vector<std::string> areas = AreasOf(rows, school->district_id());
  for (auto area = areas.rbegin(); area != areas.rend(); ++area) {
    if (auto day = rows.Get(kDays, {*area, key::Date(date)})) return day;
  }
  return nullptr;
}

bool IsCleared(const Rows& rows, std::string_view person_id, std::string_view school_id,
               std::string_view role, std::string_view date) {
  const auto cleared = rows.Get(kClearances, {person_id});
  if (!cleared) return false;
  const auto lists = [](const auto& list, std::string_view wanted) {
    return wanted.empty() || list.empty() || std::find(list.begin(), list.end(), wanted) != list.end();
  };
  return lists(cleared->school_ids(), school_id) && lists(cleared->roles(), role) &&
         std::string_view(cleared->valid_from()) <= date &&
         (cleared->valid_to().empty() || date <= std::string_view(cleared->valid_to()));
}

RowPtr<PersonBarred> BarAt(const Rows& rows, std::string_view person_id, Micros at) {
  auto bar = rows.Get(kBars, {person_id});
  if (bar && MicrosOf(bar->from_at()) <= at) return bar;
  return nullptr;
}

}  // namespace afterbell::reference
