// The views of the registry. A school is empty in the commons. Other queries read the state rows as they are.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_TABLES_H_

#include <string>
#include <string_view>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/table.h"
#include "services/registry/projection/registry_views.pb.h"

namespace afterbell {

namespace key {

// A date with its digits turned round, so that a walk in order of keys meets the newest first.
struct NewestFirst {
  static constexpr std::string_view kName = "newest_first";
  using Read = std::string;
  static constexpr bool kOrdered = false;
  static Read Parse(std::string_view part) {
    std::string turned(part);
    for (char& c : turned) {
      if (c >= '0' && c <= '9') c = static_cast<char>('9' - (c - '0'));
    }
    return turned;
  }
  explicit NewestFirst(std::string_view date) : date(date) {}
  void AppendTo(KeyText* key) const { key->Append(Parse(date)); }  // Turned twice it is as it was.
  std::string_view date;
};

}  // namespace key

namespace registry {

// For each area a school lies in.
inline constexpr ViewTable<v1::SchoolRegistered, key::Id, key::Id, key::Id> kSchoolsIn{
    "v/schools", "area/code/school", Ranged(1)};
inline constexpr ViewTable<views::PolicyHistory, key::Word, key::Id> kPolicyHistory{
    "v/policy", "parameter/value", Ranged(1)};
// The area is empty for those of the nation.
inline constexpr ViewTable<v1::PublishedInstrument, key::Id, key::NewestFirst, key::Id> kInstrumentsOf{
    "v/instruments", "area/issued_on/instrument", Ranged(1)};
// Where an instrument's values stand.
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Id> kValuesOf{
    "v/instrument_keys", "instrument/parameter/value", Ranged(1)};
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Id> kPupilsOfClass{"v/class_pupils",
                                                                           "school/class/pupil", Ranged(2)};
inline constexpr ViewTable<v1::PostAssigned, key::Id, key::Word, key::Id, key::Id> kPostsOf{
    "v/posts", "school/role/person/post", Ranged(1)};
inline constexpr ViewTable<v1::GuardianshipRecorded, key::Id, key::Id, key::Id> kPupilsOfGuardian{
    "v/my_pupils", "guardian/school/pupil", Ranged(1)};
inline constexpr ViewTable<v1::VenueRegistered, key::Id, key::Word, key::Word, key::Id> kVenuesOf{
    "v/venues", "school/kind/floor/venue", Ranged(1)};
inline constexpr ViewTable<v1::FeeStandardAnnounced, key::Id, key::Word, key::Date, key::Id> kFeeStandardsOf{
    "v/fee_standards", "area/fee_kind/effective_from/fee_standard", Ranged(1)};
inline constexpr ViewTable<v1::SchoolPlan, key::Id, key::Id> kPlansOf{"v/plan", "school/plan", Point()};
inline constexpr ViewTable<v1::SchoolPlan, key::Id, key::Word, key::Instant, key::Id> kPlansIn{
    "v/plans", "district/state/submitted_at/plan", Ranged(2)};

inline TableList ViewTables() {
  return {&kSchoolsIn, &kPolicyHistory,    &kInstrumentsOf, &kValuesOf,       &kPupilsOfClass, &kPostsOf,
          &kPlansIn,   &kPupilsOfGuardian, &kVenuesOf,      &kFeeStandardsOf, &kPlansOf};
}

// What is gathered in memory for one answer, so that it has one order and is paged like any rows. Nothing of
// it is kept.
inline constexpr ViewTable<v1::TermOpened, key::Date, key::Id> kTermsAsked{"v/terms_asked", "first_on/term",
                                                                           Point()};
inline constexpr ViewTable<Mark, key::Date> kDatesAsked{"v/dates_asked", "date", Point()};
inline constexpr ViewTable<v1::FeeStandardAnnounced, key::Word, key::Date, key::Id> kFeeStandardsAsked{
    "v/fee_standards_asked", "fee_kind/effective_from/fee_standard", Point()};
inline constexpr ViewTable<Mark, key::Word> kParametersAsked{"v/parameters_asked", "parameter", Point()};

}  // namespace registry
}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_TABLES_H_
