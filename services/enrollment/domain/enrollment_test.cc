// Enrollments: from the agreement to the withdrawal (ENR-01, ENR-16, ENR-17, D-01, D-16).
#include "services/enrollment/domain/enrollment.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/agreement.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

const std::string kEnrollmentId = EnrollmentId("ana", "t1", v1::BASIC_CARE);  // NOLINT: tests only.
const char kEnroll[] = "enroll_pupil { application_id: 'a1' }";

v1::EnrollmentEvent EnrolledFrom(const std::string& from_on, const std::string& application = "a1") {
  return Event("pupil_enrolled { enrollment_id: '" + kEnrollmentId + "' application_id: '" + application +
               "' pupil_id: 'ana' term_id: 't1' product: BASIC_CARE from_on: '" + from_on +
               "' class_id: 'c3' grade: '3' stage: 'primary' }");
}

TEST(EnrollPupil, FollowsTheAgreement) {
  Kit kit;
  kit.Steps("class_review").Agreed();
  kit.Ask("academic_affairs_office", "otto", kEnroll).Then(EnrolledFrom("2026-09-07"));
}

TEST(EnrollPupil, MayBeginLaterAndNeverEarlier) {
  Kit kit;
  kit.Steps("class_review").Agreed();
  const auto enroll = [&](const std::string& from_on) {
    return kit.Ask("academic_affairs_office", "otto",
                   "enroll_pupil { application_id: 'a1' from_on: '" + from_on + "' }");
  };
  EXPECT_EQ(enroll("2026-09-06").ThenRefused("ENR-16", "AGREEMENT_NOT_IN_FORCE").limit, "2026-09-07");
  EXPECT_EQ(enroll("2027-01-16").ThenRefused("ENR-16", "AGREEMENT_NOT_IN_FORCE").limit, "2027-01-15");
  enroll("2026-10-01").Then(EnrolledFrom("2026-10-01"));
}

// ENR-01
TEST(EnrollPupil, IsRefusedWithoutTheGuardiansOwnApplication) {
  Kit kit;
  kit.Ask("school_leading_group", "greta", kEnroll).ThenRefused("ENR-01", "NO_APPLICATION");
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", kEnroll).ThenRefused("ENR-01", "NO_APPLICATION").met,
            "DRAFT");
}

// ENR-16
TEST(EnrollPupil, IsRefusedBeforeTheAgreementIsInForce) {
  Kit kit;
  kit.Steps("class_review").Submitted();
  EXPECT_EQ(
      kit.Ask("academic_affairs_office", "otto", kEnroll).ThenRefused("ENR-16", "AGREEMENT_NOT_IN_FORCE").met,
      "none");
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  kit.Do("school_leading_group", "greta", Kit::Drafted("a1"));
  kit.Do("guardian", "gina", Kit::SignedFor(AgreementId("a1"), "guardian"));
  EXPECT_EQ(
      kit.Ask("academic_affairs_office", "otto", kEnroll).ThenRefused("ENR-16", "AGREEMENT_NOT_IN_FORCE").met,
      "DRAFTED");
}

TEST(EnrollPupil, HappensByItselfOnTheFirstDay) {
  Kit kit;
  kit.Steps("class_review").Agreed();
  kit.WhenTimeReaches("2026-09-06", "23:59").ThenNothing();
  kit.WhenTimeReaches("2026-09-07", "00:00").Then(EnrolledFrom("2026-09-07"));
}

TEST(EnrollPupil, IsNotRepeatedOnTheFirstDay) {
  Kit kit;
  kit.Steps("class_review").Enrolled();
  kit.WhenTimeReaches("2026-09-08", "00:00").ThenNothing();
}

TEST(EnrollPupil, PlacesToo) {
  Kit kit;
  kit.Steps("class_review").Group("g1").Agreed();
  kit.Ask("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'g1' }")
      .Then(EnrolledFrom("2026-09-07"),
            Event("pupil_placed { enrollment_id: '" + kEnrollmentId +
                  "' pupil_id: 'ana' group_id: 'g1' from_on: '2026-09-07' headcount: 1 }"));
}

TEST(EnrollPupil, GivesTheGroupToOneWhoWasEnrolledWithout) {
  Kit kit;
  kit.Steps("class_review").Group("g1").Group("g2").Enrolled();
  EXPECT_TRUE(
      kit.Do("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'g1' }")[0]
          .has_pupil_placed());
  kit.Ask("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'g2' }")
      .ThenNothing();
}

