// The views: what they answer, and that folding again from any earlier record gives the same rows.
#include "gtest/gtest.h"
#include "services/enrollment/domain/agreement.h"
#include "services/enrollment/domain/enrollment.h"
#include "services/enrollment/domain/enrollment_kit.h"
#include "services/enrollment/projection/applications.h"
#include "services/enrollment/projection/enrollments.h"
#include "services/enrollment/projection/history.h"
#include "services/enrollment/projection/statuses.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

const char kHeader[] = "header { school_id: 's1' } ";

template <class Request>
Request Ask(const std::string& rest) {
  return Parse<Request>(kHeader + rest);
}

class Views : public ::testing::Test {
 protected:
  Views() {
    kit.GivenPolicy("group_size_max", "count: 2");
    kit.GivenPupil("bo", "gina").GivenPupil("cy", "gina", "c4").Steps("class_review");
  }
  Kit kit;
};

TEST_F(Views, TellWhereAnApplicationIs) {
  kit.Submitted();
  const auto request = Ask<v1::GetApplicationRequest>("application_id: 'a1'");
  auto answer = GetApplication(kit.rows(), request);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->application().state(), "SUBMITTED");
  EXPECT_EQ(answer->application().awaited_step(), "class_review");
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  answer = GetApplication(kit.rows(), request);
  EXPECT_EQ(answer->application().awaited_step(), "agreement");
  EXPECT_EQ(answer->application().taken(0).by_person_id(), "carl");
  const auto elsewhere = Parse<v1::GetApplicationRequest>("header { school_id: 's2' } application_id: 'a1'");
  EXPECT_EQ(GetApplication(kit.rows(), elsewhere).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Views, ListAPupilsApplicationsInPages) {
  kit.Do("guardian", "gina", Kit::Started("a2", "ana", "LUNCH"));
  kit.At("2026-09-01", "09:30").As("guardian", "gina");
  kit.Do("guardian", "gina", Kit::Started("a1", "ana"));
  auto request = Ask<v1::ListPupilApplicationsRequest>("pupil_id: 'ana'");
  request.mutable_header()->set_page_size(1);
  auto page = ListPupilApplications(kit.rows(), request);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->applications_size(), 1);
  EXPECT_EQ(page->applications(0).application_id(), "a2");
  request.mutable_header()->set_page_token(page->page().next_page_token());
  page = ListPupilApplications(kit.rows(), request);
  EXPECT_EQ(page->applications(0).application_id(), "a1");
  EXPECT_EQ(page->page().next_page_token(), "");
  request.set_term_id("t9");
  EXPECT_EQ(FieldOf(ListPupilApplications(kit.rows(), request).status()), "header.page_token");
}

TEST_F(Views, QueueApplicationsByStepAndClass) {
  kit.Submitted("a1", "ana").Submitted("a2", "bo").Submitted("a3", "cy");
  const auto queue = [&](const std::string& rest) {
    std::string ids;
    const auto answer = ListApplicationsToReview(kit.rows(), Ask<v1::ListApplicationsToReviewRequest>(rest));
    for (const auto& application : answer->applications()) {
      ids += application.application_id() + " ";
    }
    return ids;
  };
  EXPECT_EQ(queue("step: 'class_review' class_id: 'c3'"), "a1 a2 ");
  EXPECT_EQ(queue("step: 'class_review'"), "a1 a2 a3 ");
  kit.Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  EXPECT_EQ(queue("step: 'class_review' class_id: 'c3'"), "a2 ");
  EXPECT_EQ(queue("step: 'agreement'"), "a1 ");
  EXPECT_EQ(queue("step: 'agreement' term_id: 't9'"), "");
}

