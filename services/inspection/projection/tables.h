// The rows of inspection's views: cases and refusals in full, by school, and where each is listed, of a
// school and of a district. What a district's list names is found by the school in its key.
#ifndef AFTERBELL_SERVICES_INSPECTION_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_INSPECTION_PROJECTION_TABLES_H_

#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::inspection {

inline constexpr ViewTable<v1::Violation, key::Id, key::Id> kViolations{"v/violation", "school/case",
                                                                        Point()};
// A case stands once under each of its codes.
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Word, key::Instant, key::Id> kViolationsOfSchool{
    "v/violations/school", "school/state/code/opened/case", Ranged(1)};
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Word, key::Instant, key::Id, key::Id>
    kViolationsOfDistrict{"v/violations/district", "district/state/code/opened/school/case", Ranged(1)};

// The first of its kind, but for the count.
inline constexpr ViewTable<v1::RefusalSeen, key::Id, key::Id> kRefusals{"v/refusal", "school/refusal",
                                                                        Point()};
// One for each record of it: a count is the number of these, so that a record folded twice counts once.
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Number> kRefusalTimes{
    "v/refusal_times", "school/refusal/index", Ranged(2)};
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Date, key::Instant, key::Id> kRefusalsOfSchool{
    "v/refusals/school", "school/rule/day/at/refusal", Ranged(1)};
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Date, key::Instant, key::Id, key::Id>
    kRefusalsOfDistrict{"v/refusals/district", "district/rule/day/at/school/refusal", Ranged(1)};

inline TableList ViewTables() {
  return {&kViolations,   &kViolationsOfSchool, &kViolationsOfDistrict, &kRefusals,
          &kRefusalTimes, &kRefusalsOfSchool,   &kRefusalsOfDistrict};
}

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_PROJECTION_TABLES_H_
