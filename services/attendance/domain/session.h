// A session: one care group, one period of the school's plan, one date. Planned by the school,
// staffed as staffing assigns duties, opened by the adult who takes over the group, closed when
// dismissal has begun and nobody is in any more (ATT-01, ATT-08). A session only goes on; planning
// one that is planned is asked twice.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_SESSION_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_SESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/attendance/domain/tables.h"
#include "services/platform/decider/decider.h"

namespace afterbell::attendance {

using Event = v1::AttendanceEvent;
using Events = std::vector<Event>;

// State.
std::string SessionIdOf(std::string_view school_id, std::string_view date, std::string_view period,
                        std::string_view group_id);
// NOT_FOUND for a session of another school, too.
absl::StatusOr<RowPtr<state::Session>> FindSession(const Situation& s, std::string_view session_id);
// Taken over and not closed.
bool IsOpen(const state::Session& session);
int PlannedMinutes(const state::Session& session);
Refused WrongState(const state::Session& session, v1::SessionState needed);
// The session ended: dismissal had begun and nobody is in.
Event ClosedEvent(const state::Session& session, int came, int went);

// Evolve.
void Evolve(const Recorded& own, const v1::SessionPlanned& planned, StateRows rows);
void Evolve(const Recorded& own, const v1::SessionStaffed& staffed, StateRows rows);
void Evolve(const Recorded& own, const v1::GroupTakenOver& taken, StateRows rows);
void Evolve(const Recorded& own, const v1::DismissalBegun& begun, StateRows rows);
void Evolve(const Recorded& own, const v1::SessionClosed& closed, StateRows rows);
void Evolve(const Recorded& own, const v1::CareLogSigned& log, StateRows rows);
// Moves it on, never back.
void Advance(std::string_view school_id, std::string_view session_id, v1::SessionState state, StateRows rows);

// Decide.
Decision<Event> DecidePlanSession(const Situation& s, const v1::PlanSession& command);
Decision<Event> DecideNoteStaffing(const Situation& s, const v1::NoteStaffing& command);
Decision<Event> DecideTakeOverGroup(const Situation& s, const v1::TakeOverGroup& command);
Decision<Event> DecideBeginDismissal(const Situation& s, const v1::BeginDismissal& command);
Decision<Event> DecideCloseSession(const Situation& s, const v1::CloseSession& command);
Decision<Event> DecideSignCareLog(const Situation& s, const v1::SignCareLog& command);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_SESSION_H_
