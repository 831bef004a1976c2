#include <atomic>
#include <chrono>
#include <cstdio>
#include <vector>

#include "services/city/city.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/parallel.h"
#include "services/reviews/review.h"
#include "tests/bench/bench.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;
constexpr std::chrono::seconds kReadAtMost(60);

double SecondsSince(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

struct Parsed {
  std::atomic<uint64_t> records{0}, events{0};
};

// Every record of every partition parsed, and nothing else.
absl::Status Parse(EventLog* log, Parsed* parsed) {
  const auto ids = log->List();
  if (!ids.ok()) return ids.status();
  return replay::ForEachPiece(ids->size(), 0, [&](size_t piece) {
    auto partition = log->Open((*ids)[piece]);
    if (!partition.ok()) return partition.status();
    for (uint64_t at = 0; at < (*partition)->End();) {
      auto batch = ReadWaiting(**partition, at, kReadRecords, kReadBytes, kReadAtMost);
      if (!batch.ok()) return batch.status();
      for (const LogBatch::Entry& entry : batch->records) {
        log::v1::Record record;
        if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
          return absl::DataLossError("not a record");
        parsed->events += record.commit().events_size();
      }
      parsed->records += batch->records.size();
      at = batch->next_offset;
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status Replay(const Flags& flags) {
  EmbeddedLogOptions options;
  options.directory = flags.data + "/log";
  options.read_only = true;
  auto log = EmbeddedLog::Open(options);
  if (!log.ok()) return log.status();
  double parse = 0, fold = 0;
  uint64_t records = 0, events = 0;
  for (int round = 0; round < flags.rounds; ++round) {
    Parsed parsed;
    auto begun = steady_clock::now();
    AFTERBELL_RETURN_IF_ERROR(Parse(log->get(), &parsed));
    parse += SecondsSince(begun);
    records = parsed.records;
    events = parsed.events;
    begun = steady_clock::now();
    auto history = replay::History::Load(log->get(), {});
    if (!history.ok()) return history.status();
    auto result = reviews::Find("Q-28")->Run(**history, CityServices(), {});
    if (!result.ok()) return result.status();
    fold += SecondsSince(begun);
  }
  const double all = static_cast<double>(records) * flags.rounds;
  std::printf(
      "{\"bench\": \"replay\", \"review\": \"Q-28\", \"records\": %lu, \"events\": %lu, \"rounds\": %d, "
      "\"fold_per_second\": %.0f, \"parse_per_second\": %.0f, \"ratio\": %.3f}\n",
      records, events, flags.rounds, all / fold, all / parse, parse / fold);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
