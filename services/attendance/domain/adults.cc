#include "services/attendance/domain/adults.h"

#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/ratio.h"

namespace afterbell::attendance {
namespace {

void EnterSession(std::string_view school_id, std::string_view session_id, const std::string& person_id,
                  const std::string& role, StateRows rows) {
  auto adult = rows.GetOrEmpty(kAdults, {school_id, person_id});
  adult.set_in(true);
  if (!role.empty()) adult.set_role(role);
  if (!session_id.empty()) {
    auto& sessions = *adult.mutable_session_ids();
    if (std::find(sessions.begin(), sessions.end(), session_id) == sessions.end()) {
      adult.add_session_ids(std::string(session_id));
    }
    auto there = rows.GetOrEmpty(kSessionAdults, {school_id, session_id, person_id});
    there.set_in(true);
    if (!role.empty()) there.set_role(role);
    rows.Put(kSessionAdults, {school_id, session_id, person_id}, std::move(there));
  }
  rows.Put(kAdults, {school_id, person_id}, std::move(adult));
}

void LeaveSession(std::string_view school_id, std::string_view session_id, std::string_view person_id,
                  StateRows rows) {
  auto there = rows.GetOrEmpty(kSessionAdults, {school_id, session_id, person_id});
  there.set_in(false);
  rows.Put(kSessionAdults, {school_id, session_id, person_id}, std::move(there));
}

// The sessions an adult's coming or going at the gate touches.
std::set<std::string> SessionsTouched(const Situation& s, const std::string& person_id) {
  const std::vector<std::string> duties =
      SessionsOnDuty(s.rows, s.context.school_id, person_id, s.context.occurred_at);
  std::set<std::string> sessions(duties.begin(), duties.end());
  const auto adult = s.rows.Get(kAdults, {s.context.school_id, person_id});
  if (adult) sessions.insert(adult->session_ids().begin(), adult->session_ids().end());
  return sessions;
}

template <class Command>
void AssessTouched(const Situation& s, const Command& command, bool in, Events* events) {
  std::set<std::string> sessions = {command.session_id()};
  if (command.session_id().empty()) sessions = SessionsTouched(s, command.person_id());
  for (const std::string& session_id : sessions) {
    const auto session = FindSession(s, session_id);
    if (!session.ok()) continue;
    // Coming to school does not bring an adult back into a session left by word.
    const auto there = s.rows.Get(kSessionAdults, {s.context.school_id, session_id, command.person_id()});
    if (in && command.session_id().empty() && there && !there->in()) continue;
    AssessAdults(s, **session, AdultChange{command.person_id(), command.role(), in}, events);
  }
}

}  // namespace

// State.

bool IsInSession(const Rows& rows, const state::Session& session, std::string_view person_id) {
  const auto there = rows.Get(kSessionAdults, {session.school_id(), session.session_id(), person_id});
  if (there) return there->in();
  const auto adult = rows.Get(kAdults, {session.school_id(), person_id});
  return adult && adult->in();
}

// Evolve.

void Evolve(const Recorded& own, const v1::AdultCheckedIn& in, StateRows rows) {
  EnterSession(own.commit.school_id(), in.session_id(), in.person_id(), in.role(), rows);
}

void Evolve(const Recorded& own, const v1::AdultCheckedOut& out, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  auto adult = rows.GetOrEmpty(kAdults, {school_id, out.person_id()});
  auto& sessions = *adult.mutable_session_ids();
  if (out.session_id().empty()) {
    for (const std::string& session_id : sessions) LeaveSession(school_id, session_id, out.person_id(), rows);
    sessions.Clear();
    adult.set_in(false);
  } else {
    LeaveSession(school_id, out.session_id(), out.person_id(), rows);
    sessions.erase(std::remove(sessions.begin(), sessions.end(), out.session_id()), sessions.end());
  }
  rows.Put(kAdults, {school_id, out.person_id()}, std::move(adult));
}

void EvolveAdults(const Recorded& own, const v1::GroupTakenOver& taken, StateRows rows) {
  EnterSession(own.commit.school_id(), taken.session_id(), taken.by_person_id(), "", rows);
}

// Decide.

Decision<Event> DecideCheckInAdult(const Situation& s, const v1::CheckInAdult& command) {
  const std::string& person = command.person_id();
  if (command.session_id().empty()) {
    const auto adult = s.rows.Get(kAdults, {s.context.school_id, person});
    if (adult && adult->in()) return Events();
  } else {
    AFTERBELL_RETURN_IF_ERROR(FindSession(s, command.session_id()).status());
    const auto there = s.rows.Get(kSessionAdults, {s.context.school_id, command.session_id(), person});
    if (there && there->in()) return Events();
  }
  Event event;
  event.mutable_adult_checked_in()->set_person_id(person);
  event.mutable_adult_checked_in()->set_role(command.role());
  event.mutable_adult_checked_in()->set_session_id(command.session_id());
  Events events = {std::move(event)};
  AssessTouched(s, command, true, &events);
  return events;
}

Decision<Event> DecideCheckOutAdult(const Situation& s, const v1::CheckOutAdult& command) {
  const std::string& person = command.person_id();
  if (command.session_id().empty()) {
    const auto adult = s.rows.Get(kAdults, {s.context.school_id, person});
    if (adult && !adult->in()) return Events();
  } else {
    AFTERBELL_RETURN_IF_ERROR(FindSession(s, command.session_id()).status());
    const auto there = s.rows.Get(kSessionAdults, {s.context.school_id, command.session_id(), person});
    if (there && !there->in()) return Events();
  }
  Event event;
  event.mutable_adult_checked_out()->set_person_id(person);
  event.mutable_adult_checked_out()->set_role(command.role());
  event.mutable_adult_checked_out()->set_session_id(command.session_id());
  Events events = {std::move(event)};
  AssessTouched(s, command, false, &events);
  return events;
}

}  // namespace afterbell::attendance
