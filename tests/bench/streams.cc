// Following a log in Kafka beside Kafka Streams, in turns: the same topic, the same aggregate, the same
// digest. Each side is a process of its own on a folder that begins empty.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/kafka/topics.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"
#include "tests/bench/truth.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr char kPeer[] = "tests/bench/streams/peer";  // From the root of the repository.
// Before resident memory is read, and before a kill: whatever is written out in turns has been.
constexpr std::chrono::seconds kRest(1);
// Streams does not leave its group when it is closed: who comes sooner waits until the session has ended.
constexpr std::chrono::seconds kSessionEnds(8);

// One side in one round.
struct Seen {
  double rate = 0, cpu_us = 0;  // From the first record to the last,
  double warm_rate = 0,
         warm_cpu_us = 0;   // and of their second half, when code is compiled and caches are full.
  double resident_mib = 0;  // At the end.
  double deleted_seconds = 0,
         deleted_rate = 0;  // Started without state, until it is ready; from first to last.
  double all_deleted_seconds = 0, all_deleted_rate = 0;  // Ours without request ids and histories, too.
  double killed_seconds = 0;                             // The same after kill -9.
  uint64_t deleted_restored = 0, killed_restored = 0;
  std::string digest;  // The same each time, or the round is an error.
};

using Start = std::function<absl::StatusOr<std::unique_ptr<Child>>()>;

absl::Status Await(Child* child, const std::string& word) { return child->Await(word).status(); }

absl::Status TakeDigest(Child* child, Seen* seen) {
  AFTERBELL_RETURN_IF_ERROR(child->Say("digest"));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string digest, child->Await("digest"));
  if (!seen->digest.empty() && seen->digest != digest)
    return absl::DataLossError(absl::StrCat("digests differ: ", seen->digest, " and ", digest));
  seen->digest = digest;
  return absl::OkStatus();
}

// A moment in a process's life.
struct Moment {
  steady_clock::time_point at;
  long ticks;
};

absl::StatusOr<Moment> AwaitMoment(Child* child, const std::string& word) {
  AFTERBELL_RETURN_IF_ERROR(Await(child, word));
  return Moment{steady_clock::now(), child->CpuTicks()};
}

double RateOf(uint64_t records, const Moment& from, const Moment& to) {
  return static_cast<double>(records) / std::chrono::duration<double>(to.at - from.at).count();
}

double MicrosOfEach(uint64_t records, const Moment& from, const Moment& to) {
  const double seconds =
      static_cast<double>(to.ticks - from.ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return seconds * 1e6 / static_cast<double>(records);
}

absl::Status Fold(Child* child, uint64_t records, Seen* seen) {
  AFTERBELL_ASSIGN_OR_RETURN(const Moment first, AwaitMoment(child, "first"));
  AFTERBELL_ASSIGN_OR_RETURN(const Moment half, AwaitMoment(child, "half"));
  AFTERBELL_ASSIGN_OR_RETURN(const Moment last, AwaitMoment(child, "last"));
  seen->rate = RateOf(records, first, last);
  seen->cpu_us = MicrosOfEach(records, first, last);
  seen->warm_rate = RateOf(records - records / 2, half, last);
  seen->warm_cpu_us = MicrosOfEach(records - records / 2, half, last);
  return absl::OkStatus();
}

absl::Status Close(Child* child) {
  AFTERBELL_RETURN_IF_ERROR(child->Say("close"));
  return child->AwaitEnd();
}

uint64_t CountOf(const std::string& text) {
  uint64_t count = 0;
  return absl::SimpleAtoi(text, &count) ? count : 0;
}

absl::Status RunStreams(const Start& start, const std::string& data, uint64_t records, Seen* seen) {
  {
    AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
    AFTERBELL_RETURN_IF_ERROR(Fold(child.get(), records, seen));
    std::this_thread::sleep_for(kRest);
    seen->resident_mib = static_cast<double>(child->ResidentBytes()) / (1 << 20);
    AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
    AFTERBELL_RETURN_IF_ERROR(Close(child.get()));
  }
  std::filesystem::remove_all(data);
  std::this_thread::sleep_for(kSessionEnds);
  {
    const auto begun = steady_clock::now();
    AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
    AFTERBELL_ASSIGN_OR_RETURN(const std::string restored, child->Await("running"));
    seen->deleted_seconds = SecondsSince(begun);
    seen->deleted_restored = CountOf(restored);
    AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
    std::this_thread::sleep_for(kRest);
    child->Kill();
  }
  const auto begun = steady_clock::now();
  AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
  AFTERBELL_ASSIGN_OR_RETURN(const std::string restored, child->Await("running"));
  seen->killed_seconds = SecondsSince(begun);
  seen->killed_restored = CountOf(restored);
  AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
  return Close(child.get());
}

// Of the folders of a service, that of its rows: what a new schema begins anew. Request ids and histories
// are no part of the state, and Streams has none.
void RemoveStates(const std::string& data) {
  std::vector<std::filesystem::path> states;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    if (std::filesystem::is_directory(entry.path() / "rows")) states.push_back(entry.path());
  }
  for (const std::filesystem::path& state : states) std::filesystem::remove_all(state);
}

