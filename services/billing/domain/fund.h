// The school's fund: double entry, folded from the money events by one table (BIL-20).
//
// Every event posts a set of amounts that sums to zero, all into one fund, so the accounts of a fund
// sum to zero after every event and no posting ever runs between two funds. Nobody writes an entry by
// hand: each names the record it follows from.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_FUND_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_FUND_H_

#include <string>
#include <string_view>
#include <vector>

#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

// Accounts of a fund. What guardians owe and what has come in are debits.
inline constexpr char kReceivable[] = "receivable_from_guardians";  // Issued, not yet paid.
inline constexpr char kToIssue[] = "charges_to_issue";              // Assessed, not yet issued.
inline constexpr char kWaived[] = "waived";                         // Income forgone.
inline constexpr char kIncome[] = "service_income";                 // After the cap, before waivers.
inline constexpr char kBank[] = "bank";
inline constexpr char kUnallocated[] = "unallocated_payments";  // Owed back, or to charges to come.

class Ledger {
 public:
  struct Posting {
    std::string_view account;
    int64_t amount_fen = 0;  // Debit positive, credit negative; never 0.
  };

  // The table: what an event posts. Nothing for one that moves no money.
  static std::vector<Posting> PostingsOf(const v1::BillingEvent& event);

  // Posts an event into its school's fund; the same record twice posts once.
  static void Post(const Recorded& own, const v1::BillingEvent& event, StateRows rows);
};

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_FUND_H_
