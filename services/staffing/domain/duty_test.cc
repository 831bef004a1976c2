// Duties: who may be assigned, and how many minutes were served (STF-04, STF-13, STF-14, STF-15, STF-28,
// STF-29, STF-33, ATT-33).
#include "services/staffing/domain/duty.h"

#include "gtest/gtest.h"
#include "services/staffing/domain/staffing_kit.h"

namespace afterbell::staffing {
namespace {

using Kit = StaffingKit;

const char kTakeOver[] =
    "group_taken_over { session_id: 'x1' by_person_id: 'tom' headcount: 30 place: 'room' }";
const char kClose[] = "session_closed { session_id: 'x1' group_id: 'g1' date: '2026-09-01' held: true }";

v1::StaffingEvent AssignedEvent(const std::string& person, const std::string& from, const std::string& to) {
  return Event("duty_assigned { duty_id: '" + DutyId("x1", person, "care_teacher") +
               "' session_id: 'x1' person_id: '" + person + "' role: 'care_teacher' " + At("from_at", from) +
               At("to_at", to) + " }");
}
v1::StaffingEvent ServedEvent(const std::string& person, int minutes) {
  return Event(absl::StrCat("duty_served { duty_id: '", DutyId("x1", person, "care_teacher"),
                            "' session_id: 'x1' person_id: '", person, "' minutes: ", minutes,
                            " date: '2026-09-01' }"));
}

class AssignDuty : public ::testing::Test {
 protected:
  AssignDuty() { kit.GivenCleared("tom"); }
  Kit::Outcome Assign(const std::string& command) {
    return kit.Ask("academic_affairs_office", "otto", command);
  }
  Kit kit{"s1"};
};

TEST_F(AssignDuty, IsDecidedForOneWhoIsCleared) {
  Assign(Kit::Assigned("tom")).Then(AssignedEvent("tom", "15:30", "17:30"));
  Assign(Kit::Assigned("tom", "x1", "16:00", "17:00")).ThenNothing();  // The same duty.
}

TEST_F(AssignDuty, KnowsItsSession) {
  Assign(Kit::Assigned("tom", "x9")).ThenNotFound();
  Assign(Kit::Assigned("tom", "x1", "17:30", "17:30")).ThenInvalid("to_at");
}

// A partition holds many schools.
TEST_F(AssignDuty, IsOfItsSchoolAlone) {
  Assign(Kit::Assigned("tom")).ThenDecided();
  kit.AtSchool("s2");
  Assign(Kit::Assigned("tom")).ThenNotFound();
  kit.GivenSession("x1", "15:30", "17:30");
  Assign(Kit::Assigned("tom")).ThenRefused("STF-15", "ADULT_NOT_CLEARED");
}

// STF-15
TEST_F(AssignDuty, IsRefusedToOneWhoIsNotCleared) {
  Assign(Kit::Assigned("olga")).ThenRefused("STF-15", "ADULT_NOT_CLEARED");
  EXPECT_EQ(Assign(Kit::Assigned("tom", "x1", "15:30", "17:30", "duty_leader"))
                .ThenRefused("STF-15", "ADULT_NOT_CLEARED")
                .limit,
            "duty_leader");
  kit.GivenSession("late", "15:30", "17:30", "2027-09-01");
  EXPECT_EQ(Assign(Kit::Assigned("tom", "late")).ThenRefused("STF-15", "ADULT_NOT_CLEARED").met,
            "2027-09-01");
}

// STF-13, STF-14: whatever the parameters say.
TEST_F(AssignDuty, IsRefusedToOneWhoIsBarred) {
  const auto bar = [&](const std::string& ground, const std::string& from) {
    kit.GivenCommons(
        Event("person_barred { person_id: 'tom' ground: " + ground + " " + At("from_at", from) + " }"));
  };
  bar("RECORD_FOUND", "17:31");
  Assign(Kit::Assigned("tom")).ThenDecided();  // It binds from later on.
  kit.GivenSession("x2", "18:00", "19:00");
  EXPECT_EQ(Assign(Kit::Assigned("tom", "x2", "18:00", "19:00")).ThenRefused("STF-14", "ADULT_BARRED").met,
            "RECORD_FOUND");
  bar("ETHICS_PROBLEM", "08:00");
  Assign(Kit::Assigned("tom", "x2", "18:00", "19:00")).ThenRefused("STF-13", "ADULT_BARRED");
}

// STF-04
TEST_F(AssignDuty, WaitsForThePledgeWhereOneIsSigned) {
  kit.GivenPolicy("teacher_pledge", "flag: true");
  const Refused refused = Assign(Kit::Assigned("tom")).ThenRefused("STF-04", "NO_PLEDGE");
  EXPECT_EQ(refused.parameter, "teacher_pledge");
  kit.GivenCommons(Event("pledge_signed { person_id: 'tom' school_id: 's2' term_id: 't1' }"));
  Assign(Kit::Assigned("tom")).ThenRefused("STF-04", "NO_PLEDGE");
  kit.GivenCommons(Event("pledge_signed { person_id: 'tom' school_id: 's1' term_id: 't1' }"));
  Assign(Kit::Assigned("tom")).ThenDecided();
}

TEST_F(AssignDuty, AsksNoPledgeOfAnOutsider) {
  kit.GivenPolicy("teacher_pledge", "flag: true");
  kit.GivenCleared("olga");
  Assign(Kit::Assigned("olga")).ThenDecided();
}

// STF-33
TEST_F(AssignDuty, WaitsForTrainingWhereItIsAsked) {
  kit.GivenPolicy("staff_training", "flag: true");
  EXPECT_EQ(Assign(Kit::Assigned("tom")).ThenRefused("STF-33", "NOT_TRAINED").met, "none");
  kit.GivenCommons(Event("training_completed { person_id: 'tom' course_code: 'c' on: '2026-09-02' }"));
  EXPECT_EQ(Assign(Kit::Assigned("tom")).ThenRefused("STF-33", "NOT_TRAINED").met, "2026-09-02");
  kit.GivenCommons(Event("training_completed { person_id: 'tom' course_code: 'c' on: '2026-09-01' }"));
  Assign(Kit::Assigned("tom")).ThenDecided();
}

// ATT-33
TEST_F(AssignDuty, IsRefusedToOneWhoIsBusy) {
  kit.GivenSession("x2", "17:00", "18:00")
      .GivenSession("x3", "17:30", "18:30")
      .GivenSession("x4", "14:30", "15:30");
  Assign(Kit::Assigned("tom")).ThenDecided();
  EXPECT_EQ(Assign(Kit::Assigned("tom", "x2", "17:00", "18:00")).ThenRefused("ATT-33", "DOUBLE_BOOKED").met,
            DutyId("x1", "tom", "care_teacher"));
  Assign(Kit::Assigned("tom", "x3", "17:30", "18:30")).ThenDecided();  // On the minute.
  Assign(Kit::Assigned("tom", "x4", "14:30", "15:30")).ThenDecided();
  Assign(Kit::Assigned("tom", "x2", "15:00", "19:00")).ThenRefused("ATT-33", "DOUBLE_BOOKED");
}

// STF-28, STF-29
class SettleDuties : public ::testing::Test {
 protected:
  SettleDuties() {
    kit.GivenCleared("tom").GivenCleared("olga");
    kit.Do("academic_affairs_office", "otto", Kit::Assigned("tom"));
  }
  Kit::Outcome Close(const std::string& time) {
    kit.At("2026-09-01", time);
    return kit.WhenHeard("attendance", Attendance(kClose));
  }
  Kit kit{"s1"};
};

TEST_F(SettleDuties, CountsTheDutyFromTakeOverToClose) {
  kit.Heard("15:40", kTakeOver);
  Close("17:20").Then(ServedEvent("tom", 100));
}

TEST_F(SettleDuties, CountsNothingBeforeOrAfterTheDuty) {
  kit.Heard("15:00", kTakeOver);
  Close("18:00").Then(ServedEvent("tom", 120));
}

TEST_F(SettleDuties, EndsAtTheCheckOut) {
  kit.Heard("15:30", "adult_checked_in { person_id: 'tom' role: 'care_teacher' session_id: 'x1' }")
      .Heard("15:35", kTakeOver)
      .Heard("16:59", "adult_checked_out { person_id: 'tom' role: 'care_teacher' session_id: 'x1' }");
  Close("17:30").Then(ServedEvent("tom", 89));
}

TEST_F(SettleDuties, CountsTheGateForEverySessionOfTheDay) {
  kit.Heard("15:45", "adult_checked_in { person_id: 'tom' role: 'care_teacher' }")
      .Heard("17:15", "adult_checked_out { person_id: 'tom' role: 'care_teacher' }");
  Close("17:30").Then(ServedEvent("tom", 90));
}

TEST_F(SettleDuties, EndsAtTheHandoverForOneWhoNeverCheckedIn) {
  kit.Do("academic_affairs_office", "otto", Kit::Assigned("olga"));
  kit.Heard("15:30", kTakeOver)
      .Heard("16:30", "group_taken_over { session_id: 'x1' by_person_id: 'olga' from_person_id: 'tom' }");
  const std::vector<v1::StaffingEvent> events = Close("17:30").ThenDecided();
  ASSERT_EQ(events.size(), 2);
  for (const auto& event : events) EXPECT_EQ(event.duty_served().minutes(), 60);
}

TEST_F(SettleDuties, AddsUpWhatIsBroken) {
  kit.Heard("15:30", "adult_checked_in { person_id: 'tom' session_id: 'x1' }")
      .Heard("16:00", "adult_checked_out { person_id: 'tom' session_id: 'x1' }")
      .Heard("16:30", "adult_checked_in { person_id: 'tom' session_id: 'x1' }");
  Close("17:30").Then(ServedEvent("tom", 90));
}

TEST_F(SettleDuties, LeavesADutyThatNobodyServed) {
  kit.Heard("15:30", "group_taken_over { session_id: 'other' by_person_id: 'tom' }");
  Close("17:30").ThenNothing();
}

// A session of the same id at two schools of a partition.
TEST_F(SettleDuties, SettlesThoseOfItsSchoolAlone) {
  kit.Heard("15:30", kTakeOver);
  kit.AtSchool("s2");
  Close("17:30").ThenNothing();
  kit.AtSchool("s1");
  Close("17:30").Then(ServedEvent("tom", 120));
}

TEST_F(SettleDuties, WaitsForTheClose) {
  kit.Heard("15:30", kTakeOver);
  EXPECT_EQ(
      kit.Ask("system", "", "settle_duties { session_id: 'x1' }").ThenRefused("ATT-33", "WRONG_STATE").met,
      "open");
  kit.Ask("system", "", "settle_duties { session_id: 'none' }").ThenNothing();
}

}  // namespace
}  // namespace afterbell::staffing