// Started anew, until it is ready; and then killed.
absl::Status Rebuild(const Start& start, uint64_t records, double* seconds, double* rate, Seen* seen) {
  const auto begun = steady_clock::now();
  AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
  Seen again;
  AFTERBELL_RETURN_IF_ERROR(Fold(child.get(), records, &again));
  *rate = again.rate;
  AFTERBELL_RETURN_IF_ERROR(Await(child.get(), "ready"));
  *seconds = SecondsSince(begun);
  AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
  std::this_thread::sleep_for(kRest);
  child->Kill();
  return absl::OkStatus();
}

absl::Status RunOurs(const Start& start, const std::string& data, uint64_t records, Seen* seen) {
  {
    AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
    AFTERBELL_RETURN_IF_ERROR(Fold(child.get(), records, seen));
    AFTERBELL_RETURN_IF_ERROR(Await(child.get(), "ready"));
    std::this_thread::sleep_for(kRest);
    seen->resident_mib = static_cast<double>(child->ResidentBytes()) / (1 << 20);
    AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
    child->Kill();
  }
  RemoveStates(data);
  AFTERBELL_RETURN_IF_ERROR(Rebuild(start, records, &seen->deleted_seconds, &seen->deleted_rate, seen));
  std::filesystem::remove_all(data);
  AFTERBELL_RETURN_IF_ERROR(
      Rebuild(start, records, &seen->all_deleted_seconds, &seen->all_deleted_rate, seen));
  const auto begun = steady_clock::now();
  AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
  AFTERBELL_RETURN_IF_ERROR(Await(child.get(), "ready"));
  seen->killed_seconds = SecondsSince(begun);
  AFTERBELL_RETURN_IF_ERROR(TakeDigest(child.get(), seen));
  child->Kill();
  return absl::OkStatus();
}

absl::StatusOr<double> RunScan(const Start& start, uint64_t records) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto child, start());
  Seen seen;
  AFTERBELL_RETURN_IF_ERROR(Fold(child.get(), records, &seen));
  AFTERBELL_RETURN_IF_ERROR(Await(child.get(), "ready"));
  return seen.rate;
}

void PrintSide(const char* bench, int round, const Seen& seen) {
  std::printf(
      "{\"bench\": \"%s\", \"round\": %d, \"per_second\": %.0f, \"cpu_us_per_event\": %.2f, "
      "\"warm_per_second\": %.0f, \"warm_cpu_us_per_event\": %.2f, \"resident_mib\": %.0f, "
      "\"state_deleted_ready_seconds\": %.2f, \"state_deleted_restored\": %lu, "
      "\"killed_ready_seconds\": %.2f, \"killed_restored\": %lu, \"digest\": \"%s\"}\n",
      bench, round, seen.rate, seen.cpu_us, seen.warm_rate, seen.warm_cpu_us, seen.resident_mib,
      seen.deleted_seconds, seen.deleted_restored, seen.killed_seconds, seen.killed_restored,
      seen.digest.c_str());
}

