// The Kafka log under the contract suite, on a real broker whose address is in KAFKA (tests/kafka/run.sh
// starts one). Every test has topics of its own; it leaves them to the broker, which is thrown away.
#include <unistd.h>

#include <cstdlib>

#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "tests/contract/log_contract.h"

namespace afterbell {
namespace {

class KafkaUnderTest final : public LogUnderTest {
 public:
  explicit KafkaUnderTest(KafkaLogOptions options) : options_(std::move(options)) {
    static int number = 0;
    options_.brokers = getenv("KAFKA") == nullptr ? "" : getenv("KAFKA");
    options_.topic_prefix = "test" + std::to_string(getpid()) + "-" + std::to_string(++number);
    Provide("contract", 12);
    Provide("another", 12);
    Reopen();
  }

  EventLog& log() override { return *log_; }
  size_t value_bytes_max() const override { return options_.value_bytes_max; }

  void Provide(const std::string& service, uint32_t count) override {
    const std::string name = options_.topic_prefix + "." + service + ".v1";
    const bool again = count > 12;
    if (again) {
      log_.reset();
      ASSERT_EQ(DeleteTestTopic(options_, name), absl::OkStatus());
    }
    const auto applied =
        ApplyTopics(options_, {{name,
                                static_cast<int>(count),
                                1,
                                {{"max.message.bytes", "1179648"}, {"segment.index.bytes", "65536"}}}});
    ASSERT_TRUE(applied.ok()) << applied.status();
    if (again) Reopen();
  }

  void Reopen() override {
    log_.reset();
    auto log = KafkaLog::Open(options_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

 private:
  KafkaLogOptions options_;
  std::unique_ptr<KafkaLog> log_;
};

LogAdapter Adapter(const std::string& name, const KafkaLogOptions& options) {
  return {name, [options] { return std::make_unique<KafkaUnderTest>(options); }};
}

// So little kept in memory that most reads are fetched.
KafkaLogOptions Small() {
  KafkaLogOptions options;
  options.window_bytes_max = 1;
  options.cursor_ahead_bytes_max = 4096;
  options.cursors_max = 2;
  options.cursors_of_a_partition_max = 1;
  return options;
}

INSTANTIATE_TEST_SUITE_P(Kafka, LogContract,
                         testing::Values(Adapter("as_it_ships", {}), Adapter("small_window", Small())),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace afterbell
