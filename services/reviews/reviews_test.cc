// Reviews on histories short enough to answer by hand.
#include <set>

#include "afterbell/billing/v1/billing_events.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/consumers/declared.h"
#include "services/reviews/places.h"
#include "services/reviews/q02_fee_models.h"
#include "services/reviews/q11_early_collection.h"
#include "services/reviews/q28_releases.h"
#include "services/reviews/review.h"

namespace afterbell::reviews {
namespace {

// Records one event after another, at a moment of one day at school s1.
class Records {
 public:
  Records& At(const std::string& time, const std::string& date = "2026-09-01") {
    at_ = InstantOf(date, time);
    date_ = date;
    return *this;
  }
  Records& School(const std::string& school) {
    school_ = school;
    return *this;
  }

  template <class Event>
  void Tell(const std::string& service, const std::string& text,
            const std::function<void(const Recorded&)>& visit) {
    Event event;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
    log::v1::Commit commit = Head();
    // As declared: a review that reads another field finds it empty here.
    commit.add_events(consumers::AsDeclared(service, "reviews", event).SerializeAsString());
    visit(Recorded{commit, service, service == "registry" ? 0u : 1u});
  }
  void Refused(const std::string& rule, const std::string& reason,
               const std::function<void(const Recorded&)>& visit) {
    log::v1::Commit commit = Head();
    commit.mutable_refusal()->set_rule(rule);
    commit.mutable_refusal()->set_reason(reason);
    visit(Recorded{commit, "billing", 1});
  }

 private:
  log::v1::Commit Head() {
    log::v1::Commit commit;
    commit.set_index(++index_);
    *commit.mutable_occurred_at() = *commit.mutable_recorded_at() = TimestampOf(at_);
    commit.set_service_date(date_);
    commit.set_school_id(school_);
    return commit;
  }

  uint64_t index_ = 0;
  Micros at_ = 0;
  std::string date_;
  std::string school_ = "s1";
};

std::string Moment(const std::string& time, const std::string& date = "2026-09-01") {
  return "{ seconds: " + std::to_string(InstantOf(date, time) / kMicrosPerSecond) + " }";
}

class ReviewTest : public ::testing::Test {
 protected:
  ReviewTest() {
    Registry("district_registered { district_id: 'd1' code: 'jilin' }");
    Registry("district_registered { district_id: 'd2' code: 'xiji' }");
    Registry("school_registered { school_id: 's1' district_id: 'd1' code: 'first' }");
    Registry("school_registered { school_id: 's2' district_id: 'd2' code: 'second' }");
    Registry("term_opened { scope_id: 'd1' code: 'autumn' first_on: '2026-09-01' last_on: '2026-09-30' }");
    Registry("term_opened { scope_id: 'd2' code: 'autumn' first_on: '2026-10-01' last_on: '2026-10-31' }");
  }
  void Registry(const std::string& text) {
    records_.Tell<registry::v1::RegistryEvent>("registry", text,
                                               [&](const Recorded& r) { places_.Visit(r); });
  }
  void Attendance(const std::string& text) {
    records_.Tell<attendance::v1::AttendanceEvent>("attendance", text,
                                                   [&](const Recorded& r) { releases_.Visit(r); });
  }
  void Billing(const std::string& text) {
    records_.Tell<billing::v1::BillingEvent>("billing", text,
                                             [&](const Recorded& r) { collection_.Visit(r); });
  }
  void Planned(const std::string& session) {
    Attendance("session_planned { session_id: '" + session + "' date: '2026-09-01' end_at " +
               Moment("17:30") + " }");
  }
  void In(const std::string& pupil) {
    Attendance("pupil_checked_in { session_id: 'x' pupil_id: '" + pupil + "' }");
  }
  void Out(const std::string& pupil, const std::string& kind) {
    Attendance("pupil_released { session_id: 'x' pupil_id: '" + pupil + "' kind: " + kind + " }");
  }

