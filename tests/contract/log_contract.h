// The contract suite of the log: what services/platform/log/log.h promises, asked of any adapter.
//
// An adapter gives a LogUnderTest and instantiates the suite in a test binary of its own:
//
//   INSTANTIATE_TEST_SUITE_P(Embedded, LogContract, testing::Values(LogAdapter{"embedded", &Make}));
//
// Only the port's promises are asked for. Offsets need not be without gaps, so records are
// compared by order and value.
#ifndef AFTERBELL_TESTS_CONTRACT_LOG_CONTRACT_H_
#define AFTERBELL_TESTS_CONTRACT_LOG_CONTRACT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/log.h"

namespace afterbell {

// One log, empty at first, whose records survive Reopen.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual EventLog& log() = 0;
  // Closes the log and opens it again as another process would.
  virtual void Reopen() = 0;
  // Makes room for partitions 0 to `count` − 1 of a service, in a log that does not make them itself.
  // Twelve of "contract" and of "another" are there from the beginning.
  virtual void Provide(const std::string& /*service*/, uint32_t /*count*/) {}
  // The largest value it takes.
  virtual size_t value_bytes_max() const = 0;
};

struct LogAdapter {
  std::string name;
  std::function<std::unique_ptr<LogUnderTest>()> make;

  friend void PrintTo(const LogAdapter& adapter, std::ostream* out) { *out << adapter.name; }
};

class LogContract : public testing::TestWithParam<LogAdapter> {
 protected:
  static constexpr std::chrono::seconds kReadAtMost{30};

  struct Answer {
    absl::Status status;
    uint64_t first_offset = 0;
  };

  // Answers by the time they came.
  class Answers {
   public:
    LogPartition::Appended Taker() {
      return [this](const absl::Status& status, uint64_t first_offset) {
        const std::lock_guard lock(mutex_);
        answers_.push_back({status, first_offset});
        came_.notify_all();
      };
    }
    std::vector<Answer> Wait(size_t count) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [&] { return answers_.size() >= count; });
      return answers_;
    }

   private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Answer> answers_;
  };

  std::shared_ptr<LogPartition> Partition(uint32_t number, const std::string& service = "contract") {
    absl::StatusOr<std::shared_ptr<LogPartition>> partition = under_test_->log().Open({service, number});
    EXPECT_TRUE(partition.ok()) << partition.status();
    return *partition;
  }

  static Answer Append(LogPartition& partition, std::vector<std::string> values) {
    Answers answers;
    partition.Append(std::move(values), answers.Taker());
    return answers.Wait(1).front();
  }

  static std::vector<std::string> ReadAll(LogPartition& partition, size_t records_max = 1000,
                                          size_t bytes_max = 1 << 20) {
    std::vector<std::string> values;
    uint64_t offset = 0;
    for (;;) {
      absl::StatusOr<LogBatch> batch = ReadWaiting(partition, offset, records_max, bytes_max, kReadAtMost);
      EXPECT_TRUE(batch.ok()) << batch.status();
      if (!batch.ok() || batch->records.empty()) return values;
      EXPECT_LE(batch->records.size(), records_max);
      for (const LogBatch::Entry& entry : batch->records) {
        EXPECT_GE(entry.offset, offset);
        offset = entry.offset + 1;
        values.emplace_back(entry.value);
      }
      EXPECT_GE(batch->next_offset, offset);
      offset = batch->next_offset;
    }
  }

  EventLog& log() { return under_test_->log(); }
  LogUnderTest& under_test() { return *under_test_; }

 private:
  std::unique_ptr<LogUnderTest> under_test_ = GetParam().make();
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LogContract);

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(LogContract, AnEmptyPartitionHasNoRecordsAndEndsAtZero) {
  const auto partition = Partition(1);
  EXPECT_EQ(partition->End(), 0);
  const absl::StatusOr<LogBatch> batch = partition->Read(0, 10, 1000);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_TRUE(batch->records.empty());
  EXPECT_EQ(batch->next_offset, 0);
  EXPECT_THAT(*log().List(), IsEmpty());
}