TEST_F(Views, ShowAgreementAndEnrollment) {
  kit.Group("g1").Enrolled();
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  const auto agreement =
      GetAgreement(kit.rows(), Ask<v1::GetAgreementRequest>("agreement_id: '" + AgreementId("a1") + "'"));
  ASSERT_TRUE(agreement.ok());
  EXPECT_EQ(agreement->agreement().state(), "IN_FORCE");
  EXPECT_EQ(agreement->agreement().signatures_size(), 2);
  const auto request = Ask<v1::GetEnrollmentRequest>("pupil_id: 'ana' term_id: 't1' product: BASIC_CARE");
  auto enrollment = GetEnrollment(kit.rows(), request);
  ASSERT_TRUE(enrollment.ok());
  EXPECT_EQ(enrollment->enrollment().state(), "ENROLLED");
  EXPECT_EQ(enrollment->enrollment().places(0).group_id(), "g1");
  kit.Do("guardian", "gina", Kit::Withdrawn("ana"));
  enrollment = GetEnrollment(kit.rows(), request);
  EXPECT_EQ(enrollment->enrollment().effective_on(), "2026-10-01");
  EXPECT_EQ(enrollment->enrollment().places_size(), 0);
  EXPECT_FALSE(GetAgreement(kit.rows(), Ask<v1::GetAgreementRequest>("agreement_id: 'none'")).ok());
  EXPECT_FALSE(GetEnrollment(kit.rows(), Ask<v1::GetEnrollmentRequest>("pupil_id: 'bo' term_id: 't1'")).ok());
}

// ENR-23
TEST_F(Views, ShowPlacesLeft) {
  kit.Group("g1").Group("g2").Enrolled("a1", "ana").Enrolled("a2", "bo");
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.Do("academic_affairs_office", "otto", Kit::Placed("bo", "g1"));
  auto request = Ask<v1::ListCareGroupsRequest>("term_id: 't1' on: '2026-09-07'");
  auto groups = ListCareGroups(kit.rows(), request);
  ASSERT_EQ(groups->groups_size(), 2);
  EXPECT_EQ(groups->groups(0).pupils(), 2);
  EXPECT_EQ(groups->groups(0).limit(), 2);
  request.set_with_room_left(true);
  groups = ListCareGroups(kit.rows(), request);
  ASSERT_EQ(groups->groups_size(), 1);
  EXPECT_EQ(groups->groups(0).group_id(), "g2");
  request.set_on("soon");
  EXPECT_EQ(FieldOf(ListCareGroups(kit.rows(), request).status()), "on");
}

TEST_F(Views, ShowWhoIsInAGroupOnADay) {
  kit.Group("g1").Enrolled("a1", "ana").Enrolled("a2", "bo");
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.Do("academic_affairs_office", "otto", Kit::Placed("bo", "g1", "2026-09-14"));
  kit.Do("guardian", "gina", Kit::Withdrawn("ana", "2026-09-15"));
  const auto pupils = [&](const std::string& on) {
    std::string ids;
    const auto answer =
        ListGroupPupils(kit.rows(), Ask<v1::ListGroupPupilsRequest>("group_id: 'g1' on: '" + on + "'"));
    for (const auto& place : answer->places()) {
      ids += place.pupil_id() + " ";
    }
    return ids;
  };
  EXPECT_EQ(pupils("2026-09-06"), "");
  EXPECT_EQ(pupils("2026-09-07"), "ana ");
  EXPECT_EQ(pupils("2026-09-14"), "ana bo ");
  EXPECT_EQ(pupils("2026-09-15"), "bo ");
  EXPECT_FALSE(
      ListGroupPupils(kit.rows(), Ask<v1::ListGroupPupilsRequest>("group_id: 'g9' on: '2026-09-07'")).ok());
}

