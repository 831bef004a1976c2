// IssueCharge and its gates.
#include "services/billing/domain/billing_kit.h"

namespace afterbell::billing {
namespace {

using Kit = BillingKit;

// One month's charge in a place that charges by the month, the day after its end.
BillingKit& Ready(BillingKit& kit) {
  kit.PerMonth().Enrolled().Assessed().AsAccountant().At("2026-10-08", "10:00");
  return kit;
}

TEST(IssueCharge, MakesAChargePayable) {
  BillingKit kit;
  Ready(kit);
  kit.When(Kit::Issue({"2026-09"})).Then(Kit::IssuedEvent("2026-09", 8000, "2026-10-15"));
}

TEST(IssueCharge, NamesTheNoticeThatStoodAndMatched) {
  BillingKit kit;
  Ready(kit).Posted();
  kit.When(Kit::Issue({"2026-09"})).Then(Kit::IssuedEvent("2026-09", 8000, "2026-10-15", "n1"));
}

TEST(IssueCharge, IssuesABatchWholeOrNotAtAll) {
  BillingKit kit;
  Ready(kit).Assessed("2026-10", 8000).Assessed("2027-03", 8000, "t2");
  kit.When(Kit::Issue({"2026-09", "2027-03"})).ThenRefused("BIL-11", "LATER_TERM");
  kit.When(Kit::Issue({"2026-09", "2026-10", "2026-09"}))
      .Then(Kit::IssuedEvent("2026-09", 8000, "2026-10-15"), Kit::IssuedEvent("2026-10", 8000, "2026-10-15"));
}

TEST(IssueCharge, StaysQuietAboutThoseIssuedAndIssuesTheRest) {
  BillingKit kit;
  Ready(kit).Issued().Assessed("2026-10", 8000);
  kit.When(Kit::Issue({"2026-09"})).ThenNothing();
  kit.When(Kit::Issue({"2026-09", "2026-10"})).Then(Kit::IssuedEvent("2026-10", 8000, "2026-10-15"));
}

TEST(IssueCharge, RefusesToMoveADueDate) {
  BillingKit kit;
  Ready(kit).Issued();
  const Refused refused =
      kit.When(Kit::Issue({"2026-09"}, "2026-11-15")).ThenRefused("BIL-13", "WRONG_STATE");
  EXPECT_EQ(refused.limit, "assessed");
  EXPECT_EQ(refused.met, "due");
}

TEST(IssueCharge, AsksForChargesOfThisSchool) {
  BillingKit kit;
  Ready(kit);
  kit.When(Kit::Issue({})).ThenInvalid("charge_ids");
  kit.When(Kit::Issue({"2026-12"})).ThenNotFound();
}

// A pupil's charge of a month has the same id at two schools of a partition.
TEST(IssueCharge, IssuesThatOfItsSchoolAlone) {
  BillingKit kit;
  Ready(kit).Issued().There("s2");
  kit.When(Kit::Issue({"2026-09"})).ThenNotFound();
  kit.Enrolled().Assessed("2026-09", 5000);
  EXPECT_EQ(kit.When(Kit::Issue({"2026-09"})).ThenDecided()[0].charge_issued().net_fen(), 5000);
}

TEST(IssueCharge, KnowsNoPeriodOfATermThatWasNotOpened) {
  BillingKit kit;
  Ready(kit).Assessed("t9", 8000, "t9");
  kit.When(Kit::Issue({"t9"})).ThenNotFound();
}

// BIL-01.
TEST(IssueCharge, RefusesWhatThePolicyOfItsPeriodMakesFree) {
  BillingKit kit;
  kit.Enrolled()
      .Assessed()
      .AsAccountant()
      .At("2026-10-08", "10:00")
      .GivenPolicy("fee_model", "choice: 'free'");
  const Refused refused = kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-01", "FREE_MODEL");
  EXPECT_EQ(refused.met, "free");
  EXPECT_EQ(refused.parameter, "fee_model");
}

// Where nothing is charged there is no charge to issue, and asking for one is still refused as such.
TEST(IssueCharge, RefusesAChargeThereIsNotWhereTheServiceIsFree) {
  BillingKit kit;
  kit.Enrolled().AsAccountant().At("2026-10-08", "10:00").GivenPolicy("fee_model", "choice: 'free'");
  EXPECT_EQ(kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-01", "FREE_MODEL").subject,
            ChargeId("ana", kServiceFee, "2026-09"));
  BillingKit silent;
  silent.AsAccountant();
  silent.When(Kit::Issue({"2026-09"})).ThenNotFound();
}

// BIL-13, D-01.
TEST(IssueCharge, RefusesWhileNoNoticeStandsWhereOneIsRequired) {
  BillingKit kit;
  Ready(kit).GivenPolicy("notice_before_collecting", "flag: true");
  const Refused refused = kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-13", "NOTICE_NOT_POSTED");
  EXPECT_EQ(refused.parameter, "notice_before_collecting");
  kit.Posted("2026-10-09");
  kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-13", "NOTICE_NOT_POSTED");
  kit.At("2026-10-09", "09:00");
  kit.When(Kit::Issue({"2026-09"})).ThenDecided();
}

TEST(IssueCharge, RefusesAfterTheNoticeWasTakenDown) {
  BillingKit kit;
  Ready(kit).Posted().WithdrawnNotice("2026-10-01").GivenPolicy("notice_before_collecting", "flag: true");
  kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-13", "NOTICE_NOT_POSTED");
}

TEST(IssueCharge, RefusesWhileTheNoticeSaysAnotherAmount) {
  BillingKit kit;
  Ready(kit).Posted("2026-08-28", "model: 'per_month' amount_fen: 9000 cap_fen: 1");
  kit.GivenPolicy("notice_before_collecting", "flag: true");
  const Refused refused = kit.When(Kit::Issue({"2026-09"})).ThenRefused("BIL-13", "NOTICE_NOT_MATCHING");
  EXPECT_EQ(refused.limit, "per_month 8000");
  EXPECT_EQ(refused.met, "per_month 9000 at most 1");
  kit.Posted("2026-08-29", "model: 'per_month' amount_fen: 8000", "n2");
  kit.When(Kit::Issue({"2026-09"})).Then(Kit::IssuedEvent("2026-09", 8000, "2026-10-15", "n2"));
}

TEST(IssueCharge, AsksForNoNoticeWhereNoneIsRequired) {
  BillingKit kit;
  Ready(kit).Posted("2026-08-28", "model: 'per_month' amount_fen: 9000");
  kit.When(Kit::Issue({"2026-09"})).Then(Kit::IssuedEvent("2026-09", 8000, "2026-10-15"));
}

// BIL-11.
TEST(IssueCharge, RefusesATermThatHasNotBegunUntilItsFirstDay) {
  BillingKit kit;
  Ready(kit).Assessed("2027-03", 8000, "t2").At("2027-02-21", "23:59");
  const Refused refused = kit.When(Kit::Issue({"2027-03"})).ThenRefused("BIL-11", "LATER_TERM");
  EXPECT_EQ(refused.limit, "2027-02-22");
  EXPECT_EQ(refused.met, "2027-02-21");
  kit.At("2027-02-22", "00:00");
  kit.When(Kit::Issue({"2027-03"})).ThenDecided();
}

// BIL-08.
TEST(IssueCharge, IsTheCollectorsToAskFor) {
  const struct {
    const char* collector;
    const char* role;
    bool may;
  } cases[] = {
      {"school", "school_accountant", true},
      {"school", "principal", true},
      {"school", "parents_committee", false},
      {"parents_committee", "parents_committee", true},
      {"parents_committee", "school_accountant", false},
      {"third_party", "third_party_institution", true},
      {"third_party", "principal", false},
      {"nobody", "school_accountant", false},
  };
  for (const auto& one : cases) {
    BillingKit kit;
    Ready(kit).As(one.role, "p1").GivenPolicy("collector", std::string("choice: '") + one.collector + "'");
    auto outcome = kit.When(Kit::Issue({"2026-09"}));
    if (one.may) {
      outcome.ThenDecided();
    } else {
      const Refused refused = outcome.ThenRefused("BIL-08", "WRONG_COLLECTOR");
      EXPECT_EQ(refused.limit, one.collector);
      EXPECT_EQ(refused.met, one.role);
    }
  }
}

TEST(IssueCharge, TurnsNobodyAwayWhereTheCollectorOfTheServiceFeeIsNotNamed) {
  for (const char* value : {"unset {}", "entries { entry { name: 'lunch' value { choice: 'nobody' } } }"}) {
    BillingKit kit;
    Ready(kit).GivenPolicy("collector", value);
    kit.When(Kit::Issue({"2026-09"})).ThenDecided();
  }
}

}  // namespace
}  // namespace afterbell::billing
