// The Kafka log beyond the contract: readers at many places, lost topics and lost producers. Faults of
// brokers are in fault_test.cc.
#include "services/platform/log/kafka/kafka_log.h"

#include <thread>

#include "services/platform/log/kafka/log_test_kit.h"

namespace afterbell {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Numbered(int from, int count) {
  std::vector<std::string> values;
  for (int i = from; i < from + count; ++i) values.push_back(std::to_string(i) + std::string(140, '.'));
  return values;
}

// Reads on to `until` and expects the numbers in order.
void ExpectNumbers(LogPartition& partition, uint64_t from, uint64_t until) {
  for (uint64_t offset = from; offset < until;) {
    const auto batch = ReadWaiting(partition, offset, 500, 1 << 20, std::chrono::seconds(60));
    ASSERT_TRUE(batch.ok()) << batch.status();
    if (batch->records.empty()) std::this_thread::yield();  // At the end of now.
    for (const LogBatch::Entry& entry : batch->records) {
      ASSERT_EQ(entry.offset, offset);
      ASSERT_EQ(std::stoull(std::string(entry.value)), offset);
      ++offset;
    }
  }
}

TEST_F(KafkaLogTest, AReaderFarBehindCatchesUpWhileTheTailMoves) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  constexpr int kBefore = 100000, kMeanwhile = 50000, kTogether = 1000;
  for (int i = 0; i < kBefore; i += kTogether)
    ASSERT_TRUE(AppendAll(*partition, Numbered(i, kTogether)).ok());
  std::thread writer([&] {
    for (int i = kBefore; i < kBefore + kMeanwhile; i += 100) {
      EXPECT_TRUE(AppendAll(*partition, Numbered(i, 100)).ok());
    }
  });
  ExpectNumbers(*partition, 0, kBefore + kMeanwhile);
  writer.join();
  EXPECT_LE(log->Stats().cursors_opened, 4);
}

