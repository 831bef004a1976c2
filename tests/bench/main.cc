// Benchmarks: run them on a machine with nothing else to do.
//
//   bench rpc --data /var/tmp/bench        a city and an echo server, side by side
//   bench replay --data DIR                over the log of a city in DIR
//   bench start --data DIR                 kills and restarts that city
//   bench kafka --kafka 127.0.0.1:9092     a broker that tools/kafka has started
//   bench streams --kafka 127.0.0.1:9092 --data DIR   Kafka Streams beside it; from the root of the
//   repository
#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/fold.h"

int main(int argc, char** argv) {
  using namespace afterbell::bench;
  Flags flags;
  std::string serve;
  CLI::App app("Benchmarks of Afterbell: one JSON object a line, both sides of each ratio from one run");
  app.add_option("--data", flags.data, "Folder of a city; not for kafka");
  app.add_option("--schools", flags.schools, "rpc: in each district")->capture_default_str();
  app.add_option("--pupils", flags.pupils, "rpc: in each school")->capture_default_str();
  app.add_option("--phases", flags.phases, "rpc: phases of check-ins measured")->capture_default_str();
  app.add_option("--rounds", flags.rounds, "Pairs; start: kills")->capture_default_str();
  app.add_option("--kafka", flags.kafka, "Brokers: kafka, streams")->capture_default_str();
  app.add_option("--records", flags.records, "kafka: of a round; streams: of the topic")
      ->capture_default_str();
  app.add_option("--value_bytes", flags.value_bytes, "kafka: of a record")->capture_default_str();
  app.add_option("--partitions", flags.partitions, "kafka, streams")->capture_default_str();
  app.add_option("--keys", flags.keys, "streams: pupils")->capture_default_str();
  app.add_flag("--rows_only", flags.rows_only,
               "streams: without request ids and history, which Streams does not keep");
  app.add_option("--prefix", flags.prefix)->group("");
  app.add_option("--serve", serve)->group("");
  app.fallthrough();
  const CLI::App* rpc = app.add_subcommand("rpc", "Durable check-ins beside a bare echo");
  const CLI::App* replay = app.add_subcommand("replay", "Q-28 over a log beside parsing it");
  const CLI::App* start = app.add_subcommand("start", "Ready after kill -9; at rest; folded anew");
  const CLI::App* kafka = app.add_subcommand("kafka", "The Kafka log beside librdkafka bare");
  const CLI::App* streams = app.add_subcommand("streams", "Following a log in Kafka beside Kafka Streams");
  CLI11_PARSE(app, argc, argv);
  if (serve == "city") return ServeCity(flags);
  if (serve == "echo") return ServeEcho();
  if (serve == "fold") return ServeFold(flags);
  if (serve == "scan") return ServeScan(flags);
  if (!kafka->parsed() && flags.data.empty()) {
    std::cerr << "--data is required\n";
    return 2;
  }
  const absl::Status status = rpc->parsed()      ? Rpc(flags)
                              : replay->parsed() ? Replay(flags)
                              : start->parsed()  ? Start(flags)
                              : kafka->parsed()  ? Kafka(flags)
                              : streams->parsed()
                                  ? Streams(flags)
                                  : absl::InvalidArgumentError("which benchmark? --help says");
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
