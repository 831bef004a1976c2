#include "services/billing/projection/fund.h"

#include <map>

#include "services/billing/domain/billing_state.pb.h"
#include "services/billing/domain/fund.h"
#include "services/platform/decider/paging.h"

namespace afterbell::billing {
namespace {

using Balances = std::map<std::string, int64_t>;

Balances BalancesNow(const Rows& rows, const std::string& school_id, const std::string& fund) {
  Balances balances;
  rows.Scan<state::FundBalance>(Ledger::BalanceKey(school_id, fund, ""),
                                [&](std::string_view key, const state::FundBalance& balance) {
                                  balances[std::string(KeyPart(key, 4))] = balance.balance_fen();
                                  return true;
                                });
  return balances;
}

// Entries lie in the order they were recorded in, so the first that is later ends the walk.
Balances BalancesAsKnownAt(const Rows& rows, const std::string& prefix, Micros known_at) {
  Balances balances;
  rows.Scan<state::FundEntry>(prefix, [&](std::string_view, const state::FundEntry& entry) {
    if (MicrosOf(entry.recorded_at()) > known_at) return false;
    balances[entry.account()] += entry.amount_fen();
    return true;
  });
  return balances;
}

}  // namespace

absl::StatusOr<v1::GetSchoolFundAnswer> GetSchoolFund(const Rows& rows,
                                                      const v1::GetSchoolFundRequest& request) {
  const std::string& school_id = request.header().school_id();
  const std::string prefix = Key("s/fund_entry", school_id, request.fund(), "");
  const bool as_of = request.has_known_at();
  const Micros known_at = MicrosOf(request.known_at());
  v1::GetSchoolFundAnswer answer;
  const Balances balances =
      as_of ? BalancesAsKnownAt(rows, prefix, known_at) : BalancesNow(rows, school_id, request.fund());
  for (const auto& [account, balance_fen] : balances) {
    v1::FundBalanceLine& line = *answer.add_balances();
    line.set_account(account);
    line.set_balance_fen(balance_fen);
  }
  AFTERBELL_RETURN_IF_ERROR(
      ScanPageOf<state::FundEntry>(rows, prefix, request, request.header(), answer.mutable_page(),
                                   [&](std::string_view, const state::FundEntry& entry) {
                                     if (as_of && MicrosOf(entry.recorded_at()) > known_at) return false;
                                     v1::FundEntryLine& line = *answer.add_entries();
                                     *line.mutable_record() = entry.record();
                                     line.set_event(entry.event());
                                     line.set_subject_id(entry.subject_id());
                                     line.set_account(entry.account());
                                     line.set_amount_fen(entry.amount_fen());
                                     *line.mutable_recorded_at() = entry.recorded_at();
                                     return true;
                                   }));
  return answer;
}

}  // namespace afterbell::billing
