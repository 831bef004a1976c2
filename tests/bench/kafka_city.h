// A city on a log in Kafka under measurement: topics of its own, which go when it goes.
#ifndef AFTERBELL_TESTS_BENCH_KAFKA_CITY_H_
#define AFTERBELL_TESTS_BENCH_KAFKA_CITY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/kafka/city.h"

namespace afterbell::bench {

class CityOnKafka {
 public:
  // Makes the topics, one for bare records among them, begins the log and starts the city.
  static absl::StatusOr<std::unique_ptr<CityOnKafka>> Start(const Flags& flags);
  ~CityOnKafka();

  const std::string& address() const { return address_; }
  KafkaLog& log() { return *log_; }  // Of this process.
  Child& child() { return *child_; }
  std::string bare_topic() const { return city_.topic_prefix + ".bare.v1"; }
  int partitions() const { return static_cast<int>(city_.school_partitions); }

  // How long attendance's newest records are.
  absl::StatusOr<int> MeanRecordBytes();

 private:
  CityOnKafka() = default;
  KafkaCity city_;
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<Child> child_;
  std::string address_;
};

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_KAFKA_CITY_H_
