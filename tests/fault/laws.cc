#include "tests/fault/laws.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/platform/replay/history.h"

namespace afterbell::fault {

void Laws::Break(const std::string& what) {
  if (broken_++ < kKept) violations_.push_back(at_ + ": " + what);
}

void Laws::Take(const PartitionId& id, const log::v1::Commit& commit) {
  at_ = ToString(id) + " #" + std::to_string(commit.index());
  if (commit.has_refusal() && !commit.events().empty())
    Break("refused by " + commit.refusal().rule() + ", and visible");
  for (const std::string& event : commit.events()) {
    if (id.service == "enrollment") TakeEnrollment(event);
    if (id.service == "attendance") TakeAttendance(event);
    if (id.service == "billing") TakeBilling(event);
  }
}

void Laws::TakeEnrollment(const std::string& bytes) {
  enrollment::v1::EnrollmentEvent event;
  if (!event.ParseFromString(bytes)) return Break("no event of enrollment");
  if (event.has_pupil_unplaced()) {
    const enrollment::v1::PupilUnplaced& unplaced = event.pupil_unplaced();
    groups_[unplaced.group_id()][unplaced.enrollment_id()].last_on = unplaced.last_on();
  }
  if (!event.has_pupil_placed()) return;
  const enrollment::v1::PupilPlaced& placed = event.pupil_placed();
  ++placed_;
  std::map<std::string, Place>& group = groups_[placed.group_id()];
  group[placed.enrollment_id()] = {placed.from_on(), ""};
  int headcount = 0;
  for (const auto& [enrollment_id, place] : group) {
    headcount +=
        place.from_on <= placed.from_on() && (place.last_on.empty() || place.last_on >= placed.from_on());
  }
  if (placed.limit() > 0 && headcount > placed.limit()) {
    Break("group " + placed.group_id() + " has " + std::to_string(headcount) + " pupils on " +
          placed.from_on() + ", " + std::to_string(placed.limit()) + " are allowed");
  }
}

void Laws::TakeAttendance(const std::string& bytes) {
  attendance::v1::AttendanceEvent event;
  if (!event.ParseFromString(bytes)) return Break("no event of attendance");
  const auto leave = [&](const std::string& session, const std::string& pupil) {
    ++released_;
    const auto found = present_.find({session, pupil});
    if (found == present_.end()) return Break(pupil + " released from " + session + " without being there");
    if (!found->second) return Break(pupil + " released from " + session + " twice");
    found->second = false;
  };
  if (event.has_pupil_checked_in())
    present_[{event.pupil_checked_in().session_id(), event.pupil_checked_in().pupil_id()}] = true;
  if (event.has_pupil_released())
    leave(event.pupil_released().session_id(), event.pupil_released().pupil_id());
  if (event.has_pupil_left_early())
    leave(event.pupil_left_early().session_id(), event.pupil_left_early().pupil_id());
}

void Laws::TakeBilling(const std::string& bytes) {
  billing::v1::BillingEvent event;
  if (!event.ParseFromString(bytes)) return Break("no event of billing");
  if (event.has_charge_assessed()) {
    const billing::v1::ChargeAssessed& charge = event.charge_assessed();
    if (charge.gross_fen() - charge.cap_removed_fen() - charge.waiver_fen() - charge.net_fen() != 0)
      Break("charge " + charge.charge_id() + " does not add up");
    charges_[charge.charge_id()].net_fen = charge.net_fen();
  }
  if (event.has_charge_issued()) {
    const auto found = charges_.find(event.charge_issued().charge_id());
    if (found == charges_.end() || found->second.net_fen != event.charge_issued().net_fen())
      Break("charge " + event.charge_issued().charge_id() + " issued at another amount than assessed");
  }
  if (!event.has_payment_received()) return;
  const billing::v1::PaymentReceived& payment = event.payment_received();
  ++paid_;
  if (!payments_.insert(payment.payment_id()).second) Break("payment " + payment.payment_id() + " twice");
  int64_t allocated = 0;
  for (const billing::v1::Allocation& part : payment.allocations()) {
    allocated += part.amount_fen();
    Charge& charge = charges_[part.charge_id()];
    charge.paid_fen += part.amount_fen();
    if (charge.paid_fen > charge.net_fen) Break("charge " + part.charge_id() + " paid more than it asks for");
  }
  if (allocated > payment.amount_fen())
    Break("payment " + payment.payment_id() + " allocated beyond its amount");
}

absl::StatusOr<Laws> CheckLaws(EventLog* log) {
  const auto history = replay::History::Load(log, {});
  if (!history.ok()) return history.status();
  Laws laws;
  for (const PartitionId& id : (*history)->partitions()) {
    replay::RecordReader reader = (*history)->Read(id);
    for (;;) {
      const auto next = reader.Peek();
      if (!next.ok()) return next.status();
      if (*next == nullptr) break;
      laws.Take(id, **next);
      reader.Pop();
    }
  }
  return laws;
}

}  // namespace afterbell::fault
