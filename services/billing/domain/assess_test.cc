// AssessCharge, through the reactions and deadlines that ask for it.
#include "services/billing/domain/billing_kit.h"
#include "services/billing/domain/commands.h"

namespace afterbell::billing {
namespace {

using v1::ChargeAssessed;

constexpr char kPoor[] = "registered_poor_household";
constexpr char kHalf[] = "entries { entry { name: 'registered_poor_household' value { count: 50 } } }";

std::string UsedText(const ChargeAssessed& charge) {
  std::string text;
  for (const auto& used : charge.used()) text += used.key() + "=" + used.value() + " ";
  return text;
}

// BIL-02: Jilin district, 80 yuan a pupil-month.
TEST(MonthEnd, ChargesAWholeMonth) {
  BillingKit kit;
  kit.PerMonth().Enrolled();
  const auto events = kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 1);
  const ChargeAssessed& charge = events[0].charge_assessed();
  EXPECT_EQ(charge.charge_id(), ChargeId("ana", kServiceFee, "2026-09"));
  EXPECT_EQ(charge.account_id(), AccountId("ana", "s1"));
  EXPECT_EQ(charge.school_id(), "s1");
  EXPECT_EQ(charge.term_id(), "t1");
  EXPECT_EQ(charge.enrollment_id(), "e-ana-t1");
  EXPECT_EQ(charge.model(), "per_month");
  EXPECT_EQ(charge.units(), 1);
  EXPECT_EQ(charge.gross_fen(), 8000);
  EXPECT_EQ(charge.net_fen(), 8000);
  EXPECT_EQ(UsedText(charge), "fee_model=per_month fee_amount_yuan=8000 ");
  EXPECT_FALSE(charge.used(1).value_id().empty());
  EXPECT_FALSE(charge.provisional());
}

TEST(MonthEnd, ComesWithTheFirstInstantAfterTheMonth) {
  BillingKit kit;
  kit.PerMonth().Enrolled();
  kit.WhenTimeReaches("2026-09-30", "23:59").ThenNothing();
  kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided();
}

TEST(MonthEnd, ChargesEveryMonthOfTheTermAndNoneAfterIt) {
  BillingKit kit;
  kit.PerMonth().Enrolled();
  const auto events = kit.WhenTimeReaches("2027-09-01", "00:00").ThenDecided();
  std::string periods;
  for (const auto& event : events) periods += event.charge_assessed().period() + " ";
  EXPECT_EQ(periods, "2026-09 2026-10 2026-11 2026-12 2027-01 ");
}

TEST(MonthEnd, ChargesAMonthInWhichThePupilJoined) {
  BillingKit kit;
  kit.PerMonth().Enrolled("ana", "2026-09-21");
  EXPECT_EQ(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(), 8000);
}

// S-03: no source says what is owed of a part month.
TEST(MonthEnd, StopsAtAMonthThePupilLeftInUntilPolicySaysWhatIsGivenBack) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Withdrawn("2026-09-15");
  kit.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("withdrawal_refund");
  BillingKit settled;
  settled.PerMonth().Enrolled().Withdrawn("2026-09-15").GivenPolicy("withdrawal_refund", "choice: 'none'");
  EXPECT_EQ(settled.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(),
            8000);
  BillingKit partly;
  partly.PerMonth()
      .Enrolled()
      .Withdrawn("2026-09-15")
      .GivenPolicy("withdrawal_refund", "choice: 'actual_days'");
  partly.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("withdrawal_refund");
}

TEST(MonthEnd, EndsWithTheStay) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Withdrawn("2026-10-01");
  const auto events = kit.WhenTimeReaches("2027-09-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].charge_assessed().period(), "2026-09");
}

TEST(MonthEnd, NeverComesForAStayThatEndedBeforeItBegan) {
  BillingKit kit;
  kit.PerMonth().Enrolled("ana", "2026-09-10").Withdrawn("2026-09-05");
  kit.WhenTimeReaches("2027-09-01", "00:00").ThenNothing();
}