TEST_P(LogContract, GivesTheSameObjectForTheSameId) {
  EXPECT_EQ(Partition(7), Partition(7));
  EXPECT_NE(Partition(7), Partition(8));
  EXPECT_NE(Partition(7), Partition(7, "another"));
  EXPECT_EQ(Partition(7)->id(), (PartitionId{"contract", 7}));
}

TEST_P(LogContract, KeepsTheOrderOfValuesWithinAnAppendAndAmongAppends) {
  const auto partition = Partition(1);
  EXPECT_TRUE(Append(*partition, {"a", "b"}).status.ok());
  EXPECT_TRUE(Append(*partition, {"c"}).status.ok());
  EXPECT_THAT(ReadAll(*partition), ElementsAre("a", "b", "c"));
}

TEST_P(LogContract, KeepsBytesExactly) {
  const auto partition = Partition(1);
  std::string every_byte;
  for (int i = 0; i < 512; ++i) every_byte.push_back(static_cast<char>(i));
  EXPECT_TRUE(Append(*partition, {every_byte, std::string(3, '\0'), "x"}).status.ok());
  EXPECT_THAT(ReadAll(*partition), ElementsAre(every_byte, std::string(3, '\0'), "x"));
}

TEST_P(LogContract, AnswersWithTheOffsetOfTheFirstValue) {
  const auto partition = Partition(1);
  Append(*partition, {"a", "b", "c"});
  const Answer answer = Append(*partition, {"d", "e"});
  const absl::StatusOr<LogBatch> batch = ReadWaiting(*partition, answer.first_offset, 10, 1000, kReadAtMost);
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_EQ(batch->records.size(), 2);
  EXPECT_EQ(batch->records[0].offset, answer.first_offset);
  EXPECT_EQ(batch->records[0].value, "d");
  EXPECT_EQ(batch->next_offset, batch->records[1].offset + 1);
  EXPECT_EQ(partition->End(), batch->next_offset);
}

TEST_P(LogContract, AnswersAnAppendOfNothing) {
  const auto partition = Partition(1);
  EXPECT_TRUE(Append(*partition, {}).status.ok());
  EXPECT_EQ(partition->End(), 0);
}

TEST_P(LogContract, AnsweredRecordsAreReadableAtOnce) {
  const auto partition = Partition(1);
  for (int i = 0; i < 50; ++i) {
    const Answer answer = Append(*partition, {std::to_string(i)});
    ASSERT_TRUE(answer.status.ok()) << answer.status;
    EXPECT_GT(partition->End(), answer.first_offset);
    const absl::StatusOr<LogBatch> batch = ReadWaiting(*partition, answer.first_offset, 1, 1000, kReadAtMost);
    ASSERT_TRUE(batch.ok()) << batch.status();
    ASSERT_EQ(batch->records.size(), 1);
    EXPECT_EQ(batch->records[0].value, std::to_string(i));
  }
}

TEST_P(LogContract, AnswersInOrderOfOffsets) {
  const auto partition = Partition(1);
  Answers answers;
  for (int i = 0; i < 500; ++i) partition->Append({std::to_string(i)}, answers.Taker());
  const std::vector<Answer> all = answers.Wait(500);
  for (size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].first_offset, all[i].first_offset);
  EXPECT_EQ(ReadAll(*partition).size(), 500);
}

TEST_P(LogContract, ReadsNoMoreThanAskedForButOneAtLeast) {
  const auto partition = Partition(1);
  Append(*partition, std::vector<std::string>(100, std::string(100, 'x')));
  EXPECT_EQ(ReadWaiting(*partition, 0, 7, 1 << 20, kReadAtMost)->records.size(), 7);
  EXPECT_EQ(ReadWaiting(*partition, 0, 100, 1, kReadAtMost)->records.size(), 1);
  const size_t about_ten = ReadWaiting(*partition, 0, 100, 1000, kReadAtMost)->records.size();
  EXPECT_GE(about_ten, 1);
  EXPECT_LE(about_ten, 12);
  EXPECT_EQ(ReadAll(*partition, 7).size(), 100);
  EXPECT_EQ(ReadAll(*partition, 100, 1).size(), 100);
}

