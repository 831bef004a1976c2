#include "services/enrollment/domain/special_status.h"

#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/tables.h"

namespace afterbell::enrollment {
namespace {

using state::SpecialStatus;

void EvolveClaimed(const Recorded& own, const v1::SpecialStatusClaimed& event, StateRows rows) {
  SpecialStatus row;
  row.set_status_id(event.status_id());
  row.set_school_id(own.commit.school_id());
  row.set_pupil_id(event.pupil_id());
  row.set_category(event.category());
  row.set_from_on(event.from_on());
  row.set_to_on(event.to_on());
  row.set_evidence_hash(event.evidence_hash());
  row.set_state(SpecialStatus::CLAIMED);
  row.set_claimed_by(own.commit.actor().person_id());
  row.set_claimed_at(own.occurred_at());
  rows.Put(kStatuses, {own.commit.school_id(), event.status_id()}, std::move(row));
}

void EvolveVerified(const Recorded& own, const v1::SpecialStatusVerified& event, StateRows rows) {
  const auto claimed = rows.Get(kStatuses, {own.commit.school_id(), event.status_id()});
  if (!claimed) return;
  SpecialStatus row = *claimed;
  row.set_state(SpecialStatus::VERIFIED);
  row.set_verified_by(own.commit.actor().person_id());
  row.set_verified_at(own.occurred_at());
  rows.Put(kStatuses, {own.commit.school_id(), event.status_id()}, std::move(row));
}

RowPtr<SpecialStatus> StatusAt(const Situation& s, std::string_view status_id) {
  return s.rows.Get(kStatuses, {s.context.school_id, status_id});
}

}  // namespace

void EvolveSpecialStatus(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case EnrollmentEvent::kSpecialStatusClaimed:
      EvolveClaimed(own, event.special_status_claimed(), rows);
      break;
    case EnrollmentEvent::kSpecialStatusVerified:
      EvolveVerified(own, event.special_status_verified(), rows);
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideClaimSpecialStatus(const Situation& s,
                                                   const v1::ClaimSpecialStatus& command) {
  if (const auto same = StatusAt(s, command.status_id())) {
    if (same->pupil_id() == command.pupil_id() && same->category() == command.category()) return {};
    return InvalidField("status_id", command.status_id(), "an id that no other status has");
  }
  if (!SeatOf(s.rows, s.context.school_id, command.pupil_id())) return Unknown("pupil", command.pupil_id());
  AFTERBELL_RETURN_IF_ERROR(CheckFamily(s, command.pupil_id()));
  if (!command.to_on().empty() && command.to_on() < command.from_on()) {
    return InvalidField("to_on", command.to_on(), "a date not before from_on");
  }
  if (command.evidence_hash().empty()) {
    return Refused{"ENR-28", "EVIDENCE_MISSING", command.pupil_id(), "", command.category()};
  }
  EnrollmentEvent event;
  v1::SpecialStatusClaimed& claimed = *event.mutable_special_status_claimed();
  claimed.set_status_id(command.status_id());
  claimed.set_pupil_id(command.pupil_id());
  claimed.set_category(command.category());
  claimed.set_from_on(command.from_on());
  claimed.set_to_on(command.to_on());
  claimed.set_evidence_hash(command.evidence_hash());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideVerifySpecialStatus(const Situation& s,
                                                    const v1::VerifySpecialStatus& command) {
  const auto status = StatusAt(s, command.status_id());
  if (!status) return Unknown("status", command.status_id());
  if (status->state() == SpecialStatus::VERIFIED) return {};
  if (status->claimed_by() == s.context.person_id) {
    return Refused{"ENR-28", "SAME_PERSON", command.status_id(), "", s.context.person_id};
  }
  EnrollmentEvent event;
  v1::SpecialStatusVerified& verified = *event.mutable_special_status_verified();
  verified.set_status_id(status->status_id());
  verified.set_pupil_id(status->pupil_id());
  verified.set_category(status->category());
  verified.set_from_on(status->from_on());
  verified.set_to_on(status->to_on());
  return std::vector{event};
}

}  // namespace afterbell::enrollment
