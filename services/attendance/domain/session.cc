#include "services/attendance/domain/session.h"

#include "services/attendance/domain/calendar.h"
#include "services/attendance/domain/class_hours.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/ratio.h"
#include "services/attendance/domain/roll.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::attendance {
namespace {

// A year of dates; more is a slip of the caller, and more than a Commit should hold.
constexpr int kDatesMax = 400;

absl::Status CheckPlan(const v1::PlanSession& command) {
  if (command.dates().empty() || command.dates_size() > kDatesMax) {
    return InvalidField("dates", std::to_string(command.dates_size()), "1 to 400 dates");
  }
  for (const std::string& date : command.dates()) {
    if (!IsDate(date)) return InvalidField("dates", date, "a date (2026-09-01)");
  }
  if (!IsTimeOfDay(command.start_time()))
    return InvalidField("start_time", command.start_time(), "a time (15:30)");
  if (!IsTimeOfDay(command.end_time()) || command.end_time() <= command.start_time()) {
    return InvalidField("end_time", command.end_time(), "a time after start_time");
  }
  return absl::OkStatus();
}

bool InTerm(const registry::v1::TermOpened& term, const std::string& date) {
  return term.first_on() <= date && date <= term.last_on();
}

Event PlannedEvent(const Situation& s, const v1::PlanSession& command, const Group& group,
                   const std::string& date, const std::string& session_id) {
  const int zone = reference::ZoneMinutesOf(s.rows, s.context.district_id);
  const Micros start_at = InstantOf(date, command.start_time(), zone);
  Event event;
  v1::SessionPlanned& planned = *event.mutable_session_planned();
  planned.set_session_id(session_id);
  planned.set_group_id(command.group_id());
  planned.set_date(date);
  planned.set_period(command.period());
  *planned.mutable_start_at() = TimestampOf(start_at);
  *planned.mutable_end_at() = TimestampOf(InstantOf(date, command.end_time(), zone));
  planned.set_venue_id(command.venue_id());
  planned.set_on_site(command.on_site());
  *planned.mutable_grades() = group.grades();
  planned.set_zone_minutes(zone);
  // Where no grace is set, nobody is found missing by the clock (ATT-10).
  const policy::Place place = reference::PlaceOf(s.rows, s.context.school_id, group.stage());
  const auto grace = s.policy.Find("absence_grace_minutes", place, date);
  if (grace && grace->value().has_minutes()) {
    *planned.mutable_absences_due_at() = TimestampOf(start_at + grace->value().minutes() * kMicrosPerMinute);
  }
  return event;
}

// Who may answer for children (STF-13, STF-14, STF-15), and is named to (ATT-33).
std::optional<Refused> RefuseAdult(const Situation& s, const state::Session& session,
                                   const std::string& person_id) {
  if (const auto bar = reference::BarAt(s.rows, person_id, s.context.occurred_at)) {
    const bool ethics = bar->ground() == staffing::v1::ETHICS_PROBLEM;
    return Refused{ethics ? "STF-13" : "STF-14", "ADULT_BARRED", person_id};
  }
  std::string role;
  bool on_duty = false;
  s.rows.Scan(kDuties, Prefix(session.school_id(), session.session_id()),
              [&](const staffing::v1::DutyAssigned& duty) {
                if (duty.person_id() != person_id) return;
                on_duty = true;
                role = duty.role();
              });
  if (!reference::IsCleared(s.rows, person_id, session.school_id(), role, session.date())) {
    return Refused{"STF-15", "ADULT_NOT_CLEARED", person_id};
  }
  if (!on_duty) return Refused{"ATT-33", "NO_DUTY", person_id, "1", "0"};
  return std::nullopt;
}

}  // namespace

// State.

std::string SessionIdOf(std::string_view school_id, std::string_view date, std::string_view period,
                        std::string_view group_id) {
  return DerivedId("session", {school_id, date, period, group_id});
}

absl::StatusOr<RowPtr<state::Session>> FindSession(const Situation& s, std::string_view session_id) {
  auto session = s.rows.Get(kSessions, {s.context.school_id, session_id});
  if (!session) return Unknown("session", session_id);
  return session;
}

bool IsOpen(const state::Session& session) {
  return session.state() >= v1::OPEN && session.state() < v1::CLOSED;
}

int PlannedMinutes(const state::Session& session) {
  return static_cast<int>((session.end_at() - session.start_at()) / kMicrosPerMinute);
}

Refused WrongState(const state::Session& session, v1::SessionState needed) {
  return Refused{"ATT-01", "WRONG_STATE", session.session_id(), v1::SessionState_Name(needed),
                 v1::SessionState_Name(session.state())};
}

