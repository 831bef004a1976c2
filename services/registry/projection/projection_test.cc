// Each query over a small town, and the law of all views: folded again from any earlier position,
// the rows are the same.
#include "services/registry/domain/testing.h"
#include "services/registry/projection/calendar.h"
#include "services/registry/projection/fee_standards.h"
#include "services/registry/projection/instruments.h"
#include "services/registry/projection/people.h"
#include "services/registry/projection/plans.h"
#include "services/registry/projection/policies.h"
#include "services/registry/projection/schools.h"
#include "services/registry/projection/venues.h"

namespace afterbell::registry {
namespace {

template <class Request>
Request Ask(const std::string& text) {
  return kit::Parse<Request>(text);
}

// A partition's own records, an hour apart from 2026-08-01 08:00 on.
class History {
 public:
  explicit History(std::string school_id) : school_id_(std::move(school_id)) {}

  History& Add(const v1::RegistryEvent& event) {
    log::v1::Commit& commit = commits_.emplace_back();
    commit.set_index(commits_.size());
    *commit.mutable_recorded_at() = TimestampOf(MomentOf(commits_.size()));
    commit.set_school_id(school_id_);
    commit.set_district_id("d1");
    commit.mutable_actor()->set_person_id("pri");
    commit.add_events(event.SerializeAsString());
    return *this;
  }
  History& AddAll(const std::vector<v1::RegistryEvent>& events) {
    for (const v1::RegistryEvent& event : events) Add(event);
    return *this;
  }

  static Micros MomentOf(size_t index) { return InstantOf("2026-08-01", "08:00") + index * kMicrosPerHour; }

  void Fold(size_t from, AllRows rows) const {
    for (size_t i = from; i < commits_.size(); ++i) {
      const Recorded recorded{commits_[i], "registry", school_id_.empty() ? 0u : 1u};
      TheRegistry().Evolve(recorded, rows);
      TheRegistry().Project(recorded, rows);
    }
  }
  // As every other partition has the commons.
  void FoldForOthers(AllRows rows) const {
    for (const log::v1::Commit& commit : commits_) {
      reference::FoldCommons(Recorded{commit, "registry", 0}, rows);
    }
  }
  void ExpectSameWhenFoldedAgain() const {
    MemoryRows once;
    Fold(0, once);
    for (size_t from = 0; from < commits_.size(); ++from) {
      MemoryRows twice = once;
      Fold(from, twice);
      EXPECT_EQ(once.all(), twice.all()) << "from " << from;
    }
  }