// ENR-23: the group is refused, never the child.
TEST(EnrollPupil, IsRefusedAFullGroupAndEnrollsWithoutOne) {
  Kit kit;
  kit.GivenPolicy("group_size_max", "count: 1");
  kit.GivenPupil("bo", "gina").Steps("class_review").Group("g1").Enrolled("a2", "bo");
  kit.Do("academic_affairs_office", "otto", Kit::Placed("bo", "g1"));
  kit.Agreed();
  const Refused refused =
      kit.Ask("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'g1' }")
          .ThenRefused("ENR-23", "GROUP_FULL");
  EXPECT_EQ(refused.limit, "1");
  EXPECT_EQ(refused.met, "2");
  kit.Ask("academic_affairs_office", "otto", kEnroll).Then(EnrolledFrom("2026-09-07"));
  kit.Ask("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'none' }")
      .ThenNotFound();
}

TEST(WithdrawEnrollment, EndsPlacesAndAgreement) {
  Kit kit;
  kit.Steps("class_review").Group("g1").Enrolled();
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.Ask("guardian", "gina", Kit::Withdrawn("ana"))
      .Then(Event("enrollment_withdrawn { enrollment_id: '" + kEnrollmentId +
                  "' pupil_id: 'ana' term_id: 't1' effective_on: '2026-10-01' }"),
            Event("pupil_unplaced { enrollment_id: '" + kEnrollmentId +
                  "' pupil_id: 'ana' group_id: 'g1' last_on: '2026-09-30' }"),
            Event("agreement_ended { agreement_id: '" + AgreementId("a1") +
                  "' last_on: '2026-09-30' reason: 'withdrawal' }"));
}

// ENR-01: always allowed; no policy says otherwise.
TEST(WithdrawEnrollment, IsAllowedOnAnyDay) {
  Kit kit;
  kit.Steps("class_review").Enrolled();
  kit.At("2027-01-15", "18:00");
  kit.Ask("academic_affairs_office", "otto", Kit::Withdrawn("ana", "2026-09-07")).ThenDecided();
}

TEST(WithdrawEnrollment, KnowsNoEnrollmentThatIsNotThere) {
  Kit kit;
  kit.Ask("guardian", "gina", Kit::Withdrawn("ana")).ThenNotFound();
  kit.Steps("class_review").Enrolled();
  kit.Ask("guardian", "stranger", Kit::Withdrawn("ana")).ThenNotFound();
}

// A pupil's enrollment has the same id at two schools.
TEST(WithdrawEnrollment, EndsThatOfItsSchoolAlone) {
  Kit kit;
  kit.Steps("class_review").Group("g1").Enrolled();
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.GivenSchool("s2");
  kit.Ask("guardian", "gina", Kit::Withdrawn("ana")).ThenNotFound();
  kit.Enrolled();
  kit.Ask("guardian", "gina", Kit::Withdrawn("ana"))
      .Then(Event("enrollment_withdrawn { enrollment_id: '" + kEnrollmentId +
                  "' pupil_id: 'ana' term_id: 't1' effective_on: '2026-10-01' }"),
            Event("agreement_ended { agreement_id: '" + AgreementId("a1") +
                  "' last_on: '2026-09-30' reason: 'withdrawal' }"));
  kit.AtSchool("s1");
  EXPECT_EQ(kit.Ask("guardian", "gina", Kit::Withdrawn("ana")).ThenDecided().size(), 3);
}

TEST(EnrollPupil, HappensByItselfAtTheSchoolOfTheDeadline) {
  Kit kit;
  kit.Steps("class_review").GivenSchool("s2").AtSchool("s1");
  kit.Agreed();
  kit.WhenTimeReaches("2026-09-07", "00:00").Then(EnrolledFrom("2026-09-07"));
  kit.AtSchool("s2");
  kit.Ask("academic_affairs_office", "otto", kEnroll).ThenRefused("ENR-01", "NO_APPLICATION");
}

// D-16, ENR-11, ENR-17
TEST(WithdrawEnrollment, LetsThePupilEnrollAgainInTheSameTerm) {
  Kit kit;
  kit.Steps("class_review").Enrolled();
  kit.Ask("guardian", "gina", Kit::Started("a2", "ana")).ThenRefused("ENR-17", "ALREADY_APPLIED");
  kit.Do("guardian", "gina", Kit::Withdrawn("ana"));
  EXPECT_EQ(kit.Ask("academic_affairs_office", "otto", kEnroll).ThenRefused("ENR-01", "NO_APPLICATION").met,
            "WITHDRAWN");
  kit.Agreed("a2");
  kit.Ask("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a2' }")
      .Then(EnrolledFrom("2026-09-07", "a2"));
}

}  // namespace
}  // namespace afterbell::enrollment
