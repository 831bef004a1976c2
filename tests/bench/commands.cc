// Check-ins by a city on a log in Kafka, beside a bare echo of the same messages and beside librdkafka, which
// produces as many bytes a record to the same broker and waits for acks=all.
#include <cstdio>

#include "services/platform/base/status_macros.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/kafka_city.h"

namespace afterbell::bench {
namespace {

constexpr uint64_t kBareRecords = 300000;  // After each phase of batches.

}  // namespace

absl::Status Commands(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, CityOnKafka::Start(flags));
  std::string value;
  double seconds = 0, records = 0;
  const auto produce = [&]() -> absl::Status {
    if (value.empty()) {
      AFTERBELL_ASSIGN_OR_RETURN(const int bytes, city->MeanRecordBytes());
      value.assign(bytes, 'v');
    }
    AFTERBELL_ASSIGN_OR_RETURN(const double rate, BareProduce(flags.kafka, city->bare_topic(),
                                                              city->partitions(), kBareRecords, value));
    seconds += kBareRecords / rate;
    records += kBareRecords;
    return absl::OkStatus();
  };
  Raced raced;
  AFTERBELL_RETURN_IF_ERROR(RaceCheckIns(flags, city->address(), produce, &raced));
  Print("kafka_", raced);
  std::printf(
      "{\"bench\": \"kafka_batch_of_bare\", \"batch_per_second\": %.0f, \"value_bytes\": %zu, "
      "\"bare_produce_per_second\": %.0f, \"ratio\": %.3f}\n",
      raced.city_batch.rate(), value.size(), records / seconds, raced.city_batch.rate() * seconds / records);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
