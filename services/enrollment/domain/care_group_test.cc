// Care groups and places: who fits, who leaves what (ENR-22, ENR-23, ENR-16).
#include "services/enrollment/domain/care_group.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

// ENR-22
TEST(FormCareGroup, IsRecorded) {
  Kit kit;
  kit.Ask("academic_affairs_office", "otto", Kit::Formed("g1"))
      .Then(Event("care_group_formed { group_id: 'g1' term_id: 't1' stage: 'primary' grades: '3' "
                  "periods: 'afternoon-1' weekdays: [1, 2, 3, 4, 5] venue_id: 'v1' }"));
  kit.Ask("academic_affairs_office", "otto", Kit::Formed("g1", "noon")).ThenInvalid("group_id");
}

TEST(FormCareGroup, KnowsWhatItNames) {
  Kit kit;
  const auto form = [&](const std::string& rest) {
    return kit.Ask("academic_affairs_office", "otto", "form_care_group { group_id: 'g1' " + rest + " }");
  };
  form("term_id: 't9' venue_id: 'v1'").ThenNotFound();
  form("term_id: 't1' venue_id: 'v9'").ThenNotFound();
  form("term_id: 't1' venue_id: 'v1' class_id: 'c9'").ThenNotFound();
  form("term_id: 't1' venue_id: 'v1' project_id: 'p9'").ThenNotFound();
  form("term_id: 't1' venue_id: 'v1' weekdays: 8").ThenInvalid("weekdays");
  form("term_id: 't1' venue_id: 'v1' class_id: 'c3'").ThenDecided();
}

// ENR-17: a group runs in a term of its own place.
TEST(FormCareGroup, DoesNotKnowTheTermOfAnotherDistrict) {
  Kit kit;
  kit.GivenCommons(
      Registry("term_opened { term_id: 't2' scope_id: 'd2' first_on: '2026-09-01' last_on: '2027-01-15' }"));
  kit.Ask("academic_affairs_office", "otto",
          "form_care_group { group_id: 'g1' term_id: 't2' venue_id: 'v1' }")
      .ThenNotFound();
}

// A partition holds many schools.
TEST(FormCareGroup, IsOfItsSchoolAlone) {
  Kit kit;
  kit.Group("g1").Given(
      Event("project_designed { project_id: 'chess' term_id: 't1' kind: 'club' capacity_pupils: 20 }"));
  kit.GivenSchool("s2");
  kit.Ask("academic_affairs_office", "otto", Kit::Formed("g1", "noon")).ThenDecided();
  kit.Ask("academic_affairs_office", "otto",
          "form_care_group { group_id: 'g2' term_id: 't1' venue_id: 'v1' project_id: 'chess' }")
      .ThenNotFound();
}

class PlacePupil : public ::testing::Test {
 protected:
  PlacePupil() { kit.Steps("class_review").Group("g1").Group("g2").Group("noon", "noon"); }
  void Enroll(int count) {
    for (int i = 1; i <= count; ++i) {
      const std::string pupil = absl::StrCat("p", i);
      kit.GivenPupil(pupil, absl::StrCat("g-", pupil));
      kit.Enrolled(absl::StrCat("a-", pupil), pupil, absl::StrCat("g-", pupil));
    }
  }
  Kit::Outcome Place(const std::string& pupil, const std::string& group,
                     const std::string& from = "2026-09-07") {
    return kit.Ask("academic_affairs_office", "otto", Kit::Placed(pupil, group, from));
  }
  Kit kit;
};

TEST_F(PlacePupil, SaysTheHeadcountAndTheLimit) {
  kit.GivenPolicy("group_size_max", "count: 40");
  Enroll(1);
  Place("p1", "g1")
      .Then(Event("pupil_placed { enrollment_id: '" + EnrollmentId("p1", "t1", v1::BASIC_CARE) +
                  "' pupil_id: 'p1' group_id: 'g1' from_on: '2026-09-07' headcount: 1 limit: 40 }"));
}

