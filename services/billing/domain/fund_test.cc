// BIL-20: the fund sums to zero at every prefix, and each entry cites its event.
#include "services/billing/domain/fund.h"

#include <random>

#include "services/billing/domain/billing_kit.h"
#include "services/billing/domain/payment.h"
#include "services/billing/domain/tables.h"

namespace afterbell::billing {
namespace {

std::map<std::string, int64_t> Balances(const Rows& rows) {
  std::map<std::string, int64_t> balances;
  rows.Scan(kFundBalances, Prefix("s1"), [&](const auto& key, const state::FundBalance& balance) {
    balances[std::string(std::get<2>(key))] = balance.balance_fen();
  });
  return balances;
}

int64_t Sum(const Rows& rows) {
  int64_t sum = 0;
  for (const auto& [account, balance_fen] : Balances(rows)) sum += balance_fen;
  return sum;
}

TEST(Ledger, FollowsTheMoneyOfOneCharge) {
  BillingKit kit;
  kit.Enrolled()
      .Waived("registered_poor_household")
      .PerMonth()
      .GivenPolicy("waiver", "entries { entry { name: 'registered_poor_household' value { count: 25 } } }");
  kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided();
  EXPECT_EQ(Balances(kit.rows()),
            (std::map<std::string, int64_t>{{kToIssue, 6000}, {kWaived, 2000}, {kIncome, -8000}}));
  kit.AsAccountant().At("2026-10-02", "09:00");
  kit.When(BillingKit::Issue({"2026-09"})).ThenDecided();
  EXPECT_EQ(Balances(kit.rows()),
            (std::map<std::string, int64_t>{
                {kToIssue, 0}, {kReceivable, 6000}, {kWaived, 2000}, {kIncome, -8000}}));
  kit.When(BillingKit::Pay(6500)).ThenDecided();
  EXPECT_EQ(Balances(kit.rows()), (std::map<std::string, int64_t>{{kToIssue, 0},
                                                                  {kReceivable, 0},
                                                                  {kWaived, 2000},
                                                                  {kIncome, -8000},
                                                                  {kBank, 6500},
                                                                  {kUnallocated, -500}}));
}

TEST(Ledger, PostsNothingForWhatMovesNoMoney) {
  BillingKit kit;
  kit.Posted().WithdrawnNotice("2026-09-05").Waived("registered_poor_household");
  EXPECT_TRUE(Balances(kit.rows()).empty());
  EXPECT_TRUE(Ledger::PostingsOf(BillingEvent()).empty());
}

// Any event of money, with any amounts.
BillingEvent RandomEvent(std::mt19937& dice, int number) {
  const auto fen = [&](int below) { return static_cast<int64_t>(dice() % below); };
  const std::string id = "x" + std::to_string(number);
  BillingEvent event;
  switch (dice() % 4) {
    case 0: {
      auto& charge = *event.mutable_charge_assessed();
      charge.set_charge_id(id);
      charge.set_pupil_id("ana");
      charge.set_net_fen(fen(20000));
      charge.set_waiver_fen(fen(9000));
      charge.set_cap_removed_fen(fen(3000));
      charge.set_gross_fen(charge.net_fen() + charge.waiver_fen() + charge.cap_removed_fen());
      break;
    }
    case 1:
      event.mutable_charge_issued()->set_charge_id("x" + std::to_string(dice() % (number + 1)));
      event.mutable_charge_issued()->set_net_fen(fen(20000));
      break;
    case 2: {
      auto& payment = *event.mutable_payment_received();
      payment.set_payment_id(id);
      for (const std::string& charge : {std::string("x1"), std::string("x2"), std::string()}) {
        auto& allocation = *payment.add_allocations();
        allocation.set_charge_id(charge);
        allocation.set_amount_fen(fen(9000));
        payment.set_amount_fen(payment.amount_fen() + allocation.amount_fen());
      }
      break;
    }
    default:
      event.mutable_fee_notice_posted()->set_notice_id(id);
  }
  return event;
}

TEST(Ledger, SumsToZeroAfterEveryEventAndCitesIt) {
  std::mt19937 dice(20);
  for (int sequence = 0; sequence < 50; ++sequence) {
    BillingKit kit;
    std::map<uint64_t, BillingEvent> recorded;
    for (int number = 1; number <= 40; ++number) {
      const BillingEvent event = RandomEvent(dice, number);
      recorded[number] = event;
      kit.Given(event);
      ASSERT_EQ(Sum(kit.rows()), 0) << event.ShortDebugString();
    }
    int entries = 0;
    kit.rows().Scan(kFundEntries, Prefix(), [&](const auto& key, const state::FundEntry& entry) {
      const BillingEvent& event = recorded[entry.record().index()];
      EXPECT_EQ(entry.record().service(), "billing");
      EXPECT_EQ(entry.record().partition(), 1);
      EXPECT_EQ(std::get<0>(key), "s1");
      const std::vector<Ledger::Posting> postings = Ledger::PostingsOf(event);
      EXPECT_EQ(std::count_if(postings.begin(), postings.end(),
                              [&](const Ledger::Posting& posting) {
                                return posting.account == entry.account() &&
                                       posting.amount_fen == entry.amount_fen();
                              }),
                1)
          << event.ShortDebugString();
      ++entries;
    });
    EXPECT_GT(entries, 20);
  }
}

TEST(Ledger, PostsARecordOnceHoweverOftenItIsFolded) {
  BillingKit kit;
  kit.Issued();
  const auto before = kit.memory().all();
  log::v1::Commit commit;
  commit.set_index(1);  // As the kit recorded it.
  commit.set_school_id("s1");
  *commit.mutable_recorded_at() = TimestampOf(kit.context().recorded_at);
  *commit.mutable_occurred_at() = commit.recorded_at();
  BillingKit other;
  other.Assessed();
  BillingEvent event;
  *event.mutable_charge_assessed() =
      kit.rows().Get(kCharges, {"s1", ChargeId("ana", kServiceFee, "2026-09")})->assessed();
  commit.add_events(event.SerializeAsString());
  TheService().Evolve(Recorded{commit, "billing", 1}, kit.rows());
  EXPECT_EQ(kit.memory().all(), before);
}

}  // namespace
}  // namespace afterbell::billing
