// The Kafka log when brokers die and stall. With one broker (fault_test) and with three, of which one is
// hit (failover_test).
#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "services/platform/log/kafka/log_test_kit.h"

namespace afterbell {
namespace {

using std::chrono::steady_clock;

// Appends numbers, a few hundred unanswered at a time, until told to stop.
class Writer {
 public:
  explicit Writer(std::shared_ptr<LogPartition> partition)
      : partition_(std::move(partition)), thread_([this] { Write(); }) {}
  ~Writer() { Stop(); }
  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  Answered& answered() { return answered_; }
  bool AwaitGood(size_t more) { return answered_.AwaitGood(more); }
  bool AwaitBad() { return answered_.AwaitBad(); }

 private:
  void Write() {
    for (int i = 0; !stopping_; ++i) {
      answered_.Append(*partition_, std::to_string(i));
      if (!answered_.AwaitOutstanding(300)) return;
    }
    answered_.AwaitOutstanding(0);
  }

  const std::shared_ptr<LogPartition> partition_;
  Answered answered_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class KafkaFault : public KafkaLogTest {
 protected:
  // What was answered stands, once and in order, for those who were there and for those who come.
  void ExpectKept(Answered& answered, LogPartition& here) {
    ASSERT_TRUE(answered.AwaitOutstanding(0)) << "not everything was answered";
    const auto log = OpenLog();
    const std::vector<std::string> all = ReadAll(*PartitionOf(*log));
    EXPECT_EQ(ReadAll(here), all);
    std::vector<std::string> kept;
    const std::vector<std::string> good = answered.good();
    const std::set<std::string> wanted(good.begin(), good.end());
    for (const std::string& value : all) {
      if (wanted.count(value) > 0) kept.push_back(value);
    }
    EXPECT_EQ(kept, good);
  }
};

TEST_F(KafkaFault, KillAndRestartLosesNothingThatWasAcknowledged) {
  options_.append_timeout = std::chrono::milliseconds(2000);
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  Writer writer(partition);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(writer.AwaitGood(2000));
    Broker("kill --broker 1");
    if (brokers() == 1) {
      ASSERT_TRUE(writer.AwaitBad());
    } else {
      ASSERT_TRUE(writer.AwaitGood(2000));
    }
    Broker("start");
    ASSERT_TRUE(writer.AwaitGood(2000)) << writer.answered().last_error();
  }
  writer.Stop();
  ExpectKept(writer.answered(), *partition);
}

TEST_F(KafkaFault, AStalledBrokerIsAnsweredAndAnswersAgain) {
  options_.append_timeout = std::chrono::milliseconds(2000);
  options_.request_timeout = std::chrono::milliseconds(1500);
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  Writer writer(partition);
  ASSERT_TRUE(writer.AwaitGood(2000));
  Broker("pause --broker 1");
  if (brokers() == 1) {
    EXPECT_TRUE(writer.AwaitBad());
    EXPECT_EQ(writer.answered().last_error().code(), absl::StatusCode::kUnavailable);
  } else {
    EXPECT_TRUE(writer.AwaitGood(2000));
  }
  Broker("resume --broker 1");
  EXPECT_TRUE(writer.AwaitGood(2000)) << writer.answered().last_error();
  writer.Stop();
  ExpectKept(writer.answered(), *partition);
}

TEST_F(KafkaFault, AReaderWaitsForABrokerToComeBack) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(AppendAll(*partition, std::vector<std::string>(5000, std::string(1000, 'x'))).ok());
  Broker("kill --broker 1");
  std::thread starter([] { Broker("start"); });
  EXPECT_EQ(ReadAll(*partition).size(), 5000);
  starter.join();
  EXPECT_TRUE(AppendAll(*partition, {"after"}).ok());
}

TEST_F(KafkaFault, CloseWithThingsInFlightEndsAndAnswersAll) {
  options_.close_timeout = std::chrono::milliseconds(1000);
  auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(AppendAll(*partition, std::vector<std::string>(3000, std::string(1000, 'x'))).ok());
  for (int broker = 1; broker <= brokers(); ++broker) Broker("pause --broker " + std::to_string(broker));
  Answered answered;
  for (int i = 0; i < 100; ++i) answered.Append(*partition, std::to_string(i));
  partition->Read(0, 100, 1000).status().IgnoreError();  // A cursor that waits as well.
  const auto begun = steady_clock::now();
  log->Close();
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(15));
  EXPECT_TRUE(answered.AwaitOutstanding(0));
  EXPECT_EQ(answered.bad().size(), 100);
  EXPECT_EQ(answered.last_error().code(), absl::StatusCode::kUnavailable);
  for (int broker = 1; broker <= brokers(); ++broker) Broker("resume --broker " + std::to_string(broker));
}

TEST_F(KafkaFault, NoRoomIsToldToAnAnswerAndWaitedForElsewhere) {
  options_.append_bytes_waiting_max = 2 << 20;
  options_.append_timeout = std::chrono::milliseconds(2000);
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log), other = PartitionOf(*log, 1);
  ASSERT_TRUE(AppendAll(*partition, {"warm"}).ok());
  for (int broker = 1; broker <= brokers(); ++broker) Broker("pause --broker " + std::to_string(broker));
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<absl::Status> from_answer;
  // An empty append is answered at once, behind nothing: its answer asks for more than there is room for.
  partition->Append({std::string(1 << 20, 'a')}, [](const absl::Status&, uint64_t) {});
  other->Append({}, [&](const absl::Status&, uint64_t) {
    other->Append({std::string(1100000, 'b')}, [&](const absl::Status& status, uint64_t) {
      const std::lock_guard lock(mutex);
      from_answer = status;
      changed.notify_all();
    });
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return from_answer.has_value(); });
  }
  EXPECT_EQ(from_answer->code(), absl::StatusCode::kResourceExhausted) << *from_answer;
  // From here it waits until the first one has timed out.
  EXPECT_EQ(AppendAll(*partition, {std::string(1100000, 'c')}).code(), absl::StatusCode::kUnavailable);
  for (int broker = 1; broker <= brokers(); ++broker) Broker("resume --broker " + std::to_string(broker));
  while (!AppendAll(*partition, {"after"}).ok()) continue;
}

}  // namespace
}  // namespace afterbell