// ENR-28
TEST_F(Views, ListStatusesToVerify) {
  const auto claim = [&](const std::string& id, const std::string& pupil, const std::string& category) {
    kit.Do("guardian", "gina",
           "claim_special_status { status_id: '" + id + "' pupil_id: '" + pupil + "' category: '" + category +
               "' from_on: '2026-09-01' evidence_hash: 'e' }");
  };
  claim("x1", "ana", "poor_family_child");
  claim("x2", "bo", "disabled_child");
  const auto list = [&](const std::string& rest) {
    std::string ids;
    const auto answer = ListPupilStatuses(kit.rows(), Ask<v1::ListPupilStatusesRequest>(rest));
    for (const auto& status : answer->statuses()) {
      ids += status.status_id() + " ";
    }
    return ids;
  };
  EXPECT_EQ(list("state: 'CLAIMED'"), "x1 x2 ");
  kit.Do("school_leading_group", "greta", "verify_special_status { status_id: 'x1' }");
  EXPECT_EQ(list("state: 'CLAIMED'"), "x2 ");
  EXPECT_EQ(list("state: 'VERIFIED' category: 'poor_family_child'"), "x1 ");
}

// ENR-35
TEST_F(Views, KeepTheFileOfAPupilsTerm) {
  kit.Group("g1").Enrolled();
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.Do("guardian", "gina", Kit::Withdrawn("ana"));
  const auto history =
      GetPupilTermHistory(kit.rows(), Ask<v1::GetPupilTermHistoryRequest>("pupil_id: 'ana' term_id: 't1'"));
  ASSERT_TRUE(history.ok());
  std::vector<std::string> events;
  for (const auto& entry : history->entries()) events.push_back(entry.event());
  EXPECT_EQ(events,
            (std::vector<std::string>{"application_started", "application_submitted", "class_review_passed",
                                      "agreement_drafted", "agreement_signed", "agreement_signed",
                                      "agreement_took_effect", "pupil_enrolled", "pupil_placed",
                                      "agreement_ended", "enrollment_withdrawn", "pupil_unplaced"}));
  EXPECT_EQ(history->entries(1).document_hashes(0), "e");
  EXPECT_EQ(history->entries(2).person_id(), "carl");
  EXPECT_EQ(history->entries(3).document_hashes(0), "text");
}

// Two schools of one partition with the same ids.
TEST_F(Views, ShowWhatIsOfTheSchoolAsked) {
  kit.Group("g1").Enrolled();
  kit.Do("academic_affairs_office", "otto", Kit::Placed("ana", "g1"));
  kit.GivenSchool("s2").Submitted().Group("g1");
  const auto application = [&](const std::string& school) {
    const std::string header = "header { school_id: '" + school + "' } ";
    return GetApplication(kit.rows(), Parse<v1::GetApplicationRequest>(header + "application_id: 'a1'"))
        ->application()
        .state();
  };
  EXPECT_EQ(application("s1"), "ENROLLED");
  EXPECT_EQ(application("s2"), "SUBMITTED");
  const auto queue = [&](const std::string& school) {
    const std::string header = "header { school_id: '" + school + "' } ";
    return ListApplicationsToReview(
               kit.rows(), Parse<v1::ListApplicationsToReviewRequest>(header + "step: 'class_review'"))
        ->applications_size();
  };
  EXPECT_EQ(queue("s1"), 0);
  EXPECT_EQ(queue("s2"), 1);
  const auto pupils = [&](const std::string& school) {
    const std::string header = "header { school_id: '" + school + "' } ";
    return ListGroupPupils(kit.rows(),
                           Parse<v1::ListGroupPupilsRequest>(header + "group_id: 'g1' on: '2026-09-07'"))
        ->places_size();
  };
  EXPECT_EQ(pupils("s1"), 1);
  EXPECT_EQ(pupils("s2"), 0);
  EXPECT_FALSE(
      GetEnrollment(kit.rows(),
                    Parse<v1::GetEnrollmentRequest>(
                        "header { school_id: 's2' } pupil_id: 'ana' term_id: 't1' product: BASIC_CARE"))
          .ok());
}

