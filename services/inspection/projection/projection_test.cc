// Cases and refusals as they are asked for, and the law of all views: folded again from any earlier
// position, the rows are the same.
#include "services/inspection/domain/testing.h"
#include "services/inspection/projection/refusals.h"
#include "services/inspection/projection/violations.h"

namespace afterbell::inspection {
namespace {

template <class Request>
Request Ask(const std::string& text) {
  return kit::Parse<Request>(text);
}

// Records of this service and of others, in order, a minute apart.
class History {
 public:
  History& Own(const std::string& event, const std::string& school = "s1") {
    log::v1::Commit& commit = Next("inspection", school);
    commit.add_events(Event(event).SerializeAsString());
    return *this;
  }
  History& Turned(const std::string& service, const std::string& refusal, const std::string& person,
                  const std::string& day = "2026-09-01", const std::string& school = "s1") {
    log::v1::Commit& commit = Next(service, school);
    *commit.mutable_refusal() = kit::Parse<log::v1::Refusal>(refusal);
    commit.mutable_actor()->set_person_id(person);
    commit.set_service_date(day);
    return *this;
  }

  void Fold(size_t from, AllRows rows) const {
    for (size_t i = from; i < records_.size(); ++i) {
      const Recorded recorded{records_[i].commit, records_[i].service, 1};
      if (recorded.service == "inspection") {
        TheInspection().Evolve(recorded, rows);
        TheInspection().Project(recorded, rows);
      } else {
        TheInspection().Fold(recorded, rows);
      }
    }
  }
  MemoryRows Rows() const {
    MemoryRows rows;
    Fold(0, rows);
    return rows;
  }
  void ExpectSameWhenFoldedAgain() const {
    const MemoryRows once = Rows();
    for (size_t from = 0; from < records_.size(); ++from) {
      MemoryRows twice = once;
      Fold(from, twice);
      EXPECT_EQ(once.all(), twice.all()) << "from " << from;
    }
  }

