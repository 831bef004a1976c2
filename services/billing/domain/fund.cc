#include "services/billing/domain/fund.h"

#include "services/billing/domain/charge.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/payment.h"
#include "services/billing/domain/record_keys.h"

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

std::string Ledger::BalanceKey(std::string_view school_id, std::string_view fund, std::string_view account) {
  return Key("s/fund", school_id, fund, account);
}

void Ledger::Post(const Recorded& own, const BillingEvent& event, MutableRows& rows) {
  const std::string school_id = SchoolOfEvent(own, event);
  const std::string subject_id = SubjectOf(event);
  const std::string name = EventName(event);
  for (const Posting& posting : PostingsOf(event)) {
    const std::string key = Key("s/fund_entry", school_id, kServiceFee, IndexText(own.commit.index()),
                                subject_id, name, posting.account);
    if (rows.Has(key)) continue;
    state::FundEntry entry;
    entry.set_account(std::string(posting.account));
    entry.set_amount_fen(posting.amount_fen);
    entry.set_event(name);
    entry.set_subject_id(subject_id);
    *entry.mutable_record() = own.Id();
    *entry.mutable_recorded_at() = own.commit.recorded_at();
    rows.Put(key, entry);
    const std::string balance_key = BalanceKey(school_id, kServiceFee, posting.account);
    auto balance = rows.GetOrEmpty<state::FundBalance>(balance_key);
    balance.set_balance_fen(balance.balance_fen() + posting.amount_fen);
    rows.Put(balance_key, balance);
  }
}

}  // namespace afterbell::billing
