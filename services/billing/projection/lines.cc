#include "services/billing/projection/lines.h"

#include "services/billing/domain/charge.h"
#include "services/billing/domain/payment.h"
#include "services/platform/base/time.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {

v1::ChargeLine LineOf(const state::Charge& charge) {
  const v1::ChargeAssessed& assessed = charge.assessed();
  v1::ChargeLine line;
  line.set_charge_id(assessed.charge_id());
  line.set_pupil_id(assessed.pupil_id());
  line.set_fee_kind(assessed.fee_kind());
  line.set_period(assessed.period());
  line.set_term_id(assessed.term_id());
  line.set_state(StateOf(charge));
  line.set_model(assessed.model());
  line.set_units(assessed.units());
  line.set_gross_fen(assessed.gross_fen());
  line.set_cap_removed_fen(assessed.cap_removed_fen());
  line.set_waiver_fen(assessed.waiver_fen());
  line.set_net_fen(assessed.net_fen());
  line.set_paid_fen(PaidFen(charge));
  line.set_due_on(charge.issued().due_on());
  line.set_provisional(assessed.provisional());
  return line;
}

v1::PaymentLine LineOf(const state::Payment& payment) {
  const v1::PaymentReceived& received = payment.received();
  v1::PaymentLine line;
  line.set_payment_id(received.payment_id());
  line.set_pupil_id(received.pupil_id());
  line.set_term_id(received.term_id());
  line.set_amount_fen(received.amount_fen());
  line.set_unallocated_fen(UnallocatedFen(received));
  line.set_channel(received.channel());
  line.set_channel_ref(received.channel_ref());
  line.set_into_account(received.into_account());
  *line.mutable_paid_at() = received.paid_at();
  *line.mutable_recorded_at() = payment.recorded_at();
  *line.mutable_allocations() = received.allocations();
  return line;
}

absl::StatusOr<DateRange> DateRangeOf(const std::string& from, const std::string& to) {
  if (!from.empty() && !IsDate(from)) return InvalidField("from", from, "a date (2026-09-01)");
  if (!to.empty() && !IsDate(to)) return InvalidField("to", to, "a date (2026-09-01)");
  return DateRange{from, to};
}

int ZoneAt(const QueryRows& rows, std::string_view school_id) {
  const auto school = reference::School(rows, school_id);
  return school ? reference::ZoneMinutesOf(rows, school->district_id()) : kShanghaiMinutes;
}

}  // namespace afterbell::billing
