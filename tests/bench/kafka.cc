// The Kafka log beside librdkafka bare: the same bytes to the same broker, in turns.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kTogether = 32;  // Values of one Append: what an owner's pipeline brings at once.
constexpr int kPingPongs = 2000;
constexpr std::chrono::seconds kAtMost(60);

// Counts down to an end that somebody waits for.
class Countdown {
 public:
  explicit Countdown(uint64_t from) : left_(from) {}
  void Done(uint64_t count) {
    const std::lock_guard lock(mutex_);
    left_ -= std::min(left_, count);
    if (left_ == 0) ended_.notify_all();
  }
  void Await() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  uint64_t left_;
};

absl::StatusOr<std::vector<std::shared_ptr<LogPartition>>> OpenAll(KafkaLog* log, int partitions) {
  std::vector<std::shared_ptr<LogPartition>> opened;
  for (int p = 0; p < partitions; ++p) {
    auto partition = log->Open({"bench", static_cast<uint32_t>(p)});
    if (!partition.ok()) return partition.status();
    opened.push_back(*std::move(partition));
  }
  return opened;
}

absl::StatusOr<double> Append(KafkaLog* log, int partitions, uint64_t records, const std::string& value) {
  auto opened = OpenAll(log, partitions);
  if (!opened.ok()) return opened.status();
  Countdown left(records);
  std::atomic<uint64_t> failed{0};
  const auto begun = steady_clock::now();
  for (uint64_t i = 0; i < records / kTogether; ++i) {
    (*opened)[i % partitions]->Append(std::vector<std::string>(kTogether, value),
                                      [&](const absl::Status& status, uint64_t) {
                                        if (!status.ok()) ++failed;
                                        left.Done(kTogether);
                                      });
  }
  left.Await();
  const double rate = records / SecondsSince(begun);
  return failed > 0
             ? absl::StatusOr<double>(absl::UnavailableError(absl::StrCat(failed.load(), " appends failed")))
             : rate;
}

// All partitions from the beginning, by as many readers as cores.
absl::StatusOr<double> ReadAll(KafkaLog* log, int partitions, uint64_t records) {
  auto opened = OpenAll(log, partitions);
  if (!opened.ok()) return opened.status();
  std::atomic<uint64_t> seen{0}, bytes{0};
  std::atomic<bool> failed{false};
  const auto begun = steady_clock::now();
  std::vector<std::thread> readers;
  for (const auto& partition : *opened) {
    readers.emplace_back([&, partition] {
      for (uint64_t at = 0, end = partition->End(); at < end;) {
        const auto batch = ReadWaiting(*partition, at, 2048, 1 << 20, kAtMost);
        if (!batch.ok()) {
          failed = true;
          return;
        }
        uint64_t some = 0;
        for (const LogBatch::Entry& entry : batch->records) some += entry.value.size();
        bytes += some;
        seen += batch->records.size();
        at = batch->next_offset;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  if (failed || seen < records)
    return absl::DataLossError(absl::StrCat("read ", seen.load(), " of ", records));
  return seen / SecondsSince(begun);
}

// Append, wait for the answer, read the record back: one after the other.
absl::StatusOr<std::vector<double>> PingPong(KafkaLog* log, const std::string& value) {
  auto opened = log->Open(PartitionId{"bench", 0});
  if (!opened.ok()) return opened.status();
  std::vector<double> micros;
  for (int i = 0; i < kPingPongs; ++i) {
    const auto begun = steady_clock::now();
    Countdown left(1);
    uint64_t offset = 0;
    (*opened)->Append({value}, [&](const absl::Status&, uint64_t at) {
      offset = at;
      left.Done(1);
    });
    left.Await();
    const auto batch = ReadWaiting(**opened, offset, 1, 1, kAtMost);
    if (!batch.ok() || batch->records.empty()) return absl::DataLossError("not read back");
    micros.push_back(SecondsSince(begun) * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  return micros;
}

}  // namespace

absl::Status Kafka(const Flags& flags) {
  KafkaLogOptions options;
  options.brokers = flags.kafka;
  options.topic_prefix = absl::StrCat("test-bench-", getpid());
  const std::string value(flags.value_bytes, 'v');
  const std::string topic = options.topic_prefix + ".bench.v1",
                    bare_topic = options.topic_prefix + ".bare.v1";
  auto made = ApplyTopics(options, {{topic, flags.partitions, 1, {}}, {bare_topic, flags.partitions, 1, {}}});
  if (!made.ok()) return made.status();
  const uint64_t records = flags.records / kTogether * kTogether;
  double appended = 0, produced = 0, read = 0, consumed = 0;
  for (int round = 0; round < flags.rounds; ++round) {
    {
      auto log = KafkaLog::Open(options);
      if (!log.ok()) return log.status();
      auto rate = Append(log->get(), flags.partitions, records, value);
      if (!rate.ok()) return rate.status();
      appended += 1 / *rate;
    }
    auto bare = BareProduce(flags.kafka, bare_topic, flags.partitions, records, value);
    if (!bare.ok()) return bare.status();
    produced += 1 / *bare;
    {
      auto log = KafkaLog::Open(options);
      if (!log.ok()) return log.status();
      auto rate = ReadAll(log->get(), flags.partitions, records * (round + 1));
      if (!rate.ok()) return rate.status();
      read += 1 / *rate;
    }
    bare = BareConsume(flags.kafka, bare_topic, flags.partitions, records * (round + 1));
    if (!bare.ok()) return bare.status();
    consumed += 1 / *bare;
  }
  auto log = KafkaLog::Open(options);
  if (!log.ok()) return log.status();
  auto micros = PingPong(log->get(), value);
  if (!micros.ok()) return micros.status();
  const double rounds = flags.rounds;
  std::printf(
      "{\"bench\": \"kafka_append\", \"records\": %lu, \"value_bytes\": %d, \"partitions\": %d, \"rounds\": "
      "%d, "
      "\"append_per_second\": %.0f, \"bare_produce_per_second\": %.0f, \"ratio\": %.3f}\n",
      records, flags.value_bytes, flags.partitions, flags.rounds, rounds / appended, rounds / produced,
      produced / appended);
  std::printf(
      "{\"bench\": \"kafka_read\", \"records\": %lu, \"value_bytes\": %d, \"partitions\": %d, \"rounds\": "
      "%d, "
      "\"read_per_second\": %.0f, \"bare_consume_per_second\": %.0f, \"ratio\": %.3f}\n",
      records, flags.value_bytes, flags.partitions, flags.rounds, rounds / read, rounds / consumed,
      consumed / read);
  std::printf("{\"bench\": \"kafka_round_trip\", \"count\": %d, \"p50_us\": %.0f, \"p99_us\": %.0f}\n",
              kPingPongs, (*micros)[kPingPongs / 2], (*micros)[kPingPongs * 99 / 100]);
  AFTERBELL_RETURN_IF_ERROR(DeleteTestTopic(options, topic));
  return DeleteTestTopic(options, bare_topic);
}

}  // namespace afterbell::bench
