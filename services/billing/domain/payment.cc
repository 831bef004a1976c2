#include "services/billing/domain/payment.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "services/billing/domain/charge.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/gate.h"
#include "services/billing/domain/notice.h"
#include "services/billing/domain/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;
using v1::PaymentReceived;
using v1::RecordPayment;

using ChargeRows = std::vector<RowPtr<state::Charge>>;

std::string RefId(std::string_view school_id, std::string_view channel, std::string_view channel_ref) {
  return DerivedId("payment_ref", {school_id, channel, channel_ref});
}

ChargeRows OldestDue(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  ChargeRows charges = ChargesOf(rows, school_id, pupil_id);
  std::erase_if(charges, [](const auto& charge) { return OpenFen(*charge) <= 0; });
  std::sort(charges.begin(), charges.end(), [](const auto& a, const auto& b) {
    return std::tie(a->issued().due_on(), a->assessed().period(), a->assessed().charge_id()) <
           std::tie(b->issued().due_on(), b->assessed().period(), b->assessed().charge_id());
  });
  return charges;
}

// Those the command names, each once, or the oldest due.
Decision<BillingEvent> ChargesToMeet(const Situation& s, const RecordPayment& command, ChargeRows* charges) {
  if (command.charge_ids().empty()) {
    *charges = OldestDue(s.rows, s.context.school_id, command.pupil_id());
    return {};
  }
  for (const std::string& id : command.charge_ids()) {
    const auto same = [&](const auto& charge) { return charge->assessed().charge_id() == id; };
    if (std::any_of(charges->begin(), charges->end(), same)) continue;
    auto charge = s.rows.Get(kCharges, {s.context.school_id, id});
    if (!charge || charge->assessed().pupil_id() != command.pupil_id()) return Unknown("charge", id);
    if (!charge->has_issued()) return Refused{"BIL-13", "WRONG_STATE", id, kDue, kAssessed};
    charges->push_back(std::move(charge));
  }
  return {};
}

std::optional<Refused> Gates(const Situation& s, const RecordPayment& command, const ChargeRows& charges) {
  const std::string today = Today(s.context);
  const std::string& id = command.payment_id();
  const policy::Place place = PlaceOfPupil(s.rows, s.context.school_id, command.pupil_id());
  const Board board = BoardOf(s.rows, s.context.school_id, kServiceFee, s.context.recorded_at, FeeTerms());
  if (auto refused = PostedGate(s.policy, place, today, board, id)) return refused;
  if (auto refused = TermGate(s.rows, command.term_id(), today, id)) return refused;
  for (const auto& charge : charges) {
    if (auto refused = TermGate(s.rows, charge->assessed().term_id(), today, id)) return refused;
  }
  return CollectorGate(s.policy, place, today, s.context.role, id);
}

void Allocate(const ChargeRows& charges, PaymentReceived* payment) {
  int64_t left = payment->amount_fen();
  const auto add = [&](const std::string& charge_id, int64_t amount_fen) {
    if (amount_fen <= 0) return;
    v1::Allocation& allocation = *payment->add_allocations();
    allocation.set_charge_id(charge_id);
    allocation.set_amount_fen(amount_fen);
    left -= amount_fen;
  };
  for (const auto& charge : charges) add(charge->assessed().charge_id(), std::min(left, OpenFen(*charge)));
  add("", left);
}

}  // namespace

int64_t UnallocatedFen(const PaymentReceived& payment) {
  int64_t left = 0;
  for (const v1::Allocation& allocation : payment.allocations()) {
    if (allocation.charge_id().empty()) left += allocation.amount_fen();
  }
  return left;
}

void EvolvePaymentReceived(const Recorded& own, const PaymentReceived& event, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  rows.Put(kPayments, {school_id, event.payment_id()}, event);
  rows.Put(kPaymentRefs, {school_id, RefId(school_id, event.channel(), event.channel_ref())});
  for (const v1::Allocation& allocation : event.allocations()) {
    const auto charge = rows.Get(kCharges, {school_id, allocation.charge_id()});
    if (!charge) continue;
    const auto same = [&](const state::Met& met) { return met.payment_id() == event.payment_id(); };
    if (std::any_of(charge->met().begin(), charge->met().end(), same)) continue;
    state::Charge paid = *charge;
    state::Met& met = *paid.add_met();
    met.set_payment_id(event.payment_id());
    met.set_amount_fen(allocation.amount_fen());
    rows.Put(kCharges, {school_id, allocation.charge_id()}, std::move(paid));
  }
}

Decision<BillingEvent> DecideRecordPayment(const Situation& s, const RecordPayment& command) {
  const std::string& school_id = s.context.school_id;
  if (s.rows.Has(kPayments, {school_id, command.payment_id()}) ||
      s.rows.Has(kPaymentRefs, {school_id, RefId(school_id, command.channel(), command.channel_ref())})) {
    return {};
  }
  if (command.amount_fen() <= 0) {
    return InvalidField("amount_fen", std::to_string(command.amount_fen()), "more than 0");
  }
  if (!reference::Term(s.rows, command.term_id())) return Unknown("term", command.term_id());
  if (!IsKnownPupil(s.rows, school_id, command.pupil_id())) return Unknown("pupil", command.pupil_id());
  ChargeRows charges;
  if (Decision<BillingEvent> named = ChargesToMeet(s, command, &charges); !named.ok()) return named;
  if (const auto refused = Gates(s, command, charges)) return *refused;

  BillingEvent event;
  PaymentReceived& payment = *event.mutable_payment_received();
  payment.set_payment_id(command.payment_id());
  payment.set_account_id(AccountId(command.pupil_id(), school_id));
  payment.set_pupil_id(command.pupil_id());
  payment.set_amount_fen(command.amount_fen());
  payment.set_channel(command.channel());
  payment.set_channel_ref(command.channel_ref());
  *payment.mutable_paid_at() = command.paid_at();
  payment.set_into_account(command.into_account());
  payment.set_term_id(command.term_id());
  Allocate(charges, &payment);
  return std::vector<BillingEvent>{event};
}

}  // namespace afterbell::billing
