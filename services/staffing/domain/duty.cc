#include "services/staffing/domain/duty.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/staffing/domain/facts.h"

namespace afterbell::staffing {
namespace {

using attendance::v1::SessionPlanned;
using state::Duty;

void PutDuty(StateRows rows, const Duty& duty) {
  rows.Put(kDuties, {duty.school_id(), duty.duty_id()}, duty);
  rows.Put(kDutiesOf, {duty.school_id(), duty.person_id(), key::Instant(duty.from_at()), duty.duty_id()},
           duty);
}

void EvolveAssigned(const Recorded& own, const v1::DutyAssigned& event, StateRows rows) {
  Duty row;
  row.set_duty_id(event.duty_id());
  row.set_school_id(own.commit.school_id());
  row.set_session_id(event.session_id());
  row.set_person_id(event.person_id());
  row.set_role(event.role());
  row.set_from_at(MicrosOf(event.from_at()));
  row.set_to_at(MicrosOf(event.to_at()));
  const auto session = rows.Get(kSessions, {row.school_id(), row.session_id()});
  row.set_date(session ? session->date() : own.commit.service_date());
  row.set_state(Duty::ASSIGNED);
  PutDuty(rows, row);
  rows.Put(kDutiesInSession, {row.school_id(), row.session_id(), row.duty_id()});
}

void EvolveServed(const Recorded& own, const v1::DutyServed& event, StateRows rows) {
  const auto row = rows.Get(kDuties, {own.commit.school_id(), event.duty_id()});
  if (!row) return;
  Duty served = *row;
  served.set_state(Duty::SERVED);
  served.set_minutes(event.minutes());
  PutDuty(rows, served);
}

std::optional<Refused> CheckMayServe(const Situation& s, const v1::AssignDuty& command,
                                     const SessionPlanned& session) {
  const std::string& person_id = command.person_id();
  if (const auto bar = reference::BarAt(s.rows, person_id, MicrosOf(command.to_at()))) {
    const bool ethics = bar->ground() == v1::ETHICS_PROBLEM;
    return Refused{ethics ? "STF-13" : "STF-14", "ADULT_BARRED", person_id, "",
                   v1::BarGround_Name(bar->ground())};
  }
  if (!reference::IsCleared(s.rows, person_id, s.context.school_id, command.role(), session.date())) {
    return Refused{"STF-15", "ADULT_NOT_CLEARED", person_id, command.role(), session.date()};
  }
  return std::nullopt;
}

// What the place asks of those who serve beyond their clearance; where it is silent, nothing.
std::optional<Refused> CheckPapers(const Situation& s, const v1::AssignDuty& command,
                                   const SessionPlanned& session) {
  const std::string& person_id = command.person_id();
  const policy::Place place = reference::PlaceOf(s.rows, s.context.school_id);
  const auto person = reference::Person(s.rows, person_id);
  const bool own_teacher = person && person->kind() == registry::v1::STAFF;
  if (own_teacher && s.policy.Flag("teacher_pledge", place, session.date())) {
    const auto term = reference::TermOn(s.rows, s.context.school_id, session.date());
    const std::string term_id = term ? term->term_id() : std::string();
    if (!s.rows.Has(reference::kPledges, {person_id, s.context.school_id, term_id})) {
      return Refused{"STF-04", "NO_PLEDGE", person_id, term_id, "", "teacher_pledge"};
    }
  }
  if (s.policy.Flag("staff_training", place, session.date())) {
    const auto training = s.rows.Get(reference::kTrainings, {person_id});
    if (!training || training->on() > session.date()) {
      return Refused{
          "STF-33",        "NOT_TRAINED", person_id, session.date(), training ? training->on() : "none",
          "staff_training"};
    }
  }
  return std::nullopt;
}

// The id of another duty of the person at this school that overlaps in time. One that follows on the minute
// does not.
std::optional<std::string> OverlappingDuty(const Situation& s, const v1::AssignDuty& command) {
  const Micros from = MicrosOf(command.from_at());
  const Micros to = MicrosOf(command.to_at());
  const auto since = Prefix(s.context.school_id, command.person_id()).From(key::Instant(from - kDutyMax));
  std::optional<std::string> found;
  s.rows.Scan(kDutiesOf, since, [&](const Duty& duty) {
    if (duty.from_at() >= to) return false;
    if (duty.to_at() > from) found = duty.duty_id();
    return !found;
  });
  return found;
}

StaffingEvent Served(const Duty& duty, int minutes) {
  StaffingEvent event;
  v1::DutyServed& served = *event.mutable_duty_served();
  served.set_duty_id(duty.duty_id());
  served.set_session_id(duty.session_id());
  served.set_person_id(duty.person_id());
  served.set_minutes(minutes);
  served.set_date(duty.date());
  return event;
}

}  // namespace

std::string DutyId(std::string_view session_id, std::string_view person_id, std::string_view role) {
  return DerivedId("duty", {session_id, person_id, role});
}

void EvolveDuty(const Recorded& own, const StaffingEvent& event, StateRows rows) {
  if (event.event_case() == StaffingEvent::kDutyAssigned) EvolveAssigned(own, event.duty_assigned(), rows);
  if (event.event_case() == StaffingEvent::kDutyServed) EvolveServed(own, event.duty_served(), rows);
}

Decision<StaffingEvent> DecideAssignDuty(const Situation& s, const v1::AssignDuty& command) {
  const std::string duty_id = DutyId(command.session_id(), command.person_id(), command.role());
  if (s.rows.Has(kDuties, {s.context.school_id, duty_id})) return {};

  const auto session = s.rows.Get(kSessions, {s.context.school_id, command.session_id()});
  if (!session) return Unknown("session", command.session_id());
  const Micros length = MicrosOf(command.to_at()) - MicrosOf(command.from_at());
  if (length <= 0 || length > kDutyMax) {
    return InvalidField("to_at", InstantText(MicrosOf(command.to_at())),
                        "after from_at, and within a day of it");
  }
  if (const auto refused = CheckMayServe(s, command, *session)) return *refused;
  if (const auto refused = CheckPapers(s, command, *session)) return *refused;
  if (const auto other = OverlappingDuty(s, command)) {
    return Refused{"ATT-33", "DOUBLE_BOOKED", command.person_id(), "", *other};
  }
  StaffingEvent event;
  v1::DutyAssigned& assigned = *event.mutable_duty_assigned();
  assigned.set_duty_id(duty_id);
  assigned.set_session_id(command.session_id());
  assigned.set_person_id(command.person_id());
  assigned.set_role(command.role());
  *assigned.mutable_from_at() = command.from_at();
  *assigned.mutable_to_at() = command.to_at();
  return std::vector{event};
}

Decision<StaffingEvent> DecideSettleDuties(const Situation& s, const v1::SettleDuties& command) {
  const std::string& school_id = s.context.school_id;
  std::vector<RowPtr<Duty>> open;
  s.rows.Scan(kDutiesInSession, Prefix(school_id, command.session_id()), [&](const auto& key) {
    auto duty = s.rows.Get(kDuties, {school_id, std::get<2>(key)});
    if (duty && duty->state() == Duty::ASSIGNED) open.push_back(std::move(duty));
  });
  if (open.empty()) return {};
  const auto closed = s.rows.Get(kClosures, {school_id, command.session_id()});
  if (!closed) return Refused{"ATT-33", "WRONG_STATE", command.session_id(), "closed", "open"};

  std::vector<StaffingEvent> events;
  for (const auto& duty : open) {
    const std::vector<Interval> presence =
        PresenceOf(s.rows, school_id, duty->person_id(), duty->date(), duty->session_id(), closed->at());
    const int minutes = MinutesWithin({duty->from_at(), duty->to_at()}, presence);
    if (minutes > 0) events.push_back(Served(*duty, minutes));
  }
  return events;
}

}  // namespace afterbell::staffing