// D-16: a pupil may enroll again, under the same enrollment id.
TEST(MonthEnd, ComesAgainForAPupilWhoEnrolledAgain) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Withdrawn("2026-10-01").Enrolled("ana", "2026-12-01");
  const auto events = kit.WhenTimeReaches("2027-01-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].charge_assessed().period(), "2026-09");
  EXPECT_EQ(events[1].charge_assessed().period(), "2026-12");
}

// D-11: a month's rate is the one in force on its first day.
TEST(MonthEnd, ChargesByTheRateOfTheMonthsFirstDay) {
  BillingKit kit;
  kit.GivenPolicy("fee_model", "choice: 'per_month'");
  auto value = kit::Parse<registry::v1::RegistryEvent>(
      "policy_parameter_set { value { value_id: 'old' key: 'fee_amount_yuan' value { fen: 8000 } "
      "effective_from: '2026-09-01' effective_to: '2026-10-01' } }");
  kit.GivenCommons(value);
  value = kit::Parse<registry::v1::RegistryEvent>(
      "policy_parameter_set { value { value_id: 'new' key: 'fee_amount_yuan' value { fen: 10000 } "
      "effective_from: '2026-10-02' } }");
  kit.GivenCommons(value);
  kit.Enrolled();
  const auto events = kit.WhenTimeReaches("2026-12-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 3);
  EXPECT_EQ(events[1].charge_assessed().net_fen(), 8000);
  EXPECT_EQ(events[1].charge_assessed().used(1).value_id(), "old");
  EXPECT_EQ(events[2].charge_assessed().net_fen(), 10000);
}

// BIL-01.
TEST(MonthEnd, StaysQuietWhereTheServiceIsFree) {
  for (const char* model :
       {"choice: 'free'", "choice: 'none_set'", "choice: 'per_course'",
        "entries { entry { name: 'basic_care' value { choice: 'free' } } "
        "entry { name: 'individual_course' value { choice: 'per_course' } } }",
        "entries { entry { name: 'grades_1_2_homework_care' value { choice: 'free' } } "
        "entry { name: 'rest' value { choice: 'none_set' } } }",
        "entries { entry { name: 'individual_course' value { choice: 'per_course' } } }"}) {
    BillingKit kit;
    kit.Enrolled().GivenPolicy("fee_model", model);
    kit.WhenTimeReaches("2026-10-01", "00:00").ThenNothing();
  }
}

TEST(MonthEnd, ChargesFromTheMonthAFreePlaceBeginsToCharge) {
  BillingKit kit;
  kit.Commons(
      "policy_parameter_set { value { value_id: 'm1' key: 'fee_model' value { choice: 'free' } "
      "effective_from: '2026-09-01' effective_to: '2026-10-31' } }");
  kit.Commons(
      "policy_parameter_set { value { value_id: 'm2' key: 'fee_model' value { choice: 'per_month' } "
      "effective_from: '2026-11-01' } }");
  kit.Enrolled().GivenPolicy("fee_amount_yuan", "fen: 8000");
  const auto events = kit.WhenTimeReaches("2026-12-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].charge_assessed().period(), "2026-11");
}

TEST(MonthEnd, StopsAtWhatPolicyLeavesUnset) {
  BillingKit silent;
  silent.Enrolled();
  silent.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("fee_model");
  BillingKit committee;
  committee.Enrolled().GivenPolicy("fee_model", "choice: 'committee_set'");
  committee.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("fee_model");
  BillingKit unset;
  unset.Enrolled().GivenPolicy("fee_model", "choice: 'per_month'").GivenPolicy("fee_amount_yuan", "unset {}");
  unset.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("fee_amount_yuan");
  BillingKit cap;
  cap.PerMonth().Enrolled().GivenPolicy("fee_cap", "unset {}");
  cap.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("fee_cap");
  BillingKit period;
  period.PerMonth().Enrolled().GivenPolicy("fee_cap", "fen: 17000");
  period.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("fee_cap_period");
}

TEST(MonthEnd, ChargesByTheGradeOfThePupil) {
  BillingKit kit;
  kit.PerMonth().Enrolled().GivenPolicy("fee_amount_yuan", "fen: 5000", "grade: '3'");
  EXPECT_EQ(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(), 5000);
}

TEST(MonthEnd, SaysWhenAValueIsProvisional) {
  BillingKit kit;
  kit.Enrolled().GivenPolicy("fee_model", "choice: 'per_month'");
  kit.Commons(
      "policy_parameter_set { value { value_id: 'guess' key: 'fee_amount_yuan' value { fen: 8000 } "
      "provisional: true reason: 'no source' } }");
  EXPECT_TRUE(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().provisional());
}

// BIL-14, Jilin: half the month for a poor pupil, after the cap, half up to the fen.
TEST(MonthEnd, HalvesTheMonthOfAWaivedPupil) {
  BillingKit kit;
  kit.PerMonth(8001).Enrolled().Waived(kPoor).GivenPolicy("waiver", kHalf);
  const ChargeAssessed charge = kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed();
  EXPECT_EQ(charge.gross_fen(), 8001);
  EXPECT_EQ(charge.net_fen(), 4001);
  EXPECT_EQ(charge.waiver_fen(), 4000);
  ASSERT_EQ(charge.waiver_ids_size(), 1);
  EXPECT_EQ(charge.waiver_ids(0), WaiverId("ana", kPoor, "2026-09-01"));
}

TEST(MonthEnd, WaivesByWhatIsInForceOnTheMonthsFirstDay) {
  BillingKit late;
  late.PerMonth().Enrolled().Waived(kPoor, "2026-09-02").GivenPolicy("waiver", kHalf);
  const auto events = late.WhenTimeReaches("2026-11-01", "00:00").ThenDecided();
  EXPECT_EQ(events[0].charge_assessed().net_fen(), 8000);
  EXPECT_EQ(events[1].charge_assessed().net_fen(), 4000);
  BillingKit ended;
  ended.PerMonth().Enrolled().Waived(kPoor, "2026-01-01", "2026-09-30").GivenPolicy("waiver", kHalf);
  const auto after = ended.WhenTimeReaches("2026-11-01", "00:00").ThenDecided();
  EXPECT_EQ(after[0].charge_assessed().net_fen(), 4000);
  EXPECT_EQ(after[1].charge_assessed().net_fen(), 8000);
}

TEST(MonthEnd, RecordsAChargeThatAWaiverTakesWhole) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Waived(kPoor).GivenPolicy(
      "waiver", "entries { entry { name: 'registered_poor_household' value { count: 100 } } }");
  const ChargeAssessed charge = kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed();
  EXPECT_EQ(charge.waiver_fen(), 8000);
  EXPECT_EQ(charge.net_fen(), 0);
}

TEST(MonthEnd, StopsAtAWaiverWithoutARate) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Waived(kPoor).GivenPolicy(
      "waiver", "entries { entry { name: 'registered_poor_household' value { unset {} } } }");
  kit.WhenTimeReaches("2026-10-01", "00:00").ThenUnset("waiver");
}

