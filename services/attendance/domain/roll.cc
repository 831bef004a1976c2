#include "services/attendance/domain/roll.h"

#include "services/attendance/domain/absence.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/ratio.h"

namespace afterbell::attendance {
namespace {

Event CheckedIn(const std::string& session_id, const std::string& pupil_id) {
  Event event;
  event.mutable_pupil_checked_in()->set_session_id(session_id);
  event.mutable_pupil_checked_in()->set_pupil_id(pupil_id);
  return event;
}

Event Absent(const std::string& session_id, const std::string& pupil_id, bool notified) {
  Event event;
  event.mutable_pupil_absent()->set_session_id(session_id);
  event.mutable_pupil_absent()->set_pupil_id(pupil_id);
  event.mutable_pupil_absent()->set_notified(notified);
  return event;
}

Event Unexplained(const std::string& session_id, const std::string& pupil_id) {
  Event event;
  event.mutable_pupil_absent_unexplained()->set_session_id(session_id);
  event.mutable_pupil_absent_unexplained()->set_pupil_id(pupil_id);
  return event;
}

Event NonParticipant(const std::string& pupil_id, const std::string& date, const std::string& place,
                     const std::string& keeper_id, const std::string& reason_code) {
  Event event;
  v1::NonParticipantRecorded& stay = *event.mutable_non_participant_recorded();
  stay.set_pupil_id(pupil_id);
  stay.set_date(date);
  stay.set_place(place);
  stay.set_keeper_id(keeper_id);
  stay.set_reason_code(reason_code);
  return event;
}

// What a roll found, each kind in the order it is recorded.
struct Found {
  Events in, absent, unexplained, non_participants;
  int present_count = 0, absent_count = 0, non_participant_count = 0;
};

// Why a pupil who is there is none of the session's; empty for one who is.
std::string WhyNotOurs(const Situation& s, const state::Session& session, const std::string& pupil_id) {
  if (!IsPlaced(s.rows, session, pupil_id)) {
    const bool enrolled = IsEnrolled(s.rows, session.school_id(), pupil_id, session.date());
    return enrolled ? "not_in_group" : "not_enrolled";
  }
  const auto open = s.rows.Get(kOpenPresences, {session.school_id(), pupil_id});
  return open && open->session_id() != session.session_id() ? "in_another_session" : "";
}

void FindPresent(const Situation& s, const state::Session& session, const std::string& pupil_id,
                 Found* found) {
  const auto presence = FindPresence(s.rows, session, pupil_id);
  if (presence && presence->in_at() != 0) {
    ++found->present_count;
    return;
  }
  const std::string why = WhyNotOurs(s, session, pupil_id);
  if (why.empty()) {
    ++found->present_count;
    found->in.push_back(CheckedIn(session.session_id(), pupil_id));
    return;
  }
  ++found->non_participant_count;
  if (s.rows.Has(kNonParticipants, {session.school_id(), key::Date(session.date()), pupil_id})) return;
  found->non_participants.push_back(
      NonParticipant(pupil_id, session.date(), session.venue_id(), s.context.person_id, why));
}

// One who went is not missing; one who came and is not found, is.
void FindAbsent(const Situation& s, const state::Session& session, const std::string& pupil_id,
                Found* found) {
  const auto row = FindPresence(s.rows, session, pupil_id);
  const state::Presence& presence = row ? *row : state::Presence::default_instance();
  if (presence.ended_at() != 0 || !IsPlaced(s.rows, session, pupil_id)) return;
  ++found->absent_count;
  const bool notified = presence.notified() ||
                        IsNotified(s.rows, session.school_id(), pupil_id, session.date(), session.period());
  if (!presence.absent()) found->absent.push_back(Absent(session.session_id(), pupil_id, notified));
  if (!notified && !presence.unexplained())
    found->unexplained.push_back(Unexplained(session.session_id(), pupil_id));
}

Event RollEvent(const state::Session& session, const Found& found) {
  Event event;
  v1::RollCalled& roll = *event.mutable_roll_called();
  roll.set_session_id(session.session_id());
  roll.set_present(found.present_count);
  roll.set_absent(found.absent_count);
  roll.set_non_participants(found.non_participant_count);
  return event;
}

void Append(const Events& from, Events* to) { to->insert(to->end(), from.begin(), from.end()); }

void MarkAbsent(const Recorded& own, std::string_view session_id, std::string_view pupil_id,
                const std::function<bool(state::Presence&, state::Tally&)>& mark, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  const auto session = rows.Get(kSessions, {school_id, session_id});
  if (!session) return;
  const decltype(kPresences)::Key key = {school_id, key::Date(session->date()), pupil_id, session_id};
  auto presence = rows.GetOrEmpty(kPresences, key);
  auto tally = rows.GetOrEmpty(kTallies, {school_id, session_id});
  if (!mark(presence, tally)) return;
  rows.Put(kPresences, key, std::move(presence));
  rows.Put(kTallies, {school_id, session_id}, std::move(tally));
}

}  // namespace

// Evolve.

void Evolve(const Recorded& own, const v1::RollCalled& roll, StateRows rows) {
  rows.Put(kRolls, {own.commit.school_id(), roll.session_id()}, roll);
  Advance(own.commit.school_id(), roll.session_id(), v1::RUNNING, rows);
}

void Evolve(const Recorded& own, const v1::PupilAbsent& absent, StateRows rows) {
  MarkAbsent(
      own, absent.session_id(), absent.pupil_id(),
      [&](state::Presence& presence, state::Tally& tally) {
        if (presence.absent()) return false;
        presence.set_absent(true);
        presence.set_notified(absent.notified());
        tally.set_absent(tally.absent() + 1);
        return true;
      },
      rows);
}

void Evolve(const Recorded& own, const v1::PupilAbsentUnexplained& absent, StateRows rows) {
  MarkAbsent(
      own, absent.session_id(), absent.pupil_id(),
      [](state::Presence& presence, state::Tally& tally) {
        if (presence.unexplained()) return false;
        presence.set_unexplained(true);
        tally.set_unexplained(tally.unexplained() + 1);
        return true;
      },
      rows);
}

void Evolve(const Recorded& own, const v1::NonParticipantRecorded& stay, StateRows rows) {
  rows.Put(kNonParticipants, {own.commit.school_id(), key::Date(stay.date()), stay.pupil_id()}, stay);
}

// Decide.

Decision<Event> DecideCallRoll(const Situation& s, const v1::CallRoll& command) {
  const std::set<std::string> present(command.present_pupil_ids().begin(), command.present_pupil_ids().end());
  const std::set<std::string> absent(command.absent_pupil_ids().begin(), command.absent_pupil_ids().end());
  for (const std::string& pupil : absent) {
    if (present.count(pupil) > 0)
      return InvalidField("absent_pupil_ids", pupil, "a pupil who is not present too");
  }
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  Found found;
  for (const std::string& pupil : present) FindPresent(s, *session, pupil, &found);
  for (const std::string& pupil : absent) FindAbsent(s, *session, pupil, &found);
  const bool nothing_new = found.in.empty() && found.absent.empty() && found.unexplained.empty() &&
                           found.non_participants.empty() &&
                           s.rows.Has(kRolls, {session->school_id(), command.session_id()});
  if (nothing_new) return Events();
  if (s.context.person_id != session->responsible_id()) {
    return Refused{"ATT-02", "NOT_RESPONSIBLE", command.session_id()};
  }
  if (!IsOpen(*session)) return WrongState(*session, v1::OPEN);
  Events events = {RollEvent(*session, found)};
  for (const Events* kind : {&found.in, &found.absent, &found.unexplained, &found.non_participants}) {
    Append(*kind, &events);
  }
  const auto tally = s.rows.GetOrEmpty(kTallies, {session->school_id(), command.session_id()});
  AssessPupils(s, *session, tally, NowIn(tally), NowIn(tally) + static_cast<int>(found.in.size()), &events);
  return events;
}

Decision<Event> DecideRecordNonParticipant(const Situation& s, const v1::RecordNonParticipant& command) {
  if (s.rows.Has(kNonParticipants, {s.context.school_id, key::Date(command.date()), command.pupil_id()}))
    return Events();
  return Events{NonParticipant(command.pupil_id(), command.date(), command.place(), command.keeper_id(),
                               command.reason_code())};
}

Decision<Event> DecideFindAbsences(const Situation& s, const v1::FindAbsences& command) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, FindSession(s, command.session_id()));
  Events events;
  for (const std::string& pupil : ExpectedPupils(s.rows, *session)) {
    const bool accounted_for =
        FindPresence(s.rows, *session, pupil) != nullptr ||
        IsNotified(s.rows, session->school_id(), pupil, session->date(), session->period());
    if (!accounted_for) events.push_back(Unexplained(session->session_id(), pupil));
  }
  return events;
}

}  // namespace afterbell::attendance
