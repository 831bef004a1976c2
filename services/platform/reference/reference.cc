#include "services/platform/reference/reference.h"

#include <algorithm>

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
constexpr char kLevelKey[] = "c/registry/level";

}  // namespace

std::string ClearanceKey(std::string_view person_id) { return Key("c/staffing/clearance", person_id); }
std::string BarKey(std::string_view person_id) { return Key("c/staffing/bar", person_id); }
std::string PledgeKey(std::string_view person_id, std::string_view school_id, std::string_view term_id) {
  return Key("c/staffing/pledge", person_id, school_id, term_id);
}
std::string TrainingKey(std::string_view person_id) { return Key("c/staffing/training", person_id); }
std::string ContractKey(std::string_view person_id, std::string_view school_id) {
  return Key("c/staffing/contract", person_id, school_id);
}
std::string FeeStandardKey(std::string_view fee_standard_id) {
  return Key("c/registry/fee_standard", fee_standard_id);
}
std::string PolicyKey(std::string_view parameter, std::string_view value_id) {
  return Key("c/registry/policy", parameter, value_id);
}

void FoldRegistryEvent(const RegistryEvent& event, MutableRows& rows) {
  switch (event.event_case()) {
    case RegistryEvent::kClockMoved:
      rows.Put("c/registry/clock", event.clock_moved());
      break;
    case RegistryEvent::kDistrictRegistered:
      rows.Put(Key("c/registry/area", event.district_registered().district_id()),
               event.district_registered());
      break;
    case RegistryEvent::kSchoolRegistered:
      rows.Put(Key("c/registry/school", event.school_registered().school_id()), event.school_registered());
      break;
    case RegistryEvent::kPersonRegistered:
      rows.Put(Key("c/registry/person", event.person_registered().person_id()), event.person_registered());
      break;
    case RegistryEvent::kTermOpened: {
      const TermOpened& term = event.term_opened();
      rows.Put(Key("c/registry/term", term.term_id()), term);
      rows.Put(Key("c/registry/terms_of", term.scope_id(), term.first_on(), term.term_id()), term);
      break;
    }
    case RegistryEvent::kServiceDaySet:
      rows.Put(Key("c/registry/day", event.service_day_set().scope_id(), event.service_day_set().on()),
               event.service_day_set());
      break;
    case RegistryEvent::kVenueRegistered:
      rows.Put(Key("c/registry/venue", event.venue_registered().venue_id()), event.venue_registered());
      break;
    case RegistryEvent::kInstrumentPublished:
      rows.Put(Key("c/registry/instrument", event.instrument_published().instrument().instrument_id()),
               event.instrument_published());
      break;
    case RegistryEvent::kPolicyParameterSet: {
      const policy::v1::ParameterValue& value = event.policy_parameter_set().value();
      rows.Put(PolicyKey(value.key(), value.value_id()), value);
      break;
    }
    case RegistryEvent::kPolicyParameterSuperseded: {
      const auto& superseded = event.policy_parameter_superseded();
      const std::string key = PolicyKey(superseded.key(), superseded.value_id());
      if (auto value = rows.Get<policy::v1::ParameterValue>(key)) {
        value->set_effective_to(superseded.last_on());
        rows.Put(key, *value);
      }
      break;
    }
    case RegistryEvent::kFeeStandardAnnounced:
      rows.Put(FeeStandardKey(event.fee_standard_announced().fee_standard_id()),
               event.fee_standard_announced());
      break;
    default:
      break;  // The rest stands at a school.
  }
}

void FoldStaffingEvent(const StaffingEvent& event, MutableRows& rows) {
  switch (event.event_case()) {
    case StaffingEvent::kPersonCleared:
      rows.Put(ClearanceKey(event.person_cleared().person_id()), event.person_cleared());
      break;
    case StaffingEvent::kPersonBarred: {
      const PersonBarred& bar = event.person_barred();
      const std::string key = BarKey(bar.person_id());
      const auto earlier = rows.Get<PersonBarred>(key);
      if (!earlier || MicrosOf(bar.from_at()) < MicrosOf(earlier->from_at())) rows.Put(key, bar);
      break;
    }
    case StaffingEvent::kPledgeSigned: {
      const auto& pledge = event.pledge_signed();
      rows.Put(PledgeKey(pledge.person_id(), pledge.school_id(), pledge.term_id()), pledge);
      break;
    }
    case StaffingEvent::kTrainingCompleted:
      rows.Put(TrainingKey(event.training_completed().person_id()), event.training_completed());
      break;
    case StaffingEvent::kContractSigned:
      rows.Put(ContractKey(event.contract_signed().person_id(), event.contract_signed().school_id()),
               event.contract_signed());
      break;
    default:
      break;
  }
}