TEST_F(KafkaLogTest, ManyReadersOfOnePartitionReadAtManyPlaces) {
  const auto log = OpenLog();
  constexpr int kRecords = 60000;
  for (int i = 0; i < kRecords; i += 1000) {
    ASSERT_TRUE(AppendAll(*PartitionOf(*log), Numbered(i, 1000)).ok());
  }
  const auto fresh = OpenLog();
  const auto partition = PartitionOf(*fresh);
  std::vector<std::thread> readers;
  for (int i = 0; i < 12; ++i) {
    readers.emplace_back([&, i] { ExpectNumbers(*partition, i * 5000, kRecords); });
  }
  // And some that look up one old record each.
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, i] {
      for (int at = 37 * i; at < kRecords; at += 12345) {
        const auto batch = ReadWaiting(*partition, at, 1, 1, kAtMost);
        ASSERT_TRUE(batch.ok()) << batch.status();
        EXPECT_EQ(std::stoi(std::string(batch->records.at(0).value)), at);
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
}

TEST_F(KafkaLogTest, EveryPartitionCaughtUpAtOnceNeedsFewCursors) {
  options_.cursors_max = 2;
  const auto log = OpenLog();
  for (uint32_t number = 0; number < 4; ++number) {
    ASSERT_TRUE(AppendAll(*PartitionOf(*log, number), Numbered(0, 20000)).ok());
  }
  const auto fresh = OpenLog();
  std::vector<std::thread> readers;
  for (uint32_t number = 0; number < 4; ++number) {
    readers.emplace_back([&, number] { ExpectNumbers(*PartitionOf(*fresh, number), 0, 20000); });
  }
  for (std::thread& reader : readers) reader.join();
}

TEST_F(KafkaLogTest, TwoProcessesSeeEachOthersRecordsInOneOrder) {
  const auto one = OpenLog(), other = OpenLog();
  const auto here = PartitionOf(*one), there = PartitionOf(*other);
  Answered answered;
  for (int i = 0; i < 500; ++i) {
    answered.Append(*here, "here " + std::to_string(i));
    answered.Append(*there, "there " + std::to_string(i));
  }
  ASSERT_TRUE(answered.AwaitOutstanding(0));
  EXPECT_EQ(answered.good().size(), 1000);
  ASSERT_TRUE(AppendAll(*here, {"last"}).ok());
  // What is answered here may be news there: it is read when it has come.
  std::vector<std::string> seen;
  while (seen.size() < 1001) {
    for (std::string& value : ReadAll(*there, seen.size())) seen.push_back(std::move(value));
  }
  EXPECT_EQ(seen, ReadAll(*here));
  EXPECT_EQ(seen.back(), "last");
}

TEST_F(KafkaLogTest, APartitionNobodyMadeIsNotFoundAndSaysHowToMakeIt) {
  const auto log = OpenLog();
  for (const PartitionId& id : {PartitionId{"nobody", 0}, PartitionId{"service", 4}}) {
    const absl::Status status = log->Open(id).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr(options_.topic_prefix + "." + id.service + ".v1"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("afterbell topics apply"));
  }
}

TEST_F(KafkaLogTest, NobodyThereIsUnavailable) {
  options_.brokers = "127.0.0.1:1";
  options_.open_timeout = std::chrono::milliseconds(500);
  EXPECT_EQ(KafkaLog::Open(options_).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(KafkaLogTest, ALongClientIdIsRefused) {
  options_.client_id = std::string(33, 'x');
  EXPECT_EQ(KafkaLog::Open(options_).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(KafkaLogTest, ATopicMadeAnewIsDataLossForWhoHasReadIt) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log, 1);
  ASSERT_TRUE(AppendAll(*partition, {"a", "b", "c"}).ok());
  ASSERT_EQ(DeleteTestTopic(options_, topic()), absl::OkStatus());
  MakeTopic();
  const absl::Status failure = AwaitFailure(*partition);
  EXPECT_EQ(failure.code(), absl::StatusCode::kDataLoss) << failure;
  EXPECT_THAT(std::string(failure.message()), HasSubstr(topic() + "/1 at 3"));
  EXPECT_EQ(AppendAll(*partition, {"d"}).code(), absl::StatusCode::kDataLoss);
}

TEST_F(KafkaLogTest, ATopicThatIsGoneIsDataLoss) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(AppendAll(*partition, {"a"}).ok());
  ASSERT_EQ(DeleteTestTopic(options_, topic()), absl::OkStatus());
  const absl::Status failure = AwaitFailure(*partition);
  EXPECT_EQ(failure.code(), absl::StatusCode::kDataLoss) << failure;
}

TEST_F(KafkaLogTest, AReaderOfALostOffsetHearsOfIt) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(AppendAll(*partition, Numbered(0, 20000)).ok());
  ASSERT_EQ(DeleteTestTopic(options_, topic()), absl::OkStatus());
  MakeTopic();
  const auto batch = ReadWaiting(*partition, 100, 10, 1000, kAtMost);
  EXPECT_EQ(batch.status().code(), absl::StatusCode::kDataLoss) << batch.status();
}

TEST_F(KafkaLogTest, ALostProducerAnswersWhatItHadAndIsReplaced) {
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  Answered answered;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) {
      answered.Append(*partition, std::to_string(round * 1000 + i));
      if (i == 100) log->BreakProducerForTest();
    }
    ASSERT_TRUE(answered.AwaitOutstanding(0));
    while (log->Stats().producers < static_cast<uint64_t>(round + 2)) std::this_thread::yield();
    ASSERT_TRUE(AppendAll(*partition, {std::to_string(round * 1000 + 999)}).ok());
  }
  EXPECT_FALSE(answered.bad().empty());
  EXPECT_EQ(answered.last_error().code(), absl::StatusCode::kUnavailable);
  // Everything that was said to be written is, in order; what was not may be.
  const std::vector<std::string> all = ReadAll(*partition);
  for (const std::string& value : answered.good())
    EXPECT_EQ(std::count(all.begin(), all.end(), value), 1) << value;
  std::vector<std::string> sorted = all;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); });
  EXPECT_EQ(all, sorted);
}

TEST_F(KafkaLogTest, AfterCloseEverythingIsUnavailable) {
  auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(AppendAll(*partition, {"a"}).ok());
  const auto batch = partition->Read(0, 1, 1);
  log.reset();
  EXPECT_EQ(batch->records.at(0).value, "a");
  EXPECT_EQ(AppendAll(*partition, {"b"}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(partition->Read(0, 1, 1).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(KafkaLogTest, AnAppendLargerThanMayWaitIsRefused) {
  options_.append_bytes_waiting_max = 2 << 20;
  const auto log = OpenLog();
  const auto partition = PartitionOf(*log);
  EXPECT_EQ(AppendAll(*partition, std::vector<std::string>(3, std::string(1 << 20, 'x'))).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(AppendAll(*partition, {"small"}).ok());
  EXPECT_THAT(ReadAll(*partition), ElementsAre("small"));
}

}  // namespace
}  // namespace afterbell