// A log of its own, to be folded twice.
class Refold : public ::testing::Test {
 protected:
  void Do(const std::string& role, const std::string& person, const std::string& command) {
    log::v1::Commit commit;
    kit.Do(role, person, command);
    commit.mutable_actor()->set_role(role);
    commit.mutable_actor()->set_person_id(person);
    commit.set_school_id("s1");
    commit.set_district_id("d1");
    commit.set_index(commits.size() + 1);
    *commit.mutable_occurred_at() = TimestampOf(kit.context().occurred_at);
    *commit.mutable_recorded_at() = TimestampOf(kit.context().recorded_at);
    policy::Policy policy(rows);
    for (const std::string& event :
         Kit::Service()
             .Decide(Situation{kit.context(), rows, policy}, Command(command).SerializeAsString())
             .events) {
      commit.add_events(event);
    }
    ASSERT_GT(commit.events_size(), 0) << command;
    commits.push_back(commit);
    Fold(commits.size() - 1);
  }
  void Fold(size_t from) {
    for (size_t i = from; i < commits.size(); ++i) {
      const Recorded recorded{commits[i], "enrollment", 1};
      Kit::Service().Evolve(recorded, rows);
      Kit::Service().Project(recorded, rows);
    }
  }
  // The kit decides too, so that its own rows go along.
  void Begin() { rows = kit.memory(); }
  Kit kit;
  MemoryRows rows;
  std::vector<log::v1::Commit> commits;
};

TEST_F(Refold, FromAnyEarlierRecordGivesTheSameRows) {
  kit.GivenPupil("bo", "gina").Steps("class_review,school_review,public_notice,agreement");
  Begin();
  const std::string agreement = AgreementId("a1");
  Do("academic_affairs_office", "otto", Kit::Formed("g1"));
  Do("academic_affairs_office", "otto", Kit::Formed("g2"));
  for (const std::string id : {"a1", "a2"}) {
    Do("guardian", "gina", Kit::Started(id, id == "a1" ? "ana" : "bo"));
    Do("guardian", "gina", Kit::SubmittedBy(id, "gina"));
  }
  Do("class_teacher", "carl", "review_at_class { application_id: 'a1' }");
  Do("class_teacher", "carl",
     "decline_application { application_id: 'a2' ground: UNTRUE_FACTS evidence_hash: 'e' }");
  Do("school_leading_group", "greta", "review_at_school { application_id: 'a1' }");
  Do("school_leading_group", "greta",
     "post_approved_list { term_id: 't1' application_ids: 'a1' evidence_hash: 'e' }");
  Do("school_leading_group", "greta", Kit::Drafted("a1"));
  Do("guardian", "gina", Kit::SignedFor(agreement, "guardian"));
  Do("principal", "petra", Kit::SignedFor(agreement, "school"));
  Do("academic_affairs_office", "otto", "enroll_pupil { application_id: 'a1' group_id: 'g1' }");
  Do("academic_affairs_office", "otto", Kit::Placed("ana", "g2", "2026-09-21"));
  Do("guardian", "gina",
     "claim_special_status { status_id: 'x1' pupil_id: 'ana' category: 'c' from_on: '2026-09-01' "
     "evidence_hash: 'e' }");
  Do("school_leading_group", "greta", "verify_special_status { status_id: 'x1' }");
  Do("guardian", "gina", Kit::Withdrawn("ana"));
  Do("guardian", "gina", Kit::Started("a3", "ana"));
  Do("school_leading_group", "greta",
     "design_project { project_id: 'chess' term_id: 't1' kind: 'club' capacity_pupils: 20 }");
  Do("school_leading_group", "greta", "offer_project { project_id: 'chess' venue_id: 'v1' }");
  Do("school_leading_group", "greta", "open_project { project_id: 'chess' }");

  const auto once = rows.all();
  for (size_t from = commits.size(); from-- > 0;) {
    Fold(from);
    EXPECT_EQ(rows.all(), once) << "folded again from record " << from + 1;
  }
}

}  // namespace
}  // namespace afterbell::enrollment
