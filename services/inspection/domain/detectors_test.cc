// Each detector on planted records, and on the same records where nothing is wrong.
#include "services/inspection/domain/detectors.h"

#include "services/inspection/domain/testing.h"

namespace afterbell::inspection {
namespace {

std::string Cause(const std::string& service, int index) {
  return "causes { log_id: 'log' service: '" + service + "' partition: 1 index: " + std::to_string(index) +
         " } ";
}
std::string CaseOf(const std::string& code, const std::string& subject, const std::string& service,
                   int index) {
  return DerivedId("case", {code, subject, "log/" + service + "/1/" + std::to_string(index)});
}

// ---- adults

const attendance::v1::AttendanceEvent& CheckedIn() {
  static const auto* const kEvent = new attendance::v1::AttendanceEvent(
      Attendance("adult_checked_in { person_id: 'tea' role: 'care_teacher' session_id: 'se1' }"));
  return *kEvent;
}
const attendance::v1::AttendanceEvent& TookOver() {
  static const auto* const kEvent = new attendance::v1::AttendanceEvent(
      Attendance("group_taken_over { session_id: 'se1' by_person_id: 'tea' headcount: 20 }"));
  return *kEvent;
}

staffing::v1::StaffingEvent Cleared(const std::string& more = "") {
  return Staffing("person_cleared { person_id: 'tea' valid_from: '2026-09-01' valid_to: '2026-12-31' " +
                  more + " }");
}
staffing::v1::StaffingEvent Barred(const std::string& ground) {
  return Staffing("person_barred { person_id: 'tea' ground: " + ground + " " +
                  Instant("from_at", "2026-09-10", "12:00") + "}");
}

TEST(UnreviewedEntry, SuspectsAnAdultWhoIsNotCleared) {  // STF-15
  InspectionKit kit;
  kit.WhenHeard("attendance", CheckedIn())
      .Then(Event(
          "violation_suspected { case_id: '" + CaseOf("unreviewed_entry", "tea", "attendance", 1) +
          "' codes: 'unreviewed_entry' subject_id: 'tea' detector: 'unreviewed_entry' detector_version: 1 " +
          Cause("attendance", 1) +
          "rule: 'STF-15' limit: 'cleared on 2026-09-01 as care_teacher' met: 'none' }"));
}

TEST(UnreviewedEntry, SuspectsOneWhoTakesAGroupOver) {
  const auto events = InspectionKit().WhenHeard("attendance", TookOver()).ThenDecided();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].violation_suspected().subject_id(), "tea");
  EXPECT_EQ(events[0].violation_suspected().limit(), "cleared on 2026-09-01");
}

TEST(UnreviewedEntry, AsksForAClearanceInForceThatDayHereAndInThatRole) {
  const auto suspected = [](const staffing::v1::StaffingEvent& cleared, const std::string& date) {
    InspectionKit kit;
    kit.GivenCommons(cleared).At(date, "15:00");
    kit.WhenHeard("attendance", CheckedIn());
    return kit.rows().Has(kCases, {"s1", CaseOf("unreviewed_entry", "tea", "attendance", 1)});
  };
  EXPECT_TRUE(suspected(Cleared(), "2026-08-31"));
  EXPECT_FALSE(suspected(Cleared(), "2026-09-01"));
  EXPECT_FALSE(suspected(Cleared(), "2026-12-31"));
  EXPECT_TRUE(suspected(Cleared(), "2027-01-01"));
  EXPECT_TRUE(suspected(Cleared("school_ids: 's2'"), "2026-09-01"));
  EXPECT_FALSE(suspected(Cleared("school_ids: 's1'"), "2026-09-01"));
  EXPECT_TRUE(suspected(Cleared("roles: 'volunteer'"), "2026-09-01"));
  EXPECT_FALSE(suspected(Cleared("roles: 'care_teacher'"), "2026-09-01"));
}

TEST(UnreviewedEntry, JudgesByWhenItWasTrueNotByWhenItWasTold) {
  InspectionKit kit;
  kit.GivenCommons(Cleared()).At("2026-08-31", "15:00").RecordedAt("2026-09-05", "08:00");
  const auto events = kit.WhenHeard("attendance", CheckedIn()).ThenDecided();
  EXPECT_EQ(events[0].violation_suspected().met(), "2026-09-01..2026-12-31 as  at ");
}

TEST(UnreviewedEntry, LeavesOtherRecordsAlone) {
  InspectionKit().WhenHeard("attendance", Attendance("adult_checked_out { person_id: 'tea' }")).ThenNothing();
  InspectionKit()
      .WhenHeard("staffing", Staffing("duty_served { duty_id: 'x' person_id: 'tea' }"))
      .ThenNothing();
}

