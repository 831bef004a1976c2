// Benchmarks: run them on a machine with nothing else to do.
//
//   bench rpc --data /var/tmp/bench        a city and an echo server, side by side
//   bench replay --data DIR                over the log of a city in DIR
//   bench start --data DIR                 kills and restarts that city
//   bench kafka --kafka 127.0.0.1:9092     a broker that tools/kafka has started
#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/bench/bench.h"
#include "tests/bench/child.h"

int main(int argc, char** argv) {
  using namespace afterbell::bench;
  Flags flags;
  std::string serve;
  CLI::App app("Benchmarks of Afterbell: one JSON object a line, both sides of each ratio from one run");
  app.add_option("--data", flags.data, "Folder of a city; not for kafka");
  app.add_option("--schools", flags.schools, "rpc: in each district")->capture_default_str();
  app.add_option("--pupils", flags.pupils, "rpc: in each school")->capture_default_str();
  app.add_option("--phases", flags.phases, "rpc: phases of check-ins measured")->capture_default_str();
  app.add_option("--rounds", flags.rounds, "replay: pairs; start: kills")->capture_default_str();
  app.add_option("--kafka", flags.kafka, "kafka: brokers")->capture_default_str();
  app.add_option("--records", flags.records, "kafka: of a round")->capture_default_str();
  app.add_option("--value_bytes", flags.value_bytes, "kafka: of a record")->capture_default_str();
  app.add_option("--partitions", flags.partitions, "kafka")->capture_default_str();
  app.add_option("--serve", serve)->group("");
  app.fallthrough();
  const CLI::App* rpc = app.add_subcommand("rpc", "Durable check-ins beside a bare echo");
  const CLI::App* replay = app.add_subcommand("replay", "Q-28 over a log beside parsing it");
  const CLI::App* start = app.add_subcommand("start", "Ready after kill -9; at rest; folded anew");
  const CLI::App* kafka = app.add_subcommand("kafka", "The Kafka log beside librdkafka bare");
  CLI11_PARSE(app, argc, argv);
  if (serve == "city") return ServeCity(flags.data, /*simulated=*/true);
  if (serve == "echo") return ServeEcho();
  if (!kafka->parsed() && flags.data.empty()) {
    std::cerr << "--data is required\n";
    return 2;
  }
  const absl::Status status = rpc->parsed()      ? Rpc(flags)
                              : replay->parsed() ? Replay(flags)
                              : start->parsed()  ? Start(flags)
                              : kafka->parsed()  ? Kafka(flags)
                                                 : absl::InvalidArgumentError("rpc, replay, start or kafka");
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
