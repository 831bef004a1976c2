// The checkers fire on what is planted, and only then.
#include "tests/fault/laws.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/fault/checker.h"

namespace afterbell::fault {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LawsTest : public ::testing::Test {
 protected:
  template <class Event>
  void Record(const std::string& service, const std::string& text) {
    Event event;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
    log::v1::Commit commit;
    commit.set_index(++index_);
    commit.add_events(event.SerializeAsString());
    laws_.Take({service, 1}, commit);
  }
  void Enrolls(const std::string& text) { Record<enrollment::v1::EnrollmentEvent>("enrollment", text); }
  void Attends(const std::string& text) { Record<attendance::v1::AttendanceEvent>("attendance", text); }
  void Bills(const std::string& text) { Record<billing::v1::BillingEvent>("billing", text); }

  void Place(const std::string& enrollment, const std::string& from_on) {
    Enrolls("pupil_placed { enrollment_id: '" + enrollment + "' group_id: 'g' from_on: '" + from_on +
            "' limit: 2 }");
  }

  uint64_t index_ = 0;
  Laws laws_;
};

TEST_F(LawsTest, ACapIsHeldOnEveryDay) {
  Place("a", "2026-09-07");
  Place("b", "2026-09-07");
  Enrolls("pupil_unplaced { enrollment_id: 'a' group_id: 'g' last_on: '2026-09-30' }");
  Place("c", "2026-10-01");  // When a has left.
  EXPECT_THAT(laws_.violations(), IsEmpty());
  Place("d", "2026-10-08");
  EXPECT_THAT(laws_.violations(),
              ElementsAre(HasSubstr("group g has 3 pupils on 2026-10-08, 2 are allowed")));
  EXPECT_EQ(laws_.placed(), 4u);
}

TEST_F(LawsTest, APupilIsReleasedOnceAndWasThere) {
  Attends("pupil_checked_in { session_id: 's' pupil_id: 'ana' }");
  Attends("pupil_released { session_id: 's' pupil_id: 'ana' }");
  Attends("pupil_checked_in { session_id: 't' pupil_id: 'ana' }");
  Attends("pupil_left_early { session_id: 't' pupil_id: 'ana' }");
  EXPECT_THAT(laws_.violations(), IsEmpty());
  Attends("pupil_released { session_id: 's' pupil_id: 'ana' }");
  Attends("pupil_released { session_id: 's' pupil_id: 'bo' }");
  EXPECT_THAT(laws_.violations(),
              ElementsAre(HasSubstr("ana released from s twice"), HasSubstr("without being there")));
}

TEST_F(LawsTest, TheLedgerAddsUp) {
  Bills("charge_assessed { charge_id: 'c' gross_fen: 300 cap_removed_fen: 100 waiver_fen: 50 net_fen: 150 }");
  Bills("charge_issued { charge_id: 'c' net_fen: 150 }");
  Bills(
      "payment_received { payment_id: 'p' amount_fen: 150 allocations { charge_id: 'c' amount_fen: 150 } }");
  EXPECT_THAT(laws_.violations(), IsEmpty());
  Bills("payment_received { payment_id: 'p' amount_fen: 150 }");
  Bills("payment_received { payment_id: 'q' amount_fen: 1 allocations { charge_id: 'c' amount_fen: 1 } }");
  Bills("charge_assessed { charge_id: 'd' gross_fen: 300 net_fen: 299 }");
  Bills("charge_issued { charge_id: 'd' net_fen: 300 }");
  Bills("payment_received { payment_id: 'r' amount_fen: 1 allocations { charge_id: 'd' amount_fen: 2 } }");
  EXPECT_THAT(laws_.violations(), ElementsAre(HasSubstr("payment p twice"), HasSubstr("charge c paid more"),
                                              HasSubstr("charge d does not add up"),
                                              HasSubstr("charge d issued at another amount"),
                                              HasSubstr("payment r allocated beyond its amount")));
}

TEST_F(LawsTest, WhatWasRefusedChangesNothing) {
  log::v1::Commit commit;
  commit.mutable_refusal()->set_rule("ENR-23");
  laws_.Take({"enrollment", 1}, commit);
  EXPECT_THAT(laws_.violations(), IsEmpty());
  enrollment::v1::EnrollmentEvent event;
  event.mutable_pupil_placed();
  commit.add_events(event.SerializeAsString());
  laws_.Take({"enrollment", 1}, commit);
  EXPECT_THAT(laws_.violations(), ElementsAre(HasSubstr("refused by ENR-23, and visible")));
}

// What callers were told, against what stands.
class AnswersTest : public ::testing::Test {
 protected:
  void Answered(const std::string& id, uint64_t index, bool decided, const std::string& rule = "") {
    Request request;
    request.id = id;
    request.answer = Answer{1, index, decided, rule, "", ""};
    requests_.push_back(request);
  }
  void Stand(const std::string& id, uint64_t index, bool decided, const std::string& rule = "") {
    stands_[id].push_back({{"registry", 1}, index, decided, rule, ""});
  }
  std::deque<Request> requests_;
  StandsById stands_;
};

TEST_F(AnswersTest, WhatStandsAsAnsweredIsNeitherLostNorDoubled) {
  Answered("decided", 4, true);
  Stand("decided", 4, true);
  Answered("refused", 0, false, "REG-01");
  Stand("refused", 5, false, "REG-01");
  Stand("never answered", 6, true);
  const Findings findings = Check(requests_, stands_);
  EXPECT_EQ(findings.lost + findings.doubled, 0u) << findings.first;
}

TEST_F(AnswersTest, ALostAnswerIsFound) {
  Answered("gone", 4, true);
  EXPECT_EQ(Check(requests_, stands_).lost, 1u);
  Stand("gone", 5, true);  // At another place than it was said.
  EXPECT_EQ(Check(requests_, stands_).lost, 1u);
}

TEST_F(AnswersTest, ADoubledEffectIsFound) {
  Answered("twice", 4, true);
  Stand("twice", 4, true);
  Stand("twice", 9, true);
  EXPECT_EQ(Check(requests_, stands_).doubled, 1u);
}

TEST_F(AnswersTest, ARefusalThatIsVisibleIsFound) {
  Answered("refused", 0, false, "REG-01");
  Stand("refused", 4, true);
  EXPECT_EQ(Check(requests_, stands_).lost, 1u);
}

}  // namespace
}  // namespace afterbell::fault
