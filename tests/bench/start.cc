#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kIdle(5);
constexpr int kMergesAtMost = 60;  // Seconds in which what a start has put into the stores is merged.

struct Timed {
  double ready = 0, settled = 0;
};

absl::StatusOr<Timed> Open(const std::string& data, std::unique_ptr<Child>* child) {
  const auto begun = steady_clock::now();
  auto spawned = Child::Spawn("city", data);
  if (!spawned.ok()) return spawned.status();
  *child = *std::move(spawned);
  Timed timed;
  if (auto ready = (*child)->Await("ready"); !ready.ok()) return ready.status();
  timed.ready = SecondsSince(begun);
  if (auto settled = (*child)->Await("settled"); !settled.ok()) return settled.status();
  timed.settled = SecondsSince(begun);
  return timed;
}

}  // namespace

absl::Status Start(const Flags& flags) {
  auto records = RecordsIn(flags.data);
  if (!records.ok()) return records.status();
  std::unique_ptr<Child> child;
  double ready_worst = 0, ready_sum = 0;
  auto first = Open(flags.data, &child);
  if (!first.ok()) return first.status();
  for (int round = 0; round < flags.rounds; ++round) {
    child->Kill();
    auto again = Open(flags.data, &child);
    if (!again.ok()) return again.status();
    ready_worst = std::max(ready_worst, again->ready);
    ready_sum += again->ready;
  }
  long before = child->CpuTicks();
  // Until a second costs nothing: nobody says when RocksDB has merged everything.
  for (int i = 0; i < kMergesAtMost; ++i) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const long now = child->CpuTicks();
    if (std::exchange(before, now) >= now - 1) break;
  }
  std::this_thread::sleep_for(kIdle);  // What is measured: that nothing happens meanwhile.
  const long ticks = child->CpuTicks() - before;
  const long resident = child->ResidentBytes();
  child->Kill();
  std::filesystem::remove_all(flags.data + "/projections");
  auto anew = Open(flags.data, &child);
  if (!anew.ok()) return anew.status();
  child->Kill();
  std::printf(
      "{\"bench\": \"start\", \"records\": %lu, \"kills\": %d, \"ready_seconds_mean\": %.3f, "
      "\"ready_seconds_worst\": %.3f, \"idle_cpu_ticks_in_5_s\": %ld, \"idle_resident_mib\": %.0f, "
      "\"refold_seconds\": %.1f, \"refold_per_second\": %.0f}\n",
      *records, flags.rounds, ready_sum / flags.rounds, ready_worst, ticks,
      static_cast<double>(resident) / (1 << 20), anew->settled,
      static_cast<double>(*records) / anew->settled);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