TEST(MonthEnd, IgnoresAWaiverOfACategoryThePolicyNoLongerNames) {
  BillingKit kit;
  kit.PerMonth().Enrolled().Waived("aided_student").GivenPolicy("waiver", kHalf);
  EXPECT_EQ(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(), 8000);
}

// S-07, GEN-04.
TEST(MonthEnd, AsksPolicyHowWaiversAddUp) {
  const char* rates =
      "entries { entry { name: 'registered_poor_household' value { count: 50 } } "
      "entry { name: 'aided_student' value { count: 60 } } }";
  const auto given = [&](BillingKit& kit) -> BillingKit& {
    kit.PerMonth().Enrolled().Waived(kPoor).Waived("aided_student").GivenPolicy("waiver", rates);
    return kit;
  };
  BillingKit unset;
  given(unset).WhenTimeReaches("2026-10-01", "00:00").ThenUnset("waiver_stacking");
  const std::pair<const char*, int64_t> words[] = {{"highest", 3200}, {"multiply", 1600}, {"add_capped", 0}};
  for (const auto& [word, net_fen] : words) {
    BillingKit kit;
    given(kit).GivenPolicy("waiver_stacking", std::string("choice: '") + word + "'");
    const ChargeAssessed charge =
        kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed();
    EXPECT_EQ(charge.net_fen(), net_fen) << word;
    EXPECT_EQ(charge.waiver_ids_size(), std::string(word) == "highest" ? 1 : 2) << word;
  }
}