TEST(BarredAdult, SuspectsByTheGroundOfTheBar) {  // STF-13, STF-14
  const auto heard = [](const std::string& ground) {
    InspectionKit kit;
    kit.GivenCommons(Cleared()).GivenCommons(Barred(ground)).At("2026-09-10", "12:00");
    return kit.WhenHeard("attendance", CheckedIn()).ThenDecided();
  };
  const auto ethics = heard("ETHICS_PROBLEM");
  ASSERT_EQ(ethics.size(), 1u);
  EXPECT_EQ(ethics[0].ShortDebugString(),
            Event("violation_suspected { case_id: '" + CaseOf("staff_ethics", "tea", "attendance", 1) +
                  "' codes: 'staff_ethics' subject_id: 'tea' detector: 'barred_adult' detector_version: 1 " +
                  Cause("attendance", 1) +
                  "rule: 'STF-13' limit: '2026-09-10T04:00:00.000000Z' "
                  "met: '2026-09-10T04:00:00.000000Z' }")
                .ShortDebugString());
  const auto record = heard("RECORD_FOUND");
  ASSERT_EQ(record.size(), 1u);
  EXPECT_EQ(record[0].violation_suspected().codes(0), "bad_record_party");
  EXPECT_EQ(record[0].violation_suspected().rule(), "STF-14");
  EXPECT_EQ(heard("BY_ORDER")[0].violation_suspected().codes(0), "bad_record_party");
}

TEST(BarredAdult, SuspectsOneWhoTakesAGroupOverAndNobodyBeforeTheBar) {
  InspectionKit kit;
  kit.GivenCommons(Cleared()).GivenCommons(Barred("ETHICS_PROBLEM"));
  kit.At("2026-09-10", "11:59").WhenHeard("attendance", TookOver()).ThenNothing();
  kit.At("2026-09-10", "12:00").WhenHeard("attendance", TookOver()).ThenDecided();
}

TEST(Detectors, OpenACaseEachForOneRecord) {
  InspectionKit kit;  // Barred and never cleared.
  kit.GivenCommons(Barred("ETHICS_PROBLEM")).At("2026-09-11", "15:00");
  EXPECT_EQ(kit.WhenHeard("attendance", CheckedIn()).ThenDecided().size(), 2u);
}

// ---- money

const char kTerms[] = "fee_kind: 'service_fee' model: 'per_month' ";

billing::v1::BillingEvent Posted(const std::string& date, const std::string& amount = "amount_fen: 8000",
                                 const std::string& id = "n1", const std::string& terms = kTerms) {
  return Billing("fee_notice_posted { notice_id: '" + id + "' amounts { " + terms + amount + " } " +
                 Instant("posted_at", date, "09:00") + "}");
}
billing::v1::BillingEvent Withdrawn(const std::string& date) {
  return Billing("fee_notice_withdrawn { notice_id: 'n1' " + Instant("withdrawn_at", date, "09:00") + "}");
}
billing::v1::BillingEvent Assessed(
    const std::string& used = "used { key: 'fee_amount_yuan' value: '8000' }") {
  return Billing(std::string("charge_assessed { charge_id: 'c1' pupil_id: 'ana' ") + kTerms + used + " }");
}
billing::v1::BillingEvent Issued() {
  return Billing("charge_issued { charge_id: 'c1' pupil_id: 'ana' net_fen: 8000 }");
}
billing::v1::BillingEvent Paid(const std::string& date, const std::string& charge = "c1",
                               const std::string& id = "pay1") {
  return Billing("payment_received { payment_id: '" + id + "' pupil_id: 'ana' amount_fen: 8000 " +
                 Instant("paid_at", date, "09:00") + "allocations { charge_id: '" + charge +
                 "' amount_fen: 8000 } }");
}

// A place that asks for the notice first; the first record of billing heard is a charge of 80 yuan.
class MoneyKit : public InspectionKit {
 public:
  explicit MoneyKit(const std::string& flag = "true") {
    if (!flag.empty()) GivenPolicy("notice_before_collecting", "flag: " + flag, "area_id: 'd1'");
    GivenFrom("billing", Assessed());
    At("2026-09-20", "10:00");
  }
};

TEST(UnpostedCharge, SuspectsMoneyTakenBeforeTheNotice) {  // BIL-13, and both codes: D-13
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-15"));  // Record 2; the payment, told late, is record 3.
  kit.WhenHeard("billing", Paid("2026-09-10"))
      .Then(Event(
          "violation_suspected { case_id: '" + CaseOf("unposted_charge", "s1", "billing", 3) +
          "' codes: 'unposted_charge' codes: 'unlawful_charge' subject_id: 's1' detector: 'unposted_charge' "
          "detector_version: 1 " +
          Cause("billing", 3) + Cause("billing", 2) +
          "rule: 'BIL-13' limit: '2026-09-15T01:00:00.000000Z' met: '2026-09-10T01:00:00.000000Z' "
          "value_ids: 'notice_before_collecting-value1' }"));
}

