// Facts of others: what their rows say, and that folding them again from anywhere says the same.
#include <string>
#include <vector>

#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/fixture.h"

namespace afterbell::attendance {
namespace {

template <class Foreign>
void Fold(const std::string& service, const Foreign& event, IntakeRows rows,
          const std::string& school = "s1") {
  log::v1::Commit commit;
  commit.set_school_id(school);
  commit.add_events(event.SerializeAsString());
  Service().Fold(Recorded{commit, service, 1}, rows);
}

EnrollmentEvent Placed(const std::string& group, const std::string& from_on) {
  return Enrollment(absl::StrCat("pupil_placed { enrollment_id: 'e' pupil_id: 'ana' group_id: '", group,
                                 "' from_on: '", from_on, "' }"));
}
EnrollmentEvent Unplaced(const std::string& group, const std::string& last_on) {
  return Enrollment(absl::StrCat("pupil_unplaced { enrollment_id: 'e' pupil_id: 'ana' group_id: '", group,
                                 "' last_on: '", last_on, "' }"));
}

bool InGroup(const Rows& rows, const std::string& group, const std::string& date,
             const std::string& school = "s1") {
  state::Session session;
  session.set_school_id(school);
  session.set_group_id(group);
  session.set_date(date);
  const std::vector<std::string> expected = ExpectedPupils(rows, session);
  EXPECT_EQ(expected,
            IsPlaced(rows, session, "ana") ? std::vector<std::string>{"ana"} : std::vector<std::string>());
  return !expected.empty();
}

// Placed, moved, placed back, withdrawn.
std::vector<EnrollmentEvent> Changes() {
  return {
      Enrollment(
          "pupil_enrolled { enrollment_id: 'e' pupil_id: 'ana' from_on: '2026-09-01' class_id: 'c3' }"),
      Placed("g1", "2026-09-01"),
      Unplaced("g1", "2026-09-10"),
      Placed("g2", "2026-09-11"),
      Unplaced("g2", "2026-09-14"),
      Placed("g1", "2026-09-15"),
      Enrollment("enrollment_withdrawn { enrollment_id: 'e' pupil_id: 'ana' effective_on: '2026-10-01' }"),
  };
}

TEST(Placements, KnowOfEveryMoveAndOfTheWithdrawal) {
  MemoryRows rows;
  for (const EnrollmentEvent& change : Changes()) Fold("enrollment", change, rows);
  EXPECT_TRUE(InGroup(rows, "g1", "2026-09-10"));
  EXPECT_FALSE(InGroup(rows, "g1", "2026-09-11"));
  EXPECT_TRUE(InGroup(rows, "g2", "2026-09-14"));
  EXPECT_FALSE(InGroup(rows, "g2", "2026-09-15"));
  EXPECT_TRUE(InGroup(rows, "g1", "2026-09-30"));
  EXPECT_FALSE(InGroup(rows, "g1", "2026-10-01"));
  EXPECT_TRUE(IsEnrolled(rows, "s1", "ana", "2026-09-30"));
  EXPECT_FALSE(IsEnrolled(rows, "s1", "ana", "2026-10-01"));
  EXPECT_EQ(GroupsOf(rows, "s1", "ana"), (std::vector<std::string>{"g1", "g2"}));
}

// The same ids of enrollment, pupil and group at two schools of a partition.
TEST(Placements, AreOfTheirSchool) {
  MemoryRows rows;
  for (const EnrollmentEvent& change : Changes()) Fold("enrollment", change, rows);
  EXPECT_FALSE(InGroup(rows, "g1", "2026-09-10", "s2"));
  EXPECT_FALSE(IsEnrolled(rows, "s2", "ana", "2026-09-30"));
  EXPECT_EQ(GroupsOf(rows, "s2", "ana"), std::vector<std::string>());
  Fold("enrollment", Changes()[0], rows, "s2");
  Fold("enrollment", Placed("g1", "2026-09-01"), rows, "s2");
  EXPECT_TRUE(InGroup(rows, "g1", "2026-10-01", "s2"));
  EXPECT_TRUE(IsEnrolled(rows, "s2", "ana", "2026-10-01"));
  EXPECT_FALSE(InGroup(rows, "g1", "2026-10-01"));
}

TEST(Placements, AreTheSameWhenFoldedAgainFromAnywhere) {
  const std::vector<EnrollmentEvent> changes = Changes();
  MemoryRows once;
  for (const EnrollmentEvent& change : changes) Fold("enrollment", change, once);
  for (size_t first = 0; first < changes.size(); ++first) {
    MemoryRows again = once;
    for (size_t i = first; i < changes.size(); ++i) Fold("enrollment", changes[i], again);
    EXPECT_EQ(once.all(), again.all()) << "folded again from " << first;
  }
}

TEST(Groups, AreOfTheirSchool) {
  MemoryRows rows;
  Fold("enrollment", Enrollment("care_group_formed { group_id: 'g1' project_id: 'chess' }"), rows);
  Fold("enrollment", Enrollment("project_designed { project_id: 'chess' kind: 'class_club' }"), rows);
  ASSERT_TRUE(FindGroup(rows, "s1", "g1"));
  EXPECT_EQ(ProjectKindOf(rows, "s1", *FindGroup(rows, "s1", "g1")), "class_club");
  EXPECT_FALSE(FindGroup(rows, "s2", "g1"));
}

TEST(Guardians, AreSoFromTheirFirstDay) {
  MemoryRows rows;
  Fold("registry",
       Registry("guardianship_recorded { pupil_id: 'ana' guardian_id: 'gina' from_on: '2026-09-02' }"), rows);
  EXPECT_FALSE(IsGuardian(rows, "s1", "ana", "gina", "2026-09-01"));
  EXPECT_TRUE(IsGuardian(rows, "s1", "ana", "gina", "2026-09-02"));
  EXPECT_FALSE(IsGuardian(rows, "s1", "bo", "gina", "2026-09-02"));
  EXPECT_FALSE(IsGuardian(rows, "s2", "ana", "gina", "2026-09-02"));
}

TEST(Venues, AreOnSiteOrInTheCommons) {
  MemoryRows rows;
  Fold("registry", Registry("venue_registered { venue_id: 'v1' }"), rows);
  reference::FoldRegistryEvent(Registry("venue_registered { venue_id: 'museum' }"), rows);
  EXPECT_TRUE(VenueIsKnown(rows, "s1", "v1"));
  EXPECT_FALSE(VenueIsKnown(rows, "s2", "v1"));
  EXPECT_TRUE(VenueIsKnown(rows, "s2", "museum"));
  EXPECT_FALSE(VenueIsKnown(rows, "s1", "v2"));
}

TEST(Duties, AreFoundBySessionAndByPersonOfTheDay) {
  MemoryRows rows;
  Fold("staffing", School::Duty("d1", "tia", "care_teacher", "x"), rows);
  std::vector<std::string> duties;
  AllRows(rows).Scan(kDuties, Prefix("s1", "x"),
                     [&](const staffing::v1::DutyAssigned& duty) { duties.push_back(duty.duty_id()); });
  EXPECT_EQ(duties, std::vector<std::string>{"d1"});
  EXPECT_EQ(SessionsOnDuty(rows, "s1", "tia", InstantOf(kDate, "16:00")), std::vector<std::string>{"x"});
  EXPECT_TRUE(SessionsOnDuty(rows, "s1", "tia", InstantOf("2026-09-04", "16:00")).empty());
  EXPECT_TRUE(SessionsOnDuty(rows, "s1", "tia", InstantOf("2026-08-28", "16:00")).empty());
  EXPECT_TRUE(SessionsOnDuty(rows, "s2", "tia", InstantOf(kDate, "16:00")).empty());
}

TEST(Commands, AreAllInTheTable) {
  const auto* oneof = v1::AttendanceCommand::descriptor()->oneof_decl(0);
  ASSERT_EQ(Service().commands().size(), static_cast<size_t>(oneof->field_count()));
  for (int i = 0; i < oneof->field_count(); ++i)
    EXPECT_EQ(Service().commands()[i].name, oneof->field(i)->name());
}

}  // namespace
}  // namespace afterbell::attendance
