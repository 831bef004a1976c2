#include "services/attendance/domain/presence.h"

#include "services/attendance/domain/class_hours.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/ratio.h"
#include "services/platform/reference/reference.h"

namespace afterbell::attendance {
namespace {

// How a pupil goes, by release or early: the two commands ask the same.
struct Going {
  std::string pupil_id;
  v1::ReleaseKind kind;
  std::string to_person_id;
  bool guardian_confirmed;
  bool child_confirmed;
  bool early;
};

template <class Command>
Going GoingOf(const Command& command, bool early) {
  return {command.pupil_id(),        command.kind(), command.to_person_id(), command.guardian_confirmed(),
          command.child_confirmed(), early};
}

bool SameEnd(const state::Presence& presence, const Going& going) {
  return presence.kind() == going.kind && presence.to_person_id() == going.to_person_id &&
         presence.left_early() == going.early;
}

Refused AlreadyEnded(const state::Presence& presence, const std::string& pupil_id) {
  return Refused{"ATT-08", "ALREADY_ENDED", pupil_id, "1", v1::ReleaseKind_Name(presence.kind())};
}

bool AsksMutualConfirmation(const Situation& s, const state::Session& session) {
  const policy::Place place = reference::PlaceOf(s.rows, session.school_id(), StageOf(s.rows, session));
  const auto rule = s.policy.Find("release_rule", place, session.date());
  return rule && rule->value().choice() == "mutual_confirmation";
}

// To whom a pupil is not given (ATT-07). That a pupil left all the same is testimony: never refused.
std::optional<Refused> RefuseGoing(const Situation& s, const state::Session& session, const Going& going) {
  const bool collected = going.kind == v1::TO_GUARDIAN || going.kind == v1::TO_COLLECTOR;
  if (collected &&
      !IsGuardian(s.rows, session.school_id(), going.pupil_id, going.to_person_id, session.date())) {
    return Refused{"ATT-07", "NOT_A_COLLECTOR", going.to_person_id};
  }
  const bool both = going.guardian_confirmed && going.child_confirmed;
  if (going.kind == v1::TO_GUARDIAN && !both && AsksMutualConfirmation(s, session)) {
    return Refused{"ATT-07",
                   "NOT_CONFIRMED",
                   going.pupil_id,
                   "2",
                   std::to_string(going.guardian_confirmed + going.child_confirmed),
                   "release_rule"};
  }
  if (going.kind == v1::ALONE_AGREED &&
      !MayLeaveAlone(s.rows, session.school_id(), going.pupil_id, session.date())) {
    return Refused{"ATT-07", "ALONE_NOT_AGREED", going.pupil_id};
  }
  return std::nullopt;
}

absl::Status CheckGoing(const Going& going) {
  if (going.kind == v1::RELEASE_KIND_UNSPECIFIED || !v1::ReleaseKind_IsValid(going.kind)) {
    return InvalidField("kind", std::to_string(going.kind), "a kind of release");
  }
  const bool collected = going.kind == v1::TO_GUARDIAN || going.kind == v1::TO_COLLECTOR;
  if (collected && going.to_person_id.empty())
    return InvalidField("to_person_id", "", "who collects the pupil");
  return absl::OkStatus();
}

// Quiet, refused, or the given event and what the pupil's going brings with it.
Decision<Event> DecideGoing(const Situation& s, const state::Session& session, const Going& going,
                            Event event, const std::optional<Refused>& otherwise_refused) {
  const auto presence = FindPresence(s.rows, session, going.pupil_id);
  if (presence && presence->ended_at() != 0 && SameEnd(*presence, going)) return Events();
  if (!presence || presence->in_at() == 0) return Refused{"ATT-08", "NOT_IN", going.pupil_id};
  if (presence->ended_at() != 0) return AlreadyEnded(*presence, going.pupil_id);
  if (otherwise_refused) return *otherwise_refused;
  if (auto refused = RefuseGoing(s, session, going)) return *std::move(refused);
  const auto tally = s.rows.GetOrEmpty(kTallies, {session.school_id(), session.session_id()});
  Events events = {std::move(event)};
  AssessPupils(s, session, tally, NowIn(tally), NowIn(tally) - 1, &events);
  if (session.state() == v1::DISMISSING && NowIn(tally) == 1) {
    events.push_back(ClosedEvent(session, tally.came(), tally.went() + 1));
  }
  return events;
}

void End(const Recorded& own, std::string_view session_id, std::string_view pupil_id, bool early,
         const std::function<void(state::Presence&)>& fill, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  const auto session = rows.Get(kSessions, {school_id, session_id});
  if (!session) return;
  const auto open = FindPresence(rows, *session, pupil_id);
  if (!open || !IsIn(*open)) return;
  state::Presence presence = *open;
  presence.set_ended_at(own.occurred_at());
  presence.set_ended_by_id(own.commit.actor().person_id());
  presence.set_left_early(early);
  fill(presence);
  rows.Put(kPresences, {school_id, key::Date(session->date()), pupil_id, session_id}, std::move(presence));
  rows.Erase(kOpenPresences, {school_id, pupil_id});
  auto tally = rows.GetOrEmpty(kTallies, {school_id, session_id});
  tally.set_went(tally.went() + 1);
  rows.Put(kTallies, {school_id, session_id}, std::move(tally));
}

}  // namespace

// State.

int NowIn(const state::Tally& tally) { return tally.came() - tally.went(); }

bool IsIn(const state::Presence& presence) { return presence.in_at() != 0 && presence.ended_at() == 0; }

v1::PresenceState StateOf(const state::Presence& presence, bool noticed) {
  if (presence.ended_at() != 0) return presence.left_early() ? v1::LEFT_EARLY : v1::RELEASED;
  if (presence.in_at() != 0) return v1::IN;
  if (presence.unexplained()) return v1::UNEXPLAINED;
  if (presence.absent()) return v1::ABSENT;
  return noticed ? v1::NOTIFIED : v1::EXPECTED;
}

RowPtr<state::Presence> FindPresence(const Rows& rows, const state::Session& session,
                                     std::string_view pupil_id) {
  return rows.Get(kPresences,
                  {session.school_id(), key::Date(session.date()), pupil_id, session.session_id()});
}

// Evolve. A pupil who came is counted once, and one who went once, however often a record is folded.

void Evolve(const Recorded& own, const v1::PupilCheckedIn& in, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  const auto session = rows.Get(kSessions, {school_id, in.session_id()});
  if (!session) return;
  const key::Date date(session->date());
  const decltype(kPresences)::Key key = {school_id, date, in.pupil_id(), in.session_id()};
  auto presence = rows.GetOrEmpty(kPresences, key);
  if (presence.in_at() != 0) return;
  presence.set_in_at(own.occurred_at());
  presence.set_in_by_id(own.commit.actor().person_id());
  rows.Put(kPresences, key, std::move(presence));
  rows.Put(kCame, {school_id, in.pupil_id(), date, in.session_id()});
  state::OpenPresence open;
  open.set_session_id(in.session_id());
  open.set_group_id(session->group_id());
  open.set_venue_id(session->venue_id());
  open.set_in_at(own.occurred_at());
  rows.Put(kOpenPresences, {school_id, in.pupil_id()}, std::move(open));
  auto tally = rows.GetOrEmpty(kTallies, {school_id, in.session_id()});
  tally.set_came(tally.came() + 1);
  rows.Put(kTallies, {school_id, in.session_id()}, std::move(tally));
  if (session->state() < v1::RUNNING) Advance(school_id, in.session_id(), v1::RUNNING, rows);
  SetMonthEnd(*session, v1::OF_PUPIL, in.pupil_id(), rows);
}

void Evolve(const Recorded& own, const v1::PupilReleased& released, StateRows rows) {
  const auto fill = [&](state::Presence& presence) {
    presence.set_kind(released.kind());
    presence.set_to_person_id(released.to_person_id());
  };
  End(own, released.session_id(), released.pupil_id(), false, fill, rows);
}

void Evolve(const Recorded& own, const v1::PupilLeftEarly& left, StateRows rows) {
  const auto fill = [&](state::Presence& presence) {
    presence.set_kind(left.kind());
    presence.set_to_person_id(left.to_person_id());
    presence.set_reason_code(left.reason_code());
  };
  End(own, left.session_id(), left.pupil_id(), true, fill, rows);
}

// Decide.

Decision<Event> DecideCheckInPupil(const Situation& s, const v1::CheckInPupil& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  const std::string& pupil = command.pupil_id();
  const auto presence = FindPresence(s.rows, *session, pupil);
  if (presence && IsIn(*presence)) return Events();
  // A gate that was offline tells late what an earlier check-in said.
  if (presence && presence->ended_at() != 0 && s.context.occurred_at <= presence->ended_at()) return Events();
  if (!IsPlaced(s.rows, *session, pupil)) {
    const bool enrolled = IsEnrolled(s.rows, session->school_id(), pupil, session->date());
    return Refused{"ATT-02", enrolled ? "NOT_IN_GROUP" : "NOT_ENROLLED", pupil};
  }
  if (!IsOpen(*session)) {
    return Refused{"ATT-02", "SESSION_NOT_OPEN", command.session_id(), v1::SessionState_Name(v1::OPEN),
                   v1::SessionState_Name(session->state())};
  }
  if (presence && presence->ended_at() != 0) {
    return Refused{"ATT-08", "WRONG_STATE", pupil, v1::PresenceState_Name(v1::EXPECTED),
                   v1::PresenceState_Name(StateOf(*presence, false))};
  }
  if (s.rows.Has(kOpenPresences, {session->school_id(), pupil}))
    return Refused{"ATT-08", "IN_ANOTHER_SESSION", pupil, "1", "2"};
  Event event;
  event.mutable_pupil_checked_in()->set_session_id(command.session_id());
  event.mutable_pupil_checked_in()->set_pupil_id(pupil);
  Events events = {std::move(event)};
  const auto tally = s.rows.GetOrEmpty(kTallies, {session->school_id(), command.session_id()});
  AssessPupils(s, *session, tally, NowIn(tally), NowIn(tally) + 1, &events);
  return events;
}

Decision<Event> DecideReleasePupil(const Situation& s, const v1::ReleasePupil& command) {
  const Going going = GoingOf(command, false);
  AFTERBELL_RETURN_IF_ERROR(CheckGoing(going));
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  Event event;
  v1::PupilReleased& released = *event.mutable_pupil_released();
  released.set_session_id(command.session_id());
  released.set_pupil_id(command.pupil_id());
  released.set_kind(command.kind());
  released.set_to_person_id(command.to_person_id());
  released.set_guardian_confirmed(command.guardian_confirmed());
  released.set_child_confirmed(command.child_confirmed());
  return DecideGoing(s, *session, going, std::move(event), std::nullopt);
}

Decision<Event> DecideRecordEarlyLeave(const Situation& s, const v1::RecordEarlyLeave& command) {
  const Going going = GoingOf(command, true);
  AFTERBELL_RETURN_IF_ERROR(CheckGoing(going));
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  std::optional<Refused> no_reason;
  if (command.reason_code().empty()) no_reason = Refused{"ATT-03", "REASON_MISSING", command.pupil_id()};
  Event event;
  v1::PupilLeftEarly& left = *event.mutable_pupil_left_early();
  left.set_session_id(command.session_id());
  left.set_pupil_id(command.pupil_id());
  left.set_kind(command.kind());
  left.set_to_person_id(command.to_person_id());
  left.set_guardian_confirmed(command.guardian_confirmed());
  left.set_child_confirmed(command.child_confirmed());
  left.set_reason_code(command.reason_code());
  return DecideGoing(s, *session, going, std::move(event), no_reason);
}

}  // namespace afterbell::attendance
