#include "tests/integration/played.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "services/platform/policy/loader.h"

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
  played->player = std::make_unique<Player>(played->host->address(), *instruments);
  citygen::Phase own;
  if (phase == nullptr) phase = &own;
  const auto settle = [&] { return played->host->runtime().WaitQuiet(kQuietAtMost); };
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

}  // namespace afterbell