 private:
  std::string school_id_;
  std::vector<log::v1::Commit> commits_;
};

v1::RegistryEvent Published(const std::string& id, const std::string& issued_on) {
  return Event("instrument_published { instrument { instrument_id: '" + id +
               "' issuer: 'Jilin' issued_on: '" + issued_on +
               "' effective_from: '2026-09-01' scope { area_id: 'd1' } } }");
}
v1::RegistryEvent ValueSet(const std::string& id, const std::string& instrument, const std::string& scope,
                           const std::string& value, const std::string& key = "fee_amount_yuan") {
  return Event("policy_parameter_set { value { value_id: '" + id + "' instrument_id: '" + instrument +
               "' key: '" + key + "' scope { " + scope + " } value { " + value +
               " } effective_from: '2026-09-01' issued_on: '2026-08-20' } }");
}

// Records 7 to 17 follow the six of the town.
History CommonsHistory() {
  History history("");
  history.AddAll(Town());
  history.Add(Autumn());
  history.Add(Event("service_day_set { scope_id: 'd1' on: '2026-10-01' reason: 'statutory_holiday' }"));
  history.Add(Event("person_registered { person_id: 'insp' kind: OFFICIAL }"));
  history.Add(
      Event("post_assigned { post_id: 'po1' person_id: 'insp' role: 'responsible_inspector' from_on: "
            "'2026-09-01' }"));
  history.Add(Event("venue_registered { venue_id: 'v9' kind: 'museum' capacity_pupils: 100 }"));
  history.Add(Published("i1", "2026-08-20"));                       // 12
  history.Add(ValueSet("x1", "i1", "area_id: 'd1'", "fen: 8000"));  // 13
  history.Add(ValueSet("x0", "i1", "area_id: 'p1'", "fen: 7000"));  // 14
  history.Add(
      Event("policy_parameter_superseded { value_id: 'x1' key: 'fee_amount_yuan' superseded_by: 'x2' "
            "last_on: '2026-09-30' }"));  // 15
  history.Add(Published("i2", "2026-09-20"));
  history.Add(ValueSet("y1", "i2", "area_id: 'd1'",
                       "words { word: 'mon' word: 'tue' word: 'thu' word: 'fri' }", "service_weekdays"));
  history.Add(ValueSet("y2", "i2", "area_id: 'd1'",
                       "words { word: 'statutory_holiday' word: 'fri' word: 'thu_afternoon' }",
                       "excluded_days"));
  history.Add(ValueSet("y3", "i2", "area_id: 'd1'", "unset {}", "fee_cap"));
  history.Add(
      Event("fee_standard_announced { fee_standard_id: 'f1' district_id: 'd1' fee_kind: 'basic_care' "
            "listed_name: 'care' parameter_value_ids: 'x1' effective_from: '2026-09-01' }"));
  history.Add(
      Event("fee_standard_announced { fee_standard_id: 'f0' district_id: 'p1' fee_kind: 'lunch' "
            "effective_from: '2026-01-01' effective_to: '2026-08-31' }"));
  return history;
}

MemoryRows CommonsRows() {
  MemoryRows rows;
  CommonsHistory().Fold(0, rows);
  return rows;
}

std::string PlanId() { return DerivedId("plan", {"s1", AutumnId()}); }

History SchoolHistory() {
  History history("s1");
  history.Add(Event("class_opened { class_id: 'c1' grade: '1' stage: 'primary' }"));
  history.Add(Event("person_registered { person_id: 'ana' kind: PUPIL class_id: 'c1' }"));
  history.Add(Event("person_registered { person_id: 'ben' kind: PUPIL class_id: 'c1' }"));
  history.Add(Event("person_registered { person_id: 'mum' kind: GUARDIAN }"));
  history.Add(
      Event("guardianship_recorded { pupil_id: 'ana' guardian_id: 'mum' relation: 'mother' from_on: "
            "'2026-09-01' }"));
  history.Add(
      Event("post_assigned { post_id: 'po2' person_id: 'tea' role: 'class_teacher' class_id: 'c1' from_on: "
            "'2026-09-05' }"));
  history.Add(Event(
      "venue_registered { venue_id: 'v1' kind: 'classroom' floor: '2' capacity_pupils: 40 on_site: true }"));
  history.Add(Event(
      "venue_registered { venue_id: 'v2' kind: 'hall' floor: '1' capacity_pupils: 200 on_site: true }"));
  history.Add(Event("service_day_set { scope_id: 's1' on: '2026-11-20' reason: 'weather' }"));
  history.Add(
      Event("service_day_set { scope_id: 's1' on: '2026-11-21' serves: true reason: 'make_up_day' }"));
  history.Add(Event("school_plan_submitted { plan_id: '" + PlanId() + "' term_id: '" + AutumnId() +
                    "' version: 1 }"));
  history.Add(Event("school_plan_reviewed { plan_id: '" + PlanId() + "' version: 1 }"));
  history.Add(Event("school_plan_submitted { plan_id: '" + PlanId() + "' term_id: '" + AutumnId() +
                    "' version: 2 }"));
  return history;
}

// A school's partition: its own records and the commons.
MemoryRows SchoolRows() {
  MemoryRows rows;
  CommonsHistory().FoldForOthers(rows);
  SchoolHistory().Fold(0, rows);
  return rows;
}

TEST(Views, AreTheSameWhenFoldedAgainFromAnyPosition) {
  CommonsHistory().ExpectSameWhenFoldedAgain();
  SchoolHistory().ExpectSameWhenFoldedAgain();
}

TEST(GetSchool, AnswersASchoolOrNotFound) {
  const MemoryRows rows = CommonsRows();
  EXPECT_EQ(GetSchool(rows, Ask<v1::GetSchoolRequest>("school_id: 's1'"))->school().code(), "S1");
  EXPECT_EQ(GetSchool(rows, Ask<v1::GetSchoolRequest>("school_id: 's9'")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ListSchools, ListsThoseOfAnAreaAndBelowByCode) {
  MemoryRows rows;
  History history = CommonsHistory();
  history.Add(
      Event("school_registered { school_id: 's2' district_id: 't1' code: 'A' stages: 'primary' nature: "
            "'private' remote: true }"));
  history.Fold(0, rows);
  const auto list = [&](const std::string& text) {
    std::string ids;
    const auto answer = ListSchools(rows, Ask<v1::ListSchoolsRequest>(text));
    for (const auto& school : answer->schools()) ids += school.school_id() + " ";
    return ids;
  };
  EXPECT_EQ(list("district_id: 'd1'"), "s2 s1 ");
  EXPECT_EQ(list("district_id: 'cn'"), "s2 s1 ");
  EXPECT_EQ(list("district_id: 't1'"), "s2 ");
  EXPECT_EQ(list("district_id: 'd2'"), "");
  EXPECT_EQ(list("district_id: 'd1' remote: false"), "s1 ");
  EXPECT_EQ(list("district_id: 'd1' nature: 'private'"), "s2 ");
  EXPECT_EQ(list("district_id: 'd1' stage: 'junior_secondary'"), "");
  const auto first =
      ListSchools(rows, Ask<v1::ListSchoolsRequest>("district_id: 'd1' header { page_size: 1 }"));
  ASSERT_EQ(first->schools_size(), 1);
  const auto second =
      ListSchools(rows, Ask<v1::ListSchoolsRequest>("district_id: 'd1' header { page_size: 1 page_token: '" +
                                                    first->page().next_page_token() + "' }"));
  EXPECT_EQ(second->schools(0).school_id(), "s1");
  EXPECT_EQ(second->page().next_page_token(), "");
  EXPECT_FALSE(ListSchools(rows, v1::ListSchoolsRequest()).ok());
}

TEST(ResolvePolicy, NamesWhatBindsItsInstrumentAndWhatLost) {  // REF-40
  const MemoryRows rows = CommonsRows();
  const auto answer = ResolvePolicy(
      rows,
      Ask<v1::ResolvePolicyRequest>("keys: 'fee_amount_yuan' scope { school_id: 's1' } on: '2026-09-15'"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->parameters_size(), 1);
  const v1::ResolvedParameter& fee = answer->parameters(0);
  EXPECT_EQ(fee.binding().value_id(), "x1");
  EXPECT_EQ(fee.binding().effective_to(), "2026-09-30");
  EXPECT_EQ(fee.instrument().instrument_id(), "i1");
  ASSERT_EQ(fee.lost_size(), 1);
  EXPECT_EQ(fee.lost(0).value_id(), "x0");
  ASSERT_EQ(fee.conflicts_size(), 1);
  EXPECT_EQ(fee.conflicts(0).value_id(), "x0");
  const auto later = ResolvePolicy(
      rows,
      Ask<v1::ResolvePolicyRequest>("keys: 'fee_amount_yuan' scope { school_id: 's1' } on: '2026-10-01'"));
  EXPECT_EQ(later->parameters(0).binding().value_id(), "x0");
}

TEST(ResolvePolicy, AnswersAllKeysInOrderWhereNoneIsNamed) {
  const MemoryRows rows = CommonsRows();
  const auto answer =
      ResolvePolicy(rows, Ask<v1::ResolvePolicyRequest>("scope { area_id: 'd2' } on: '2026-09-15'"));
  ASSERT_EQ(answer->parameters_size(), 4);
  EXPECT_EQ(answer->parameters(0).key(), "excluded_days");
  EXPECT_FALSE(answer->parameters(0).has_binding());
  EXPECT_EQ(answer->parameters(1).binding().value_id(), "x0");
  const auto there = ResolvePolicy(
      rows, Ask<v1::ResolvePolicyRequest>("keys: 'fee_cap' scope { area_id: 'd1' } on: '2026-09-15'"));
  EXPECT_TRUE(there->parameters(0).unset());
}

TEST(ResolvePolicy, AnswersAsKnownThen) {  // REF-28, Q-40
  const MemoryRows rows = CommonsRows();
  const auto binding_at = [&](size_t index) {
    v1::ResolvePolicyRequest request =
        Ask<v1::ResolvePolicyRequest>("keys: 'fee_amount_yuan' scope { school_id: 's1' } on: '2026-10-01'");
    *request.mutable_known_at() = TimestampOf(History::MomentOf(index));
    const auto answer = ResolvePolicy(rows, request);
    return answer->parameters(0).binding().value_id();
  };
  EXPECT_EQ(binding_at(12), "");  // The instrument was out, its values were not.
  EXPECT_EQ(binding_at(13), "x1");
  EXPECT_EQ(binding_at(14), "x1");  // Nobody knew yet that it would end.
  EXPECT_EQ(binding_at(15), "x0");
}

TEST(ResolvePolicy, AsksForADateAndAKnownSchool) {
  const MemoryRows rows = CommonsRows();
  EXPECT_EQ(FieldOf(ResolvePolicy(rows, v1::ResolvePolicyRequest()).status()), "on");
  EXPECT_EQ(ResolvePolicy(rows, Ask<v1::ResolvePolicyRequest>("on: '2026-09-01' scope { school_id: 's9' }"))
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

TEST(Instruments, AreListedNewestFirstAndAnsweredWithTheirValues) {
  const MemoryRows rows = CommonsRows();
  const auto list = [&](const std::string& text) {
    std::string ids;
    const auto answer = ListInstruments(rows, Ask<v1::ListInstrumentsRequest>(text));
    for (const auto& row : answer->instruments()) ids += row.instrument().instrument_id() + " ";
    return ids;
  };
  EXPECT_EQ(list("area_id: 'd1'"), "i2 i1 ");
  EXPECT_EQ(list(""), "i2 i1 ");
  EXPECT_EQ(list("area_id: 'd2'"), "");
  EXPECT_EQ(list("area_id: 'd1' key: 'fee_cap'"), "i2 ");
  EXPECT_EQ(list("in_force_on: '2026-08-31'"), "");
  EXPECT_EQ(FieldOf(ListInstruments(rows, Ask<v1::ListInstrumentsRequest>("in_force_on: 'x'")).status()),
            "in_force_on");
  const auto one = GetInstrument(rows, Ask<v1::GetInstrumentRequest>("instrument_id: 'i1'"));
  EXPECT_EQ(one->instrument().keys_size(), 1);
  EXPECT_EQ(MicrosOf(one->instrument().published_at()), History::MomentOf(12));
  ASSERT_EQ(one->values_size(), 2);
  EXPECT_EQ(one->values(1).effective_to(), "2026-09-30");
  EXPECT_FALSE(GetInstrument(rows, Ask<v1::GetInstrumentRequest>("instrument_id: 'i9'")).ok());
}

TEST(ListTerms, ListsThoseOfTheSchoolAndItsAreas) {
  MemoryRows rows = SchoolRows();
  reference::FoldRegistryEvent(Event("term_opened { term_id: 'own' scope_id: 's1' code: 'x' first_on: "
                                     "'2026-08-20' last_on: '2026-08-30' }"),
                               rows);
  const auto all = ListTerms(rows, Ask<v1::ListTermsRequest>("header { school_id: 's1' }"));
  ASSERT_EQ(all->terms_size(), 2);
  EXPECT_EQ(all->terms(0).term_id(), "own");
  EXPECT_EQ(ListTerms(rows, Ask<v1::ListTermsRequest>("header { school_id: 's1' } from_on: '2026-08-31'"))
                ->terms_size(),
            1);
  EXPECT_EQ(ListTerms(rows, Ask<v1::ListTermsRequest>("header { school_id: 's1' } to_on: '2026-08-31'"))
                ->terms_size(),
            1);
  EXPECT_EQ(ListTerms(rows, Ask<v1::ListTermsRequest>("district_id: 'd1'"))->terms_size(), 1);
  EXPECT_FALSE(ListTerms(rows, v1::ListTermsRequest()).ok());
  EXPECT_FALSE(ListTerms(rows, Ask<v1::ListTermsRequest>("header { school_id: 's9' }")).ok());
}

TEST(ListServiceDays, SaysWhetherTheSchoolServesAndWhyNot) {
  const MemoryRows rows = SchoolRows();
  const auto day = [&](const std::string& date) {
    const auto answer =
        ListServiceDays(rows, Ask<v1::ListServiceDaysRequest>("header { school_id: 's1' } from_on: '" + date +
                                                              "' to_on: '" + date + "'"));
    EXPECT_EQ(answer->days_size(), 1);
    const v1::DayOfSchool& of = answer->days(0);
    return absl::StrCat(of.serves() ? "yes " : "no ", v1::DayGround_Name(of.ground()), " ", of.reason(),
                        of.scope_id().empty() ? "" : " by ", of.scope_id());
  };
  EXPECT_EQ(day("2026-08-31"), "no OUTSIDE_TERM ");
  EXPECT_EQ(day("2026-09-01"), "yes SERVICE_WEEKDAY tue");
  EXPECT_EQ(day("2026-09-02"), "no OTHER_WEEKDAY wed");
  EXPECT_EQ(day("2026-09-03"), "no EXCLUDED_DAY thu_afternoon");
  EXPECT_EQ(day("2026-09-04"), "no EXCLUDED_DAY fri");
  EXPECT_EQ(day("2026-10-01"), "no EXCEPTION statutory_holiday by d1");
  EXPECT_EQ(day("2026-11-20"), "no EXCEPTION weather by s1");
  EXPECT_EQ(day("2026-11-21"), "yes EXCEPTION make_up_day by s1");
}

TEST(ListServiceDays, AssumesNothingWhereWeekdaysAreUnset) {
  MemoryRows rows = SchoolRows();
  AllRows(rows).Erase(policy::kValues, {key::Word("service_weekdays"), "y1"});
  const auto answer =
      ListServiceDays(rows, Ask<v1::ListServiceDaysRequest>(
                                "header { school_id: 's1' } from_on: '2026-09-01' to_on: '2026-09-01'"));
  EXPECT_EQ(answer->days(0).ground(), v1::WEEKDAYS_UNSET);
  EXPECT_FALSE(answer->days(0).serves());
}

TEST(ListServiceDays, PagesByDateAndAsksForARange) {
  const MemoryRows rows = SchoolRows();
  const auto first = ListServiceDays(
      rows, Ask<v1::ListServiceDaysRequest>(
                "header { school_id: 's1' page_size: 2 } from_on: '2026-09-01' to_on: '2026-09-03'"));
  ASSERT_EQ(first->days_size(), 2);
  const auto second = ListServiceDays(
      rows, Ask<v1::ListServiceDaysRequest>("header { school_id: 's1' page_size: 2 page_token: '" +
                                            first->page().next_page_token() +
                                            "' } from_on: '2026-09-01' to_on: '2026-09-03'"));
  ASSERT_EQ(second->days_size(), 1);
  EXPECT_EQ(second->days(0).on(), "2026-09-03");
  const auto field = [&](const std::string& text) {
    return FieldOf(ListServiceDays(rows, Ask<v1::ListServiceDaysRequest>(text)).status());
  };
  EXPECT_EQ(field("from_on: '2026-09-01' to_on: '2026-09-03'"), "header.school_id");
  EXPECT_EQ(field("header { school_id: 's1' } from_on: 'x' to_on: '2026-09-03'"), "from_on");
  EXPECT_EQ(field("header { school_id: 's1' } from_on: '2026-09-01' to_on: '2026-08-03'"), "to_on");
  EXPECT_EQ(field("header { school_id: 's1' } from_on: '2026-09-01' to_on: '2027-10-06'"), "to_on");
}

TEST(People, AreAnsweredAtTheirSchoolOrInTheCommons) {
  const MemoryRows rows = SchoolRows();
  EXPECT_EQ(GetPerson(rows, Ask<v1::GetPersonRequest>("header { school_id: 's1' } person_id: 'ana'"))
                ->person()
                .class_id(),
            "c1");
  EXPECT_FALSE(
      GetPerson(rows, Ask<v1::GetPersonRequest>("header { school_id: 's2' } person_id: 'ana'")).ok());
  EXPECT_EQ(GetPerson(rows, Ask<v1::GetPersonRequest>("person_id: 'insp'"))->person().kind(), v1::OFFICIAL);
  const auto pupils =
      ListClassPupils(rows, Ask<v1::ListClassPupilsRequest>("header { school_id: 's1' } class_id: 'c1'"));
  ASSERT_EQ(pupils->pupil_ids_size(), 2);
  EXPECT_EQ(pupils->pupil_ids(1), "ben");
  EXPECT_FALSE(
      ListClassPupils(rows, Ask<v1::ListClassPupilsRequest>("header { school_id: 's2' } class_id: 'c1'"))
          .ok());
}

TEST(ListPosts, ListsByRoleAndDayAtTheSchoolOrInTheCommons) {  // REF-34: who was principal that day
  const MemoryRows rows = SchoolRows();
  const auto count = [&](const QueryRows& where, const std::string& text) {
    return ListPosts(where, Ask<v1::ListPostsRequest>(text))->posts_size();
  };
  EXPECT_EQ(count(rows, "header { school_id: 's1' }"), 1);
  EXPECT_EQ(count(rows, "header { school_id: 's1' } role: 'class_teacher' on: '2026-09-05'"), 1);
  EXPECT_EQ(count(rows, "header { school_id: 's1' } on: '2026-09-04'"), 0);
  EXPECT_EQ(count(rows, "header { school_id: 's1' } role: 'principal'"), 0);
  EXPECT_EQ(count(rows, "header { school_id: 's2' }"), 0);
  EXPECT_EQ(count(CommonsRows(), "role: 'responsible_inspector'"), 1);
  EXPECT_EQ(FieldOf(ListPosts(rows, Ask<v1::ListPostsRequest>("on: 'x'")).status()), "on");
}

TEST(Guardians, AreListedByPupilAndPupilsByGuardian) {
  const MemoryRows rows = SchoolRows();
  EXPECT_EQ(ListGuardians(rows, Ask<v1::ListGuardiansRequest>("header { school_id: 's1' } pupil_id: 'ana'"))
                ->guardianships(0)
                .guardian_id(),
            "mum");
  EXPECT_EQ(ListGuardians(rows, Ask<v1::ListGuardiansRequest>("header { school_id: 's1' } pupil_id: 'ben'"))
                ->guardianships_size(),
            0);
  EXPECT_FALSE(
      ListGuardians(rows, Ask<v1::ListGuardiansRequest>("header { school_id: 's2' } pupil_id: 'ana'")).ok());
  const auto mine = ListMyPupils(rows, Ask<v1::ListMyPupilsRequest>("guardian_id: 'mum'"));
  ASSERT_EQ(mine->pupils_size(), 1);
  EXPECT_EQ(mine->pupils(0).ShortDebugString(),
            "school_id: \"s1\" pupil_id: \"ana\" class_id: \"c1\" relation: \"mother\"");
  EXPECT_FALSE(ListMyPupils(rows, v1::ListMyPupilsRequest()).ok());
}

TEST(ListVenues, ListsByKindAndFloor) {
  const MemoryRows rows = SchoolRows();
  const auto all = ListVenues(rows, Ask<v1::ListVenuesRequest>("header { school_id: 's1' }"));
  ASSERT_EQ(all->venues_size(), 2);
  EXPECT_EQ(all->venues(0).venue_id(), "v1");
  EXPECT_EQ(ListVenues(rows, Ask<v1::ListVenuesRequest>("header { school_id: 's1' } kind: 'hall'"))
                ->venues(0)
                .venue_id(),
            "v2");
  EXPECT_EQ(ListVenues(CommonsRows(), v1::ListVenuesRequest())->venues(0).venue_id(), "v9");
}

TEST(ListFeeStandards, ListsThoseOfTheDistrictAndAboveWithTheirValues) {
  const MemoryRows rows = CommonsRows();
  const auto all = ListFeeStandards(rows, Ask<v1::ListFeeStandardsRequest>("district_id: 'd1'"));
  ASSERT_EQ(all->standards_size(), 2);
  EXPECT_EQ(all->standards(0).standard().listed_name(), "care");  // BIL-12
  ASSERT_EQ(all->standards(0).values_size(), 1);
  EXPECT_EQ(all->standards(0).values(0).value().fen(), 8000);
  EXPECT_EQ(ListFeeStandards(rows, Ask<v1::ListFeeStandardsRequest>("district_id: 'd1' on: '2026-09-01'"))
                ->standards_size(),
            1);
  EXPECT_EQ(ListFeeStandards(rows, Ask<v1::ListFeeStandardsRequest>("district_id: 'd2'"))->standards_size(),
            1);
  EXPECT_FALSE(ListFeeStandards(rows, v1::ListFeeStandardsRequest()).ok());
  EXPECT_FALSE(ListFeeStandards(rows, Ask<v1::ListFeeStandardsRequest>("district_id: 'd1' on: 'x'")).ok());
}

TEST(Plans, AreAnsweredByTermAndListedByStateLongestWaitingFirst) {
  MemoryRows rows = SchoolRows();
  const auto plan = GetSchoolPlan(
      rows, Ask<v1::GetSchoolPlanRequest>("header { school_id: 's1' } term_id: '" + AutumnId() + "'"));
  EXPECT_EQ(plan->plan().plan().version(), 2);
  EXPECT_EQ(plan->plan().state(), v1::SUBMITTED);
  EXPECT_FALSE(GetSchoolPlan(rows, Ask<v1::GetSchoolPlanRequest>("header { school_id: 's2' } term_id: '" +
                                                                 AutumnId() + "'"))
                   .ok());
  const auto count = [&](const std::string& text) {
    return ListPlansToReview(rows, Ask<v1::ListPlansToReviewRequest>(text))->plans_size();
  };
  EXPECT_EQ(count("district_id: 'd1'"), 1);
  EXPECT_EQ(count("district_id: 'd1' state: RETURNED"), 0);  // The row of version 1 is gone.
  EXPECT_EQ(count("district_id: 'd2'"), 0);
  EXPECT_EQ(count("district_id: 'd1' term_id: 'another'"), 0);
  EXPECT_FALSE(ListPlansToReview(rows, v1::ListPlansToReviewRequest()).ok());

  History history = SchoolHistory();
  history.Add(Event("school_plan_reviewed { plan_id: '" + PlanId() + "' version: 2 passed: true }"));
  history.Add(Event("school_plan_filed { plan_id: '" + PlanId() + "' version: 2 }"));
  history.Add(Event("school_plan_took_effect { plan_id: '" + PlanId() + "' term_id: '" + AutumnId() +
                    "' version: 2 from_on: '2026-09-01' }"));
  history.Fold(13, rows);
  EXPECT_EQ(count("district_id: 'd1' state: IN_FORCE"), 1);
  EXPECT_EQ(count("district_id: 'd1'"), 0);
  history.ExpectSameWhenFoldedAgain();
}

}  // namespace
}  // namespace afterbell::registry
