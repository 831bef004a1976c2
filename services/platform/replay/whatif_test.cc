// The rules of what-if, each on a city small enough to count on fingers. The first is the one that all
// others stand on: under the policy as decided, history comes out as recorded.
#include "services/platform/replay/whatif.h"

#include <mutex>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/replay/small_city.h"

namespace afterbell::replay {
namespace {

using billing::v1::BillingEvent;
using ::testing::HasSubstr;

std::unique_ptr<History> Load(EventLog* log, HistoryOptions options = {}) {
  auto history = History::Load(log, options);
  EXPECT_TRUE(history.ok()) << history.status();
  return *std::move(history);
}

policy::v1::ParameterValue Value(const std::string& key, const std::string& value) {
  policy::v1::ParameterValue row;
  row.set_key(key);
  row.set_value_id("override-" + key);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(value, row.mutable_value())) << value;
  return row;
}

WhatIfReport Ask(SmallCity& city, WhatIfOptions options, HistoryOptions history_options = {}) {
  const auto history = Load(city.log(), history_options);
  auto report = WhatIf(*history, city.services(), options);
  EXPECT_TRUE(report.ok()) << report.status();
  return *std::move(report);
}

WhatIfReport Override(SmallCity& city, std::vector<policy::v1::ParameterValue> values) {
  WhatIfOptions options;
  options.mode = PolicyMode::kOverride;
  options.overrides = std::move(values);
  return Ask(city, options);
}

TEST(WhatIf, IsEmptyUnderThePolicyAsDecided) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report = Ask(city, {});
  EXPECT_TRUE(report.Reproduced()) << Summary(report);
  EXPECT_EQ(report.recorded, 12);  // Six counts, six charges.
  EXPECT_EQ(report.again, 12);
  EXPECT_EQ(report.reproduced, 12);
  EXPECT_EQ(report.would_be_refused + report.would_be_accepted + report.other_facts, 0);
  EXPECT_EQ(report.reactions_anew + report.deadlines_anew + report.deadlines_gone, 0);
  EXPECT_THAT(Summary(report), HasSubstr("recomputed 12 of 12 determinations, 0 differ"));
}

TEST(WhatIf, IsEmptyAtEveryCut) {
  SmallCity city;
  LiveThroughSeptember(city);
  std::vector<Micros> moments;
  ASSERT_TRUE(
      Load(city.log())
          ->FoldNumber(1, {}, [&](const Recorded& recorded) { moments.push_back(recorded.recorded_at()); })
          .ok());
  for (size_t i = 0; i < moments.size(); i += 5) {
    const WhatIfReport report = Ask(city, {}, {.as_of = moments[i]});
    EXPECT_TRUE(report.Reproduced()) << Summary(report);
  }
}

TEST(WhatIf, RecomputesWhatAnOverriddenAmountLeadsToAndKeepsWhatPeopleDecided) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report = Override(city, {Value("fee_amount_yuan", "fen: 200")});
  EXPECT_EQ(report.recorded, 12);
  EXPECT_EQ(report.changed, 6) << Summary(report);
  EXPECT_EQ(report.reproduced, 6);
  ASSERT_FALSE(report.differences.empty());
  const DeterminationDifference& first = report.differences.front();
  EXPECT_THAT(first.subject, HasSubstr("ChargeAssessed"));
  ASSERT_EQ(first.fields.size(), 2);
  EXPECT_EQ(first.fields[1].field, "net_fen");
  EXPECT_EQ(first.fields[1].recorded, "1800");
  EXPECT_EQ(first.fields[1].again, "1200");
  // The charge was issued over the recorded amount: that stays, and is listed as it would differ.
  EXPECT_EQ(report.other_facts, 1);
}

