// A played term, cut at random moments: whatever prefix of its history a log holds, a fresh process
// folds it to the rows that replay folds it to, and goes on from there as if nothing had happened.
//
//   prefixes --count 1000 --seed 1
//
// A cut at any recorded moment is a prefix of every partition. Half of the prefixes are followed, and
// the rows compared where they end; the other half are owned: claims are written, reactions and
// deadlines that the cut has swallowed are decided anew, and the rows compared where that comes to
// rest, every decision being made again on the way. Prints one JSON object; exits 1 on any difference.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "services/city/city.h"
#include "services/platform/policy/loader.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/verify.h"
#include "tools/afterbell/player.h"
#include "tools/citygen/city.h"

namespace afterbell::fault {
namespace {

constexpr std::chrono::seconds kAtMost(60);
constexpr uint32_t kSchoolPartitions = 2;
constexpr size_t kReadRecords = 4096;

struct Flags {
  int count = 1000;
  uint64_t seed = 1;
  int pupils = 8;
  std::string dir;
};

absl::Status Play(const Flags& flags, const std::string& folder) {
  auto instruments = policy::LoadDirectory("infra/policy");
  if (!instruments.ok()) return instruments.status();
  HostOptions options;
  options.data_directory = folder;
  options.simulated_clock = true;
  options.school_partitions = kSchoolPartitions;
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  auto host = Host::Start(options, HostCity());
  if (!host.ok()) return host.status();
  citygen::CityOptions city_options;
  city_options.seed = flags.seed;
  city_options.pupils_per_school = flags.pupils;
  city_options.schools_per_district = 1;
  citygen::City city(city_options);
  Player player((*host)->address(), *instruments);
  citygen::Phase phase;
  while (city.NextPhase(&phase)) {
    AFTERBELL_RETURN_IF_ERROR(player.Play(phase, [&] { return (*host)->runtime().WaitQuiet(kAtMost); }));
  }
  return (*host)->runtime().WaitSettled(kAtMost);
}

// When a record was recorded.
Micros MomentOf(std::string_view value) {
  log::v1::Record record;
  record.ParseFromArray(value.data(), static_cast<int>(value.size()));
  if (record.has_genesis()) return MicrosOf(record.genesis().recorded_at());
  if (record.has_claim()) return MicrosOf(record.claim().recorded_at());
  return MicrosOf(record.commit().recorded_at());
}

struct Kept {
  std::string value;
  Micros recorded_at;
};
using Records = std::map<PartitionId, std::vector<Kept>>;

absl::StatusOr<std::unique_ptr<EmbeddedLog>> OpenLog(const std::string& directory) {
  EmbeddedLogOptions options;
  options.directory = directory;
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  return EmbeddedLog::Open(options);
}

absl::StatusOr<Records> ReadAll(EventLog* log) {
  Records records;
  const auto ids = log->List();
  if (!ids.ok()) return ids.status();
  for (const PartitionId& id : *ids) {
    auto partition = log->Open(id);
    if (!partition.ok()) return partition.status();
    for (uint64_t at = 0; at < (*partition)->End();) {
      auto batch = ReadWaiting(**partition, at, kReadRecords, SIZE_MAX, kAtMost);
      if (!batch.ok()) return batch.status();
      for (const LogBatch::Entry& entry : batch->records)
        records[id].push_back({std::string(entry.value), MomentOf(entry.value)});
      at = batch->next_offset;
    }
  }
  return records;
}

// Everything that was recorded up to a moment, in a log of its own; says how many records.
absl::StatusOr<size_t> Cut(const Records& records, Micros at, EventLog* log) {
  size_t count = 0;
  std::vector<std::future<absl::Status>> appended;
  for (const auto& [id, kept] : records) {
    std::vector<std::string> values;
    for (size_t i = 0; i < kept.size() && kept[i].recorded_at <= at; ++i) values.push_back(kept[i].value);
    count += values.size();
    auto partition = log->Open(id);
    if (!partition.ok()) return partition.status();
    if (values.empty()) continue;
    const auto done = std::make_shared<std::promise<absl::Status>>();
    appended.push_back(done->get_future());
    (*partition)->Append(std::move(values), [done](const absl::Status& status, uint64_t) {
      done->set_value(status);
    });
  }
  for (auto& each : appended) AFTERBELL_RETURN_IF_ERROR(each.get());
  return count;
}

// Waits until a follower has folded every partition to its end.
absl::Status Follow(Runtime* runtime, const replay::History& history) {
  for (const replay::History::Survey& chain : history.SurveyChains()) {
    log::v1::Position position;
    position.set_log_id(history.log_id());
    log::v1::Seen* at = position.add_at();
    at->set_service(chain.id.service);
    at->set_partition(chain.id.number);
    at->set_index(chain.at.index);
    std::promise<absl::Status> reached;
    runtime->Query(chain.id, position, std::chrono::steady_clock::now() + kAtMost,
                   [&](absl::StatusOr<ReadView> view) { reached.set_value(view.status()); });
    AFTERBELL_RETURN_IF_ERROR(reached.get_future().get());
  }
  return absl::OkStatus();
}

struct Counts {
  int followed = 0, owned = 0;
  uint64_t partitions = 0, decisions = 0, mismatches = 0;
  std::string first;
};

absl::Status Compare(const Records& records, Micros at, bool own, const std::string& dir, Counts* counts) {
  std::filesystem::remove_all(dir);
  auto log = OpenLog(dir + "/log");
  if (!log.ok()) return log.status();
  auto cut = Cut(records, at, log->get());
  if (!cut.ok()) return cut.status();
  RuntimeOptions options;
  options.projections_directory = dir + "/projections";
  options.services = CityServices();
  options.log = log->get();
  options.own = own;
  auto runtime = Runtime::Open(options);
  if (!runtime.ok()) return runtime.status();
  if (own) {
    AFTERBELL_RETURN_IF_ERROR((*runtime)->WaitReady(kAtMost));
    AFTERBELL_RETURN_IF_ERROR((*runtime)->WaitSettled(kAtMost));
  }
  auto history = replay::History::Load(log->get(), {});
  if (!history.ok()) return history.status();
  if (!own) AFTERBELL_RETURN_IF_ERROR(Follow(runtime->get(), **history));
  const replay::VerifyReport report =
      replay::Verify(**history, CityServices(), {.decisions = own, .digests = true});
  if (!report.ok()) return absl::InternalError(replay::Summary(report));
  counts->decisions += report.decisions;
  std::map<PartitionId, std::string> fresh;
  for (const auto& each : report.digests) fresh[each.id] = each.digest;
  for (const Runtime::PartitionDigest& live : (*runtime)->Digests()) {
    if (live.index == 0 && fresh.count(live.id) == 0) continue;
    ++counts->partitions;
    if (fresh[live.id] == live.digest) continue;
    if (counts->mismatches++ == 0)
      counts->first =
          ToString(live.id) + " at " + std::to_string(live.index) + " of a cut at " + InstantText(at);
  }
  ++(own ? counts->owned : counts->followed);
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, Counts* counts) {
  AFTERBELL_RETURN_IF_ERROR(Play(flags, flags.dir + "/term"));
  absl::StatusOr<Records> records;
  {
    auto log = OpenLog(flags.dir + "/term/log");
    if (!log.ok()) return log.status();
    records = ReadAll(log->get());
    if (!records.ok()) return records.status();
  }
  std::vector<Micros> moments;
  for (const auto& [id, kept] : *records) {
    for (const Kept& each : kept) moments.push_back(each.recorded_at);
  }
  std::mt19937_64 dice(flags.seed);
  for (int i = 0; i < flags.count; ++i) {
    const Micros at = moments[dice() % moments.size()];
    AFTERBELL_RETURN_IF_ERROR(Compare(*records, at, i % 2 == 1, flags.dir + "/prefix", counts));
    if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r%d of %d", i + 1, flags.count);
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("Random prefixes of a played term: a fresh process folds each as replay does");
  app.add_option("--count", flags.count, "Prefixes")->capture_default_str();
  app.add_option("--seed", flags.seed)->capture_default_str();
  app.add_option("--pupils", flags.pupils, "Per school")->capture_default_str();
  app.add_option("--dir", flags.dir, "A folder that is emptied")->required();
  CLI11_PARSE(app, argc, argv);
  std::filesystem::remove_all(flags.dir);
  Counts counts;
  const absl::Status status = Run(flags, &counts);
  if (!status.ok()) std::printf("failed: %s\n", status.ToString().c_str());
  if (!counts.first.empty()) std::printf("first difference: %s\n", counts.first.c_str());
  std::printf(
      "{\"prefixes\": %d, \"followed\": %d, \"owned\": %d, \"partitions_compared\": %lu, "
      "\"decisions_made_again\": %lu, \"digest_mismatches\": %lu}\n",
      counts.followed + counts.owned, counts.followed, counts.owned, counts.partitions, counts.decisions,
      counts.mismatches);
  return status.ok() && counts.mismatches == 0 && counts.followed + counts.owned == flags.count ? 0 : 1;
}

}  // namespace
}  // namespace afterbell::fault

int main(int argc, char** argv) { return afterbell::fault::Main(argc, argv); }
