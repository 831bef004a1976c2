#include "tests/integration/played.h"

#include <filesystem>
#include <map>

#include "gtest/gtest.h"
#include "services/platform/policy/loader.h"
#include "tools/afterbell/summary.h"

namespace afterbell {

std::unique_ptr<Host> OpenCity(const std::string& folder) {
  HostOptions options;
  options.data_directory = folder;
  options.simulated_clock = true;
  options.school_partitions = 4;
  // So that a whole term of requests may be sent again: a simulated log begins in 1970.
  options.limits.set_request_days_max(36500);
  auto host = Host::Start(options, HostCity());
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : nullptr;
}

citygen::CityOptions TwoMonths(uint64_t seed, int pupils) {
  citygen::CityOptions options;
  options.seed = seed;
  options.pupils_per_school = pupils;
  options.schools_per_district = 1;
  options.last_on = "2026-10-31";
  return options;
}

void PlayInto(const citygen::CityOptions& options, Played* played,
              const std::function<bool(const citygen::Phase&)>& until, citygen::Phase* phase) {
  auto instruments = policy::LoadDirectory("infra/policy");
  ASSERT_TRUE(instruments.ok()) << instruments.status();
  citygen::City city(options);
  played->player = std::make_unique<Player>(
      played->address.empty() ? played->host->address() : played->address, *instruments);
  citygen::Phase own;
  if (phase == nullptr) phase = &own;
  const auto settle = [&] {
    return played->settle ? played->settle() : played->host->runtime().WaitQuiet(kQuietAtMost);
  };
  while (city.NextPhase(phase)) {
    if (until && until(*phase)) return;
    const absl::Status status = played->player->Play(*phase, settle);
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_TRUE(settle().ok());
  played->answers = city.answers();
}

Played Play(const std::string& name, const citygen::CityOptions& options) {
  Played played;
  played.folder = ::testing::TempDir() + "/played_" + name;
  std::filesystem::remove_all(played.folder);
  played.host = OpenCity(played.folder);
  if (played.host != nullptr) PlayInto(options, &played);
  return played;
}

std::unique_ptr<replay::History> HistoryOf(Played& played) {
  auto history = replay::History::Load(&played.host->log(), {});
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? *std::move(history) : nullptr;
}

void ExpectAnswers(const Played& played, const replay::History& history) {
  const PlayedCounts& counts = played.player->counts();
  EXPECT_EQ(counts.unexpected, 0u);
  for (const std::string& text : counts.first_unexpected) ADD_FAILURE() << text;
  auto summary = Summarise(history);
  ASSERT_TRUE(summary.ok()) << summary.status();
  for (const citygen::DistrictAnswers& expected : played.answers.districts) {
    SCOPED_TRACE(expected.district_id);
    const DistrictSummary& found = (*summary)[expected.district_id];
    EXPECT_EQ(static_cast<int64_t>(found.pupils.size()), expected.enrolled);
    EXPECT_EQ(found.sessions_held, expected.sessions_held);
    EXPECT_EQ(found.check_ins, expected.check_ins);
    EXPECT_EQ(found.released, expected.check_ins) << "somebody was left (ATT-08)";
    EXPECT_EQ(found.absences_unexplained, expected.absences_unexplained);
    EXPECT_EQ(found.late_releases, expected.late_releases);
    EXPECT_EQ(found.charges, expected.charges);
    EXPECT_EQ(found.gross_fen, expected.gross_fen);
    EXPECT_EQ(found.cap_removed_fen, expected.cap_removed_fen);
    EXPECT_EQ(found.waiver_fen, expected.waiver_fen);
    EXPECT_EQ(found.net_fen, expected.net_fen);
    EXPECT_EQ(found.payments, expected.payments);
    EXPECT_EQ(found.paid_fen, expected.paid_fen);
  }
  std::map<std::string, int64_t> suspicions, planted;
  for (const auto& [id, district] : *summary) {
    for (const auto& [code, count] : district.suspicions) suspicions[code] += count;
  }
  for (const citygen::Suspicion& suspicion : played.answers.suspicions) {
    std::string codes;
    for (const std::string& code : suspicion.codes) codes += (codes.empty() ? "" : "+") + code;
    ++planted[codes];
  }
  EXPECT_EQ(suspicions, planted);
}

}  // namespace afterbell
