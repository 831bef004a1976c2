// The views: what they answer, and that folding again from any earlier record gives the same rows.
#include "gtest/gtest.h"
#include "services/staffing/domain/staffing_kit.h"
#include "services/staffing/projection/clearances.h"
#include "services/staffing/projection/duties.h"

namespace afterbell::staffing {
namespace {

using Kit = StaffingKit;

TEST(Clearances, TellWhetherAnAdultMayServe) {
  Kit kit;
  const auto get = [&] {
    return GetClearance(kit.rows(), Parse<v1::GetClearanceRequest>("person_id: 'tom'"));
  };
  EXPECT_EQ(get().status().code(), absl::StatusCode::kNotFound);
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  EXPECT_EQ(get()->clearance().state(), "NOMINATED");
  kit.Do("principal", "petra", Kit::Screened("tom"));
  kit.Do("principal", "petra", Kit::Approved("tom"));
  EXPECT_EQ(get()->clearance().state(), "CLEARED");
  EXPECT_EQ(get()->clearance().valid_to(), "2027-08-31");
  kit.Do("education_bureau", "bert",
         "bar_person { person_id: 'tom' ground: ETHICS_PROBLEM " + At("from_at", "08:00") +
             " evidence_hash: 'e' }");
  EXPECT_EQ(get()->clearance().state(), "BARRED");
  EXPECT_EQ(get()->clearance().bar_ground(), v1::ETHICS_PROBLEM);
}

TEST(Clearances, AreListedByStateAndBySchool) {
  Kit kit;
  kit.Do("principal", "petra", Kit::Nominated("tom"));
  kit.Do("principal", "petra", Kit::Nominated("olga", "s2"));
  const auto list = [&](const std::string& request) {
    std::string ids;
    const auto answer = ListClearances(kit.rows(), Parse<v1::ListClearancesRequest>(request));
    for (const auto& clearance : answer->clearances()) {
      ids += clearance.person_id() + " ";
    }
    return ids;
  };
  EXPECT_EQ(list("state: 'NOMINATED'"), "olga tom ");
  EXPECT_EQ(list("state: 'NOMINATED' school_id: 's1'"), "tom ");
  EXPECT_EQ(list("school_id: 's2'"), "olga ");
  kit.Do("principal", "petra", Kit::Screened("tom"));
  EXPECT_EQ(list("state: 'NOMINATED'"), "olga ");
  EXPECT_EQ(list("state: 'SCREENED'"), "tom ");
  EXPECT_FALSE(ListClearances(kit.rows(), v1::ListClearancesRequest()).ok());
}

TEST(Duties, AreListedByPersonAndByDay) {
  Kit kit("s1");
  kit.GivenCleared("tom").GivenCleared("olga");
  kit.GivenSession("x2", "18:00", "19:00");
  kit.Do("academic_affairs_office", "otto", Kit::Assigned("tom"));
  kit.Do("academic_affairs_office", "otto", Kit::Assigned("tom", "x2", "18:00", "19:00"));
  kit.Do("academic_affairs_office", "otto", Kit::Assigned("olga"));
  const auto mine = ListMyDuties(
      kit.rows(), Parse<v1::ListMyDutiesRequest>(
                      "header { school_id: 's1' } person_id: 'tom' from: '2026-09-01' to: '2026-09-01'"));
  ASSERT_TRUE(mine.ok());
  ASSERT_EQ(mine->duties_size(), 2);
  EXPECT_EQ(mine->duties(1).session_id(), "x2");
  EXPECT_EQ(
      ListMyDuties(kit.rows(),
                   Parse<v1::ListMyDutiesRequest>(
                       "header { school_id: 's1' } person_id: 'tom' from: '2026-09-02' to: '2026-09-08'"))
          ->duties_size(),
      0);
  kit.Heard("15:30", "group_taken_over { session_id: 'x1' by_person_id: 'tom' }");
  kit.At("2026-09-01", "17:30");
  kit.WhenHeard("attendance", Attendance("session_closed { session_id: 'x1' date: '2026-09-01' }"))
      .ThenDecided();
  const auto day = [&](const std::string& rest) {
    return ListDuties(kit.rows(),
                      Parse<v1::ListDutiesRequest>("header { school_id: 's1' } date: '2026-09-01' " + rest))
        ->duties_size();
  };
  EXPECT_EQ(day(""), 3);
  EXPECT_EQ(day("state: 'SERVED'"), 1);
  EXPECT_EQ(day("state: 'ASSIGNED'"), 2);
  EXPECT_FALSE(ListDuties(kit.rows(), v1::ListDutiesRequest()).ok());
}

// A log of its own, to be folded twice.
class Refold : public ::testing::Test {
 protected:
  void Decide(Kit& kit, const std::string& role, const std::string& person, const std::string& command) {
    Record(kit, role, person, kit.Do(role, person, command));
  }
  void Record(Kit& kit, const std::string& role, const std::string& person,
              const std::vector<v1::StaffingEvent>& events) {
    log::v1::Commit commit;
    commit.mutable_actor()->set_role(role);
    commit.mutable_actor()->set_person_id(person);
    commit.set_school_id(kit.context().school_id);
    commit.set_index(commits.size() + 1);
    *commit.mutable_occurred_at() = TimestampOf(kit.context().occurred_at);
    for (const auto& event : events) commit.add_events(event.SerializeAsString());
    commits.push_back(commit);
  }
  void Fold(size_t from) {
    for (size_t i = from; i < commits.size(); ++i) {
      const Recorded recorded{commits[i], "staffing", 1};
      Kit::Service().Evolve(recorded, rows);
      Kit::Service().Project(recorded, rows);
    }
  }
  void ExpectSameFromEveryRecord() {
    Fold(0);
    const auto once = rows.all();
    for (size_t from = commits.size(); from-- > 0;) {
      Fold(from);
      EXPECT_EQ(rows.all(), once) << "folded again from record " << from + 1;
    }
  }
  MemoryRows rows;
  std::vector<log::v1::Commit> commits;
};

TEST_F(Refold, OfTheCommonsGivesTheSameRows) {
  Kit kit;
  rows = kit.memory();
  Decide(kit, "principal", "petra", Kit::Nominated("tom"));
  Decide(kit, "principal", "petra", Kit::Screened("tom", "", "checks { kind: ETHICS } passed: false"));
  Decide(kit, "principal", "petra", Kit::Nominated("tom", "s2"));
  Decide(kit, "principal", "petra", Kit::Screened("tom"));
  Decide(kit, "principal", "petra", Kit::Approved("tom"));
  Decide(kit, "care_teacher", "tom",
         "sign_pledge { person_id: 'tom' school_id: 's1' term_id: 't1' text_hash: 'h' }");
  Decide(kit, "principal", "petra",
         "complete_training { person_id: 'tom' course_code: 'c' on: '2026-08-20' }");
  for (const std::string from : {"08:00", "07:00"}) {
    kit.At("2026-09-01", from == "08:00" ? "10:00" : "11:00");
    Decide(kit, "education_bureau", "bert",
           "bar_person { person_id: 'tom' ground: BY_ORDER " + At("from_at", from) + " evidence_hash: 'e' }");
  }
  ExpectSameFromEveryRecord();
}

TEST_F(Refold, OfASchoolGivesTheSameRows) {
  Kit kit("s1");
  kit.GivenCleared("tom").GivenCleared("olga");
  rows = kit.memory();
  Decide(kit, "academic_affairs_office", "otto", Kit::Assigned("tom"));
  Decide(kit, "academic_affairs_office", "otto", Kit::Assigned("olga"));
  kit.Heard("15:30", "group_taken_over { session_id: 'x1' by_person_id: 'tom' }");
  kit.At("2026-09-01", "17:30");
  Record(kit, "system", "",
         kit.WhenHeard("attendance", Attendance("session_closed { session_id: 'x1' date: '2026-09-01' }"))
             .ThenDecided());
  ExpectSameFromEveryRecord();
}

}  // namespace
}  // namespace afterbell::staffing
