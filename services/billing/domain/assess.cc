// Assessing a charge: the one place where policy, enrollment, attendance and waivers become money.
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/billing/domain/amount.h"
#include "services/billing/domain/charge.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/fee_terms.h"
#include "services/billing/domain/tables.h"
#include "services/billing/domain/waiver.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using attendance::v1::ClassHoursCounted;
using v1::AssessCharge;
using v1::BillingEvent;
using v1::ChargeAssessed;

// What is charged, and for how much of it.
struct Quantity {
  int64_t units = 0;  // 0: nothing is owed.
  RowPtr<ClassHoursCounted> count;
};

bool FitsPeriod(std::string_view model, std::string_view period) {
  return IsMonth(period) ? model != kPerTerm : model == kPerTerm;
}

// The sources know a month's fee and no part of it. Who joins in a month therefore owes it; what is
// given back to one who leaves is p:withdrawal_refund's to say, unset everywhere (S-03).
absl::Status CheckWholeMonth(Lookup& lookup, const StayIn& stay) {
  if (!stay.left_early) return absl::OkStatus();
  AFTERBELL_ASSIGN_OR_RETURN(const policy::v1::Value refund, lookup.Need("withdrawal_refund"));
  if (refund.choice() == "none") return absl::OkStatus();
  return policy::Unset("withdrawal_refund",
                       "asks for a part of a month, which no rule computes yet: " + refund.choice());
}

absl::StatusOr<Quantity> QuantityOf(const Situation& s, Lookup& lookup, const AssessCharge& command,
                                    const std::string& model, const StayIn& stay) {
  if (model == kPerTerm) return Quantity{1, {}};
  if (model == kPerMonth) {
    AFTERBELL_RETURN_IF_ERROR(CheckWholeMonth(lookup, stay));
    return Quantity{1, {}};
  }
  // Counted by attendance (ATT-23); before that, nothing is known to be owed.
  const auto count =
      s.rows.Get(kClassHours, {s.context.school_id, command.pupil_id(), key::Month(command.period())});
  if (!count) return Quantity();
  return Quantity{count->class_hours(), count};
}

// What a cap still leaves for this charge (BIL-10); nothing where there is none for such a period.
absl::StatusOr<std::optional<int64_t>> RoomOf(const Situation& s, const FeeTerms& terms,
                                              const AssessCharge& command, const StayIn& stay) {
  if (terms.cap_period.empty()) return std::optional<int64_t>();
  if (terms.cap_period == "month") {
    return IsMonth(command.period()) ? std::optional<int64_t>(terms.cap_fen) : std::nullopt;
  }
  if (terms.cap_period != "term") return policy::Unset("fee_cap_period", "is not a word that is known");
  int64_t room = terms.cap_fen;
  for (const auto& charge : ChargesOf(s.rows, s.context.school_id, command.pupil_id())) {
    const ChargeAssessed& other = charge->assessed();
    if (other.fee_kind() != command.fee_kind() || other.term_id() != stay.stay->enrolled().term_id())
      continue;
    room -= other.gross_fen() - other.cap_removed_fen();
  }
  return std::optional<int64_t>(std::max<int64_t>(0, room));
}

BillingEvent AssessedOf(const std::string& school_id, const AssessCharge& command, const StayIn& stay,
                        const FeeTerms& terms, const Quantity& quantity, const Amounts& amounts,
                        const Reduction& reduction, const Lookup& lookup) {
  BillingEvent event;
  ChargeAssessed& charge = *event.mutable_charge_assessed();
  charge.set_charge_id(ChargeId(command.pupil_id(), command.fee_kind(), command.period()));
  charge.set_account_id(AccountId(command.pupil_id(), school_id));
  charge.set_pupil_id(command.pupil_id());
  charge.set_fee_kind(command.fee_kind());
  charge.set_period(command.period());
  charge.set_term_id(stay.stay->enrolled().term_id());
  charge.set_model(terms.model);
  charge.set_units(static_cast<int32_t>(quantity.units));
  charge.set_gross_fen(amounts.gross_fen);
  charge.set_cap_removed_fen(amounts.cap_removed_fen);
  charge.set_waiver_fen(amounts.waiver_fen);
  charge.set_net_fen(amounts.net_fen);
  for (const v1::UsedValue& used : lookup.used()) *charge.add_used() = used;
  for (const std::string& id : reduction.waiver_ids) charge.add_waiver_ids(id);
  charge.set_provisional(lookup.provisional() || (quantity.count && quantity.count->provisional()));
  charge.set_school_id(school_id);
  charge.set_enrollment_id(stay.stay->enrolled().enrollment_id());
  if (quantity.count) charge.set_count_id(quantity.count->count_id());
  return event;
}

}  // namespace

Decision<BillingEvent> DecideAssessCharge(const Situation& s, const AssessCharge& command) {
  // Assessed once: a later count or waiver makes a difference beside it (D-05), not another charge.
  const std::string& school_id = s.context.school_id;
  const std::string charge_id = ChargeId(command.pupil_id(), command.fee_kind(), command.period());
  if (s.rows.Has(kCharges, {school_id, charge_id})) return {};
  if (command.fee_kind() != kServiceFee) return InvalidField("fee_kind", command.fee_kind(), kServiceFee);
  const auto days = DaysOfPeriod(s.rows, command.period());
  if (!days) return Unknown("term", command.period());
  if (IsMonth(command.period()) && s.context.recorded_at < EndOfMonth(command.period())) return {};
  const auto stay = LastStayIn(s.rows, school_id, command.pupil_id(), command.term_id(), *days);
  if (!stay) return {};

  Lookup lookup(
      s.policy,
      reference::PlaceOf(s.rows, school_id, stay->stay->enrolled().stage(), stay->stay->enrolled().grade()),
      days->first_on);
  AFTERBELL_ASSIGN_OR_RETURN(const std::string model, ModelOf(lookup));
  if (!FitsPeriod(model, command.period())) return {};
  if (model == kCommitteeSet) return policy::Unset("fee_model", "is the committee's to say, and it has not");
  if (!Charges(model)) return {};  // BIL-01: nothing is taken, so nothing is assessed.

  AFTERBELL_ASSIGN_OR_RETURN(const FeeTerms terms, FeeTermsUnder(model, lookup));
  AFTERBELL_ASSIGN_OR_RETURN(const Quantity quantity, QuantityOf(s, lookup, command, model, *stay));
  if (quantity.units == 0) return {};
  AFTERBELL_ASSIGN_OR_RETURN(const auto room, RoomOf(s, terms, command, *stay));
  AFTERBELL_ASSIGN_OR_RETURN(const Reduction reduction,
                             ReductionOf(s.rows, lookup, school_id, command.pupil_id(), days->first_on));
  const Amounts amounts = AmountsOf(quantity.units, terms.amount_fen, room, reduction.percent);
  return std::vector<BillingEvent>{
      AssessedOf(school_id, command, *stay, terms, quantity, amounts, reduction, lookup)};
}

}  // namespace afterbell::billing