// BIL-10, Wanzhou.
TEST(ClassHoursCounted, AreChargedByTheHourUpToTheMonthsCap) {
  for (const auto& [hours, net_fen] :
       {std::pair<int, int64_t>{1, 300}, {56, 16800}, {57, 17000}, {80, 17000}}) {
    BillingKit kit;
    kit.PerClassHour().Enrolled().At("2026-10-01", "08:00");
    const ChargeAssessed charge =
        kit.WhenHeard("attendance", BillingKit::CountedEvent(hours)).ThenDecided()[0].charge_assessed();
    EXPECT_EQ(charge.units(), hours);
    EXPECT_EQ(charge.net_fen(), net_fen);
    EXPECT_EQ(charge.cap_removed_fen(), hours * 300 - net_fen);
    EXPECT_EQ(charge.count_id(), "count-2026-09");
    EXPECT_EQ(charge.period(), "2026-09");
    EXPECT_EQ(charge.term_id(), "t1");
  }
}

TEST(ClassHoursCounted, AreChargedAtTheMonthsEndWhereTheCountCameBeforeIt) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().At("2026-09-30", "20:00");
  kit.WhenHeard("attendance", BillingKit::CountedEvent(10)).ThenNothing();
  kit.GivenFrom("attendance", BillingKit::CountedEvent(12, "2026-09", 2));
  EXPECT_EQ(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(), 3600);
}

// D-05: a correction is a difference beside the charge.
TEST(ClassHoursCounted, LeaveAChargeThatStandsAsItIs) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().At("2026-10-01", "08:00");
  kit.WhenHeard("attendance", BillingKit::CountedEvent(10)).ThenDecided();
  kit.WhenHeard("attendance", BillingKit::CountedEvent(12, "2026-09", 2)).ThenNothing();
}

// ATT-23 counts pupils, ATT-24 groups; who is not enrolled (ENR-16) owes nothing.
TEST(ClassHoursCounted, OfNoHoursOfAGroupOrOfAGuestAreNotCharged) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().At("2026-10-01", "08:00");
  kit.WhenHeard("attendance", BillingKit::CountedEvent(0)).ThenNothing();
  auto group = BillingKit::CountedEvent(10);
  group.mutable_class_hours_counted()->set_subject(attendance::v1::OF_GROUP);
  kit.WhenHeard("attendance", group).ThenNothing();
  BillingKit guest;
  guest.PerClassHour().At("2026-10-01", "08:00");
  guest.WhenHeard("attendance", BillingKit::CountedEvent(10)).ThenNothing();
}

TEST(ClassHoursCounted, MakeTheChargeProvisionalWhereTheyAre) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().At("2026-10-01", "08:00");
  auto count = BillingKit::CountedEvent(10);
  count.mutable_class_hours_counted()->set_provisional(true);
  EXPECT_TRUE(kit.WhenHeard("attendance", count).ThenDecided()[0].charge_assessed().provisional());
}

TEST(ClassHoursCounted, AreCappedOverTheTermWhereTheCapIsTheTerms) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().GivenPolicy("fee_cap_period", "choice: 'term'");
  kit.Counted(40, "2026-09").Counted(40, "2026-10");
  const auto events = kit.WhenTimeReaches("2026-11-01", "00:00").ThenDecided();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].charge_assessed().net_fen(), 12000);
  EXPECT_EQ(events[1].charge_assessed().net_fen(), 5000);
  EXPECT_EQ(events[1].charge_assessed().cap_removed_fen(), 7000);
}

