// Views and queries, on one school's money of a term.
#include "services/billing/domain/billing_kit.h"
#include "services/billing/domain/fund.h"
#include "services/billing/domain/tables.h"
#include "services/billing/projection/charges.h"
#include "services/billing/projection/fund.h"
#include "services/billing/projection/notices.h"
#include "services/billing/projection/payments.h"

namespace afterbell::billing {
namespace {

using Kit = BillingKit;

template <class Request>
Request Ask(const std::string& text = "") {
  return kit::Parse<Request>("header { school_id: 's1' } " + text);
}

// September paid and 500 fen too much, October issued, November assessed.
void Term(BillingKit& kit) {
  kit.PerMonth().Enrolled().Posted();
  kit.WhenTimeReaches("2026-10-01", "00:00");
  kit.AsAccountant().At("2026-10-08", "10:00");
  kit.When(Kit::Issue({"2026-09"}));
  kit.At("2026-10-10", "12:00");
  kit.When(Kit::Pay(8500));
  kit.WhenTimeReaches("2026-11-01", "00:00");
  kit.AsAccountant().At("2026-11-08", "10:00");
  kit.When(Kit::Issue({"2026-10"}, "2026-11-15"));
  kit.WhenTimeReaches("2026-12-01", "00:00");
  kit.AsAccountant().At("2026-12-02", "10:00");
}

TEST(GetPupilStatement, SumsWhatIsOwedAndWhatCameIn) {
  BillingKit kit;
  Term(kit);
  const auto answer =
      GetPupilStatement(kit.rows(), Ask<v1::GetPupilStatementRequest>("pupil_id: 'ana' term_id: 't1'"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->account_id(), AccountId("ana", "s1"));
  EXPECT_EQ(answer->assessed_fen(), 24000);
  EXPECT_EQ(answer->due_fen(), 8000);
  EXPECT_EQ(answer->paid_fen(), 8000);
  EXPECT_EQ(answer->unallocated_fen(), 500);
  ASSERT_EQ(answer->charges_size(), 3);
  EXPECT_EQ(answer->charges(0).state(), "paid");
  EXPECT_EQ(answer->charges(1).state(), "due");
  EXPECT_EQ(answer->charges(1).due_on(), "2026-11-15");
  EXPECT_EQ(answer->charges(2).state(), "assessed");
  ASSERT_EQ(answer->payments_size(), 1);
  EXPECT_EQ(answer->payments(0).amount_fen(), 8500);
  const auto other =
      GetPupilStatement(kit.rows(), Ask<v1::GetPupilStatementRequest>("pupil_id: 'ana' term_id: 't2'"));
  EXPECT_EQ(other->charges_size() + other->payments_size(), 0);
}

TEST(ListPupilCharges, ComesByPeriodPageByPage) {
  BillingKit kit;
  Term(kit);
  auto request =
      kit::Parse<v1::ListPupilChargesRequest>("header { school_id: 's1' page_size: 2 } pupil_id: 'ana'");
  const auto first = ListPupilCharges(kit.rows(), request);
  ASSERT_EQ(first->charges_size(), 2);
  EXPECT_EQ(first->charges(0).period(), "2026-09");
  EXPECT_EQ(first->charges(0).paid_fen(), 8000);
  request.mutable_header()->set_page_token(first->page().next_page_token());
  const auto second = ListPupilCharges(kit.rows(), request);
  ASSERT_EQ(second->charges_size(), 1);
  EXPECT_EQ(second->charges(0).period(), "2026-11");
  EXPECT_EQ(second->page().next_page_token(), "");
  EXPECT_EQ(ListPupilCharges(kit.rows(), Ask<v1::ListPupilChargesRequest>("pupil_id: 'ana' term_id: 't2'"))
                ->charges_size(),
            0);
}

TEST(ExplainCharge, NamesInputsValuesAndWhoDecided) {
  BillingKit kit;
  kit.Waived("registered_poor_household")
      .GivenPolicy("waiver", "entries { entry { name: 'registered_poor_household' value { count: 50 } } }");
  Term(kit);
  const std::string id = ChargeId("ana", kServiceFee, "2026-09");
  const auto answer = ExplainCharge(kit.rows(), Ask<v1::ExplainChargeRequest>("charge_id: '" + id + "'"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->charge().waiver_fen(), 4000);
  EXPECT_EQ(answer->enrollment_id(), "e-ana-t1");
  EXPECT_EQ(answer->notice_id(), "n1");
  ASSERT_EQ(answer->used_size(), 3);
  EXPECT_EQ(answer->used(2).key(), "waiver");
  EXPECT_EQ(answer->used(2).value(), "registered_poor_household=50");
  ASSERT_EQ(answer->waivers_size(), 1);
  EXPECT_EQ(answer->waivers(0).category(), "registered_poor_household");
  ASSERT_EQ(answer->records_size(), 3);
  EXPECT_EQ(answer->records(0).event(), "charge_assessed");
  EXPECT_EQ(answer->records(0).role(), "system");
  EXPECT_EQ(answer->records(1).event(), "charge_issued");
  EXPECT_EQ(answer->records(1).person_id(), "acc1");
  EXPECT_EQ(answer->records(2).event(), "payment_received");
  EXPECT_EQ(answer->records(2).subject_id(), "pay1");
  EXPECT_GT(answer->records(2).record().index(), answer->records(1).record().index());
  EXPECT_TRUE(
      absl::IsNotFound(ExplainCharge(kit.rows(), Ask<v1::ExplainChargeRequest>("charge_id: 'c9'")).status()));
  EXPECT_TRUE(
      absl::IsNotFound(ExplainCharge(kit.rows(), kit::Parse<v1::ExplainChargeRequest>(
                                                     "header { school_id: 's2' } charge_id: '" + id + "'"))
                           .status()));
}

// A pupil's charge of a month has the same id at two schools of a partition.
TEST(ExplainCharge, ExplainsThatOfTheSchoolAsked) {
  BillingKit kit;
  kit.Issued().There("s2").Assessed("2026-09", 5000);
  const std::string id = ChargeId("ana", kServiceFee, "2026-09");
  const auto explained = [&](const std::string& school) {
    return *ExplainCharge(kit.rows(), kit::Parse<v1::ExplainChargeRequest>("header { school_id: '" + school +
                                                                           "' } charge_id: '" + id + "'"));
  };
  EXPECT_EQ(explained("s1").charge().net_fen(), 8000);
  EXPECT_EQ(explained("s1").records_size(), 2);
  EXPECT_EQ(explained("s2").charge().net_fen(), 5000);
  EXPECT_EQ(explained("s2").records_size(), 1);
}

TEST(ListChargesToIssue, HoldsWhatIsAssessedAndNotYetDue) {
  BillingKit kit;
  Term(kit);
  const auto all = ListChargesToIssue(kit.rows(), Ask<v1::ListChargesToIssueRequest>());
  ASSERT_EQ(all->charges_size(), 1);
  EXPECT_EQ(all->charges(0).period(), "2026-11");
  EXPECT_EQ(
      ListChargesToIssue(kit.rows(), Ask<v1::ListChargesToIssueRequest>("period: '2026-10'"))->charges_size(),
      0);
}

TEST(ListChargesToIssue, LeavesOutWhatAWaiverTookWhole) {
  BillingKit kit;
  kit.Assessed("2026-09", 0);
  EXPECT_EQ(ListChargesToIssue(kit.rows(), Ask<v1::ListChargesToIssueRequest>())->charges_size(), 0);
}

TEST(ListPayments, ComesByDayAndChannelAndByWhatIsLeft) {
  BillingKit kit;
  kit.Enrolled().Issued().AsAccountant().At("2026-10-20", "10:00");
  kit.When(Kit::Pay(3000, "", "2026-10-10", "pay1")).ThenDecided();
  kit.When(Kit::Pay(6000, "", "2026-10-09", "pay2")).ThenDecided();
  const auto count = [&](const std::string& text) {
    return ListPayments(kit.rows(), Ask<v1::ListPaymentsRequest>(text))->payments_size();
  };
  const auto all = ListPayments(kit.rows(), Ask<v1::ListPaymentsRequest>());
  ASSERT_EQ(all->payments_size(), 2);
  EXPECT_EQ(all->payments(0).payment_id(), "pay2");
  EXPECT_EQ(count("from: '2026-10-10'"), 1);
  EXPECT_EQ(count("to: '2026-10-09'"), 1);
  EXPECT_EQ(count("from: '2026-10-09' to: '2026-10-10'"), 2);
  EXPECT_EQ(count("channel: 'cash'"), 0);
  EXPECT_EQ(count("unallocated_only: true"), 1);
  EXPECT_EQ(FieldOf(ListPayments(kit.rows(), Ask<v1::ListPaymentsRequest>("from: 'x'")).status()), "from");
}

TEST(ListFeeNotices, ShowsThoseThatStoodOnADay) {
  BillingKit kit;
  kit.Posted("2026-08-28")
      .Posted("2026-09-10", "model: 'per_month' amount_fen: 9000", "n2")
      .WithdrawnNotice("2026-09-12");
  const auto ids = [&](const std::string& text) {
    std::string ids;
    const auto answer = ListFeeNotices(kit.rows(), Ask<v1::ListFeeNoticesRequest>(text));
    for (const auto& line : answer->notices()) ids += line.notice_id() + " ";
    return ids;
  };
  EXPECT_EQ(ids(""), "n1 n2 ");
  EXPECT_EQ(ids("on: '2026-08-27'"), "");
  EXPECT_EQ(ids("on: '2026-08-28'"), "n1 ");
  EXPECT_EQ(ids("on: '2026-09-12'"), "n1 n2 ");
  EXPECT_EQ(ids("on: '2026-09-13'"), "n2 ");
  EXPECT_EQ(FieldOf(ListFeeNotices(kit.rows(), Ask<v1::ListFeeNoticesRequest>("on: 'x'")).status()), "on");
}

std::string Closed(BillingKit& kit, const std::string& more) {
  const auto answer =
      GetCollectionGate(kit.rows(), Ask<v1::GetCollectionGateRequest>("fee_kind: 'service_fee' " + more));
  if (!answer.ok()) return answer.status().ToString();
  std::string closed;
  for (const auto& rule : answer->closed_by()) closed += rule.rule() + " " + rule.reason() + " ";
  EXPECT_EQ(answer->open(), closed.empty());
  return closed;
}

TEST(GetCollectionGate, SaysWhichRuleHoldsMoneyBack) {
  BillingKit kit;
  kit.PerMonth().GivenPolicy("notice_before_collecting", "flag: true");
  EXPECT_EQ(Closed(kit, "period: '2026-09' on: '2026-10-08'"), "BIL-13 NOTICE_NOT_POSTED ");
  kit.Posted("2026-09-01", "model: 'per_month' amount_fen: 9000");
  EXPECT_EQ(Closed(kit, "period: '2026-09' on: '2026-10-08'"), "BIL-13 NOTICE_NOT_MATCHING ");
  kit.Posted("2026-10-08", "model: 'per_month' amount_fen: 8000", "n2");
  EXPECT_EQ(Closed(kit, "period: '2026-09' on: '2026-10-07'"), "BIL-13 NOTICE_NOT_MATCHING ");
  EXPECT_EQ(Closed(kit, "period: '2026-09' on: '2026-10-08'"), "");
  EXPECT_EQ(Closed(kit, "period: 't2' on: '2026-10-08'"), "BIL-11 LATER_TERM ");
  EXPECT_EQ(Closed(kit, "period: '2027-02' on: '2026-10-08'"), "BIL-11 LATER_TERM ");
  kit.GivenPolicy("collector", "choice: 'nobody'");
  EXPECT_EQ(Closed(kit, "period: '2026-09' on: '2026-10-08'"), "BIL-08 WRONG_COLLECTOR ");
}

TEST(GetCollectionGate, ShowsTheTermsTheCollectorAndTheNotice) {
  BillingKit kit;
  kit.PerClassHour().Posted("2026-08-28", "model: 'per_class_hour' amount_fen: 300 cap_fen: 17000");
  kit.GivenPolicy("collector", "choice: 'school'");
  const auto answer = GetCollectionGate(
      kit.rows(),
      Ask<v1::GetCollectionGateRequest>("fee_kind: 'service_fee' period: '2026-09' on: '2026-10-08'"));
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->open());
  EXPECT_EQ(answer->model(), "per_class_hour");
  EXPECT_EQ(answer->amount_fen(), 300);
  EXPECT_EQ(answer->cap_fen(), 17000);
  EXPECT_EQ(answer->collector(), "school");
  EXPECT_EQ(answer->notice_id(), "n1");
}

TEST(GetCollectionGate, IsClosedWhereTheServiceIsFreeAndSaysWhatIsUnset) {
  BillingKit free;
  free.GivenPolicy("fee_model", "choice: 'free'");
  EXPECT_EQ(Closed(free, "period: '2026-09' on: '2026-10-08'"), "BIL-01 FREE_MODEL ");
  BillingKit silent;
  const auto answer = GetCollectionGate(
      silent.rows(),
      Ask<v1::GetCollectionGateRequest>("fee_kind: 'service_fee' period: '2026-09' on: '2026-10-08'"));
  EXPECT_EQ(policy::UnsetParameter(answer.status()), "fee_model");
  EXPECT_EQ(FieldOf(GetCollectionGate(free.rows(),
                                      Ask<v1::GetCollectionGateRequest>("period: 'x' on: '2026-10-08'"))
                        .status()),
            "period");
}

TEST(GetSchoolFund, BalancesNowAndAsKnownThen) {
  BillingKit kit;
  Term(kit);
  const auto text = [](const v1::GetSchoolFundAnswer& answer) {
    std::string text;
    int64_t sum = 0;
    for (const auto& line : answer.balances()) {
      text += line.account() + "=" + std::to_string(line.balance_fen()) + " ";
      sum += line.balance_fen();
    }
    EXPECT_EQ(sum, 0);
    return text;
  };
  const auto now = GetSchoolFund(kit.rows(), Ask<v1::GetSchoolFundRequest>("fund: 'service_fee'"));
  EXPECT_EQ(text(*now),
            "bank=8500 charges_to_issue=8000 receivable_from_guardians=8000 service_income=-24000 "
            "unallocated_payments=-500 ");
  EXPECT_EQ(now->entries_size(), 13);
  EXPECT_EQ(now->entries(0).event(), "charge_assessed");
  EXPECT_EQ(now->entries(0).record().service(), "billing");
  const auto then = GetSchoolFund(
      kit.rows(),
      Ask<v1::GetSchoolFundRequest>("fund: 'service_fee' known_at { " + Stamp("2026-10-09", "00:00") + " }"));
  EXPECT_EQ(text(*then), "charges_to_issue=0 receivable_from_guardians=8000 service_income=-8000 ");
  EXPECT_EQ(then->entries_size(), 4);
}

// recorded while a notice stood, paid before it was posted.
TEST(ListEarlyCollections, FindsMoneyTakenBeforeTheNotice) {
  BillingKit kit;
  kit.Enrolled().Issued().AsAccountant().GivenPolicy("notice_before_collecting", "flag: true");
  kit.Posted("2026-10-09").At("2026-10-20", "10:00");
  kit.When(Kit::Pay(1000, "", "2026-10-08", "early")).ThenDecided();
  kit.When(Kit::Pay(1000, "", "2026-10-09", "in-time")).ThenDecided();
  const auto answer = ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>());
  ASSERT_EQ(answer->payments_size(), 1);
  EXPECT_EQ(answer->payments(0).school_id(), "s1");
  EXPECT_EQ(answer->payments(0).payment().payment_id(), "early");
  EXPECT_TRUE(answer->payments(0).before_notice());
  EXPECT_TRUE(answer->payments(0).notice_required());
  EXPECT_FALSE(answer->payments(0).later_term());
  EXPECT_EQ(answer->payments(0).notice_id(), "n1");
  EXPECT_EQ(ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>("from: '2026-10-09'"))
                ->payments_size(),
            0);
  // Over all schools of the partition.
  EXPECT_EQ(ListEarlyCollections(kit.rows(), v1::ListEarlyCollectionsRequest())->payments_size(), 1);
}

TEST(ListEarlyCollections, FindsMoneyTakenWithoutAnyNoticeAndInAGap) {
  BillingKit kit;
  kit.Enrolled().Issued().AsAccountant().At("2026-10-20", "10:00");
  kit.When(Kit::Pay(1000)).ThenDecided();
  auto answer = ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>());
  ASSERT_EQ(answer->payments_size(), 1);
  EXPECT_FALSE(answer->payments(0).notice_required());
  EXPECT_EQ(answer->payments(0).notice_id(), "");
  kit.Posted("2026-10-01");  // Told of afterwards: it did stand.
  EXPECT_EQ(ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>())->payments_size(), 0);
  kit.WithdrawnNotice("2026-10-05").Posted("2026-10-15", "model: 'per_month' amount_fen: 8000", "n2");
  answer = ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>());
  ASSERT_EQ(answer->payments_size(), 1);
  EXPECT_EQ(answer->payments(0).notice_id(), "n2");
}