TEST_P(LogContract, ReadsNothingAtAndBeyondTheEnd) {
  const auto partition = Partition(1);
  Append(*partition, {"a"});
  for (const uint64_t beyond : {0, 1, 100}) {
    const absl::StatusOr<LogBatch> batch = partition->Read(partition->End() + beyond, 10, 1000);
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_TRUE(batch->records.empty());
  }
}

TEST_P(LogContract, ABatchOutlivesWhatIsAppendedAfterIt) {
  const auto partition = Partition(1);
  Append(*partition, {"first"});
  const absl::StatusOr<LogBatch> batch = ReadWaiting(*partition, 0, 1, 1000, kReadAtMost);
  for (int i = 0; i < 100; ++i) Append(*partition, {std::string(1000, 'x')});
  EXPECT_EQ(batch->records[0].value, "first");
}

TEST_P(LogContract, RecordsSurviveReopening) {
  Append(*Partition(1), {"a", "b"});
  Append(*Partition(2), {"c"});
  const uint64_t end = Partition(1)->End();
  under_test().Reopen();
  EXPECT_EQ(Partition(1)->End(), end);
  EXPECT_THAT(ReadAll(*Partition(1)), ElementsAre("a", "b"));
  EXPECT_THAT(ReadAll(*Partition(2)), ElementsAre("c"));
  EXPECT_GE(Append(*Partition(1), {"d"}).first_offset, end);
  under_test().Reopen();
  EXPECT_THAT(ReadAll(*Partition(1)), ElementsAre("a", "b", "d"));
}

TEST_P(LogContract, ListsPartitionsWithRecordsInOrder) {
  Append(*Partition(10), {"x"});
  Append(*Partition(2), {"x"});
  Append(*Partition(5, "another"), {"x"});
  Partition(3);  // Opened, never written.
  const std::vector<PartitionId> expected = {{"another", 5}, {"contract", 2}, {"contract", 10}};
  EXPECT_EQ(*log().List(), expected);
  under_test().Reopen();
  EXPECT_EQ(*log().List(), expected);
}

TEST_P(LogContract, KeepsManyPartitionsApart) {
  constexpr int kPartitions = 200;
  under_test().Provide("contract", kPartitions);
  Answers answers;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kPartitions; ++i) {
      Partition(i)->Append({std::to_string(i) + "." + std::to_string(round)}, answers.Taker());
    }
  }
  for (const Answer& answer : answers.Wait(3 * kPartitions)) EXPECT_TRUE(answer.status.ok()) << answer.status;
  under_test().Reopen();
  for (int i = 0; i < kPartitions; ++i) {
    const std::string id = std::to_string(i);
    EXPECT_THAT(ReadAll(*Partition(i)), ElementsAre(id + ".0", id + ".1", id + ".2"));
  }
}

TEST_P(LogContract, TakesTheLargestValueAndRefusesALargerOne) {
  const auto partition = Partition(1);
  const std::string largest(under_test().value_bytes_max(), 'v');
  EXPECT_EQ(Append(*partition, {"before"}).status, absl::OkStatus());
  EXPECT_EQ(Append(*partition, {largest}).status, absl::OkStatus());
  EXPECT_EQ(Append(*partition, {"small", largest + "v"}).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Append(*partition, {"after"}).status, absl::OkStatus());
  EXPECT_THAT(ReadAll(*partition), ElementsAre("before", largest, "after"));
  under_test().Reopen();
  EXPECT_THAT(ReadAll(*Partition(1)), ElementsAre("before", largest, "after"));
}

