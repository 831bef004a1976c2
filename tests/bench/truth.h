// A log in Kafka as a city would have written it, made fast: for those who only read.
//
// Partitions 1 … P of attendance hold a Genesis, a Claim and Commits of one check-in each, whose index, tag
// and claim are right; partition 0 holds a Genesis. Commits have the pupil's id as their key, which ours do
// not need and Kafka Streams does; a pupil is of one school, so of one partition.
#ifndef AFTERBELL_TESTS_BENCH_TRUTH_H_
#define AFTERBELL_TESTS_BENCH_TRUTH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/log/kafka/options.h"

namespace afterbell::bench {

inline constexpr char kTruthService[] = "attendance";

struct Truth {
  KafkaLogOptions log;
  int partitions = 4;  // P.
  uint64_t records = 0, keys = 0;
  bool request_ids = true;
  uint64_t bytes = 0;              // Of all values,
  double produced_per_second = 0;  // and how fast they went.
};

// Makes the topics, begins the log and writes it.
absl::Status WriteTruth(Truth* truth);
absl::Status RemoveTruth(const Truth& truth);

std::string TopicOf(const KafkaLogOptions& options);

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_TRUTH_H_