//
TEST(ListEarlyCollections, FindsMoneyTakenForALaterTerm) {
  BillingKit kit;
  kit.Enrolled().AsAccountant().Posted().At("2027-02-22", "10:00");
  auto command = Kit::Pay(8000, "", "2027-02-21");
  command.mutable_record_payment()->set_term_id("t2");
  kit.When(command).ThenDecided();
  const auto answer = ListEarlyCollections(kit.rows(), Ask<v1::ListEarlyCollectionsRequest>());
  ASSERT_EQ(answer->payments_size(), 1);
  EXPECT_TRUE(answer->payments(0).later_term());
  EXPECT_FALSE(answer->payments(0).before_notice());
}

// Whatever was decided, in commits of one event, so that any part of them can be folded again.
class Recordings {
 public:
  explicit Recordings(const std::vector<BillingEvent>& events) {
    for (const BillingEvent& event : events) {
      log::v1::Commit& commit = commits_.emplace_back();
      commit.set_index(commits_.size());
      // What follows a deadline stands in a Commit that names no school.
      if (!event.has_charge_assessed()) commit.set_school_id("s1");
      *commit.mutable_recorded_at() = TimestampOf(InstantOf("2026-10-01", "00:00") + commits_.size());
      commit.add_events(event.SerializeAsString());
    }
  }
  void FoldFrom(size_t first, AllRows rows) const {
    for (size_t i = first; i < commits_.size(); ++i) {
      const Recorded recorded{commits_[i], "billing", 1};
      TheService().Evolve(recorded, rows);
      TheService().Project(recorded, rows);
    }
  }
  size_t size() const { return commits_.size(); }

