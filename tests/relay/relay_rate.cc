// How fast a relay publishes a log that is there already: printed, never asserted.
//
//   tests/kafka/run.sh 1 relay_rate --relay PATH --events 500000
//
// Prints one JSON object: the time is from the first public event to the last, seen by counting; the broker
// is on the same machine.
#include <signal.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/relay/public_topics.h"
#include "tests/relay/relay_process.h"
#include "tests/relay/truth.h"

namespace afterbell::relay_test {
namespace {

using std::chrono::steady_clock;

constexpr uint32_t kSchoolPartitions = 16;
constexpr int kFlushRecords = 200;

double Since(steady_clock::time_point from) {
  return std::chrono::duration<double>(steady_clock::now() - from).count();
}

absl::StatusOr<uint64_t> Fill(const KafkaLogOptions& options, uint64_t events, int events_per_record) {
  auto log = KafkaLog::Open(options);
  if (!log.ok()) return log.status();
  std::vector<Writer> writers;
  for (uint32_t number = 1; number <= kSchoolPartitions; ++number) {
    auto writer = Writer::Open(log->get(), {"attendance", number}, kSchoolPartitions);
    if (!writer.ok()) return writer.status();
    writers.push_back(*std::move(writer));
  }
  uint64_t written = 0;
  while (written < events) {
    written = 0;
    for (Writer& writer : writers) {
      for (int i = 0; i < kFlushRecords; ++i) writer.Commit(events_per_record);
      if (absl::Status flushed = writer.Flush(); !flushed.ok()) return flushed;
      written += writer.valid_events();
    }
  }
  return written;
}

absl::Status Run(const std::string& relay, const KafkaLogOptions& options, uint64_t events,
                 int events_per_record) {
  if (const auto made = MakeLog(options, kSchoolPartitions); !made.ok()) return made.status();
  const auto filled = Fill(options, events, events_per_record);
  if (!filled.ok()) return filled.status();
  PublicTopic topic(options, "attendance");
  const auto started = steady_clock::now();
  RelayProcess process({relay, "--kafka", options.brokers, "--service", "attendance"});
  uint64_t count = 0, at_first = 0;
  double before_first = 0;
  auto first = started;
  while (count < *filled) {
    const auto now = topic.Count();
    if (!now.ok()) return now.status();
    if (count == 0 && *now > 0) {
      first = steady_clock::now();
      before_first = Since(started);
      at_first = *now;
    }
    count = *now;
  }
  const double seconds = Since(first);
  const long cpu_ms = process.CpuMs();
  const int status = process.End(SIGTERM);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return absl::InternalError("the relay did not stop in order");
  std::printf(
      "{\"events\": %lu, \"events_per_record\": %d, \"seconds\": %.2f, \"events_per_second\": %.0f, "
      "\"relay_cpu_us_per_event\": %.2f, \"seconds_to_first\": %.2f}\n",
      static_cast<unsigned long>(*filled), events_per_record, seconds,
      static_cast<double>(*filled - at_first) / seconds,
      static_cast<double>(cpu_ms) * 1000 / static_cast<double>(*filled), before_first);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  KafkaLogOptions options;
  if (const char* kafka = getenv("KAFKA")) options.brokers = kafka;
  std::string relay;
  uint64_t events = 500000;
  int events_per_record = 1;
  CLI::App app("relay_rate: how fast a relay publishes");
  app.add_option("--relay", relay, "The program afterbell-relay")->required();
  app.add_option("--kafka", options.brokers, "Brokers without a log (KAFKA)");
  app.add_option("--events", events)->capture_default_str();
  app.add_option("--events-per-record", events_per_record)->capture_default_str()->check(CLI::Range(1, 2000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const absl::Status status = Run(relay, options, events, events_per_record);
  if (!status.ok()) std::fprintf(stderr, "relay_rate: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace afterbell::relay_test

int main(int argc, char** argv) { return afterbell::relay_test::Main(argc, argv); }