TEST(UnpostedCharge, AsksForANoticeAtTheMomentOfThePayment) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-15"));
  kit.WhenHeard("billing", Paid("2026-09-15")).ThenNothing();
  kit.WhenHeard("billing", Paid("2026-09-14", "c1", "pay2")).ThenDecided();
}

TEST(UnpostedCharge, SuspectsMoneyWithoutAnyNotice) {
  const auto events = MoneyKit().WhenHeard("billing", Paid("2026-09-20")).ThenDecided();
  EXPECT_EQ(events[0].violation_suspected().limit(), "a posted notice");
  EXPECT_EQ(events[0].violation_suspected().causes_size(), 1);
}

TEST(UnpostedCharge, OpensNothingWhereThePlaceIsSilent) {  // D-01
  MoneyKit("").WhenHeard("billing", Paid("2026-09-20")).ThenNothing();
  MoneyKit("false").WhenHeard("billing", Paid("2026-09-20")).ThenNothing();
}

TEST(UnpostedCharge, SuspectsAChargeIssuedBeforeTheNotice) {
  MoneyKit kit;
  kit.WhenHeard("billing", Issued()).ThenDecided();
  MoneyKit posted;
  posted.GivenFrom("billing", Posted("2026-09-20"));
  posted.At("2026-09-20", "08:59").WhenHeard("billing", Issued()).ThenDecided();
  MoneyKit in_time;
  in_time.GivenFrom("billing", Posted("2026-09-20"));
  in_time.At("2026-09-20", "09:00").WhenHeard("billing", Issued()).ThenNothing();
}

TEST(UnpostedCharge, SuspectsANoticeThatSaysAnotherThing) {
  const auto met = [](const std::string& notice, const std::string& used,
                      const std::string& terms = kTerms) -> std::string {
    MoneyKit kit;
    kit.GivenFrom("billing", Assessed(used)).GivenFrom("billing", Posted("2026-09-01", notice, "n1", terms));
    kit.WhenHeard("billing", Paid("2026-09-20"));
    return kit.rows().Has(kCases, {"s1", CaseOf("unposted_charge", "s1", "billing", 4)}) ? "suspected"
                                                                                         : "nothing";
  };
  const std::string amount = "used { key: 'fee_amount_yuan' value: '8000' }";
  const std::string cap = " used { key: 'fee_cap' value: '17000' }";
  EXPECT_EQ(met("amount_fen: 8000", amount), "nothing");
  EXPECT_EQ(met("amount_fen: 7999", amount), "suspected");
  EXPECT_EQ(met("amount_fen: 8000 cap_fen: 17000", amount), "suspected");
  EXPECT_EQ(met("amount_fen: 8000 cap_fen: 17000", amount + cap), "nothing");
  EXPECT_EQ(met("amount_fen: 8000", amount + cap), "suspected");
  EXPECT_EQ(met("amount_fen: 8000", amount, "fee_kind: 'service_fee' model: 'per_term' "), "suspected");
  EXPECT_EQ(met("amount_fen: 8000", amount, "fee_kind: 'lunch' model: 'per_month' "), "suspected");
}

TEST(UnpostedCharge, NamesTheTermsItCompared) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01", "amount_fen: 9000 cap_fen: 20000"));
  const auto events = kit.WhenHeard("billing", Paid("2026-09-20")).ThenDecided();
  EXPECT_EQ(events[0].violation_suspected().limit(), "per_month 8000");
  EXPECT_EQ(events[0].violation_suspected().met(), "per_month 9000 at most 20000");
  EXPECT_EQ(events[0].violation_suspected().causes(1).index(), 2u);
}

// A pupil's charge of a month has the same id at two schools of a partition.
TEST(UnpostedCharge, ComparesWithTheChargeOfItsSchool) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01")).AtSchool("s2");
  kit.GivenFrom("billing", Assessed("used { key: 'fee_amount_yuan' value: '5000' }"));
  kit.AtSchool("s1").WhenHeard("billing", Paid("2026-09-20")).ThenNothing();
  kit.AtSchool("s2").GivenFrom("billing", Posted("2026-09-01"));
  const auto events = kit.WhenHeard("billing", Paid("2026-09-20")).ThenDecided();
  EXPECT_EQ(events[0].violation_suspected().limit(), "per_month 5000");
  EXPECT_EQ(events[0].violation_suspected().met(), "per_month 8000");
}

