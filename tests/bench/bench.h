// What is measured, each as one JSON object with both sides of its ratio from the same run.
#ifndef AFTERBELL_TESTS_BENCH_BENCH_H_
#define AFTERBELL_TESTS_BENCH_BENCH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace afterbell::bench {

struct Flags {
  std::string data;           // A folder: emptied by `rpc`, read by `replay`, restarted on by `start`.
  int schools = 2;            // Per district,
  int pupils = 400;           // per school,
  int phases = 40;            // and how many phases of check-ins are measured.
  uint64_t commands = 70000;  // growth: check-ins of each city.
  uint64_t queries = 2000;    // gather: of each kind.
  double per_second = 0;      // latency: calls begun; 0: half of what the closed loop does.
  int rounds = 3;
  std::string kafka = "127.0.0.1:9092";
  std::string prefix;          // Of a child's topics.
  bool timed = false;          // A child says how long check-ins took within it.
  uint64_t records = 2000000;  // kafka: of a round; streams: of the topic,
  int value_bytes = 150;       // of so many bytes each,
  int partitions = 4;          // in so many partitions.
  uint64_t keys = 200000;      // streams: pupils,
  bool rows_only = false;      // Of a child: the runtime keeps nothing but the rows of the aggregate.
};

// Durable check-ins, one by one and in batches, beside a bare echo of the same messages.
absl::Status Rpc(const Flags& flags);

// The same check-ins while another client asks for full pages without pause, beside without.
absl::Status Pages(const Flags& flags);

// A page gathered from all partitions beside one of a single partition, of as many rows.
absl::Status Gather(const Flags& flags);

// Processor time a check-in in a city of a thousand schools beside one of sixty.
absl::Status Growth(const Flags& flags);

// Memory while a term is played, rows beside their limit, and at rest after it.
absl::Status Memory(const Flags& flags);

// The fold of a review over a whole log beside merely parsing it, on all cores.
absl::Status Replay(const Flags& flags);

// Every decision of that log made again, and those of the four histories of Q-02, beside parsing it.
absl::Status DecidedAgain(const Flags& flags);
absl::Status WhatIf(const Flags& flags);

// What a check-in, a release and a charge cost, stage by stage, over the log of a city.
absl::Status Budget(const Flags& flags);

// Ready after kill -9, at rest, and everything folded anew.
absl::Status Start(const Flags& flags);

// Appending and reading through the Kafka log beside librdkafka bare.
absl::Status Kafka(const Flags& flags);

// Check-ins on a log in Kafka, one by one and in batches, beside the echo and librdkafka bare.
absl::Status Commands(const Flags& flags);

// At half that rate, open loop: how long a command takes, and until another instance shows it. At a rate that
// is given: how long it takes within the server, and the longest turn of a partition.
absl::Status Latency(const Flags& flags);

// Following a log in Kafka beside Kafka Streams: the same topic, the same aggregate, the same digest.
absl::Status Streams(const Flags& flags);

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_BENCH_H_
