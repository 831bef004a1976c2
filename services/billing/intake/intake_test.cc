// Folding others' records: idempotent, and with the month ends a stay must wait for.
#include "services/billing/domain/billing_kit.h"
#include "services/billing/domain/tables.h"

namespace afterbell::billing {
namespace {

class Folds {
 public:
  template <class Event>
  void Fold(const std::string& service, const Event& event, uint64_t index,
            const std::string& school = "s1") {
    log::v1::Commit commit;
    commit.set_index(index);
    commit.set_school_id(school);
    commit.add_events(event.SerializeAsString());
    TheService().Fold(Recorded{commit, service, 1}, rows);
  }
  int Deadlines() const {
    int count = 0;
    Rows(rows).Scan(kDeadlines, Prefix(), [&](const auto&) { ++count; });
    return count;
  }
  MemoryRows rows;
};

enrollment::v1::EnrollmentEvent Withdrawn(const std::string& effective_on) {
  return kit::Parse<enrollment::v1::EnrollmentEvent>(
      "enrollment_withdrawn { enrollment_id: 'e-ana-t1' pupil_id: 'ana' term_id: 't1' effective_on: '" +
      effective_on + "' }");
}

void FoldAll(Folds& folds, uint64_t from) {
  if (from <= 1) folds.Fold("enrollment", BillingKit::EnrolledEvent(), 1);
  if (from <= 2) folds.Fold("enrollment", Withdrawn("2026-09-20"), 2);
  if (from <= 3) folds.Fold("enrollment", BillingKit::EnrolledEvent("ana", "2026-11-01"), 3);
  if (from <= 4) {
    folds.Fold("enrollment",
               kit::Parse<enrollment::v1::EnrollmentEvent>(
                   "special_status_verified { status_id: 'st1' pupil_id: 'ana' category: 'aided_student' }"),
               4);
  }
  if (from <= 1) folds.Fold("attendance", BillingKit::CountedEvent(10), 1);
  if (from <= 2) folds.Fold("attendance", BillingKit::CountedEvent(12, "2026-09", 2), 2);
}

TEST(Intake, FoldsTheSameRowsAgainFromAnEarlierPosition) {
  Folds folds;
  FoldAll(folds, 1);
  const auto once = folds.rows.all();
  for (uint64_t from = 1; from <= 4; ++from) {
    FoldAll(folds, from);
    EXPECT_EQ(folds.rows.all(), once) << from;
  }
}

TEST(Intake, DoesNotSetADeadlineAgainThatHasFired) {
  Folds folds;
  folds.Fold("enrollment", BillingKit::EnrolledEvent(), 1);
  EXPECT_EQ(folds.Deadlines(), 12);
  ClearDeadline(folds.rows, EndOfMonth("2026-09"), kMonthEnd,
                MonthEndEntity("s1", "ana", "e-ana-t1", "2026-09"));
  folds.Fold("enrollment", BillingKit::EnrolledEvent(), 1);
  EXPECT_EQ(folds.Deadlines(), 11);
}

TEST(Intake, KeepsTheMonthEndOfTheMonthAPupilLeftIn) {
  Folds folds;
  folds.Fold("enrollment", BillingKit::EnrolledEvent(), 1);
  folds.Fold("enrollment", Withdrawn("2026-10-20"), 2);
  EXPECT_EQ(folds.Deadlines(), 2);
  EXPECT_TRUE(HasDeadline(folds.rows, EndOfMonth("2026-10"), kMonthEnd,
                          MonthEndEntity("s1", "ana", "e-ana-t1", "2026-10")));
}

// An enrollment of the same id at two schools of a partition.
TEST(Intake, KeepsTheStaysOfEachSchoolApart) {
  Folds folds;
  folds.Fold("enrollment", BillingKit::EnrolledEvent(), 1);
  folds.Fold("enrollment", BillingKit::EnrolledEvent(), 2, "s2");
  EXPECT_EQ(folds.Deadlines(), 24);
  folds.Fold("enrollment", Withdrawn("2026-09-20"), 3);
  EXPECT_EQ(folds.Deadlines(), 13);
  const auto waits = [&](const std::string& school) {
    return HasDeadline(folds.rows, EndOfMonth("2026-12"), kMonthEnd,
                       MonthEndEntity(school, "ana", "e-ana-t1", "2026-12"));
  };
  EXPECT_FALSE(waits("s1"));
  EXPECT_TRUE(waits("s2"));
}

TEST(Intake, KeepsTheLatestCountOfClassHours) {
  Folds folds;
  folds.Fold("attendance", BillingKit::CountedEvent(12, "2026-09", 2), 5);
  folds.Fold("attendance", BillingKit::CountedEvent(10, "2026-09", 1), 4);
  EXPECT_EQ(AllRows(folds.rows).Get(kClassHours, {"s1", "ana", key::Month("2026-09")})->class_hours(), 12);
}

}  // namespace
}  // namespace afterbell::billing