TEST(UnpostedCharge, TakesAnyNoticeForMoneyThatMeetsNoCharge) {
  MoneyKit kit;
  kit.WhenHeard("billing", Paid("2026-09-20", "")).ThenDecided();
  kit.GivenFrom("billing", Posted("2026-09-01", "amount_fen: 1"));
  kit.WhenHeard("billing", Paid("2026-09-20", "", "pay2")).ThenNothing();
}

TEST(UnpostedCharge, TakesOneMatchingNoticeOfSeveral) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01", "amount_fen: 1", "n0"))
      .GivenFrom("billing", Posted("2026-09-02"));
  kit.WhenHeard("billing", Paid("2026-09-20")).ThenNothing();
}

TEST(UnpostedCharge, SuspectsMoneyTakenAfterTheNoticeWasWithdrawn) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01")).GivenFrom("billing", Withdrawn("2026-09-18"));
  kit.WhenHeard("billing", Paid("2026-09-17")).ThenNothing();
  kit.WhenHeard("billing", Paid("2026-09-18", "c1", "pay2")).ThenDecided();
}

TEST(UnpostedCharge, FindsMoneyThatAWithdrawalToldLateUncovers) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01"));                // Record 2
  kit.GivenFrom("billing", Paid("2026-09-17", "c1", "before"));  // 3
  kit.GivenFrom("billing", Paid("2026-09-18", "c1", "at"));      // 4
  kit.GivenFrom("billing", Paid("2026-09-19", "c1", "after"));   // 5
  const auto events = kit.WhenHeard("billing", Withdrawn("2026-09-18")).ThenDecided();
  ASSERT_EQ(events.size(), 1u);
  const auto& suspected = events[0].violation_suspected();
  EXPECT_EQ(suspected.case_id(), CaseOf("unposted_charge", "s1", "billing", 6));
  ASSERT_EQ(suspected.causes_size(), 3);
  EXPECT_EQ(suspected.causes(1).index(), 4u);
  EXPECT_EQ(suspected.causes(2).index(), 5u);
  EXPECT_EQ(suspected.limit(), "2026-09-18T01:00:00.000000Z");
  EXPECT_EQ(suspected.met(), "2026-09-18T01:00:00.000000Z");
}

TEST(UnpostedCharge, LeavesAWithdrawalInGoodTimeAlone) {
  MoneyKit kit;
  kit.GivenFrom("billing", Posted("2026-09-01")).GivenFrom("billing", Paid("2026-09-17"));
  kit.WhenHeard("billing", Withdrawn("2026-09-18")).ThenNothing();
  MoneyKit silent("");
  silent.GivenFrom("billing", Posted("2026-09-01")).GivenFrom("billing", Paid("2026-09-19"));
  silent.WhenHeard("billing", Withdrawn("2026-09-18")).ThenNothing();
  // What no notice covered before is another case, opened when it was heard.
  MoneyKit never;
  never.GivenFrom("billing", Posted("2026-09-01", "amount_fen: 1")).GivenFrom("billing", Paid("2026-09-19"));
  never.WhenHeard("billing", Withdrawn("2026-09-18")).ThenNothing();
}

TEST(UnpostedCharge, OpensOneCaseForARecordOfManyCharges) {
  MoneyKit kit;
  log::v1::Commit commit;
  commit.set_index(9);
  commit.set_school_id("s1");
  *commit.mutable_occurred_at() = TimestampOf(InstantOf("2026-09-20", "10:00"));
  commit.add_events(Issued().SerializeAsString());
  commit.add_events(Issued().SerializeAsString());
  const Recorded cause{commit, "billing", 1};
  policy::Policy policy(kit.rows());
  EXPECT_EQ(TheInspection().ReactTo(Situation{kit.context(), kit.rows(), policy}, cause).size(), 1u);
  commit.clear_school_id();  // A case stands at a school.
  EXPECT_EQ(TheInspection().ReactTo(Situation{kit.context(), kit.rows(), policy}, cause).size(), 0u);
}

TEST(Intake, GivesTheSameRowsWhenARecordIsFoldedTwice) {
  MoneyKit kit;
  log::v1::Commit commits[3];
  const billing::v1::BillingEvent events[] = {Posted("2026-09-01"), Withdrawn("2026-09-18"),
                                              Paid("2026-09-19")};
  for (int i = 0; i < 3; ++i) {
    commits[i].set_index(i + 1);
    commits[i].set_school_id("s1");
    commits[i].add_events(events[i].SerializeAsString());
    TheInspection().Fold(Recorded{commits[i], "billing", 1}, kit.rows());
  }
  const MemoryRows once = kit.memory();
  for (const log::v1::Commit& commit : commits)
    TheInspection().Fold(Recorded{commit, "billing", 1}, kit.rows());
  EXPECT_EQ(once.all(), kit.memory().all());
}

}  // namespace
}  // namespace afterbell::inspection
