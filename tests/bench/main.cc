// Benchmarks: run them on a machine with nothing else to do, from the root of the repository.
//
//   bench rpc --data /var/tmp/bench        a city and an echo server, side by side
//   bench pages --data DIR                 check-ins beside pages
//   bench gather --data DIR                a page of all partitions beside one of one
//   bench growth --data DIR --pupils 40    a thousand schools beside sixty
//   bench memory --data DIR                while a term is played, and after it
//   bench replay --data DIR                over the log of a city in DIR
//   bench decided_again --data DIR         every decision of that log
//   bench what_if --data DIR               and Q-02 over it
//   bench budget --data DIR                what a command costs, stage by stage, over that log
//   bench start --data DIR                 kills and restarts that city
//   bench kafka --kafka 127.0.0.1:9092     a broker that tools/kafka has started
//   bench commands --kafka … --data DIR    a city on it, beside an echo and librdkafka bare
//   bench latency --kafka … --data DIR     the same, open loop, with an instance that follows
//   bench streams --kafka … --data DIR     following a log, beside Kafka Streams
#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/fold.h"

namespace afterbell::bench {
namespace {

struct Benchmark {
  const char* name;
  const char* text;
  absl::Status (*run)(const Flags& flags);
};

constexpr Benchmark kBenchmarks[] = {
    {"rpc", "Durable check-ins beside a bare echo", Rpc},
    {"pages", "Check-ins beside pages that another client asks for", Pages},
    {"gather", "A page of all partitions beside one of a single partition", Gather},
    {"growth", "Processor time a check-in: a thousand schools beside sixty", Growth},
    {"memory", "While a term is played, and at rest after it", Memory},
    {"replay", "Q-28 over a log beside parsing it", Replay},
    {"decided_again", "Every decision of a log made again beside parsing it", DecidedAgain},
    {"what_if", "Q-02 over a log beside parsing it", WhatIf},
    {"budget", "A check-in, a release, a charge, stage by stage", Budget},
    {"start", "Ready after kill -9; at rest; folded anew", Start},
    {"kafka", "The Kafka log beside librdkafka bare", Kafka},
    {"commands", "Check-ins on Kafka beside an echo and librdkafka bare", Commands},
    {"latency", "Open loop: commands on Kafka, and until another instance shows them", Latency},
    {"streams", "Following a log in Kafka beside Kafka Streams", Streams},
};

// The other side of a pipe: what a benchmark measures in a process of its own.
int Serve(const std::string& what, const Flags& flags) {
  if (what == "city") return ServeCity(flags);
  if (what == "fold") return ServeFold(flags);
  if (what == "scan") return ServeScan(flags);
  return ServeEcho();
}

int Run(const Benchmark& benchmark, const Flags& flags) {
  if (benchmark.run != Kafka && flags.data.empty()) {
    std::cerr << "--data is required\n";
    return 2;
  }
  const absl::Status status = benchmark.run(flags);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace afterbell::bench

int main(int argc, char** argv) {
  using namespace afterbell::bench;
  Flags flags;
  std::string serve;
  CLI::App app("Benchmarks of Afterbell: one JSON object a line, both sides of each ratio from one run");
  app.add_option("--data", flags.data, "Folder of a city, emptied by those that make one; not for kafka");
  app.add_option("--schools", flags.schools, "Of a city that is made: in each district")
      ->capture_default_str();
  app.add_option("--pupils", flags.pupils, "and in each school")->capture_default_str();
  app.add_option("--phases", flags.phases, "Phases of check-ins measured")->capture_default_str();
  app.add_option("--commands", flags.commands, "growth: check-ins of each city")->capture_default_str();
  app.add_option("--queries", flags.queries, "gather: of each kind")->capture_default_str();
  app.add_option("--per_second", flags.per_second,
                 "latency: calls begun, timed within the server; 0: half of what the closed loop does")
      ->capture_default_str();
  app.add_option("--rounds", flags.rounds, "Pairs; start: kills")->capture_default_str();
  app.add_option("--kafka", flags.kafka, "Brokers")->capture_default_str();
  app.add_option("--records", flags.records, "kafka: of a round; streams: of the topic")
      ->capture_default_str();
  app.add_option("--value_bytes", flags.value_bytes, "kafka: of a record")->capture_default_str();
  app.add_option("--partitions", flags.partitions, "Of topics that are made")->capture_default_str();
  app.add_option("--keys", flags.keys, "streams: pupils")->capture_default_str();
  app.add_flag("--rows_only", flags.rows_only,
               "streams: without request ids and history, which Streams does not keep");
  app.add_option("--prefix", flags.prefix)->group("");
  app.add_flag("--timed", flags.timed)->group("");
  app.add_option("--serve", serve)->group("");
  app.fallthrough();
  for (const Benchmark& each : kBenchmarks) app.add_subcommand(each.name, each.text);
  CLI11_PARSE(app, argc, argv);
  if (!serve.empty()) return Serve(serve, flags);
  for (const Benchmark& each : kBenchmarks) {
    if (app.got_subcommand(each.name)) return Run(each, flags);
  }
  std::cerr << app.help();
  return 2;
}