Event ClosedEvent(const state::Session& session, int came, int went) {
  Event event;
  v1::SessionClosed& closed = *event.mutable_session_closed();
  closed.set_session_id(session.session_id());
  closed.set_group_id(session.group_id());
  closed.set_date(session.date());
  closed.set_pupils_in(came);
  closed.set_pupils_out(went);
  closed.set_planned_minutes(PlannedMinutes(session));
  closed.set_held(came > 0);
  return event;
}

// Evolve.

void Evolve(const Recorded& own, const v1::SessionPlanned& planned, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  if (rows.Has(kSessions, {school_id, planned.session_id()})) return;
  state::Session session;
  session.set_session_id(planned.session_id());
  session.set_school_id(school_id);
  session.set_group_id(planned.group_id());
  session.set_date(planned.date());
  session.set_period(planned.period());
  session.set_start_at(MicrosOf(planned.start_at()));
  session.set_end_at(MicrosOf(planned.end_at()));
  session.set_venue_id(planned.venue_id());
  session.set_on_site(planned.on_site());
  *session.mutable_grades() = planned.grades();
  session.set_zone_minutes(planned.zone_minutes());
  session.set_state(v1::PLANNED_SESSION);
  rows.Put(kSessions, {school_id, planned.session_id()}, session);
  state::GroupSession of_group;
  of_group.set_session_id(planned.session_id());
  rows.Put(kGroupSessions,
           {school_id, planned.group_id(), key::Date(planned.date()), key::Word(planned.period())},
           std::move(of_group));
  if (planned.has_absences_due_at()) {
    SetDeadline(rows, MicrosOf(planned.absences_due_at()), kAbsencesDue,
                school_id + "/" + planned.session_id());
  }
  SetMonthEnd(session, v1::OF_GROUP, session.group_id(), rows);
}

void Evolve(const Recorded& own, const v1::SessionStaffed& staffed, StateRows rows) {
  rows.Put(kStaffings, {own.commit.school_id(), staffed.session_id()}, staffed);
  Advance(own.commit.school_id(), staffed.session_id(), v1::STAFFED, rows);
}

void Evolve(const Recorded& own, const v1::GroupTakenOver& taken, StateRows rows) {
  const auto session = rows.Get(kSessions, {own.commit.school_id(), taken.session_id()});
  if (!session) return;
  state::Session changed = *session;
  changed.set_responsible_id(taken.by_person_id());
  changed.set_state(std::max(session->state(), v1::OPEN));
  rows.Put(kSessions, {own.commit.school_id(), taken.session_id()}, std::move(changed));
}

void Evolve(const Recorded& own, const v1::DismissalBegun& begun, StateRows rows) {
  Advance(own.commit.school_id(), begun.session_id(), v1::DISMISSING, rows);
}

void Evolve(const Recorded& own, const v1::SessionClosed& closed, StateRows rows) {
  const auto session = rows.Get(kSessions, {own.commit.school_id(), closed.session_id()});
  if (!session || session->closed_at() != 0) return;
  state::Session changed = *session;
  changed.set_closed_at(own.occurred_at());
  changed.set_state(std::max(session->state(), v1::CLOSED));
  rows.Put(kSessions, {own.commit.school_id(), closed.session_id()}, std::move(changed));
}

void Evolve(const Recorded& own, const v1::CareLogSigned& log, StateRows rows) {
  v1::CareLogSigned row = log;
  row.clear_sealed_entries();  // They stay in the log; state needs only that and what was signed.
  rows.Put(kCareLogs, {own.commit.school_id(), log.session_id()}, std::move(row));
  Advance(own.commit.school_id(), log.session_id(), v1::LOGGED, rows);
}

void Advance(std::string_view school_id, std::string_view session_id, v1::SessionState state,
             StateRows rows) {
  const auto session = rows.Get(kSessions, {school_id, session_id});
  if (!session || session->state() >= state) return;
  state::Session changed = *session;
  changed.set_state(state);
  rows.Put(kSessions, {school_id, session_id}, std::move(changed));
}

// Decide.

Decision<Event> DecidePlanSession(const Situation& s, const v1::PlanSession& command) {
  AFTERBELL_RETURN_IF_ERROR(CheckPlan(command));
  const std::string& school_id = s.context.school_id;
  const auto group = FindGroup(s.rows, school_id, command.group_id());
  if (!group) return Unknown("care group", command.group_id());
  std::vector<std::pair<std::string, std::string>> wanted;  // Dates not planned yet, and the session's id.
  for (const std::string& date : std::set<std::string>(command.dates().begin(), command.dates().end())) {
    std::string id = SessionIdOf(school_id, date, command.period(), command.group_id());
    if (!s.rows.Has(kSessions, {school_id, id})) wanted.emplace_back(date, std::move(id));
  }
  if (wanted.empty()) return Events();
  const auto term = reference::Term(s.rows, group->term_id());
  if (!term) return Unknown("term", group->term_id());
  if (!VenueIsKnown(s.rows, school_id, command.venue_id())) return Unknown("venue", command.venue_id());
  for (const auto& [date, id] : wanted) {
    if (!InTerm(*term, date)) return Unknown("term covering the date", date);
  }
  for (const auto& [date, id] : wanted) {
    if (auto refused = RefuseDay(s, *group, date, command.period())) return *std::move(refused);
  }
  Events events;
  for (const auto& [date, id] : wanted) events.push_back(PlannedEvent(s, command, *group, date, id));
  return events;
}

