// The tables of the commons. Rows are the event messages themselves. They are folded once a process, kept
// with every version of every row (runtime/commons.h), and read by each partition as of its own `seen`; in
// partition 0 of registry and staffing they are rows of its own.
#ifndef AFTERBELL_SERVICES_PLATFORM_REFERENCE_TABLES_H_
#define AFTERBELL_SERVICES_PLATFORM_REFERENCE_TABLES_H_

#include <string>
#include <string_view>

#include "afterbell/log/v1/log.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/platform/decider/table.h"
#include "services/platform/policy/tables.h"

namespace afterbell::reference {

inline constexpr CommonsTable<registry::v1::DistrictRegistered, key::Id> kAreas{"c/registry/area", "area",
                                                                                Point()};
inline constexpr CommonsTable<registry::v1::SchoolRegistered, key::Id> kSchools{"c/registry/school", "school",
                                                                                Point()};
// Adults who serve or decide.
inline constexpr CommonsTable<registry::v1::PersonRegistered, key::Id> kPeople{"c/registry/person", "person",
                                                                               Point()};
inline constexpr CommonsTable<registry::v1::TermOpened, key::Id> kTerms{"c/registry/term", "term", Point()};
// A scope is a school or an area.
inline constexpr CommonsTable<registry::v1::TermOpened, key::Id, key::Date, key::Id> kTermsOf{
    "c/registry/terms_of", "scope/first_on/term", Ranged(1)};
inline constexpr CommonsTable<registry::v1::ServiceDaySet, key::Id, key::Date> kDays{"c/registry/day",
                                                                                     "scope/date", Point()};
// Off campus.
inline constexpr CommonsTable<registry::v1::VenueRegistered, key::Id> kVenues{"c/registry/venue", "venue",
                                                                              Point()};
inline constexpr CommonsTable<registry::v1::InstrumentPublished, key::Id> kInstruments{
    "c/registry/instrument", "instrument", Point()};
inline constexpr CommonsTable<registry::v1::FeeStandardAnnounced, key::Id> kFeeStandards{
    "c/registry/fee_standard", "fee_standard", Point()};
inline constexpr CommonsTable<registry::v1::ClockMoved> kClock{"c/registry/clock", "", Point()};
// The highest that was raised.
inline constexpr CommonsTable<log::v1::LevelRaised> kLevel{"c/registry/level", "", Point()};

inline constexpr CommonsTable<staffing::v1::PersonCleared, key::Id> kClearances{"c/staffing/clearance",
                                                                                "person", Point()};
// The earliest.
inline constexpr CommonsTable<staffing::v1::PersonBarred, key::Id> kBars{"c/staffing/bar", "person", Point()};
inline constexpr CommonsTable<staffing::v1::PledgeSigned, key::Id, key::Id, key::Id> kPledges{
    "c/staffing/pledge", "person/school/term", Point()};
// The latest.
inline constexpr CommonsTable<staffing::v1::TrainingCompleted, key::Id> kTrainings{"c/staffing/training",
                                                                                   "person", Point()};
inline constexpr CommonsTable<staffing::v1::ContractSigned, key::Id, key::Id> kContracts{
    "c/staffing/contract", "person/school", Point()};

// A registration that stands at a school lies in the school's partition: intake/ of each service folds what
// it needs of those. This one is asked for beside the commons (DayException).
inline constexpr FactTable<registry::v1::ServiceDaySet, key::Id, key::Date> kSchoolDays{
    "f/registry/day", "school/date", Point()};

// What the names of a service's commons tables begin with.
inline std::string CommonsPrefix(std::string_view service) { return "c/" + std::string(service) + "/"; }

// Of all services; of one alone.
inline TableList CommonsTables() {
  return {&kAreas,      &kSchools,     &kPeople,       &kTerms,     &kTermsOf,  &kDays,
          &kVenues,     &kInstruments, &kFeeStandards, &kClock,     &kLevel,    &policy::kValues,
          &kClearances, &kBars,        &kPledges,      &kTrainings, &kContracts};
}

inline TableList CommonsTablesOf(std::string_view service) {
  const std::string prefix = CommonsPrefix(service);
  TableList tables;
  for (const TableInfo* table : CommonsTables()) {
    if (table->name.substr(0, prefix.size()) == prefix) tables.push_back(table);
  }
  return tables;
}

}  // namespace afterbell::reference

#endif  // AFTERBELL_SERVICES_PLATFORM_REFERENCE_TABLES_H_
