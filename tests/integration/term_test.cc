// A term, or two months of one, from end to end: a small synthetic city played over gRPC against all six
// services on a real log, then held against what the generator knows must come out, made again, folded anew,
// restarted.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/status/status.h"
#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "gtest/gtest.h"
#include "services/city/city.h"
#include "services/platform/base/random_id.h"
#include "services/platform/replay/verify.h"
#include "services/platform/replay/whatif.h"
#include "tests/integration/played.h"
#include "tools/afterbell/client.h"

namespace afterbell {
namespace {

TEST(Term, ComesOutAsTheGeneratorKnows) {
  citygen::CityOptions whole_term = TwoMonths(1, 44);
  whole_term.last_on = citygen::CityOptions().last_on;
  Played played = Play("answers", whole_term);
  ExpectAnswers(played, *HistoryOf(played));
}

TEST(Term, EveryDecisionIsMadeAgainAlike) {
  Played played = Play("verify", TwoMonths(2, 24));
  ASSERT_TRUE(played.host->runtime().WaitSettled(kQuietAtMost).ok());
  const auto history = HistoryOf(played);
  const replay::VerifyReport report = replay::Verify(*history, CityServices(), {.digests = true});
  EXPECT_TRUE(report.ok()) << replay::Summary(report);
  EXPECT_GT(report.decisions, 1000u);
  EXPECT_EQ(report.differing, 0u);
  // The live stores hold what a fresh fold of the log gives.
  std::map<PartitionId, std::string> folded;
  for (const auto& digest : report.digests) folded[digest.id] = digest.digest;
  size_t compared = 0;
  for (const Runtime::PartitionDigest& live : played.host->runtime().Digests()) {
    const auto fresh = folded.find(live.id);
    if (fresh == folded.end()) continue;
    EXPECT_EQ(live.digest, fresh->second) << ToString(live.id) << " at " << live.index;
    ++compared;
  }
  EXPECT_GT(compared, 10u);
}

TEST(Term, EveryRequestAnsweredStandsInTheLogOnce) {
  Played played = Play("requests", TwoMonths(3, 24));
  const auto history = HistoryOf(played);
  std::multiset<std::string> recorded;
  for (const PartitionId& id : history->partitions()) {
    replay::RecordReader reader = history->Read(id);
    for (;;) {
      auto next = reader.Peek();
      ASSERT_TRUE(next.ok()) << next.status();
      if (*next == nullptr) break;
      if (!(*next)->request_id().empty()) recorded.insert((*next)->request_id());
      reader.Pop();
    }
  }
  const std::set<std::string> distinct(recorded.begin(), recorded.end());
  EXPECT_EQ(distinct.size(), recorded.size()) << "a request was decided twice";
  EXPECT_EQ(distinct.size(), played.player->distinct_requests());
}

// Everything that is in the log by now, for queries that must see it.
std::string EverythingOf(Runtime& runtime) {
  log::v1::Position position;
  position.set_log_id(runtime.log_id());
  for (const auto& [id, stats] : runtime.stats()) {
    log::v1::Seen* at = position.add_at();
    at->set_service(id.service);
    at->set_partition(id.number);
    at->set_index(stats.index);
  }
  return TokenOf(position);
}

struct LoggedRefusals {
  std::map<std::string, int64_t> by_district;
  std::set<std::string> places;  // "registry/0"
};

LoggedRefusals RefusalsOf(const replay::History& history) {
  LoggedRefusals refusals;
  for (const PartitionId& id : history.partitions()) {
    replay::RecordReader reader = history.Read(id);
    for (auto next = reader.Peek(); next.ok() && *next != nullptr; reader.Pop(), next = reader.Peek()) {
      if (!(*next)->has_refusal()) continue;
      ++refusals.by_district[(*next)->district_id()];
      refusals.places.insert(id.service + (id.number == 0 ? "/0" : ""));
    }
  }
  return refusals;
}

TEST(Term, EveryRefusalIsListedWhereverItWasDecided) {
  Played played = Play("refusals", TwoMonths(7, 12));
  Runtime& runtime = played.host->runtime();
  Client client(played.host->address());
  // One in the commons: the clock cannot go back (REF-22) …
  registry::v1::RegistryCommand back;
  back.mutable_move_clock()->mutable_to()->set_seconds(1);
  log::v1::CommandHeader header;
  header.set_request_id(RandomUuid());
  const CallResult moved =
      client.Call(MethodOf("registry", "move_clock"), {"platform_operator", "op", "nation"},
                  RequestOf(header, back.move_clock().SerializeAsString()));
  EXPECT_EQ(moved.code, static_cast<int>(absl::StatusCode::kFailedPrecondition)) << moved.message;
  // … and one of inspection's own: what is confirmed cannot be dismissed (INS-02).
  ASSERT_FALSE(played.answers.suspicions.empty());
  std::string case_id, school_id, district_id;
  log::v1::RecordId ref;
  const auto before = HistoryOf(played);
  for (const PartitionId& id : before->partitions()) {
    if (id.service != "inspection") continue;
    replay::RecordReader reader = before->Read(id);
    for (auto next = reader.Peek(); next.ok() && *next != nullptr; reader.Pop(), next = reader.Peek()) {
      ForEachEventOf<inspection::v1::InspectionEvent>(Recorded{**next, id.service, id.number},
                                                      [&](const inspection::v1::InspectionEvent& event) {
                                                        if (!event.has_violation_suspected()) return;
                                                        case_id = event.violation_suspected().case_id();
                                                        school_id = (*next)->school_id();
                                                        district_id = (*next)->district_id();
                                                        ref = (*next)->cause();
                                                      });
    }
  }
  ref.set_log_id(runtime.log_id());
  for (const char* command : {"confirm_violation", "dismiss_violation"}) {
    inspection::v1::DismissViolation decide;  // The same fields as ConfirmViolation.
    decide.set_case_id(case_id);
    *decide.add_event_refs() = ref;
    decide.set_reason_code("checked");
    header.set_request_id(RandomUuid());
    header.set_school_id(school_id);
    const CallResult decided =
        client.Call(MethodOf("inspection", command), {"responsible_inspector", "inspector-x", district_id},
                    RequestOf(header, decide.SerializeAsString()));
    EXPECT_EQ(decided.rule, command == std::string("confirm_violation") ? "" : "INS-02") << decided.message;
  }
  ASSERT_TRUE(runtime.WaitQuiet(kQuietAtMost).ok());

  const LoggedRefusals logged = RefusalsOf(*HistoryOf(played));
  EXPECT_TRUE(logged.places.count("registry/0") > 0 && logged.places.count("inspection") > 0);
  EXPECT_GT(logged.places.size(), 2u);
  for (const auto& [district, count] : logged.by_district) {
    inspection::v1::ListRefusalsRequest ask;
    ask.mutable_header()->set_min_position(EverythingOf(runtime));
    ask.mutable_header()->set_page_size(3);
    int64_t listed = 0;
    do {
      const CallResult result = client.Call(MethodOf("inspection", "list_refusals"),
                                            {"education_bureau", "b", district}, ask.SerializeAsString());
      ASSERT_TRUE(result.ok()) << result.message;
      inspection::v1::ListRefusalsAnswer answer;
      ASSERT_TRUE(answer.ParseFromString(result.body));
      for (const auto& refusal : answer.refusals()) listed += refusal.times();
      ask.mutable_header()->set_page_token(answer.page().next_page_token());
    } while (!ask.header().page_token().empty());
    EXPECT_EQ(listed, count) << district;
  }
}

TEST(Term, CarriesOnAfterARestartWithoutDecidingAnythingTwice) {
  Played played = Play("restart", TwoMonths(4, 12));
  played.host->Stop();
  played.host.reset();
  played.host = OpenCity(played.folder);
  ASSERT_NE(played.host, nullptr);
  PlayInto(TwoMonths(4, 12), &played);  // Every request again.
  EXPECT_EQ(played.player->counts().unexpected, 0u);
  ExpectAnswers(played, *HistoryOf(played));
}

TEST(Term, IsRebuiltFromTheLogAlone) {
  Played played = Play("rebuild", TwoMonths(5, 12));
  played.host->Stop();
  played.host.reset();
  std::filesystem::remove_all(played.folder + "/projections");
  played.host = OpenCity(played.folder);
  ASSERT_NE(played.host, nullptr);
  ASSERT_TRUE(played.host->runtime().WaitQuiet(kQuietAtMost).ok());
  ExpectAnswers(played, *HistoryOf(played));
  ASSERT_TRUE(played.host->runtime().WaitSettled(kQuietAtMost).ok());
  const auto history = HistoryOf(played);
  const replay::VerifyReport report = replay::Verify(*history, CityServices(), {.digests = true});
  std::map<PartitionId, std::string> folded;
  for (const auto& digest : report.digests) folded[digest.id] = digest.digest;
  for (const Runtime::PartitionDigest& live : played.host->runtime().Digests()) {
    if (folded.count(live.id) == 0) continue;
    EXPECT_EQ(live.digest, folded[live.id]) << ToString(live.id);
  }
}

TEST(Term, TheNullWhatIfIsEmpty) {
  Played played = Play("whatif", TwoMonths(6, 24));
  auto report = replay::WhatIf(*HistoryOf(played), CityServices(), {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->Reproduced()) << replay::Summary(*report);
  EXPECT_GT(report->again, 500u);
}

class Seeds : public ::testing::TestWithParam<uint64_t> {};

TEST_P(Seeds, DetectorsAndSumsAgreeWithTheGenerator) {
  Played played = Play("seed" + std::to_string(GetParam()), TwoMonths(GetParam(), 10));
  ExpectAnswers(played, *HistoryOf(played));
  played.host->Stop();
  std::filesystem::remove_all(played.folder);
}

INSTANTIATE_TEST_SUITE_P(Twenty, Seeds, ::testing::Range<uint64_t>(101, 121));

}  // namespace
}  // namespace afterbell