// A pupil at two schools of a partition has charges, waivers, counts and stays of the same ids at both.
TEST(MonthEnd, ChargesForTheSchoolOfTheStayAlone) {
  BillingKit kit;
  kit.PerMonth().GivenPolicy("waiver", kHalf);
  kit.Enrolled().Waived(kPoor);
  EXPECT_EQ(kit.WhenTimeReaches("2026-10-01", "00:00").ThenDecided()[0].charge_assessed().net_fen(), 4000);
  kit.There("s2").At("2026-10-01", "00:01");
  kit.When(BillingKit::Assess("2026-09")).ThenNothing();  // No stay there.
  kit.Enrolled();
  const ChargeAssessed charge = kit.When(BillingKit::Assess("2026-09")).ThenDecided()[0].charge_assessed();
  EXPECT_EQ(charge.school_id(), "s2");
  EXPECT_EQ(charge.account_id(), AccountId("ana", "s2"));
  EXPECT_EQ(charge.net_fen(), 8000);
  EXPECT_EQ(charge.waiver_ids_size(), 0);
}

TEST(ClassHoursCounted, AreChargedByTheSchoolThatCountedThem) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().Counted(10).There("s2").Enrolled().At("2026-10-01", "08:00");
  kit.When(BillingKit::Assess("2026-09")).ThenNothing();
  kit.WhenHeard("attendance", BillingKit::CountedEvent(5)).ThenDecided();
  kit.There("s1");
  EXPECT_EQ(kit.When(BillingKit::Assess("2026-09")).ThenDecided()[0].charge_assessed().units(), 10);
}

TEST(ClassHoursCounted, OfAPupilOfAnotherSchoolAreNotCharged) {
  BillingKit kit;
  kit.PerClassHour().Enrolled().There("s2").At("2026-10-01", "08:00");
  kit.WhenHeard("attendance", BillingKit::CountedEvent(10)).ThenNothing();
}

// BIL-02: Nanjing, 300 yuan a pupil-term.
TEST(PupilEnrolled, IsChargedForTheTerm) {
  BillingKit kit;
  kit.GivenPolicy("fee_model", "choice: 'per_term'").GivenPolicy("fee_amount_yuan", "fen: 30000");
  const ChargeAssessed charge =
      kit.WhenHeard("enrollment", BillingKit::EnrolledEvent()).ThenDecided()[0].charge_assessed();
  EXPECT_EQ(charge.period(), "t1");
  EXPECT_EQ(charge.model(), "per_term");
  EXPECT_EQ(charge.net_fen(), 30000);
  kit.WhenTimeReaches("2026-10-01", "00:00").ThenNothing();
}

TEST(PupilEnrolled, OwesNothingYetWhereMonthsAreCharged) {
  BillingKit kit;
  kit.PerMonth();
  kit.WhenHeard("enrollment", BillingKit::EnrolledEvent()).ThenNothing();
}

TEST(PupilEnrolled, InACourseIsNotChargedTheServiceFee) {
  BillingKit kit;
  kit.GivenPolicy("fee_model", "choice: 'per_term'").GivenPolicy("fee_amount_yuan", "fen: 30000");
  auto course = BillingKit::EnrolledEvent();
  course.mutable_pupil_enrolled()->set_product(enrollment::v1::INDIVIDUAL_COURSE);
  kit.WhenHeard("enrollment", course).ThenNothing();
  kit.WhenTimeReaches("2027-09-01", "00:00").ThenNothing();
}

TEST(AssessCharge, AsksForAKindAndAPeriodThatAreKnown) {
  BillingKit kit;
  kit.PerMonth().Enrolled();
  auto command = BillingKit::Assess("2026-09");
  command.mutable_assess_charge()->set_fee_kind("lunch");
  kit.When(command).ThenInvalid("fee_kind");
  kit.When(BillingKit::Assess("t9")).ThenNotFound();
}

TEST(AssessCharge, MayNotBeAskedForByPeople) {
  for (const CommandInfo& command : Commands()) {
    EXPECT_EQ(command.roles.empty(), command.name == "assess_charge") << command.name;
    EXPECT_NE(v1::BillingCommand::descriptor()->FindFieldByName(std::string(command.name)), nullptr);
  }
  EXPECT_EQ(Commands().size(), v1::BillingCommand::descriptor()->field_count());
}

}  // namespace
}  // namespace afterbell::billing
