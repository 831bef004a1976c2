// A care group and who is in it.
//
// A place in a group is an interval of days: from from_on until last_on, open while it is held. The
// headcount that ENR-23 limits is the greatest number of pupils on any one day from the asked day on, so
// that a pupil who leaves in December does not make room for one who comes in October. It is counted
// from the places themselves, never kept as a number: folding a record twice cannot miscount.
//
// A pupil sits in one group at a time: being placed in a group that meets when another group of the same
// enrollment meets leaves that other one. Order rule: ENR-22.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_CARE_GROUP_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_CARE_GROUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

// State.
RowPtr<state::Group> GroupAt(const Situation& situation, std::string_view group_id);

// The most pupils on any day from `from_on` on, the place an enrollment still holds left out.
int Headcount(const Rows& rows, std::string_view school_id, std::string_view group_id,
              std::string_view from_on, std::string_view without = {});

// The places an enrollment holds.
std::vector<state::Place> PlacesOf(const Rows& rows, std::string_view school_id,
                                   std::string_view enrollment_id);

// How many pupils the group may have on that date: p:group_size_max. Nothing: no limit.
std::optional<int64_t> GroupLimit(const Rows& rows, policy::Policy& policy, const state::Group& group,
                                  std::string_view on);

// Evolve.
void EvolveCareGroup(const Recorded& own, const EnrollmentEvent& event, StateRows rows);

// Decide.
Decision<EnrollmentEvent> DecideFormCareGroup(const Situation& s, const v1::FormCareGroup& command);

// The placing of an enrolled pupil (or one enrolled in the same decision), with the groups it leaves;
// GROUP_FULL when the group has no place: limit 40, met 41 (ENR-23).
Decision<EnrollmentEvent> DecidePlace(const Situation& s, const state::Enrollment& enrollment,
                                      const state::Group& group, const std::string& from_on);

// The end of a place.
EnrollmentEvent Unplaced(const Situation& s, const state::Place& place, const std::string& last_on);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_CARE_GROUP_H_
