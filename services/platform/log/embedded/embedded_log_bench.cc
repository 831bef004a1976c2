// How fast the embedded log is on the disk of TMPDIR: run it where the log will lie.
//   bazel run -c opt //services/platform/log/embedded:embedded_log_bench
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/platform/log/embedded/embedded_log.h"

namespace afterbell {
namespace {

constexpr size_t kValueBytes = 400;  // About a Commit with one event.

class Bench {
 public:
  explicit Bench(EmbeddedLogOptions options = {}) : options_(std::move(options)) {
    const char* const temporary = std::getenv("TMPDIR");
    std::string pattern = std::string(temporary == nullptr ? "/tmp" : temporary) + "/log_bench.XXXXXX";
    options_.directory = mkdtemp(pattern.data());
    Reopen();
  }
  ~Bench() {
    log_.reset();
    std::filesystem::remove_all(options_.directory);
  }

  void Reopen() {
    log_.reset();
    log_ = *EmbeddedLog::Open(options_);
  }
  EmbeddedLog& log() { return *log_; }
  std::shared_ptr<LogPartition> Partition(uint32_t number) {
    return *log_->Open(PartitionId{"bench", number});
  }

  // Waits until fewer than `outstanding_max` appends wait for their answer.
  void Append(LogPartition& partition, std::vector<std::string> values, int outstanding_max) {
    {
      std::unique_lock lock(mutex_);
      answered_.wait(lock, [&] { return outstanding_ < outstanding_max; });
      ++outstanding_;
    }
    partition.Append(std::move(values), [this](const absl::Status& status, uint64_t) {
      if (!status.ok()) std::abort();
      const std::lock_guard lock(mutex_);
      --outstanding_;
      answered_.notify_one();
    });
  }
  void Drain() {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [&] { return outstanding_ == 0; });
  }

 private:
  EmbeddedLogOptions options_;
  std::mutex mutex_;
  std::condition_variable answered_;
  int outstanding_ = 0;
  std::unique_ptr<EmbeddedLog> log_;
};

// Arguments: appends outstanding, values in each.
void DurableAppend(benchmark::State& state) {
  Bench bench;
  const auto partition = bench.Partition(1);
  const std::vector<std::string> values(state.range(1), std::string(kValueBytes, 'v'));
  for (auto _ : state) bench.Append(*partition, values, state.range(0));
  bench.Drain();
  state.SetItemsProcessed(state.iterations() * state.range(1));
  state.SetBytesProcessed(state.iterations() * state.range(1) * kValueBytes);
  const EmbeddedLogStats stats = bench.log().Stats();
  state.counters["records/sync"] = static_cast<double>(partition->End()) / stats.batches;
}
BENCHMARK(DurableAppend)->Args({1, 1})->Args({64, 1})->Args({1, 100})->Args({16, 100})->UseRealTime();

constexpr int kRecords = 1'000'000;

void Fill(Bench& bench, uint32_t partitions) {
  for (int i = 0; i < kRecords / 100; ++i) {
    bench.Append(*bench.Partition(i % partitions),
                 std::vector<std::string>(100, std::string(kValueBytes, 'v')), 64);
  }
  bench.Drain();
}

EmbeddedLogOptions Unsynced() {
  EmbeddedLogOptions options;
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  return options;
}

// Argument: partitions that share the log, all read in turn.
void SequentialRead(benchmark::State& state) {
  Bench bench(Unsynced());
  Fill(bench, state.range(0));
  uint64_t records = 0;
  for (auto _ : state) {
    const std::vector<PartitionId> ids = *bench.log().List();
    for (const PartitionId& id : ids) {
      const auto partition = *bench.log().Open(id);
      for (uint64_t offset = 0; offset < partition->End();) {
        const absl::StatusOr<LogBatch> batch = partition->Read(offset, 1000, 1 << 20);
        if (!batch.ok()) std::abort();
        records += batch->records.size();
        offset = batch->next_offset;
      }
    }
  }
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(records * kValueBytes);
}
BENCHMARK(SequentialRead)->Arg(1)->Arg(100)->Unit(benchmark::kMillisecond)->UseRealTime();

void OpenAgain(benchmark::State& state) {
  Bench bench(Unsynced());
  for (int i = 0; i < state.range(0); ++i) Fill(bench, 1000);
  for (auto _ : state) bench.Reopen();
  state.counters["segments"] = bench.log().Stats().segments;
  state.counters["records"] = static_cast<double>(state.range(0)) * kRecords;
}
BENCHMARK(OpenAgain)->Arg(1)->Arg(5)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace afterbell

BENCHMARK_MAIN();
