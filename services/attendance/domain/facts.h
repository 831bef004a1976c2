// Facts of other services that attendance's rules rest on: who is enrolled and placed where, who
// may collect a child, who has a duty. intake/ writes their rows (tables.h); here is how they are asked.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/attendance/domain/tables.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

using Group = enrollment::v1::CareGroupFormed;

// A date within a span whose open ends are empty.
bool Covers(std::string_view from_on, std::string_view last_on, std::string_view date);

// All but the commons is known by the school: what another one recorded of a group, a pupil or an adult says
// nothing here.
RowPtr<Group> FindGroup(const Rows& rows, std::string_view school_id, std::string_view group_id);
// The stage of the session's group; empty where it is not known.
std::string StageOf(const Rows& rows, const state::Session& session);
// The kind of a group's project; empty where it has none.
std::string ProjectKindOf(const Rows& rows, std::string_view school_id, const Group& group);
bool VenueIsKnown(const Rows& rows, std::string_view school_id, std::string_view venue_id);

bool IsPlaced(const state::Placement& placement, std::string_view date);
// In the session's group on its date.
bool IsPlaced(const Rows& rows, const state::Session& session, std::string_view pupil_id);
// Those who are, in order of id.
std::vector<std::string> ExpectedPupils(const Rows& rows, const state::Session& session);
// An enrollment of the pupil holds on that date.
bool IsEnrolled(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view date);
// Every group a pupil was ever placed in.
std::vector<std::string> GroupsOf(const Rows& rows, std::string_view school_id, std::string_view pupil_id);

bool IsGuardian(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view person_id, std::string_view date);
// An agreement in effect says that the pupil may leave alone.
bool MayLeaveAlone(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                   std::string_view date);

// Sessions in which a person has a duty that begins within a day of the moment.
std::vector<std::string> SessionsOnDuty(const Rows& rows, std::string_view school_id,
                                        std::string_view person_id, Micros at);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_