// ENR-23; promise 1 of the README.
TEST_F(PlacePupil, TakesFortyOfSixtyIntoAGroupOfForty) {
  kit.GivenPolicy("group_size_max", "count: 40");
  Enroll(60);
  for (int i = 1; i <= 40; ++i) Place(absl::StrCat("p", i), "g1").ThenDecided();
  for (int i = 41; i <= 60; ++i) {
    const Refused refused = Place(absl::StrCat("p", i), "g1").ThenRefused("ENR-23", "GROUP_FULL");
    EXPECT_EQ(refused.subject, "g1");
    EXPECT_EQ(refused.limit, "40");
    EXPECT_EQ(refused.met, "41");
    EXPECT_EQ(refused.parameter, "group_size_max");
  }
  Place("p40", "g1").ThenNothing();
  Place("p41", "g2").ThenDecided();
}

TEST_F(PlacePupil, KnowsNoLimitWhereNoneIsSet) {
  Enroll(2);
  Place("p1", "g1").ThenDecided();
  EXPECT_EQ(Place("p2", "g1").ThenDecided()[0].pupil_placed().limit(), 0);
}

TEST_F(PlacePupil, LeavesTheGroupThatMeetsAtTheSameTime) {
  Enroll(1);
  const std::string enrollment = EnrollmentId("p1", "t1", v1::BASIC_CARE);
  Place("p1", "g1").ThenDecided();
  EXPECT_EQ(Place("p1", "noon").ThenDecided().size(), 1);
  Place("p1", "g2", "2026-10-12")
      .Then(Event("pupil_placed { enrollment_id: '" + enrollment +
                  "' pupil_id: 'p1' group_id: 'g2' from_on: '2026-10-12' headcount: 1 }"),
            Event("pupil_unplaced { enrollment_id: '" + enrollment +
                  "' pupil_id: 'p1' group_id: 'g1' last_on: '2026-10-11' }"));
}

TEST_F(PlacePupil, CountsDayByDay) {
  kit.GivenPolicy("group_size_max", "count: 1");
  Enroll(3);
  Place("p1", "g1").ThenDecided();
  kit.Do("guardian", "g-p1", Kit::Withdrawn("p1", "2026-12-01"));
  EXPECT_EQ(Place("p2", "g1", "2026-11-30").ThenRefused("ENR-23", "GROUP_FULL").met, "2");
  Place("p2", "g1", "2026-12-01").ThenDecided();
  Place("p3", "g1", "2026-10-01").ThenRefused("ENR-23", "GROUP_FULL");
}

// A pupil's enrollment has the same id at two schools.
TEST_F(PlacePupil, CountsAndLeavesPlacesOfItsSchoolAlone) {
  kit.GivenPolicy("group_size_max", "count: 1");
  Enroll(1);
  Place("p1", "g1").ThenDecided();
  kit.GivenSchool("s2").Group("g1").Group("g2");
  EXPECT_EQ(Place("p1", "g1").ThenRefused("ENR-16", "NOT_ENROLLED").met, "none");
  Enroll(1);
  EXPECT_EQ(Place("p1", "g1").ThenDecided()[0].pupil_placed().headcount(), 1);
  EXPECT_EQ(Place("p1", "g2").ThenDecided().size(), 2);
  kit.AtSchool("s1");
  Place("p1", "g1").ThenNothing();
  kit.GivenPupil("bo", "gina").Enrolled("a2", "bo");
  EXPECT_EQ(Place("bo", "g1").ThenRefused("ENR-23", "GROUP_FULL").met, "2");
}

// ENR-16
TEST_F(PlacePupil, IsForTheEnrolled) {
  EXPECT_EQ(Place("ana", "g1").ThenRefused("ENR-16", "NOT_ENROLLED").met, "none");
  Enroll(1);
  Place("p1", "g1", "2026-09-06").ThenInvalid("from_on");
  Place("p1", "none").ThenNotFound();
  kit.Do("guardian", "g-p1", Kit::Withdrawn("p1"));
  EXPECT_EQ(Place("p1", "g1").ThenRefused("ENR-16", "NOT_ENROLLED").met, "WITHDRAWN");
}

TEST_F(PlacePupil, IsForAGroupOfTheTerm) {
  kit.GivenCommons(
      Registry("term_opened { term_id: 't2' scope_id: 'd1' first_on: '2027-02-20' last_on: '2027-07-01' }"));
  kit.Do("academic_affairs_office", "otto",
         "form_care_group { group_id: 'spring' term_id: 't2' venue_id: 'v1' }");
  Enroll(1);
  Place("p1", "spring").ThenInvalid("group_id");
}

}  // namespace
}  // namespace afterbell::enrollment
