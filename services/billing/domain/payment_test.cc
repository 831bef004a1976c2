// RecordPayment: gates, and which charges a payment meets.
#include "services/billing/domain/payment.h"

#include "services/billing/domain/billing_kit.h"
#include "services/billing/domain/tables.h"

namespace afterbell::billing {
namespace {

using Kit = BillingKit;

BillingKit& Ready(BillingKit& kit) {
  kit.Enrolled().AsAccountant().At("2026-10-10", "12:00");
  return kit;
}

// "2026-09:8000 left:500"
std::string AllocationText(const v1::PaymentReceived& payment) {
  std::string text;
  for (const auto& allocation : payment.allocations()) {
    std::string name = "left";
    for (const char* period : {"2026-09", "2026-10", "2026-11"}) {
      if (allocation.charge_id() == ChargeId("ana", kServiceFee, period)) name = period;
    }
    if (!text.empty()) text += " ";
    text += name + ":" + std::to_string(allocation.amount_fen());
  }
  return text;
}

std::string Named(const std::string& period) {
  return "charge_ids: '" + ChargeId("ana", kServiceFee, period) + "' ";
}

TEST(RecordPayment, MeetsTheChargeAndKeepsWhatWasSaid) {
  BillingKit kit;
  Ready(kit).Issued();
  const auto payment = kit.When(Kit::Pay(8000)).ThenDecided()[0].payment_received();
  EXPECT_EQ(AllocationText(payment), "2026-09:8000");
  EXPECT_EQ(payment.account_id(), AccountId("ana", "s1"));
  EXPECT_EQ(payment.channel_ref(), "ref-pay1");
  EXPECT_EQ(payment.into_account(), "school");
  EXPECT_EQ(payment.term_id(), "t1");
  EXPECT_EQ(MicrosOf(payment.paid_at()), InstantOf("2026-10-10", "10:00"));
  const auto charge = kit.rows().Get(kCharges, {"s1", ChargeId("ana", kServiceFee, "2026-09")});
  EXPECT_EQ(StateOf(*charge), "paid");
}

TEST(RecordPayment, MeetsTheOldestDueFirstAndLeavesTheRestUnallocated) {
  BillingKit kit;
  Ready(kit).Issued("2026-10", 8000, "2026-11-15").Issued("2026-09", 8000, "2026-10-15").Assessed("2026-11");
  EXPECT_EQ(AllocationText(kit.When(Kit::Pay(10000)).ThenDecided()[0].payment_received()),
            "2026-09:8000 2026-10:2000");
  EXPECT_EQ(
      AllocationText(kit.When(Kit::Pay(7000, "", "2026-10-10", "pay2")).ThenDecided()[0].payment_received()),
      "2026-10:6000 left:1000");
}

TEST(RecordPayment, MeetsTheChargesItNamesInTheirOrder) {
  BillingKit kit;
  Ready(kit).Issued("2026-09", 8000).Issued("2026-10", 8000);
  EXPECT_EQ(
      AllocationText(
          kit.When(Kit::Pay(9000, Named("2026-10") + Named("2026-10"))).ThenDecided()[0].payment_received()),
      "2026-10:8000 left:1000");
}

TEST(RecordPayment, KeepsMoneyForAChargeThatIsPaidUnallocated) {
  BillingKit kit;
  Ready(kit).Issued();
  kit.When(Kit::Pay(8000)).ThenDecided();
  EXPECT_EQ(AllocationText(kit.When(Kit::Pay(8000, Named("2026-09"), "2026-10-10", "pay2"))
                               .ThenDecided()[0]
                               .payment_received()),
            "left:8000");
}

TEST(RecordPayment, KeepsMoneyThatComesBeforeAnyCharge) {
  BillingKit kit;
  Ready(kit);
  EXPECT_EQ(AllocationText(kit.When(Kit::Pay(8000)).ThenDecided()[0].payment_received()), "left:8000");
}

TEST(RecordPayment, StaysQuietAboutAReferenceItHas) {
  BillingKit kit;
  Ready(kit).Issued();
  kit.When(Kit::Pay(8000)).ThenDecided();
  auto again = Kit::Pay(8000, "", "2026-10-10", "pay2");
  again.mutable_record_payment()->set_channel_ref("ref-pay1");
  kit.When(again).ThenNothing();
  again.mutable_record_payment()->set_channel("cash");
  kit.When(again).ThenDecided();
}

// A partition holds many schools.
TEST(RecordPayment, IsOfItsSchoolAlone) {
  BillingKit kit;
  Ready(kit).Issued();
  kit.When(Kit::Pay(8000)).ThenDecided();
  kit.There("s2");
  kit.When(Kit::Pay(8000, "", "2026-10-10", "pay2")).ThenNotFound();  // No pupil of theirs.
  kit.Enrolled().Issued("2026-09", 5000);
  const auto payment = kit.When(Kit::Pay(8000)).ThenDecided()[0].payment_received();
  EXPECT_EQ(AllocationText(payment), "2026-09:5000 left:3000");
  kit.There("s1");
  EXPECT_EQ(StateOf(*kit.rows().Get(kCharges, {"s1", ChargeId("ana", kServiceFee, "2026-09")})), "paid");
  EXPECT_EQ(
      AllocationText(kit.When(Kit::Pay(100, "", "2026-10-10", "pay2")).ThenDecided()[0].payment_received()),
      "left:100");
}

TEST(RecordPayment, AsksForAnAmountAPupilATermAndChargesThatAreKnown) {
  BillingKit kit;
  Ready(kit).Assessed();
  kit.When(Kit::Pay(0)).ThenInvalid("amount_fen");
  kit.When(Kit::Pay(1, "charge_ids: 'c9'")).ThenNotFound();
  auto command = Kit::Pay(1);
  command.mutable_record_payment()->set_pupil_id("bo");
  kit.When(command).ThenNotFound();
  command = Kit::Pay(1);
  command.mutable_record_payment()->set_term_id("t9");
  kit.When(command).ThenNotFound();
}

TEST(RecordPayment, RefusesAChargeThatWasNotIssued) {
  BillingKit kit;
  Ready(kit).Assessed();
  const Refused refused = kit.When(Kit::Pay(8000, Named("2026-09"))).ThenRefused("BIL-13", "WRONG_STATE");
  EXPECT_EQ(refused.limit, "due");
  EXPECT_EQ(refused.met, "assessed");
}

// BIL-13: the gate asks about now; what was paid too early is found later (H-09).
TEST(RecordPayment, RefusesWhileNoNoticeStandsWhereOneIsRequired) {
  BillingKit kit;
  Ready(kit).Issued().GivenPolicy("notice_before_collecting", "flag: true");
  kit.When(Kit::Pay(8000)).ThenRefused("BIL-13", "NOTICE_NOT_POSTED");
  kit.Posted("2026-10-10");
  kit.When(Kit::Pay(8000, "", "2026-09-20")).ThenDecided();
}

TEST(RecordPayment, IsNotHeldByANoticeOfAnotherAmount) {
  BillingKit kit;
  Ready(kit).Issued().Posted("2026-08-28", "model: 'per_month' amount_fen: 1");
  kit.GivenPolicy("notice_before_collecting", "flag: true");
  kit.When(Kit::Pay(8000)).ThenDecided();
}

// BIL-11.
TEST(RecordPayment, RefusesMoneyForATermThatHasNotBegun) {
  BillingKit kit;
  Ready(kit).At("2027-02-21", "12:00");
  auto command = Kit::Pay(8000, "", "2027-02-20");
  command.mutable_record_payment()->set_term_id("t2");
  const Refused refused = kit.When(command).ThenRefused("BIL-11", "LATER_TERM");
  EXPECT_EQ(refused.limit, "2027-02-22");
  EXPECT_EQ(refused.met, "2027-02-21");
  // Told of late, when the term has begun: recorded, and found as early.
  kit.RecordedAt("2027-02-22", "08:00");
  kit.When(command).ThenDecided();
}

TEST(RecordPayment, RefusesMoneyForAChargeOfATermThatHasNotBegun) {
  BillingKit kit;
  Ready(kit).Issued("2027-03", 8000, "2027-03-15", "t2");
  kit.When(Kit::Pay(8000, Named("2027-03"))).ThenRefused("BIL-11", "LATER_TERM");
}

// BIL-08.
TEST(RecordPayment, IsTheCollectorsToRecord) {
  BillingKit kit;
  Ready(kit).Issued().GivenPolicy("collector", "choice: 'parents_committee'");
  const Refused refused = kit.When(Kit::Pay(8000)).ThenRefused("BIL-08", "WRONG_COLLECTOR");
  EXPECT_EQ(refused.limit, "parents_committee");
  EXPECT_EQ(refused.met, "school_accountant");
  kit.As("parents_committee", "pc1");
  kit.When(Kit::Pay(8000)).ThenDecided();
}

}  // namespace
}  // namespace afterbell::billing
