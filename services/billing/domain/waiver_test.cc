#include "services/billing/domain/waiver.h"

#include "services/billing/domain/billing_kit.h"

namespace afterbell::billing {
namespace {

constexpr char kHalf[] = "entries { entry { name: 'registered_poor_household' value { count: 50 } } }";
constexpr char kPoor[] = "registered_poor_household";

enrollment::v1::EnrollmentEvent Verified(
    const std::string& category = kPoor,
    const std::string& dates = "from_on: '2026-09-01' to_on: '2027-08-31'") {
  return kit::Parse<enrollment::v1::EnrollmentEvent>(
      "special_status_verified { status_id: 'st1' pupil_id: 'ana' category: '" + category + "' " + dates +
      " }");
}

BillingCommand Grant(const std::string& category = kPoor,
                     const std::string& dates = "from_on: '2026-09-01' to_on: '2027-08-31'") {
  return kit::Parse<BillingCommand>("grant_waiver { pupil_id: 'ana' status_id: 'st1' category: '" + category +
                                    "' " + dates + " }");
}

BillingEvent Granted(const std::string& to_on = "2027-08-31") {
  return kit::Parse<BillingEvent>(
      "waiver_granted { waiver_id: '" + WaiverId("ana", kPoor, "2026-09-01") +
      "' pupil_id: 'ana' category: 'registered_poor_household' from_on: '2026-09-01' to_on: '" + to_on +
      "' status_id: 'st1' }");
}

// BIL-14: what the school verified is waived where policy names the category.
TEST(SpecialStatusVerified, GrantsTheWaiverOfItsCategory) {
  BillingKit kit;
  kit.Enrolled().GivenPolicy("waiver", kHalf);
  kit.WhenHeard("enrollment", Verified()).Then(Granted());
}

TEST(SpecialStatusVerified, GrantsAWaiverWhoseRateIsUnset) {
  BillingKit kit;
  kit.Enrolled().GivenPolicy("waiver",
                             "entries { entry { name: 'registered_poor_household' value { unset {} } } }");
  kit.WhenHeard("enrollment", Verified()).Then(Granted());
}

TEST(SpecialStatusVerified, StaysQuietWhereTheCategoryIsNotWaived) {
  BillingKit kit;
  kit.Enrolled();
  kit.WhenHeard("enrollment", Verified()).ThenNothing();
  kit.GivenPolicy("waiver", kHalf);
  kit.WhenHeard("enrollment", Verified("left_behind_child")).ThenNothing();
}

TEST(SpecialStatusVerified, StopsWhereWaiversAreUnset) {
  BillingKit kit;
  kit.Enrolled().GivenPolicy("waiver", "unset {}");
  kit.WhenHeard("enrollment", Verified()).ThenUnset("waiver");
}

TEST(GrantWaiver, MayBeAskedByThePrincipalForAPartOfTheTime) {
  BillingKit kit;
  kit.GivenFrom("enrollment", Verified()).As("principal", "pr1").GivenPolicy("waiver", kHalf);
  kit.When(Grant(kPoor, "from_on: '2026-09-01' to_on: '2026-12-31'")).Then(Granted("2026-12-31"));
  kit.When(Grant()).ThenNothing();
}

// A waiver of a pupil has the same id at two schools of a partition.
TEST(GrantWaiver, RestsOnTheStatusOfItsSchoolAlone) {
  BillingKit kit;
  kit.GivenFrom("enrollment", Verified()).As("principal", "pr1").GivenPolicy("waiver", kHalf);
  kit.When(Grant()).ThenDecided();
  kit.There("s2");
  kit.When(Grant()).ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
  kit.GivenFrom("enrollment", Verified());
  kit.When(Grant()).Then(Granted());
}

// ENR-28.
TEST(GrantWaiver, RefusesAStatusThatIsNotVerified) {
  BillingKit kit;
  kit.As("principal", "pr1").GivenPolicy("waiver", kHalf);
  kit.When(Grant()).ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
  kit.GivenFrom("enrollment", Verified());
  kit.When(Grant("aided_student")).ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
  const Refused before = kit.When(Grant(kPoor, "from_on: '2026-08-31' to_on: '2027-08-31'"))
                             .ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
  EXPECT_EQ(before.limit, "registered_poor_household 2026-09-01/2027-08-31");
  EXPECT_EQ(before.met, "registered_poor_household 2026-08-31/2027-08-31");
  kit.When(Grant(kPoor, "from_on: '2026-09-01' to_on: '2027-09-01'"))
      .ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
  kit.When(Grant(kPoor, "from_on: '2026-09-01'")).ThenRefused("ENR-28", "STATUS_NOT_VERIFIED");
}

// BIL-14.
TEST(GrantWaiver, RefusesACategoryThatPolicyDoesNotWaive) {
  BillingKit kit;
  kit.As("principal", "pr1").GivenFrom("enrollment", Verified("left_behind_child"));
  EXPECT_EQ(kit.When(Grant("left_behind_child")).ThenRefused("BIL-14", "CATEGORY_NOT_WAIVED").limit, "");
  kit.GivenPolicy("waiver", kHalf);
  const Refused refused = kit.When(Grant("left_behind_child")).ThenRefused("BIL-14", "CATEGORY_NOT_WAIVED");
  EXPECT_EQ(refused.limit, "registered_poor_household=50");
  EXPECT_EQ(refused.met, "left_behind_child");
}

TEST(GrantWaiver, AsksPolicyOnADayTheWaiverHas) {
  BillingKit kit;
  kit.As("principal", "pr1").GivenFrom("enrollment", Verified(kPoor, "from_on: '2026-10-01'"));
  kit.GivenCommons(
      kit::Parse<registry::v1::RegistryEvent>(std::string("policy_parameter_set { value { value_id: 'w' key: "
                                                          "'waiver' effective_from: '2026-10-01' value { ") +
                                              kHalf + " } } }"));
  kit.When(Grant(kPoor, "from_on: '2026-10-01'")).ThenDecided();
}

}  // namespace
}  // namespace afterbell::billing
