// A city that is lost and put back: archived while it was in use, imported as a new incarnation, gone on
// with.
#include "services/platform/log/archive/restore.h"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>

#include "gtest/gtest.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/archive/export.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/verify.h"
#include "services/reviews/review.h"
#include "tests/fault/checker.h"
#include "tests/integration/played.h"
#include "tests/kafka/city.h"

namespace afterbell {
namespace {

constexpr uint32_t kSchoolPartitions = 3;
// What is played while it is archived makes uneven tails; what is played after that is lost for certain.
constexpr int kArchivedAtPhase = 60;
constexpr int kArchivedByPhase = 62;
constexpr int kLostAtPhase = 66;

std::string Brokers() { return getenv("KAFKA") == nullptr ? "" : getenv("KAFKA"); }

std::unique_ptr<Host> Start(const KafkaCity& city, const std::string& data) {
  HostOptions options;
  options.kafka = city.brokers;
  options.topic_prefix = city.topic_prefix;
  options.data_directory = data;
  options.limits.set_request_days_max(36500);
  auto host = Host::Start(options, HostCity());
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : nullptr;
}

KafkaCity CityNamed(const std::string& prefix) {
  return {.brokers = Brokers(),
          .topic_prefix = prefix,
          .school_partitions = kSchoolPartitions,
          .clock = log::v1::SIMULATED};
}

std::vector<std::string> ReviewsOf(const replay::History& history) {
  std::vector<std::string> answers;
  for (const reviews::Review* review : reviews::All()) {
    const auto result = review->Run(history, CityServices(), {});
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) continue;
    for (const reviews::Table& table : result->tables) answers.push_back(reviews::AsCsv(table));
  }
  return answers;
}

void ExpectEveryDecisionAgain(const replay::History& history) {
  const replay::VerifyReport report = replay::Verify(history, CityServices(), {});
  EXPECT_TRUE(report.ok()) << replay::Summary(report);
  EXPECT_GT(report.decisions, 1000u);
}

TEST(Restore, ACityThatWasLostGoesOnFromItsArchive) {
  const std::string folder = ::testing::TempDir() + "/restore";
  std::filesystem::remove_all(folder);
  const std::string archived = folder + "/archive", projections = folder + "/projections";
  const auto begun = BeginCity(CityNamed("before"));
  ASSERT_TRUE(begun.ok()) << begun.status();
  fault::StandsById before;
  {
    // Archived while a phase is played, so that its tails are uneven. What comes after it is lost.
    Played played;
    played.host = Start(CityNamed("before"), projections);
    ASSERT_NE(played.host, nullptr);
    int phases = 0;
    std::future<absl::StatusOr<archive::Exported>> exported;
    PlayInto(TwoMonths(11, 8), &played, [&](const citygen::Phase&) {
      if (++phases == kArchivedAtPhase) {
        exported = std::async(std::launch::async,
                              [&] { return archive::Export(&played.host->log(), archived, /*now=*/1); });
      }
      if (phases == kArchivedByPhase) exported.wait();
      return phases == kLostAtPhase;
    });
    ASSERT_EQ(phases, kLostAtPhase);
    const auto first = exported.get();
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_GT(first->records, 0u);
    const auto stands = fault::ReadRequests(&played.host->log());
    ASSERT_TRUE(stands.ok()) << stands.status();
    before = *stands;
    played.host->Stop();
  }

  const KafkaCity city = CityNamed("after");
  ASSERT_EQ(MakeTopics(city), absl::OkStatus());
  std::map<PartitionId, uint64_t> kept;
  uint64_t named = 0, cut = 0;
  {
    const auto log = KafkaLog::Open(LogOptionsOf(city));
    ASSERT_TRUE(log.ok()) << log.status();
    const auto restored =
        archive::Restore(log->get(), {.directory = archived,
                                      .now = 1,
                                      .lost = [&](const PartitionId&, const log::v1::Record&) { ++named; }});
    ASSERT_TRUE(restored.ok()) << restored.status();
    for (const archive::RestoredPartition& each : restored->partitions) {
      kept[each.id] = each.kept;
      cut += each.archived - each.kept;
    }
    EXPECT_EQ(named, cut);
    EXPECT_EQ(restored->lost, cut);
  }

  // The projections of the lost city are no use any more: some of their records are gone.
  Played played;
  played.host = Start(city, projections);
  ASSERT_NE(played.host, nullptr);
  EXPECT_FALSE(played.host->notes().empty());
  EXPECT_NE(played.host->runtime().incarnation(), played.host->runtime().log_id());
  const auto stands = fault::ReadRequests(&played.host->log());
  ASSERT_TRUE(stands.ok()) << stands.status();
  size_t here = 0, gone = 0;
  for (const auto& [id, places] : before) {
    const fault::Stands& stood = places.front();
    const auto found = stands->find(id);
    if (stood.index > kept[stood.id]) {
      EXPECT_EQ(found, stands->end()) << id;
      ++gone;
      continue;
    }
    ++here;
    ASSERT_NE(found, stands->end()) << id;
    EXPECT_EQ(found->second.front().index, stood.index);
    EXPECT_EQ(found->second.front().rule, stood.rule);
  }
  std::printf("%zu requests put back, %zu lost, %lu records cut off\n", here, gone,
              static_cast<unsigned long>(cut));
  EXPECT_GT(here, 100u);
  EXPECT_GT(gone, 0u);

  // Everybody asks everything again: what is known gets its first answer, what was lost is decided now, and
  // the city comes out as if nothing had happened.
  PlayInto(TwoMonths(11, 8), &played);
  ASSERT_EQ(played.host->runtime().WaitSettled(kQuietAtMost), absl::OkStatus());
  const auto history = replay::History::Load(&played.host->log(), {});
  ASSERT_TRUE(history.ok()) << history.status();
  ExpectAnswers(played, **history);
  ExpectEveryDecisionAgain(**history);
  const auto all = fault::ReadRequests(&played.host->log());
  ASSERT_TRUE(all.ok());
  for (const auto& [id, places] : *all) EXPECT_EQ(places.size(), 1u) << id;

  // And from Kafka into one folder, where it answers the same.
  const std::string copied = folder + "/copied";
  const auto exported = archive::Export(&played.host->log(), copied, /*now=*/2);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EmbeddedLogOptions options;
  options.directory = folder + "/embedded/log";
  {
    const auto log = EmbeddedLog::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    const auto restored = archive::Restore(log->get(), {.directory = copied, .now = 2});
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(restored->lost, 0u);
    const auto embedded = replay::History::Load(log->get(), {});
    ASSERT_TRUE(embedded.ok()) << embedded.status();
    ExpectAnswers(played, **embedded);
    ExpectEveryDecisionAgain(**embedded);
    EXPECT_EQ(ReviewsOf(**embedded), ReviewsOf(**history));
  }
  // It serves there too, and each request gets its first answer.
  Played served;
  served.host = OpenCity(folder + "/embedded");
  ASSERT_NE(served.host, nullptr);
  PlayInto(TwoMonths(11, 8), &served);
  EXPECT_EQ(served.player->counts().unexpected, 0u);
  EXPECT_EQ(served.player->counts().refusals, played.player->counts().refusals);
}

}  // namespace
}  // namespace afterbell