TEST(WhatIf, CarriesADeterminationOfOneServiceIntoAnother) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report = Override(city, {Value("class_hour_minutes", "minutes: 30")});
  EXPECT_EQ(report.changed, 12) << Summary(report);
  int charges = 0;
  for (const DeterminationDifference& difference : report.differences) {
    if (difference.partition.service != "billing") continue;
    ++charges;
    EXPECT_EQ(difference.fields.back().again, "3600");
  }
  EXPECT_EQ(charges, 6);
}

TEST(WhatIf, CountsWhoWouldBeRefusedAndKeepsTheirFacts) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report = Override(city, {Value("group_size_max", "count: 1")});
  EXPECT_EQ(report.would_be_refused, 9) << Summary(report);
  EXPECT_TRUE(report.Reproduced());  // They came all the same, and their hours count.
  EXPECT_EQ(report.flips.front().decided, "command check_in_pupil");
  EXPECT_THAT(report.flips.front().again, HasSubstr("GROUP_FULL"));
}

TEST(WhatIf, CountsWhoWouldBeAcceptedAndMakesNothingUp) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report = Override(city, {Value("group_size_max", "count: 3")});
  EXPECT_EQ(report.would_be_accepted, 9) << Summary(report);
  EXPECT_EQ(report.repeated_refusals, 9);
  EXPECT_TRUE(report.Reproduced());
}

// What each says of every event, in order.
std::function<void(uint32_t, const WhatIfEvent&)> Hear(std::vector<std::string>* told) {
  return [told](uint32_t number, const WhatIfEvent& event) {
    told->push_back(absl::StrCat(number, " ", std::string(event.record.service), " ",
                                 event.record.commit.index(), " ", event.recorded, event.again, " ",
                                 std::string(event.event)));
  };
}

TEST(WhatIf, SeveralBesideOneAnotherAreAsEachAlone) {
  SmallCity city;
  LiveThroughSeptember(city);
  const auto history = Load(city.log(), {.threads = 1});
  std::vector<std::vector<std::string>> alone(4), beside(4);
  std::vector<Alternative> alternatives(4, {city.services(), {}});
  alternatives[1].options.mode = PolicyMode::kAsKnownNow;
  for (const int i : {2, 3}) alternatives[i].options.mode = PolicyMode::kOverride;
  alternatives[2].options.overrides = {Value("class_hour_minutes", "minutes: 30")};
  alternatives[3].options.overrides = {Value("group_size_normal", "count: 1")};
  // One whose rules are not all here: what these determined stays.
  alternatives[3].services.pop_back();
  std::vector<std::string> wanted, seen;
  for (size_t i = 0; i < alternatives.size(); ++i) {
    alternatives[i].options.on_event = Hear(&alone[i]);
    const auto report = WhatIf(*history, alternatives[i].services, alternatives[i].options);
    ASSERT_TRUE(report.ok()) << report.status();
    wanted.push_back(Summary(*report));
    alternatives[i].options.on_event = Hear(&beside[i]);
  }
  const auto reports = WhatIf(*history, alternatives);
  ASSERT_TRUE(reports.ok()) << reports.status();
  for (const WhatIfReport& report : *reports) seen.push_back(Summary(report));
  EXPECT_EQ(seen, wanted);
  EXPECT_EQ(beside, alone);
  EXPECT_NE(beside[2], beside[3]);
}

TEST(WhatIf, FiresADeadlineAnewAndLetsAnotherServiceReactToIt) {
  SmallCity city;
  LiveThroughSeptember(city);
  // Two pupils are now too many: each second check-in is assessed, and its session counted an hour on.
  const WhatIfReport report = Override(city, {Value("group_size_normal", "count: 1")});
  EXPECT_EQ(report.deadlines_anew, 9) << Summary(report);
  // Nine ratios, nine counts; nobody set an amount until October, so their charges are blocked.
  EXPECT_EQ(report.newly, 18);
  EXPECT_EQ(report.reproduced, 12);
  const WhatIfReport paid =
      Override(city, {Value("group_size_normal", "count: 1"), Value("fee_amount_yuan", "fen: 300")});
  EXPECT_EQ(paid.newly, 27) << Summary(paid);
  EXPECT_EQ(paid.reactions_anew, 9);
  EXPECT_EQ(paid.reproduced, 12);  // Charges too: earlier than they were, for the same amount.
}