 private:
  std::vector<log::v1::Commit> commits_;
};

TEST(Views, AreTheSameRowsFoldedAgainFromAnyEarlierPosition) {
  BillingKit kit;
  std::vector<BillingEvent> events;
  const auto keep = [&](const std::vector<BillingEvent>& more) {
    events.insert(events.end(), more.begin(), more.end());
  };
  kit.PerMonth().Enrolled();
  keep(kit.WhenTimeReaches("2026-11-01", "00:00").ThenDecided());
  kit.AsAccountant().At("2026-11-02", "10:00");
  keep({kit::Parse<BillingEvent>(
      "fee_notice_posted { notice_id: 'n1' amounts { fee_kind: 'service_fee' } posted_at { " +
      Stamp("2026-08-28", "09:00") + " } }")});
  keep(kit.When(Kit::Issue({"2026-09", "2026-10"})).ThenDecided());
  keep(kit.When(Kit::Pay(10000)).ThenDecided());
  keep({kit::Parse<BillingEvent>("fee_notice_withdrawn { notice_id: 'n1' withdrawn_at { " +
                                 Stamp("2026-11-03", "09:00") + " } }"),
        kit::Parse<BillingEvent>(
            "waiver_granted { waiver_id: 'w1' pupil_id: 'ana' category: 'aided_student' }"),
        BillingEvent()});
  const Recordings recordings(events);
  ASSERT_EQ(recordings.size(), 9);
  MemoryRows rows;
  recordings.FoldFrom(0, rows);
  const auto once = rows.all();
  for (size_t first = 0; first < recordings.size(); ++first) {
    recordings.FoldFrom(first, rows);
    EXPECT_EQ(rows.all(), once) << first;
  }
  // The school stands in the charge, where the Commit has none.
  EXPECT_EQ(GetPupilStatement(rows, Ask<v1::GetPupilStatementRequest>("pupil_id: 'ana'"))->charges_size(), 2);
  EXPECT_TRUE(AllRows(rows).Has(kFundBalances, {"s1", key::Word(kServiceFee), key::Word(kBank)}));
}

}  // namespace
}  // namespace afterbell::billing