void PrintRatios(int round, const Seen& ours, const Seen& streams, double scanned) {
  std::printf(
      "{\"bench\": \"streams_ratios\", \"round\": %d, \"steady\": %.3f, \"cpu_per_event\": %.3f, "
      "\"warm_steady\": %.3f, \"warm_cpu_per_event\": %.3f, \"resident\": %.3f, "
      "\"state_deleted_faster\": %.3f, \"all_deleted_faster\": %.3f, \"killed\": %.3f, "
      "\"scan_per_second\": %.0f, \"rebuild_per_second\": %.0f, \"rebuild_of_scan\": %.3f, "
      "\"rebuild_all_of_scan\": %.3f}\n",
      round, ours.rate / streams.rate, ours.cpu_us / streams.cpu_us, ours.warm_rate / streams.warm_rate,
      ours.warm_cpu_us / streams.warm_cpu_us, ours.resident_mib / streams.resident_mib,
      streams.deleted_seconds / ours.deleted_seconds, streams.deleted_seconds / ours.all_deleted_seconds,
      ours.killed_seconds / streams.killed_seconds, scanned, ours.deleted_rate, ours.deleted_rate / scanned,
      ours.all_deleted_rate / scanned);
  std::fflush(stdout);
}

absl::Status Round(const Flags& flags, const Truth& truth, int round) {
  const std::string application = absl::StrCat(truth.log.topic_prefix, "-streams-", round);
  const std::string peer_data = absl::StrCat(flags.data, "/streams-", round),
                    data = absl::StrCat(flags.data, "/fold-", round);
  std::vector<std::string> child_flags = {"--kafka",      flags.kafka,
                                          "--prefix",     truth.log.topic_prefix,
                                          "--records",    absl::StrCat(flags.records),
                                          "--partitions", absl::StrCat(flags.partitions)};
  if (flags.rows_only) child_flags.push_back("--rows_only");
  Seen streams, ours;
  AFTERBELL_RETURN_IF_ERROR(RunStreams(
      [&] {
        return Child::Run(kPeer,
                          {"run", "--brokers", flags.kafka, "--topic", TopicOf(truth.log), "--application",
                           application, "--data", peer_data, "--records", absl::StrCat(flags.records)});
      },
      peer_data, flags.records, &streams));
  AFTERBELL_RETURN_IF_ERROR(
      RunOurs([&] { return Child::Spawn("fold", data, child_flags); }, data, flags.records, &ours));
  if (ours.digest != streams.digest)
    return absl::DataLossError(absl::StrCat("digests differ: ", ours.digest, " and ", streams.digest));
  AFTERBELL_ASSIGN_OR_RETURN(const double scanned,
                             RunScan([&] { return Child::Spawn("scan", data, child_flags); }, flags.records));
  PrintSide("streams_kafka_streams", round, streams);
  PrintSide("streams_afterbell", round, ours);
  PrintRatios(round, ours, streams, scanned);
  std::filesystem::remove_all(peer_data);
  std::filesystem::remove_all(data);
  return DeleteTestTopic(truth.log, application + "-rows-changelog");
}

}  // namespace

absl::Status Streams(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto installed, Child::Run(kPeer, {"install"}));
  AFTERBELL_RETURN_IF_ERROR(installed->AwaitEnd());
  std::filesystem::create_directories(flags.data);
  Truth truth;
  truth.log.brokers = flags.kafka;
  truth.log.topic_prefix = absl::StrCat("test-bench-", getpid());
  truth.partitions = flags.partitions;
  truth.records = flags.records;
  truth.keys = flags.keys;
  truth.request_ids = !flags.rows_only;
  AFTERBELL_RETURN_IF_ERROR(WriteTruth(&truth));
  std::printf(
      "{\"bench\": \"streams_truth\", \"records\": %lu, \"keys\": %lu, \"partitions\": %d, "
      "\"value_bytes\": %.0f, \"rows_only\": %s, \"produced_per_second\": %.0f}\n",
      truth.records, truth.keys, truth.partitions, static_cast<double>(truth.bytes) / truth.records,
      flags.rows_only ? "true" : "false", truth.produced_per_second);
  std::fflush(stdout);
  for (int round = 1; round <= flags.rounds; ++round) AFTERBELL_RETURN_IF_ERROR(Round(flags, truth, round));
  return RemoveTruth(truth);
}

}  // namespace afterbell::bench