TEST(WhatIf, LosesDeadlinesThatWouldNotHaveBeenSet) {
  SmallCity city;
  city.MoveClock("2026-09-01", "08:00");
  city.Set("class_hour_minutes", "minutes: 60");
  city.Set("group_size_normal", "count: 1");
  city.MoveClock("2026-09-01", "15:30");
  EXPECT_TRUE(city.CheckIn("s1", "session", "ana").ok());
  EXPECT_TRUE(city.CheckIn("s1", "session", "bo").ok());
  city.MoveClock("2026-09-01", "17:00");
  city.Stop();
  EXPECT_TRUE(Ask(city, {}).Reproduced());
  const WhatIfReport report = Override(city, {Value("group_size_normal", "count: 2")});
  EXPECT_EQ(report.deadlines_gone, 1) << Summary(report);
  EXPECT_EQ(report.no_longer, 2);  // The ratio and the count.
}

TEST(WhatIf, ReactsWhereNothingWasRecorded) {
  SmallCity city;
  LiveThroughSeptember(city);
  const WhatIfReport report =
      Override(city, {Value("fee_model", "choice: 'per_term'"), Value("fee_amount_yuan", "fen: 30000")});
  EXPECT_EQ(report.reactions_anew, 6) << Summary(report);  // With the first check-in of each pupil, once.
  EXPECT_EQ(report.newly, 6);
  EXPECT_EQ(report.no_longer, 6);  // The months are charged no more.
}

TEST(WhatIf, ReadsPolicyAsKnownNow) {
  SmallCity city;
  city.MoveClock("2026-09-01", "08:00");
  city.Set("class_hour_minutes", "minutes: 60");
  city.Set("fee_model", "choice: 'per_class_hour'");
  city.Set("fee_amount_yuan", "fen: 300");
  city.MoveClock("2026-09-01", "15:30");
  EXPECT_TRUE(city.CheckIn("s1", "session", "ana").ok());
  city.MoveClock("2026-10-01", "08:00");
  city.Set("fee_amount_yuan", "fen: 250", "2026-09-01");  // Issued later, in force before: Q-40.
  city.Stop();
  EXPECT_TRUE(Ask(city, {}).Reproduced());
  WhatIfOptions options;
  options.mode = PolicyMode::kAsKnownNow;
  const WhatIfReport report = Ask(city, options);
  EXPECT_EQ(report.changed, 1) << Summary(report);
  EXPECT_EQ(report.differences.front().fields.back().again, "500");
}

TEST(WhatIf, TellsEachEventOnceAndOfWhichHistoryItIs) {
  SmallCity city;
  LiveThroughSeptember(city);
  std::mutex mutex;
  int64_t recorded = 0, again = 0;
  int facts = 0;
  WhatIfOptions options;
  options.mode = PolicyMode::kOverride;
  options.overrides = {Value("fee_cap", "fen: 1000")};
  options.on_event = [&](uint32_t, const WhatIfEvent& told) {
    std::lock_guard<std::mutex> lock(mutex);
    if (told.kind != log::v1::DETERMINATION) {
      EXPECT_TRUE(told.recorded && told.again);
      ++facts;
      return;
    }
    BillingEvent event;
    if (told.record.service != "billing" || !event.ParseFromArray(told.event.data(), told.event.size()))
      return;
    recorded += told.recorded ? event.charge_assessed().net_fen() : 0;
    again += told.again ? event.charge_assessed().net_fen() : 0;
  };
  Ask(city, options);
  EXPECT_EQ(recorded, 6 * 1800);
  EXPECT_EQ(again, 6 * 1000);
  EXPECT_GT(facts, 18);
}

}  // namespace
}  // namespace afterbell::replay
