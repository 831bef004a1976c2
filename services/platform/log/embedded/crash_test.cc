// The end of the process: killed while it appends, or by itself when the disk refuses.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <thread>

#include "services/platform/log/embedded/fault_storage.h"
#include "services/platform/log/embedded/log_test_kit.h"

namespace afterbell {
namespace {

using Durability = EmbeddedLogOptions::Durability;

// What a child tells of each answer: partition, offset, number of the value.
struct Told {
  uint32_t partition;
  uint32_t value;
  uint64_t offset;
};

constexpr int kPartitions = 5;
constexpr uint32_t kOutstandingMax = 32;

std::string ValueOf(uint32_t number) { return std::to_string(number) + std::string(number * 31 % 300, 'k'); }

// Appends for ever and tells each acknowledgement through the pipe; whoever started it kills it.
[[noreturn]] void AppendUntilKilled(const EmbeddedLogOptions& options, int pipe, uint32_t first_value) {
  const auto log = OpenLog(options);
  if (log == nullptr) _exit(1);
  std::mutex mutex;
  std::condition_variable answered;
  uint32_t outstanding = 0;
  for (uint32_t number = first_value;; ++number) {
    {
      std::unique_lock lock(mutex);
      answered.wait(lock, [&] { return outstanding < kOutstandingMax; });
      ++outstanding;
    }
    const uint32_t partition = number % kPartitions;
    PartitionOf(*log, partition)
        ->Append({ValueOf(number)}, [&, partition, number](const absl::Status& status, uint64_t offset) {
          if (!status.ok()) _exit(2);
          const Told told{partition, number, offset};
          if (write(pipe, &told, sizeof(told)) != sizeof(told)) _exit(3);
          const std::lock_guard lock(mutex);
          --outstanding;
          answered.notify_one();
        });
  }
}

class Crash : public testing::TestWithParam<Durability> {
 protected:
  Crash() {
    options_.directory = directory_.path();
    options_.segment_bytes = 32768;
    options_.durability = GetParam();
  }

  // Lets a child append until it has told `acknowledgements`, kills it, returns all it told.
  std::vector<Told> KillAfter(size_t acknowledgements, uint32_t first_value) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      AppendUntilKilled(options_, ends[1], first_value);
    }
    close(ends[1]);
    std::vector<Told> told;
    Told one;
    while (told.size() < acknowledgements && read(ends[0], &one, sizeof(one)) == sizeof(one))
      told.push_back(one);
    EXPECT_EQ(told.size(), acknowledgements) << "the child ended by itself";
    kill(child, SIGKILL);
    while (read(ends[0], &one, sizeof(one)) == sizeof(one)) told.push_back(one);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    return told;
  }

  TestDirectory directory_;
  EmbeddedLogOptions options_;
};

TEST_P(Crash, NothingAcknowledgedIsMissingAfterKills) {
  constexpr int kKills = 12;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> acknowledged;
  std::mt19937 random(7);
  uint32_t first_value = 0;
  for (int round = 0; round < kKills; ++round) {
    for (const Told& told : KillAfter(1 + random() % 800, first_value)) {
      const bool fresh = acknowledged.emplace(std::pair(told.partition, told.offset), told.value).second;
      EXPECT_TRUE(fresh) << "an offset was given twice";
      first_value = std::max(first_value, told.value + 1);
    }
    first_value += kOutstandingMax + 1;  // Those under way may be there too.
    const auto log = OpenLog(options_);
    ASSERT_NE(log, nullptr);
    ASSERT_EQ(log->VerifyAll(), absl::OkStatus());
    std::vector<std::vector<std::string>> values;
    for (int partition = 0; partition < kPartitions; ++partition) {
      values.push_back(ReadAll(*PartitionOf(*log, partition)));
      EXPECT_EQ(std::set(values.back().begin(), values.back().end()).size(), values.back().size());
    }
    for (const auto& [where, value] : acknowledged) {
      ASSERT_LT(where.second, values[where.first].size());
      ASSERT_EQ(values[where.first][where.second], ValueOf(value));
    }
  }
  EXPECT_GT(acknowledged.size(), 1000);
}

INSTANTIATE_TEST_SUITE_P(Embedded, Crash,
                         testing::Values(Durability::kDisk, Durability::kUnsynced,
                                         Durability::kUnsyncedInMemory),
                         [](const auto& info) {
                           return info.param == Durability::kDisk       ? "Disk"
                                  : info.param == Durability::kUnsynced ? "Unsynced"
                                                                        : "UnsyncedInMemory";
                         });

TEST(UnsyncedInMemory, LosesWhatWasNotSynced) {
  TestDirectory directory;
  const std::string path = directory.path() + "/file";
  const std::shared_ptr<Storage> storage = UnsyncedInMemoryStorage();
  {
    const std::unique_ptr<StorageFile> file = *storage->Open(path);
    ASSERT_TRUE(file->Allocate(10).ok());
    ASSERT_TRUE(file->Write(0, "synced").ok());
    EXPECT_EQ(FileBytes(path), std::string(10, '\0'));
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Write(0, "lost").ok());
    ASSERT_TRUE(file->Truncate(0).ok());
  }
  EXPECT_EQ(FileBytes(path), std::string("synced\0\0\0\0", 10));
}

class DiskFailure : public testing::Test {
 protected:
  DiskFailure() {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    options_.directory = directory_.path();
    options_.storage = disk_;
  }
  TestDirectory directory_;
  EmbeddedLogOptions options_;
  const std::shared_ptr<FaultStorage> disk_ = std::make_shared<FaultStorage>();
};

using DiskFailureDeathTest = DiskFailure;

TEST_F(DiskFailureDeathTest, AFailedSyncEndsTheProcess) {
  const auto die = [&] {
    const auto log = OpenLog(options_);
    disk_->sync_fails = true;
    Append(*PartitionOf(*log), {"x"}).IgnoreError();
  };
  EXPECT_DEATH(die(), "event log: .*fdatasync .*0000000000000000.log.*ending the process");
}

TEST_F(DiskFailureDeathTest, AFailedWriteEndsTheProcess) {
  const auto die = [&] {
    const auto log = OpenLog(options_);
    disk_->write_fails = true;
    Append(*PartitionOf(*log), {"x"}).IgnoreError();
  };
  EXPECT_DEATH(die(), "event log: .*write .*0000000000000000.log.*ending the process");
}

}  // namespace
}  // namespace afterbell