void FoldLevel(const log::v1::Commit& commit, MutableRows& rows) {
  if (!commit.has_level_raised() || commit.level_raised().level() <= LevelOf(rows)) return;
  rows.Put(kLevelKey, commit.level_raised());
}

uint32_t LevelOf(const Rows& rows) {
  const auto raised = rows.Get<log::v1::LevelRaised>(kLevelKey);
  return raised ? raised->level() : 1;
}

void FoldCommons(const Recorded& commons, MutableRows& rows) {
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

std::optional<SchoolRegistered> School(const Rows& rows, std::string_view school_id) {
  return rows.Get<SchoolRegistered>(Key("c/registry/school", school_id));
}

std::optional<TermOpened> Term(const Rows& rows, std::string_view term_id) {
  return rows.Get<TermOpened>(Key("c/registry/term", term_id));
}

std::optional<PersonRegistered> Person(const Rows& rows, std::string_view person_id) {
  return rows.Get<PersonRegistered>(Key("c/registry/person", person_id));
}

std::vector<std::string> AreasOf(const Rows& rows, std::string_view district_id) {
  std::vector<std::string> areas;
  std::string area(district_id);
  while (!area.empty() && areas.size() < kAreaDepthMax) {
    areas.push_back(area);
    const auto row = rows.Get<DistrictRegistered>(Key("c/registry/area", area));
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

std::optional<TermOpened> TermOn(const Rows& rows, std::string_view school_id, std::string_view date) {
  std::vector<std::string> scopes = {std::string(school_id)};
  if (const auto school = School(rows, school_id)) {
    const std::vector<std::string> areas = AreasOf(rows, school->district_id());
    scopes.insert(scopes.end(), areas.rbegin(), areas.rend());
  }
  for (const std::string& scope : scopes) {
    std::optional<TermOpened> found;
    rows.Scan<TermOpened>(
        Key("c/registry/terms_of", scope, ""), [&](std::string_view, const TermOpened& term) {
          if (std::string_view(term.first_on()) <= date && date <= std::string_view(term.last_on()))
            found = term;
          return !found;
        });
    if (found) return found;
  }
  return std::nullopt;
}

int ZoneMinutesOf(const Rows& rows, std::string_view district_id) {
  const auto area = rows.Get<DistrictRegistered>(Key("c/registry/area", district_id));
  return area ? ZoneOffsetMinutes(area->time_zone()).value_or(kShanghaiMinutes) : kShanghaiMinutes;
}

std::optional<ServiceDaySet> DayException(const Rows& rows, std::string_view school_id,
                                          std::string_view date) {
  if (auto own = rows.Get<ServiceDaySet>(Key("f/registry/day", school_id, date))) return own;
  if (auto own = rows.Get<ServiceDaySet>(Key("c/registry/day", school_id, date))) return own;
  const auto school = School(rows, school_id);
  if (!school) return std::nullopt;
  const std::vector<std::string> areas = AreasOf(rows, school->district_id());
  for (auto area = areas.rbegin(); area != areas.rend(); ++area) {
    if (auto day = rows.Get<ServiceDaySet>(Key("c/registry/day", *area, date))) return day;
  }
  return std::nullopt;
}

bool IsCleared(const Rows& rows, std::string_view person_id, std::string_view school_id,
               std::string_view role, std::string_view date) {
  const auto cleared = rows.Get<PersonCleared>(ClearanceKey(person_id));
  if (!cleared) return false;
  const auto lists = [](const auto& list, std::string_view wanted) {
    return wanted.empty() || list.empty() || std::find(list.begin(), list.end(), wanted) != list.end();
  };
  return lists(cleared->school_ids(), school_id) && lists(cleared->roles(), role) &&
         std::string_view(cleared->valid_from()) <= date &&
         (cleared->valid_to().empty() || date <= std::string_view(cleared->valid_to()));
}

std::optional<PersonBarred> BarAt(const Rows& rows, std::string_view person_id, Micros at) {
  auto bar = rows.Get<PersonBarred>(BarKey(person_id));
  if (bar && MicrosOf(bar->from_at()) <= at) return bar;
  return std::nullopt;
}

}  // namespace afterbell::reference
