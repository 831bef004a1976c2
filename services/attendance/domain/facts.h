// Facts of other services that attendance's rules rest on: who is enrolled and placed where, who
// may collect a child, who has a duty. intake/ writes these rows; here is how they are named and
// asked. One row answers the question of a check-in: the placement knows of withdrawals too.
//
//   f/enrollment/group/<group>                    state.Group
//   f/enrollment/project/<project>                ProjectDesigned
//   f/enrollment/placed/<group>/<pupil>           state.Placement
//   f/enrollment/enrolled/<pupil>/<enrollment>    state.Enrolled
//   f/enrollment/class/<class>/<pupil>            (empty)
//   f/enrollment/agreement_of/<pupil>/<agreement> state.Agreement
//   f/registry/guardian/<pupil>/<guardian>        GuardianshipRecorded
//   f/registry/day/<school>/<date>                ServiceDaySet (platform/reference reads it)
//   f/registry/venue/<venue>                      VenueRegistered
//   f/staffing/duty/<session>/<duty>              DutyAssigned
//   f/staffing/duty_of/<person>/<from>/<duty>     DutyAssigned
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/attendance/domain/attendance_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

std::string GroupKey(std::string_view group_id);
std::string ProjectKey(std::string_view project_id);
std::string PlacedKey(std::string_view group_id, std::string_view pupil_id);
std::string EnrolledKey(std::string_view pupil_id, std::string_view enrollment_id);
std::string ClassKey(std::string_view class_id, std::string_view pupil_id);  // An empty pupil: the prefix.
std::string AgreementKey(std::string_view agreement_id);
std::string AgreementOfKey(std::string_view pupil_id, std::string_view agreement_id);
std::string GuardianKey(std::string_view pupil_id, std::string_view guardian_id);
std::string SchoolDayKey(std::string_view school_id, std::string_view date);
std::string VenueKey(std::string_view venue_id);
std::string DutyKey(std::string_view session_id, std::string_view duty_id);
std::string DutyOfKey(std::string_view person_id, Micros from_at, std::string_view duty_id);

// A date within a span whose open ends are empty.
bool Covers(std::string_view from_on, std::string_view last_on, std::string_view date);

// Of that school; an empty school asks for any.
std::optional<state::Group> FindGroup(const Rows& rows, std::string_view group_id,
                                      std::string_view school_id);
// The kind of a group's project; empty where it has none.
std::string ProjectKindOf(const Rows& rows, const state::Group& group);
bool VenueIsKnown(const Rows& rows, std::string_view venue_id);

bool IsPlaced(const state::Placement& placement, std::string_view date);
bool IsPlaced(const Rows& rows, std::string_view group_id, std::string_view pupil_id, std::string_view date);
// Those placed in the group on that date, in order of id.
std::vector<std::string> ExpectedPupils(const Rows& rows, std::string_view group_id, std::string_view date);
// An enrollment of the pupil that holds on that date.
std::optional<state::Enrolled> EnrolledOn(const Rows& rows, std::string_view pupil_id, std::string_view date);
// Every group a pupil was ever placed in.
std::vector<std::string> GroupsOf(const Rows& rows, std::string_view pupil_id);

bool IsGuardian(const Rows& rows, std::string_view pupil_id, std::string_view person_id,
                std::string_view date);
// An agreement in effect says that the pupil may leave alone.
bool MayLeaveAlone(const Rows& rows, std::string_view pupil_id, std::string_view date);

// All duties of a session, in order of id.
std::vector<staffing::v1::DutyAssigned> DutiesIn(const Rows& rows, std::string_view session_id);
// Sessions in which a person has a duty that begins within a day of the moment.
std::vector<std::string> SessionsOnDuty(const Rows& rows, std::string_view person_id, Micros at);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_FACTS_H_