 private:
  struct Record {
    std::string service;
    log::v1::Commit commit;
  };
  log::v1::Commit& Next(const std::string& service, const std::string& school) {
    log::v1::Commit& commit = records_.emplace_back(Record{service, {}}).commit;
    commit.set_index(records_.size());
    *commit.mutable_recorded_at() =
        TimestampOf(InstantOf("2026-09-01", "08:00") + records_.size() * kMicrosPerMinute);
    commit.set_school_id(school);
    commit.set_district_id("d1");
    commit.mutable_actor()->set_person_id("insp");
    return commit;
  }
  std::vector<Record> records_;
};

History Cases() {
  History history;
  history.Own(
      "violation_suspected { case_id: 'k1' codes: 'unposted_charge' codes: 'unlawful_charge' subject_id: "
      "'s1' "
      "detector: 'unposted_charge' detector_version: 1 rule: 'BIL-13' limit: 'a' met: 'b' value_ids: 'x' "
      "causes { service: 'billing' partition: 1 index: 3 } }");
  history.Own("violation_suspected { case_id: 'k2' codes: 'staff_ethics' subject_id: 'tea' }");
  history.Own("violation_reported { case_id: 'k3' codes: 'profit' subject_id: 's2' sealed_text: 'x' }", "s2");
  history.Own(
      "violation_confirmed { case_id: 'k2' reason_code: 'seen' event_refs { service: 'attendance' index: 7 } "
      "}");
  history.Own("violation_dismissed { case_id: 'k3' reason_code: 'mistaken' }", "s2");
  history.Own("violation_confirmed { case_id: 'never' reason_code: 'seen' }");
  return history;
}

std::string IdsOf(const MemoryRows& rows, const std::string& request) {
  const auto answer = ListViolations(rows, Ask<v1::ListViolationsRequest>(request));
  EXPECT_TRUE(answer.ok()) << answer.status();
  std::string ids;
  for (const v1::Violation& violation : answer->violations()) ids += violation.case_id() + " ";
  return ids;
}

TEST(Views, AreTheSameWhenFoldedAgainFromAnyPosition) {
  Cases().ExpectSameWhenFoldedAgain();
  History refusals;
  for (const char* person : {"a", "b", "a", "a"}) {
    refusals.Turned("enrollment", "rule: 'ENR-23' reason: 'GROUP_FULL' subject: 'g1'", person);
  }
  refusals.ExpectSameWhenFoldedAgain();
}

TEST(GetViolation, AnswersACaseWithAllThatIsKnownOfIt) {
  const MemoryRows rows = Cases().Rows();
  const auto k1 =
      GetViolation(rows, Ask<v1::GetViolationRequest>("header { school_id: 's1' } case_id: 'k1'"));
  EXPECT_EQ(k1->violation().state(), v1::SUSPECTED);
  EXPECT_EQ(k1->violation().rule(), "BIL-13");
  EXPECT_EQ(k1->violation().causes(0).index(), 3u);
  const auto k2 =
      GetViolation(rows, Ask<v1::GetViolationRequest>("header { school_id: 's1' } case_id: 'k2'"));
  EXPECT_EQ(k2->violation().state(), v1::CONFIRMED);
  EXPECT_EQ(k2->violation().decided_by(), "insp");
  EXPECT_EQ(k2->violation().evidence(0).index(), 7u);
  const auto k3 =
      GetViolation(rows, Ask<v1::GetViolationRequest>("header { school_id: 's2' } case_id: 'k3'"));
  EXPECT_EQ(k3->violation().reported_by(), "insp");
  EXPECT_EQ(k3->violation().sealed_text(), "x");
  EXPECT_FALSE(
      GetViolation(rows, Ask<v1::GetViolationRequest>("header { school_id: 's2' } case_id: 'k1'")).ok());
  EXPECT_FALSE(
      GetViolation(rows, Ask<v1::GetViolationRequest>("header { school_id: 's1' } case_id: 'never'")).ok());
}

// Whoever reports a case gives its id, and a partition holds many schools.
TEST(GetViolation, AnswersTheCaseOfTheSchoolAsked) {
  History history = Cases();
  history.Own("violation_reported { case_id: 'k1' codes: 'profit' subject_id: 's2' }", "s2");
  history.Own("violation_dismissed { case_id: 'k1' reason_code: 'mistaken' }", "s2");
  history.ExpectSameWhenFoldedAgain();
  const MemoryRows rows = history.Rows();
  const auto state = [&](const std::string& school) {
    return GetViolation(rows,
                        Ask<v1::GetViolationRequest>("header { school_id: '" + school + "' } case_id: 'k1'"))
        ->violation()
        .state();
  };
  EXPECT_EQ(state("s1"), v1::SUSPECTED);
  EXPECT_EQ(state("s2"), v1::DISMISSED);
  EXPECT_EQ(IdsOf(rows, "header { school_id: 's1' }"), "k2 k1 ");
  EXPECT_EQ(IdsOf(rows, "header { school_id: 's2' }"), "k3 k1 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1'"), "k2 k3 k1 k1 ");
}

TEST(ListViolations, ListsBySchoolOrDistrictStateAndCode) {
  const MemoryRows rows = Cases().Rows();
  EXPECT_EQ(IdsOf(rows, "header { school_id: 's1' }"), "k2 k1 ");  // CONFIRMED before SUSPECTED.
  EXPECT_EQ(IdsOf(rows, "header { school_id: 's2' }"), "k3 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1'"), "k2 k3 k1 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd2'"), "");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1' state: SUSPECTED"), "k1 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1' code: 'unlawful_charge'"), "k1 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1' state: SUSPECTED code: 'unlawful_charge'"), "k1 ");
  EXPECT_EQ(IdsOf(rows, "district_id: 'd1' state: DISMISSED code: 'unlawful_charge'"), "");
  EXPECT_FALSE(ListViolations(rows, v1::ListViolationsRequest()).ok());
}