Decision<Event> DecideNoteStaffing(const Situation& s, const v1::NoteStaffing& command) {
  const auto session = FindSession(s, command.session_id());
  if (!session.ok()) return Events();  // A duty of no session of ours: nothing to note.
  const auto row = s.rows.Get(kStaffings, {s.context.school_id, command.session_id()});
  const v1::SessionStaffed& noted = row ? *row : v1::SessionStaffed::default_instance();
  if (std::equal(noted.duty_ids().begin(), noted.duty_ids().end(), command.duty_ids().begin(),
                 command.duty_ids().end())) {
    return Events();
  }
  Event event;
  v1::SessionStaffed& staffed = *event.mutable_session_staffed();
  staffed.set_session_id(command.session_id());
  *staffed.mutable_duty_ids() = command.duty_ids();
  *staffed.mutable_person_ids() = command.person_ids();
  Events events = {std::move(event)};
  AssessPlanned(s, **session, &events);
  AssessAdults(s, **session, std::nullopt, &events);  // The role of one who is in counts from now on.
  return events;
}

Decision<Event> DecideTakeOverGroup(const Situation& s, const v1::TakeOverGroup& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  if (session->responsible_id() == command.by_person_id()) return Events();
  if (auto refused = RefuseAdult(s, *session, command.by_person_id())) return *std::move(refused);
  if (session->state() >= v1::CLOSED) return WrongState(*session, v1::OPEN);
  Event event;
  v1::GroupTakenOver& taken = *event.mutable_group_taken_over();
  taken.set_session_id(command.session_id());
  taken.set_by_person_id(command.by_person_id());
  taken.set_from_person_id(command.from_person_id());
  taken.set_headcount(command.headcount());
  taken.set_place(command.place());
  Events events = {std::move(event)};
  AssessAdults(s, *session, AdultChange{command.by_person_id(), "", true}, &events);
  return events;
}

Decision<Event> DecideBeginDismissal(const Situation& s, const v1::BeginDismissal& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  if (session->state() >= v1::DISMISSING) return Events();
  if (!IsOpen(*session)) return WrongState(*session, v1::OPEN);
  Event event;
  event.mutable_dismissal_begun()->set_session_id(command.session_id());
  event.mutable_dismissal_begun()->set_early_reason_code(command.early_reason_code());
  return Events{std::move(event)};
}

Decision<Event> DecideCloseSession(const Situation& s, const v1::CloseSession& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  if (session->state() >= v1::CLOSED) return Events();
  const auto tally = s.rows.GetOrEmpty(kTallies, {session->school_id(), command.session_id()});
  if (NowIn(tally) > 0) {
    return Refused{"ATT-08", "PRESENCE_OPEN", command.session_id(), "0", std::to_string(NowIn(tally))};
  }
  if (session->state() != v1::DISMISSING) return WrongState(*session, v1::DISMISSING);
  return Events{ClosedEvent(*session, tally.came(), tally.went())};
}

Decision<Event> DecideSignCareLog(const Situation& s, const v1::SignCareLog& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  const auto signed_log = s.rows.Get(kCareLogs, {session->school_id(), command.session_id()});
  if (signed_log && signed_log->content_hash() == command.content_hash()) return Events();
  if (session->state() < v1::CLOSED) {
    return Refused{"ATT-12", "SESSION_NOT_CLOSED", command.session_id(), v1::SessionState_Name(v1::CLOSED),
                   v1::SessionState_Name(session->state())};
  }
  if (s.context.person_id != session->responsible_id()) {
    return Refused{"ATT-12", "NOT_RESPONSIBLE", command.session_id()};
  }
  if (signed_log) return WrongState(*session, v1::CLOSED);  // Signed once; a log is corrected beside it.
  Event event;
  v1::CareLogSigned& log = *event.mutable_care_log_signed();
  log.set_session_id(command.session_id());
  log.set_content_hash(command.content_hash());
  log.set_sealed_entries(command.sealed_entries());
  return Events{std::move(event)};
}

}  // namespace afterbell::attendance