  Records records_;
  Places places_;
  Args args_;
  ReleaseFold releases_{places_, args_};
  CollectionFold collection_{places_, args_};
};

// ----------------------------------------------------------------------------------

TEST_F(ReviewTest, Q28CountsToWhomPupilsWereReleasedAndWhen) {
  Planned("x");
  records_.At("15:25");
  Attendance("group_taken_over { session_id: 'x' by_person_id: 'teacher' }");
  records_.At("15:30");
  for (const char* pupil : {"a", "b", "c", "d", "e"}) In(pupil);
  In("a");  // Recorded once.
  records_.At("17:20");
  Out("a", "TO_GUARDIAN");
  records_.At("17:40");
  Out("b", "TO_GUARDIAN");
  records_.At("17:41");
  Out("c", "ALONE_AGREED");
  records_.At("16:00");
  Attendance("pupil_left_early { session_id: 'x' pupil_id: 'd' kind: TO_GUARDIAN }");
  releases_.Finish();
  const ReleaseFold::Figures& figures = releases_.schools().at("s1");
  EXPECT_EQ(figures.sessions_held, 1);
  EXPECT_EQ(figures.check_ins, 5);
  EXPECT_EQ(figures.released[attendance::v1::TO_GUARDIAN], 2);
  EXPECT_EQ(figures.released[attendance::v1::ALONE_AGREED], 1);
  EXPECT_EQ(figures.left_early, 1);
  EXPECT_EQ(figures.never_released, 1);
  EXPECT_EQ(figures.late, 1);  // More than ten minutes: the eleventh.
  EXPECT_EQ(figures.minutes_after_end.rbegin()->first, 11);
  ASSERT_EQ(releases_.unreleased().size(), 1);
  EXPECT_EQ(releases_.unreleased()[0].pupil_id, "e");
  EXPECT_TRUE(releases_.gaps().empty());
}

TEST_F(ReviewTest, Q28FindsTheTimeInWhichNobodyWasResponsible) {
  Planned("x");
  records_.At("15:30");
  In("a");
  records_.At("15:34");
  Attendance("group_taken_over { session_id: 'x' by_person_id: 'first' }");  // Four minutes late.
  records_.At("16:00");
  Attendance("adult_checked_out { person_id: 'first' }");
  records_.At("16:00").At("16:00");
  Attendance("group_taken_over { session_id: 'x' by_person_id: 'second' }");  // Met: no gap.
  records_.At("17:00");
  Attendance("adult_checked_out { person_id: 'second' session_id: 'x' }");
  records_.At("17:10");
  Out("a", "TO_GUARDIAN");
  records_.At("17:50");
  Attendance("adult_checked_out { person_id: 'second' }");  // Nobody is in.
  releases_.Finish();
  const ReleaseFold::Figures& figures = releases_.schools().at("s1");
  EXPECT_EQ(figures.sessions_with_gap, 1);
  EXPECT_EQ(figures.gap_minutes, 4 + 10);
  EXPECT_EQ(releases_.gaps().size(), 2);
}

TEST_F(ReviewTest, Q28CountsASessionThatNobodyEverTookOver) {
  Planned("x");
  records_.At("15:30");
  In("a");
  releases_.Finish();
  EXPECT_EQ(releases_.schools().at("s1").sessions_with_gap, 1);
  EXPECT_EQ(releases_.gaps().at(0).until, 0);
}

TEST_F(ReviewTest, Q28IsTabledByDistrictAndSchool) {
  Planned("x");
  records_.At("15:30");
  In("a");
  releases_.Finish();
  const auto tables = ReleaseTables(places_, {&releases_});
  ASSERT_EQ(tables.size(), 4);
  EXPECT_EQ(std::get<std::string>(tables[0].rows.at(0)[0]), "jilin");
  EXPECT_EQ(std::get<std::string>(tables[1].rows.at(0)[1]), "first");
  for (const Table& table : tables) {
    for (const Row& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
  }
}

TEST_F(ReviewTest, Q28IsNarrowedToADistrictAndATermOfThatDistrict) {
  Args other;
  other.district_id = "d2";
  EXPECT_FALSE(places_.IsAsked(other, "s1", "2026-09-01"));
  EXPECT_TRUE(places_.IsAsked(other, "s2", "2026-09-01"));
  Args term;
  term.term_code = "autumn";
  EXPECT_TRUE(places_.IsAsked(term, "s1", "2026-09-15"));
  EXPECT_FALSE(places_.IsAsked(term, "s1", "2026-10-15"));
  EXPECT_TRUE(places_.IsAsked(term, "s2", "2026-10-15"));
}

// ----------------------------------------------------------------------------------

std::set<std::string> EarlyOf(const CollectionFold& fold) {
  std::set<std::string> ids;
  for (const auto& [school, each] : fold.schools()) {
    for (const auto& payment : each.Early()) ids.insert(payment.payment_id);
  }
  return ids;
}

TEST_F(ReviewTest, Q11JudgesByWhenThingsWereTrueNotByWhenTheyWereRecorded) {
  records_.At("18:00");
  Billing("payment_received { payment_id: 'early' amount_fen: 8000 paid_at " + Moment("08:59") + " }");
  Billing("payment_received { payment_id: 'exact' amount_fen: 8000 paid_at " + Moment("09:00") + " }");
  Billing("fee_notice_posted { notice_id: 'n' posted_at " + Moment("09:00") + " }");
  Billing("payment_received { payment_id: 'told late' amount_fen: 100 paid_at " + Moment("08:00") + " }");
  EXPECT_EQ(EarlyOf(collection_), (std::set<std::string>{"early", "told late"}));
}

TEST_F(ReviewTest, Q11HoldsAWithdrawnNoticeForNone) {
  records_.At("18:00");
  Billing("fee_notice_posted { notice_id: 'n' posted_at " + Moment("09:00") + " }");
  Billing("fee_notice_withdrawn { notice_id: 'n' withdrawn_at " + Moment("12:00") + " }");
  Billing("payment_received { payment_id: 'under it' paid_at " + Moment("11:59") + " }");
  Billing("payment_received { payment_id: 'after it' paid_at " + Moment("12:00") + " }");
  EXPECT_EQ(EarlyOf(collection_), (std::set<std::string>{"after it"}));
}

TEST_F(ReviewTest, Q11ListsSchoolsWithTheirPaymentsAndWhatWasRefused) {
  records_.At("18:00");
  records_.Refused("BIL-13", "NOTICE_NOT_POSTED", [&](const Recorded& r) { collection_.Visit(r); });
  records_.Refused("BIL-13", "WRONG_STATE", [&](const Recorded& r) { collection_.Visit(r); });
  Billing("payment_received { payment_id: 'p1' pupil_id: 'a' amount_fen: 8000 paid_at " + Moment("08:00") +
          " }");
  records_.School("s2");
  Billing("fee_notice_posted { notice_id: 'n' posted_at " + Moment("07:00") + " }");
  Billing("payment_received { payment_id: 'p2' amount_fen: 8000 paid_at " + Moment("08:00") + " }");
  const auto tables =
      CollectionTables(places_, {&collection_}, [](const std::string&, Micros) { return true; });
  ASSERT_EQ(tables[0].rows.size(), 1);
  const Row& school = tables[0].rows[0];
  EXPECT_EQ(std::get<std::string>(school[2]), "s1");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(school[3]));  // Never posted.
  EXPECT_EQ(std::get<int64_t>(school[5]), 1);
  EXPECT_EQ(std::get<int64_t>(school[6]), 8000);
  EXPECT_EQ(std::get<int64_t>(school[9]), 1);
  ASSERT_EQ(tables[1].rows.size(), 1);
  EXPECT_EQ(std::get<std::string>(tables[1].rows[0][3]), "p1");
}

// ----------------------------------------------------------------------------------

TEST_F(ReviewTest, Q02SumsWhatIsAssessedInEachHistoryByDistrict) {
  IncomeFold fold(places_, args_);
  const auto tell = [&](const std::string& text, bool recorded, bool again) {
    records_.Tell<billing::v1::BillingEvent>("billing", text, [&](const Recorded& record) {
      fold.Visit({record, record.commit.events(0), log::v1::DETERMINATION, recorded, again});
    });
  };
  tell("charge_assessed { period: '2026-09' net_fen: 8000 }", true, true);
  tell("charge_assessed { period: '2026-09' net_fen: 100 }", true, false);
  tell("charge_assessed { period: 'term1' net_fen: 7 school_id: 's2' }", false, true);
  EXPECT_EQ(fold.districts().at("d1").recorded_fen, 8100);
  EXPECT_EQ(fold.districts().at("d1").again_fen, 8000);
  EXPECT_EQ(fold.districts().at("d2").again_fen, 7);
  EXPECT_EQ(fold.districts().at("d2").recorded_charges, 0);
}

TEST(FeeModels, AreTheFourOfTheQuestion) {
  ASSERT_EQ(TheFourModels().size(), 4);
  for (const FeeModel& model : TheFourModels()) {
    std::set<std::string> keys;
    for (const auto& value : model.values) {
      EXPECT_FALSE(value.value_id().empty());
      keys.insert(value.key());
    }
    EXPECT_EQ(keys, (std::set<std::string>{"fee_model", "fee_amount_yuan", "fee_cap", "fee_cap_period"}))
        << model.key;
  }
}

TEST(Reviews, AreFoundByName) {
  EXPECT_EQ(Find("q28"), Find("Q-28"));
  EXPECT_EQ(Find("Q-51"), nullptr);
  std::set<std::string_view> names;
  for (const Review* review : All()) EXPECT_TRUE(names.insert(review->name()).second);
  EXPECT_EQ(names, (std::set<std::string_view>{"Q-02", "Q-11", "Q-28"}));
}

}  // namespace
}  // namespace afterbell::reviews