TEST(ListViolations, PagesWithoutLosingOrDoublingACase) {
  const MemoryRows rows = Cases().Rows();
  std::string ids, token;
  do {
    const auto answer =
        ListViolations(rows, Ask<v1::ListViolationsRequest>("header { page_size: 1 page_token: '" + token +
                                                            "' } district_id: 'd1'"));
    for (const v1::Violation& violation : answer->violations()) ids += violation.case_id() + " ";
    token = answer->page().next_page_token();
  } while (!token.empty());
  EXPECT_EQ(ids, "k2 k3 k1 ");
}

History Refusals() {
  History history;
  const char kFull[] = "rule: 'ENR-23' reason: 'GROUP_FULL' subject: 'g1' limit: '40' met: '41'";
  history.Turned("enrollment", kFull, "a");
  history.Turned("enrollment", std::string(kFull) + " repeated: true", "a");
  history.Turned("enrollment", std::string(kFull) + " repeated: true", "a");
  history.Turned("enrollment", kFull, "b");
  history.Turned("enrollment", kFull, "a", "2026-09-02");
  history.Turned("billing", "rule: 'BIL-13' reason: 'NOTICE_NOT_POSTED' subject: 'c1'", "a", "2026-09-02",
                 "s2");
  return history;
}

std::string SeenIn(const MemoryRows& rows, const std::string& request) {
  const auto answer = ListRefusals(rows, Ask<v1::ListRefusalsRequest>(request));
  EXPECT_TRUE(answer.ok()) << answer.status();
  std::string seen;
  for (const v1::RefusalSeen& row : answer->refusals()) {
    seen += absl::StrCat(row.refusal().rule(), " ", row.day(), " ", row.actor().person_id(), " x",
                         row.times(), "; ");
  }
  return seen;
}

TEST(ListRefusals, CountsTheRepeatsOfADay) {
  EXPECT_EQ(SeenIn(Refusals().Rows(), "header { school_id: 's1' }"),
            "ENR-23 2026-09-01 a x3; ENR-23 2026-09-01 b x1; ENR-23 2026-09-02 a x1; ");
}

TEST(ListRefusals, ListsByServiceRuleAndDays) {
  const MemoryRows rows = Refusals().Rows();
  const std::string billed = "BIL-13 2026-09-02 a x1; ";
  EXPECT_EQ(SeenIn(rows, "district_id: 'd1' service: 'billing'"), billed);
  EXPECT_EQ(SeenIn(rows, "district_id: 'd1' rule: 'BIL-13'"), billed);
  EXPECT_EQ(SeenIn(rows, "district_id: 'd1' from_on: '2026-09-02'"), billed + "ENR-23 2026-09-02 a x1; ");
  EXPECT_EQ(SeenIn(rows, "district_id: 'd1' to_on: '2026-09-01' rule: 'ENR-23'"),
            "ENR-23 2026-09-01 a x3; ENR-23 2026-09-01 b x1; ");
  EXPECT_EQ(SeenIn(rows, "header { school_id: 's9' }"), "");
  EXPECT_EQ(FieldOf(ListRefusals(rows, v1::ListRefusalsRequest()).status()), "district_id");
  EXPECT_EQ(
      FieldOf(ListRefusals(rows, Ask<v1::ListRefusalsRequest>("district_id: 'd1' from_on: 'x'")).status()),
      "from_on");
}

TEST(ListRefusals, KeepsTheFirstInFull) {
  const auto answer =
      ListRefusals(Refusals().Rows(), Ask<v1::ListRefusalsRequest>("header { school_id: 's1' }"));
  const v1::RefusalSeen& first = answer->refusals(0);
  EXPECT_EQ(first.first().service(), "enrollment");
  EXPECT_EQ(first.first().index(), 1u);
  EXPECT_EQ(first.refusal().limit(), "40");
  EXPECT_FALSE(first.refusal().repeated());
}

}  // namespace
}  // namespace afterbell::inspection
