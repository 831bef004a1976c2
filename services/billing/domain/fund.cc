#include "services/billing/domain/fund.h"

#include "services/billing/domain/charge.h"
#include "services/billing/domain/event_name.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/payment.h"
#include "services/billing/domain/tables.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;
using Posting = Ledger::Posting;

std::string SubjectOf(const BillingEvent& event) {
  switch (event.event_case()) {
    case BillingEvent::kChargeAssessed:
      return event.charge_assessed().charge_id();
    case BillingEvent::kChargeIssued:
      return event.charge_issued().charge_id();
    case BillingEvent::kPaymentReceived:
      return event.payment_received().payment_id();
    default:
      return {};
  }
}

std::string SchoolOfEvent(const Recorded& own, const BillingEvent& event) {
  return event.has_charge_assessed() ? SchoolOf(own, event.charge_assessed()) : own.commit.school_id();
}

}  // namespace

std::vector<Posting> Ledger::PostingsOf(const BillingEvent& event) {
  std::vector<Posting> postings;
  switch (event.event_case()) {
    case BillingEvent::kChargeAssessed: {
      const auto& charge = event.charge_assessed();
      postings = {{kToIssue, charge.net_fen()},
                  {kWaived, charge.waiver_fen()},
                  {kIncome, -(charge.net_fen() + charge.waiver_fen())}};
      break;
    }
    case BillingEvent::kChargeIssued: {
      const int64_t net_fen = event.charge_issued().net_fen();
      postings = {{kReceivable, net_fen}, {kToIssue, -net_fen}};
      break;
    }
    case BillingEvent::kPaymentReceived: {
      const int64_t amount_fen = event.payment_received().amount_fen();
      const int64_t left_fen = UnallocatedFen(event.payment_received());
      postings = {{kBank, amount_fen}, {kReceivable, -(amount_fen - left_fen)}, {kUnallocated, -left_fen}};
      break;
    }
    default:
      break;  // Notices and waivers move no money: a waiver works in the charge.
  }
  std::erase_if(postings, [](const Posting& posting) { return posting.amount_fen == 0; });
  return postings;
}

void Ledger::Post(const Recorded& own, const BillingEvent& event, StateRows rows) {
  const std::string school_id = SchoolOfEvent(own, event);
  const std::string subject_id = SubjectOf(event);
  const std::string name = EventName(event);
  const key::Word fund(kServiceFee);
  for (const Posting& posting : PostingsOf(event)) {
    const key::Word account(posting.account);
    const decltype(kFundEntries)::Key key = {
        school_id, fund, key::Index(own.commit.index()), subject_id, key::Word(name), account};
    if (rows.Has(kFundEntries, key)) continue;
    state::FundEntry entry;
    entry.set_account(std::string(posting.account));
    entry.set_amount_fen(posting.amount_fen);
    entry.set_event(name);
    entry.set_subject_id(subject_id);
    *entry.mutable_record() = own.Id();
    *entry.mutable_recorded_at() = own.commit.recorded_at();
    rows.Put(kFundEntries, key, std::move(entry));
    auto balance = rows.GetOrEmpty(kFundBalances, {school_id, fund, account});
    balance.set_balance_fen(balance.balance_fen() + posting.amount_fen);
    rows.Put(kFundBalances, {school_id, fund, account}, std::move(balance));
  }
}

}  // namespace afterbell::billing
