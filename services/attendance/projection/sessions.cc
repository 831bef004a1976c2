#include "services/attendance/projection/sessions.h"

#include <string>

#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/session.h"
#include "services/attendance/projection/lines.h"
#include "services/platform/decider/paging.h"

namespace afterbell::attendance {
namespace {

using v1::AttendanceEvent;

std::string DayPrefix(std::string_view school_id, std::string_view date) {
  return Key("v/day", school_id, date, "");
}

std::string MyPrefix(std::string_view school_id, std::string_view person_id, std::string_view date) {
  return Key("v/my", school_id, person_id, date, "");
}

// <start>/<session>: the end of a key of either view.
std::string Place(const state::Session& session) {
  return Key(InstantText(session.start_at()), session.session_id());
}

void ProjectPlanned(const v1::SessionPlanned& planned, MutableRows& rows) {
  const auto session = rows.Get<state::Session>(SessionKey(planned.session_id()));
  if (session) rows.PutBytes(DayPrefix(session->school_id(), session->date()) + Place(*session), "");
}

void ProjectStaffed(const v1::SessionStaffed& staffed, MutableRows& rows) {
  const auto session = rows.Get<state::Session>(SessionKey(staffed.session_id()));
  if (!session) return;
  for (const std::string& person : staffed.person_ids()) {
    rows.PutBytes(MyPrefix(session->school_id(), person, session->date()) + Place(*session), "");
  }
}

void PutChain(const Recorded& own, std::string_view session_id, v1::ChainLine line, MutableRows& rows) {
  if (session_id.empty()) return;  // At the gate: no session's.
  *line.mutable_time() = TimestampOf(own.occurred_at());
  rows.Put(Key("v/chain", session_id, InstantText(own.recorded_at()), std::to_string(line.step()),
               line.person_id()),
           line);
}

v1::ChainLine ChainOf(v1::ChainStep step, const std::string& person_id, const std::string& role) {
  v1::ChainLine line;
  line.set_step(step);
  line.set_person_id(person_id);
  line.set_role(role);
  return line;
}

v1::ChainLine ChainOf(const v1::GroupTakenOver& taken) {
  v1::ChainLine line = ChainOf(v1::TOOK_OVER, taken.by_person_id(), "");
  line.set_from_person_id(taken.from_person_id());
  line.set_headcount(taken.headcount());
  line.set_place(taken.place());
  return line;
}

state::Session SessionAt(const Rows& rows, std::string_view key) {
  return rows.GetOrEmpty<state::Session>(SessionKey(key.substr(key.rfind('/') + 1)));
}

}  // namespace

void ProjectSessions(const Recorded& own, const AttendanceEvent& event, MutableRows& rows) {
  switch (event.event_case()) {
    case AttendanceEvent::kSessionPlanned:
      return ProjectPlanned(event.session_planned(), rows);
    case AttendanceEvent::kSessionStaffed:
      return ProjectStaffed(event.session_staffed(), rows);
    case AttendanceEvent::kGroupTakenOver:
      return PutChain(own, event.group_taken_over().session_id(), ChainOf(event.group_taken_over()), rows);
    case AttendanceEvent::kAdultCheckedIn: {
      const auto& in = event.adult_checked_in();
      return PutChain(own, in.session_id(), ChainOf(v1::CAME, in.person_id(), in.role()), rows);
    }
    case AttendanceEvent::kAdultCheckedOut: {
      const auto& out = event.adult_checked_out();
      return PutChain(own, out.session_id(), ChainOf(v1::WENT, out.person_id(), out.role()), rows);
    }
    default:
      return;
  }
}

absl::StatusOr<v1::ListMySessionsAnswer> ListMySessions(const Rows& rows,
                                                        const v1::ListMySessionsRequest& request) {
  v1::ListMySessionsAnswer answer;
  const std::string prefix = MyPrefix(request.header().school_id(), request.person_id(), request.date());
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
               [&](std::string_view key, std::string_view) {
                 const state::Session session = SessionAt(rows, key);
                 *answer.add_sessions() = LineOf(rows, session);
                 v1::StaffLine& staff = *answer.add_staff();
                 staff.set_session_id(session.session_id());
                 *staff.mutable_person_ids() =
                     rows.GetOrEmpty<v1::SessionStaffed>(StaffingKey(session.session_id())).person_ids();
                 return true;
               }));
  return answer;
}

absl::StatusOr<v1::GetSessionAnswer> GetSession(const Rows& rows, const v1::GetSessionRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const state::Session session,
                             SessionOf(rows, request.header(), request.session_id()));
  v1::GetSessionAnswer answer;
  *answer.mutable_session() = LineOf(rows, session);
  const auto staffed = rows.GetOrEmpty<v1::SessionStaffed>(StaffingKey(session.session_id()));
  *answer.mutable_duty_ids() = staffed.duty_ids();
  *answer.mutable_person_ids() = staffed.person_ids();
  const auto log = rows.GetOrEmpty<v1::CareLogSigned>(CareLogKey(session.session_id()));
  answer.set_care_log_hash(log.content_hash());
  rows.Scan<v1::ChainLine>(Key("v/chain", session.session_id(), ""),
                           [&](std::string_view, const v1::ChainLine& line) {
                             *answer.add_chain() = line;
                             return true;
                           });
  return answer;
}

absl::StatusOr<v1::ListSessionsAnswer> ListSessions(const Rows& rows,
                                                    const v1::ListSessionsRequest& request) {
  v1::ListSessionsAnswer answer;
  const std::string prefix = DayPrefix(request.header().school_id(), request.date());
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const state::Session session = SessionAt(rows, key);
                                       if (request.has_state() && session.state() != request.state())
                                         return false;
                                       if (request.has_group_id() &&
                                           session.group_id() != request.group_id()) {
                                         return false;
                                       }
                                       if (request.has_on_site() && session.on_site() != request.on_site()) {
                                         return false;
                                       }
                                       *answer.add_sessions() = LineOf(rows, session);
                                       return true;
                                     }));
  return answer;
}

absl::StatusOr<v1::GetSchoolDayAnswer> GetSchoolDay(const Rows& rows,
                                                    const v1::GetSchoolDayRequest& request) {
  v1::GetSchoolDayAnswer answer;
  rows.ScanBytes(DayPrefix(request.header().school_id(), request.date()), "",
                 [&](std::string_view key, std::string_view) {
                   const state::Session session = SessionAt(rows, key);
                   answer.set_sessions(answer.sessions() + 1);
                   if (IsOpen(session)) answer.set_sessions_open(answer.sessions_open() + 1);
                   if (session.state() >= v1::CLOSED)
                     answer.set_sessions_closed(answer.sessions_closed() + 1);
                   const auto tally = rows.GetOrEmpty<state::Tally>(TallyKey(session.session_id()));
                   Add(CountsOf(tally), answer.mutable_counts());
                   return true;
                 });
  return answer;
}

}  // namespace afterbell::attendance
