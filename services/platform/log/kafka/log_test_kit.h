// What tests of the Kafka log share: a broker that can be killed and paused (tests/kafka/run.sh), topics
// of a test's own, and answers that can be waited for.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_LOG_TEST_KIT_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_LOG_TEST_KIT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"

namespace afterbell {

// Appends that were answered, by value.
class Answered {
 public:
  // Appends one value; its answer is written down under it.
  void Append(LogPartition& partition, const std::string& value) {
    {
      const std::lock_guard lock(mutex_);
      ++asked_;
    }
    partition.Append({value}, [this, value](const absl::Status& status, uint64_t) {
      const std::lock_guard lock(mutex_);
      ++count_;
      (status.ok() ? good_ : bad_).push_back(value);
      if (!status.ok()) last_error_ = status;
      changed_.notify_all();
    });
  }
  // Waits until no more than so many are unanswered, until so many more are good, or until one more is not;
  // false after two minutes, which a busy machine may need to start a broker.
  bool AwaitOutstanding(size_t most) {
    return Await([&] { return asked_ - count_ <= most; });
  }
  bool AwaitGood(size_t more) {
    const size_t wanted = good().size() + more;
    return Await([&] { return good_.size() >= wanted; });
  }
  bool AwaitBad() {
    const size_t before = bad().size();
    return Await([&] { return bad_.size() > before; });
  }
  std::vector<std::string> good() const { return Copy(good_); }
  std::vector<std::string> bad() const { return Copy(bad_); }
  absl::Status last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
  }

 private:
  bool Await(const std::function<bool()>& come) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(120), come);
  }
  std::vector<std::string> Copy(const std::vector<std::string>& from) const {
    const std::lock_guard lock(mutex_);
    return from;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  size_t asked_ = 0, count_ = 0;
  std::vector<std::string> good_, bad_;
  absl::Status last_error_;
};

class KafkaLogTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kAtMost{120};

  KafkaLogTest() {
    static int number = 0;
    options_.brokers = getenv("KAFKA") == nullptr ? "" : getenv("KAFKA");
    options_.topic_prefix = "test" + std::to_string(getpid()) + "-" + std::to_string(++number);
    MakeTopic();
  }

  std::string topic() const { return options_.topic_prefix + ".service.v1"; }
  int brokers() const {
    return 1 + static_cast<int>(std::count(options_.brokers.begin(), options_.brokers.end(), ','));
  }
  void MakeTopic() {
    const std::string in_sync = std::to_string(std::max(1, brokers() - 1));
    const auto applied = ApplyTopics(
        options_,
        {{topic(), 4, brokers(), {{"max.message.bytes", "1179648"}, {"min.insync.replicas", in_sync}}}});
    ASSERT_TRUE(applied.ok()) << applied.status();
  }
  std::unique_ptr<KafkaLog> OpenLog() const {
    auto log = KafkaLog::Open(options_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  static std::shared_ptr<LogPartition> PartitionOf(KafkaLog& log, uint32_t number = 0) {
    auto partition = log.Open({"service", number});
    EXPECT_TRUE(partition.ok()) << partition.status();
    return *partition;
  }
  static std::vector<std::string> ReadAll(LogPartition& partition, uint64_t offset = 0) {
    std::vector<std::string> values;
    for (;;) {
      const auto batch = ReadWaiting(partition, offset, 1000, 1 << 20, kAtMost);
      EXPECT_TRUE(batch.ok()) << batch.status();
      if (!batch.ok() || batch->records.empty()) return values;
      for (const LogBatch::Entry& entry : batch->records) values.emplace_back(entry.value);
      offset = batch->next_offset;
    }
  }
  static absl::Status AppendAll(LogPartition& partition, std::vector<std::string> values) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<absl::Status> answer;
    partition.Append(std::move(values), [&](const absl::Status& status, uint64_t) {
      const std::lock_guard lock(mutex);
      answer = status;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answer.has_value(); });
    return *answer;
  }
  // What tools/kafka does to a broker: "kill --broker 1", "start", "pause", "resume".
  static void Broker(const std::string& command) {
    const std::string line =
        std::string(getenv("KAFKA_TOOL")) + " " + command + " --data " + getenv("KAFKA_DATA");
    EXPECT_EQ(std::system(line.c_str()), 0) << line;
  }
  // Waits until Read at the end of a partition fails, and says how.
  static absl::Status AwaitFailure(LogPartition& partition) {
    std::mutex mutex;
    std::condition_variable changed;
    absl::Status failure;
    const auto look = [&] {
      const auto batch = partition.Read(partition.End(), 1, 1);
      const std::lock_guard lock(mutex);
      if (failure.ok()) failure = batch.status();
      changed.notify_all();
    };
    const std::shared_ptr<void> listening = partition.OnGrowth(look);
    look();
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kAtMost, [&] { return !failure.ok(); });
    return failure;
  }

  KafkaLogOptions options_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_LOG_TEST_KIT_H_
