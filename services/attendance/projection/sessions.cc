#include "services/attendance/projection/sessions.h"

#include <string>

#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/session.h"
#include "services/attendance/projection/lines.h"
#include "services/attendance/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::attendance {
namespace {

using v1::AttendanceEvent;

void ProjectPlanned(const Recorded& own, const v1::SessionPlanned& planned, ViewRows rows) {
  const auto session = rows.Get(kSessions, {own.commit.school_id(), planned.session_id()});
  if (!session) return;
  rows.Put(kSessionsOfDay, {session->school_id(), key::Date(session->date()),
                            key::Instant(session->start_at()), session->session_id()});
}

void ProjectStaffed(const Recorded& own, const v1::SessionStaffed& staffed, ViewRows rows) {
  const auto session = rows.Get(kSessions, {own.commit.school_id(), staffed.session_id()});
  if (!session) return;
  for (const std::string& person : staffed.person_ids()) {
    rows.Put(kSessionsOfPerson, {session->school_id(), person, key::Date(session->date()),
                                 key::Instant(session->start_at()), session->session_id()});
  }
}

void PutChain(const Recorded& own, std::string_view session_id, v1::ChainLine line, ViewRows rows) {
  if (session_id.empty()) return;  // At the gate: no session's.
  *line.mutable_time() = TimestampOf(own.occurred_at());
  rows.Put(kChainLines,
           {own.commit.school_id(), session_id, key::Instant(own.recorded_at()), key::Number(line.step()),
            line.person_id()},
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

}  // namespace

void ProjectSessions(const Recorded& own, const AttendanceEvent& event, ViewRows rows) {
  switch (event.event_case()) {
    case AttendanceEvent::kSessionPlanned:
      return ProjectPlanned(own, event.session_planned(), rows);
    case AttendanceEvent::kSessionStaffed:
      return ProjectStaffed(own, event.session_staffed(), rows);
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

absl::StatusOr<v1::ListMySessionsAnswer> ListMySessions(const QueryRows& rows,
                                                        const v1::ListMySessionsRequest& request) {
  v1::ListMySessionsAnswer answer;
  const auto visit = [&](const auto& key) {
    const auto session = rows.Get(kSessions, {std::get<0>(key), std::get<4>(key)});
    if (!session) return false;
    *answer.add_sessions() = LineOf(rows, *session);
    v1::StaffLine& staff = *answer.add_staff();
    staff.set_session_id(session->session_id());
    if (const auto staffed = rows.Get(kStaffings, {session->school_id(), session->session_id()}))
      *staff.mutable_person_ids() = staffed->person_ids();
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kSessionsOfPerson,
               Prefix(request.header().school_id(), request.person_id(), key::Date(request.date())), request,
               request.header(), answer.mutable_page(), visit));
  return answer;
}

absl::StatusOr<v1::GetSessionAnswer> GetSession(const QueryRows& rows, const v1::GetSessionRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, SessionOf(rows, request.header(), request.session_id()));
  v1::GetSessionAnswer answer;
  *answer.mutable_session() = LineOf(rows, *session);
  if (const auto staffed = rows.Get(kStaffings, {session->school_id(), session->session_id()})) {
    *answer.mutable_duty_ids() = staffed->duty_ids();
    *answer.mutable_person_ids() = staffed->person_ids();
  }
  if (const auto log = rows.Get(kCareLogs, {session->school_id(), session->session_id()}))
    answer.set_care_log_hash(log->content_hash());
  rows.Scan(kChainLines, Prefix(session->school_id(), session->session_id()),
            [&](const v1::ChainLine& line) { *answer.add_chain() = line; });
  return answer;
}

absl::StatusOr<v1::ListSessionsAnswer> ListSessions(const QueryRows& rows,
                                                    const v1::ListSessionsRequest& request) {
  v1::ListSessionsAnswer answer;
  const auto visit = [&](const auto& key) {
    const auto session = rows.Get(kSessions, {std::get<0>(key), std::get<3>(key)});
    if (!session) return false;
    if (request.has_state() && session->state() != request.state()) return false;
    if (request.has_group_id() && session->group_id() != request.group_id()) return false;
    if (request.has_on_site() && session->on_site() != request.on_site()) return false;
    *answer.add_sessions() = LineOf(rows, *session);
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kSessionsOfDay,
                                     Prefix(request.header().school_id(), key::Date(request.date())), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

absl::StatusOr<v1::GetSchoolDayAnswer> GetSchoolDay(const QueryRows& rows,
                                                    const v1::GetSchoolDayRequest& request) {
  v1::GetSchoolDayAnswer answer;
  rows.Scan(kSessionsOfDay, Prefix(request.header().school_id(), key::Date(request.date())),
            [&](const auto& key) {
              const auto session = rows.Get(kSessions, {std::get<0>(key), std::get<3>(key)});
              if (!session) return;
              answer.set_sessions(answer.sessions() + 1);
              if (IsOpen(*session)) answer.set_sessions_open(answer.sessions_open() + 1);
              if (session->state() >= v1::CLOSED) answer.set_sessions_closed(answer.sessions_closed() + 1);
              const auto tally = rows.GetOrEmpty(kTallies, {session->school_id(), session->session_id()});
              Add(CountsOf(tally), answer.mutable_counts());
            });
  return answer;
}

}  // namespace afterbell::attendance
