#include "services/staffing/domain/duty.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/staffing/domain/facts.h"

namespace afterbell::staffing {
namespace {

using attendance::v1::SessionPlanned;
using state::Duty;

std::string DutyOfKey(const Duty& duty) {
  return Key(DutiesOfPrefix(duty.school_id(), duty.person_id()), InstantText(duty.from_at()), duty.duty_id());
}
std::string SessionDutyKey(const Duty& duty) {
  return Key("s/session_duty", duty.session_id(), duty.duty_id());
}

void PutDuty(MutableRows& rows, const Duty& duty) {
  rows.Put(DutyKey(duty.duty_id()), duty);
  rows.Put(DutyOfKey(duty), duty);
}

void EvolveAssigned(const Recorded& own, const v1::DutyAssigned& event, MutableRows& rows) {
  Duty row;
  row.set_duty_id(event.duty_id());
  row.set_school_id(own.commit.school_id());
  row.set_session_id(event.session_id());
  row.set_person_id(event.person_id());
  row.set_role(event.role());
  row.set_from_at(MicrosOf(event.from_at()));
  row.set_to_at(MicrosOf(event.to_at()));
  const auto session = SessionAt(rows, row.school_id(), row.session_id());
  row.set_date(session ? session->date() : own.commit.service_date());
  row.set_state(Duty::ASSIGNED);
  PutDuty(rows, row);
  rows.PutBytes(SessionDutyKey(row), "");
}

void EvolveServed(const v1::DutyServed& event, MutableRows& rows) {
  auto row = rows.Get<Duty>(DutyKey(event.duty_id()));
  if (!row) return;
  row->set_state(Duty::SERVED);
  row->set_minutes(event.minutes());
  PutDuty(rows, *row);
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
    if (!s.rows.Has(reference::PledgeKey(person_id, s.context.school_id, term_id))) {
      return Refused{"STF-04", "NO_PLEDGE", person_id, term_id, "", "teacher_pledge"};
    }
  }
  if (s.policy.Flag("staff_training", place, session.date())) {
    const auto training = s.rows.Get<v1::TrainingCompleted>(reference::TrainingKey(person_id));
    if (!training || training->on() > session.date()) {
      return Refused{
          "STF-33",        "NOT_TRAINED", person_id, session.date(), training ? training->on() : "none",
          "staff_training"};
    }
  }
  return std::nullopt;
}

// Another duty of the person at this school that overlaps in time. One that follows on the minute does
// not.
std::optional<Duty> OverlappingDuty(const Situation& s, const v1::AssignDuty& command) {
  const Micros from = MicrosOf(command.from_at());
  const Micros to = MicrosOf(command.to_at());
  const std::string prefix = Key(DutiesOfPrefix(s.context.school_id, command.person_id()), "");
  std::optional<Duty> found;
  s.rows.ScanFrom<Duty>(prefix, prefix + InstantText(from - kDutyMax),
                        [&](std::string_view, const Duty& duty) {
                          if (duty.from_at() >= to) return false;
                          if (duty.to_at() > from) found = duty;
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
std::string DutyKey(std::string_view duty_id) { return Key("s/duty", duty_id); }
std::string DutiesOfPrefix(std::string_view school_id, std::string_view person_id) {
  return Key("s/duty_of", school_id, person_id);
}

void EvolveDuty(const Recorded& own, const StaffingEvent& event, MutableRows& rows) {
  if (event.event_case() == StaffingEvent::kDutyAssigned) EvolveAssigned(own, event.duty_assigned(), rows);
  if (event.event_case() == StaffingEvent::kDutyServed) EvolveServed(event.duty_served(), rows);
}

Decision<StaffingEvent> DecideAssignDuty(const Situation& s, const v1::AssignDuty& command) {
  const std::string duty_id = DutyId(command.session_id(), command.person_id(), command.role());
  if (s.rows.Has(DutyKey(duty_id))) return {};

  const auto session = SessionAt(s.rows, s.context.school_id, command.session_id());
  if (!session) return Unknown("session", command.session_id());
  const Micros length = MicrosOf(command.to_at()) - MicrosOf(command.from_at());
  if (length <= 0 || length > kDutyMax) {
    return InvalidField("to_at", InstantText(MicrosOf(command.to_at())),
                        "after from_at, and within a day of it");
  }
  if (const auto refused = CheckMayServe(s, command, *session)) return *refused;
  if (const auto refused = CheckPapers(s, command, *session)) return *refused;
  if (const auto other = OverlappingDuty(s, command)) {
    return Refused{"ATT-33", "DOUBLE_BOOKED", command.person_id(), "", other->duty_id()};
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
  std::vector<Duty> open;
  s.rows.ScanBytes(Key("s/session_duty", command.session_id(), ""), "",
                   [&](std::string_view key, std::string_view) {
                     const auto duty = s.rows.Get<Duty>(DutyKey(KeyPart(key, 3)));
                     if (duty && duty->state() == Duty::ASSIGNED) open.push_back(*duty);
                     return true;
                   });
  if (open.empty()) return {};
  const auto closed = s.rows.Get<state::Closed>(ClosedKey(open.front().school_id(), command.session_id()));
  if (!closed) return Refused{"ATT-33", "WRONG_STATE", command.session_id(), "closed", "open"};

  std::vector<StaffingEvent> events;
  for (const Duty& duty : open) {
    const std::vector<Interval> presence =
        PresenceOf(s.rows, duty.school_id(), duty.person_id(), duty.date(), duty.session_id(), closed->at());
    const int minutes = MinutesWithin({duty.from_at(), duty.to_at()}, presence);
    if (minutes > 0) events.push_back(Served(duty, minutes));
  }
  return events;
}

}  // namespace afterbell::staffing
