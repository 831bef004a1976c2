#include "services/billing/projection/fund.h"

#include <map>

#include "services/billing/domain/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::billing {
namespace {

using Balances = std::map<std::string, int64_t>;

Balances BalancesNow(const QueryRows& rows, const std::string& school_id, const std::string& fund) {
  Balances balances;
  rows.Scan(kFundBalances, Prefix(school_id, key::Word(fund)),
            [&](const auto& key, const state::FundBalance& balance) {
              const auto& [school, name, account] = key;
              balances[std::string(account)] = balance.balance_fen();
            });
  return balances;
}

// Entries lie in the order they were recorded in, so the first that is later ends the walk.
Balances BalancesAsKnownAt(const QueryRows& rows, const std::string& school_id, const std::string& fund,
                           Micros known_at) {
  Balances balances;
  rows.Scan(kFundEntries, Prefix(school_id, key::Word(fund)), [&](const state::FundEntry& entry) {
    if (MicrosOf(entry.recorded_at()) > known_at) return false;
    balances[entry.account()] += entry.amount_fen();
    return true;
  });
  return balances;
}

}  // namespace

absl::StatusOr<v1::GetSchoolFundAnswer> GetSchoolFund(const QueryRows& rows,
                                                      const v1::GetSchoolFundRequest& request) {
  const std::string& school_id = request.header().school_id();
  const bool as_of = request.has_known_at();
  const Micros known_at = MicrosOf(request.known_at());
  v1::GetSchoolFundAnswer answer;
  const Balances balances = as_of ? BalancesAsKnownAt(rows, school_id, request.fund(), known_at)
                                  : BalancesNow(rows, school_id, request.fund());
  for (const auto& [account, balance_fen] : balances) {
    v1::FundBalanceLine& line = *answer.add_balances();
    line.set_account(account);
    line.set_balance_fen(balance_fen);
  }
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kFundEntries, Prefix(school_id, key::Word(request.fund())),
                                     request, request.header(), answer.mutable_page(),
                                     [&](const state::FundEntry& entry) {
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