TEST_P(LogContract, KeepsTheOrderOfEachOfManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kAppends = 200;
  const auto shared = Partition(0);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Answers answers;
      const auto own = Partition(1 + thread);
      for (int i = 0; i < kAppends; ++i) {
        const std::string value = std::to_string(thread) + "." + std::to_string(i);
        shared->Append({value}, answers.Taker());
        own->Append({value + "a", value + "b"}, answers.Taker());
      }
      for (const Answer& answer : answers.Wait(2 * kAppends)) EXPECT_TRUE(answer.status.ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> next(kThreads, 0);
  for (const std::string& value : ReadAll(*shared)) {
    const int thread = std::stoi(value);
    EXPECT_EQ(value, std::to_string(thread) + "." + std::to_string(next[thread]++));
  }
  EXPECT_THAT(next, testing::Each(kAppends));
  for (int thread = 0; thread < kThreads; ++thread) {
    EXPECT_EQ(ReadAll(*Partition(1 + thread)).size(), 2 * kAppends);
  }
}

TEST_P(LogContract, ReadersFollowAWriterAndSeeEveryRecordOnce) {
  constexpr int kRecords = 2000;
  const auto partition = Partition(1);
  std::mutex mutex;
  std::condition_variable grew;
  uint64_t growths = 0;
  const std::shared_ptr<void> listening = partition->OnGrowth([&] {
    const std::lock_guard lock(mutex);
    ++growths;
    grew.notify_all();
  });
  std::thread reader([&] {
    uint64_t offset = 0;
    for (int next = 0; next < kRecords;) {
      uint64_t seen;
      {
        const std::lock_guard lock(mutex);
        seen = growths;
      }
      const absl::StatusOr<LogBatch> batch = partition->Read(offset, 100, 1 << 20);
      ASSERT_TRUE(batch.ok()) << batch.status();
      for (const LogBatch::Entry& entry : batch->records) EXPECT_EQ(entry.value, std::to_string(next++));
      offset = batch->next_offset;
      if (!batch->records.empty()) continue;
      std::unique_lock lock(mutex);
      grew.wait(lock, [&] { return growths != seen; });
    }
  });
  Answers answers;
  for (int i = 0; i < kRecords; ++i) partition->Append({std::to_string(i)}, answers.Taker());
  answers.Wait(kRecords);
  reader.join();
}

TEST_P(LogContract, TellsGrowthOnlyWhereAndWhileItIsListenedFor) {
  const auto partition = Partition(1);
  std::atomic<int> told = 0, told_of_another = 0;
  std::mutex mutex;
  std::condition_variable came;
  std::shared_ptr<void> listening = partition->OnGrowth([&] {
    EXPECT_GT(partition->End(), 0);
    const std::lock_guard lock(mutex);
    ++told;
    came.notify_all();
  });
  const std::shared_ptr<void> elsewhere = Partition(2)->OnGrowth([&] { ++told_of_another; });
  Append(*partition, {"a"});
  {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return told > 0; });
  }
  listening.reset();
  const int before = told;
  Append(*partition, {"b"});
  Append(*partition, {"c"});
  EXPECT_EQ(told, before);
  EXPECT_EQ(told_of_another, 0);
}

TEST_P(LogContract, EndingAListenerWaitsForACallUnderWay) {
  const auto partition = Partition(1);
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false, go_on = false;
  std::atomic<bool> finished = false;
  std::shared_ptr<void> listening = partition->OnGrowth([&] {
    std::unique_lock lock(mutex);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return go_on; });
    finished = true;
  });
  partition->Append({"a"}, [](const absl::Status&, uint64_t) {});
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return entered; });
  }
  std::thread ender([&] {
    listening.reset();
    EXPECT_TRUE(finished);
  });
  {
    const std::lock_guard lock(mutex);
    go_on = true;
  }
  changed.notify_all();
  ender.join();
}

}  // namespace afterbell

#endif  // AFTERBELL_TESTS_CONTRACT_LOG_CONTRACT_H_
