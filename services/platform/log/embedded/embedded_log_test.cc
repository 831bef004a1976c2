// What the embedded log promises beyond the contract suite: damage, indexes, the lock, full disks,
// reading along, bounded mappings.
#include "services/platform/log/embedded/embedded_log.h"

#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "services/platform/log/embedded/fault_storage.h"
#include "services/platform/log/embedded/log_test_kit.h"

namespace afterbell {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EmbeddedLogTest : public testing::Test {
 protected:
  EmbeddedLogTest() {
    options_.directory = directory_.path();
    options_.segment_bytes = 8192;
    options_.storage = disk_;
  }

  // Records of about 500 bytes over several segments, two partitions in turn.
  void Fill(int records) {
    const auto log = OpenLog(options_);
    for (int i = 0; i < records; ++i) {
      values_[i % 2].push_back(std::to_string(i) + std::string(480, 'v'));
      ASSERT_TRUE(Append(*PartitionOf(*log, i % 2), {values_[i % 2].back()}).ok());
    }
  }

  void ExpectAll() {
    const auto log = OpenLog(options_);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(ReadAll(*PartitionOf(*log, 0)), values_[0]);
    EXPECT_EQ(ReadAll(*PartitionOf(*log, 1)), values_[1]);
    EXPECT_EQ(log->VerifyAll(), absl::OkStatus());
  }

  std::string Segment(int sequence) const { return SegmentPath(directory_.path(), sequence); }
  std::string Index(int sequence) const {
    return std::filesystem::path(Segment(sequence)).replace_extension(".idx");
  }
  absl::Status OpenStatus() const { return EmbeddedLog::Open(options_).status(); }

  TestDirectory directory_;
  EmbeddedLogOptions options_;
  const std::shared_ptr<FaultStorage> disk_ = std::make_shared<FaultStorage>();
  std::vector<std::string> values_[2];
};

TEST_F(EmbeddedLogTest, SpansSegmentsAndCountsWhatItHolds) {
  Fill(60);
  ExpectAll();
  const auto log = OpenLog(options_);
  const EmbeddedLogStats stats = log->Stats();
  EXPECT_GE(stats.segments, 4);
  EXPECT_GT(stats.bytes, 60 * 480);
  EXPECT_EQ(stats.records,
            (std::map<PartitionId, uint64_t>{{{"attendance", 0}, 30}, {{"attendance", 1}, 30}}));
  EXPECT_FALSE(stats.recovered.has_value());
  EXPECT_EQ(stats.indexes_rebuilt, 0);
}

TEST_F(EmbeddedLogTest, ReadsFromAnyOffset) {
  Fill(60);
  const auto log = OpenLog(options_);
  for (uint64_t offset = 0; offset < 30; ++offset) {
    const absl::StatusOr<LogBatch> batch = PartitionOf(*log, 1)->Read(offset, 100, 1 << 20);
    ASSERT_TRUE(batch.ok()) << batch.status();
    ASSERT_THAT(batch->records, SizeIs(30 - offset));
    EXPECT_EQ(batch->records.front().value, values_[1][offset]);
    EXPECT_EQ(batch->records.back().value, values_[1].back());
  }
}

TEST_F(EmbeddedLogTest, AnAppendLargerThanASegmentGetsALargerOne) {
  {
    const auto log = OpenLog(options_);
    ASSERT_TRUE(Append(*PartitionOf(*log), {"small"}).ok());
    ASSERT_TRUE(Append(*PartitionOf(*log), std::vector<std::string>(10, std::string(5000, 'x'))).ok());
    ASSERT_TRUE(Append(*PartitionOf(*log), {"small"}).ok());
  }
  const auto log = OpenLog(options_);
  EXPECT_THAT(ReadAll(*PartitionOf(*log)), SizeIs(12));
}

TEST_F(EmbeddedLogTest, AnAppendLargerThanTheQueueIsRefused) {
  options_.append_bytes_waiting_max = 100000;
  options_.value_bytes_max = 50000;
  const auto log = OpenLog(options_);
  const absl::Status refused =
      Append(*PartitionOf(*log), std::vector<std::string>(3, std::string(40000, 'x')));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EmbeddedLogTest, ManyAppendsShareASync) {
  const auto log = OpenLog(options_);
  std::promise<void> inside, go_on, last;
  PartitionOf(*log)->Append({"first"}, [&](const absl::Status&, uint64_t) {
    inside.set_value();
    go_on.get_future().wait();
  });
  inside.get_future().wait();
  const uint64_t before = log->Stats().batches;
  for (int i = 0; i < 49; ++i) PartitionOf(*log, i)->Append({"x"}, [](const absl::Status&, uint64_t) {});
  PartitionOf(*log)->Append({"last"}, [&](const absl::Status&, uint64_t) { last.set_value(); });
  go_on.set_value();
  last.get_future().wait();
  EXPECT_EQ(log->Stats().batches, before + 1);
}

TEST_F(EmbeddedLogTest, AppendFromACallbackNeverWaits) {
  options_.append_bytes_waiting_max = 4096;
  options_.value_bytes_max = 2000;
  const auto log = OpenLog(options_);
  const auto partition = PartitionOf(*log);
  std::promise<absl::StatusCode> full;
  partition->Append({"x"}, [&](const absl::Status&, uint64_t) {
    bool told = false;
    for (int i = 0; i < 4 && !told; ++i) {
      partition->Append({std::string(2000, 'x')}, [&](const absl::Status& status, uint64_t) {
        if (status.ok() || told) return;
        told = true;
        full.set_value(status.code());
      });
    }
  });
  EXPECT_EQ(full.get_future().get(), absl::StatusCode::kResourceExhausted);
  log->Close();
}

TEST_F(EmbeddedLogTest, AnsweredOnceClosedAndReadableStill) {
  auto log = OpenLog(options_);
  const auto partition = PartitionOf(*log);
  ASSERT_TRUE(Append(*partition, {"a"}).ok());
  log->Close();
  log->Close();
  EXPECT_EQ(Append(*partition, {"b"}).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ReadAll(*partition), ElementsAre("a"));
  log.reset();
  EXPECT_THAT(ReadAll(*partition), ElementsAre("a"));
}

TEST_F(EmbeddedLogTest, CloseAnswersWhatIsQueued) {
  auto log = OpenLog(options_);
  int answered = 0;
  for (int i = 0; i < 300; ++i) {
    PartitionOf(*log)->Append({"x"}, [&](const absl::Status& status, uint64_t) { answered += status.ok(); });
  }
  log.reset();
  EXPECT_EQ(answered, 300);
  EXPECT_LT(std::filesystem::file_size(Segment(0)), 8192) << "preallocated room is given back";
}

TEST_F(EmbeddedLogTest, RefusesADirectoryInUseAndNamesIt) {
  const auto log = OpenLog(options_);
  const absl::Status refused = OpenStatus();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(directory_.path()));
}

TEST_F(EmbeddedLogTest, RefusesContradictingOptions) {
  options_.append_bytes_waiting_max = 1000;
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(OpenStatus().message()), HasSubstr("value_bytes_max"));
}

TEST_F(EmbeddedLogTest, DamageInAClosedSegmentIsMetByReadAndVerify) {
  Fill(60);
  FlipBit(Segment(1), 1000);
  const auto log = OpenLog(options_);
  ASSERT_NE(log, nullptr) << "open does not read every byte";
  const absl::Status found = log->VerifyAll();
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(found.message()), HasSubstr(Segment(1) + ": damaged frame at byte "));
  absl::Status read[2];
  const size_t good =
      ReadAll(*PartitionOf(*log, 0), &read[0]).size() + ReadAll(*PartitionOf(*log, 1), &read[1]).size();
  EXPECT_LT(good, 60);
  const absl::Status& met = read[0].ok() ? read[1] : read[0];
  EXPECT_EQ(met, found);
}

TEST_F(EmbeddedLogTest, DamagedHeadersAndMissingSegmentsRefuseToOpen) {
  Fill(60);
  for (int byte = 0; byte < 64; ++byte) {
    FlipBit(Segment(1), byte);
    const absl::Status refused = OpenStatus();
    const bool version = byte >= 8 && byte < 12;
    EXPECT_EQ(refused.code(), version ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDataLoss)
        << byte;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(Segment(1)));
    FlipBit(Segment(1), byte);
  }
  std::filesystem::rename(Segment(1), directory_.path() + "/elsewhere");
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(OpenStatus().message()), HasSubstr(Segment(1) + ": missing"));
  std::filesystem::rename(directory_.path() + "/elsewhere", Segment(1));
  ExpectAll();
}

TEST_F(EmbeddedLogTest, AClosedSegmentThatWasCutOrSwappedRefusesToOpen) {
  Fill(60);
  const std::string whole = FileBytes(Segment(1));
  SetFileBytes(Segment(1), whole.substr(0, 5000));
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(OpenStatus().message()), HasSubstr(Segment(1) + ": the file ends at byte 5000"));
  SetFileBytes(Segment(1), whole);

  // The same segment of another log.
  TestDirectory other;
  EmbeddedLogOptions other_options = options_;
  other_options.directory = other.path();
  {
    const auto log = OpenLog(other_options);
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(Append(*PartitionOf(*log), {std::string(480, 'o')}).ok());
  }
  SetFileBytes(Segment(1), FileBytes(SegmentPath(other.path(), 1)));
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
}

TEST_F(EmbeddedLogTest, RebuildsAMissingOrDamagedIndex) {
  Fill(60);
  const std::string index = FileBytes(Index(1));
  std::filesystem::remove(Index(1));
  ExpectAll();
  EXPECT_EQ(FileBytes(Index(1)), index);
  for (uint64_t byte = 0; byte < index.size(); ++byte) {
    FlipBit(Index(1), byte);
    ExpectAll();
    ASSERT_EQ(FileBytes(Index(1)), index) << "byte " << byte;
  }
  SetFileBytes(Index(1), index.substr(0, index.size() / 2));
  ExpectAll();
  SetFileBytes(Index(1), FileBytes(Index(2)));
  ExpectAll();
  EXPECT_EQ(FileBytes(Index(1)), index);
}

TEST_F(EmbeddedLogTest, DamageIsFoundWhenAnIndexHasToBeRebuilt) {
  Fill(60);
  std::filesystem::remove(Index(1));
  FlipBit(Segment(1), 1000);
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(OpenStatus().message()), HasSubstr(Segment(1) + ": damaged frame at byte "));
}

TEST_F(EmbeddedLogTest, ACopyOfTheClosedSegmentsIsALog) {
  Fill(60);
  std::filesystem::remove(Segment(3));
  for (int later = 4; std::filesystem::remove(Segment(later)); ++later) {
  }
  const auto log = OpenLog(options_);
  ASSERT_NE(log, nullptr);
  EXPECT_FALSE(log->Stats().recovered.has_value());
  std::vector<std::string> left = ReadAll(*PartitionOf(*log, 1));
  EXPECT_GT(left.size(), 10);
  ASSERT_TRUE(Append(*PartitionOf(*log, 1), {"on"}).ok());
  values_[1].resize(left.size());
  EXPECT_EQ(left, values_[1]);
}

TEST_F(EmbeddedLogTest, AFullDiskRefusesAndLaterAppendsSucceedByThemselves) {
  auto log = OpenLog(options_);
  const auto partition = PartitionOf(*log);
  std::vector<std::string> kept;
  int refused = 0;
  // Writes that stop anywhere within the frames.
  for (int round = 0; round < 200; ++round) {
    if (round % 3 == 0) disk_->write_bytes_left = round * 7 % 900;
    if (round % 3 == 2) disk_->write_bytes_left = int64_t{1} << 40;
    const std::string value = std::to_string(round) + std::string(round * 37 % 700, 'f');
    const absl::Status answer = Append(*partition, {value, value});
    if (answer.ok()) {
      kept.insert(kept.end(), 2, value);
    } else {
      ++refused;
      ASSERT_EQ(answer.code(), absl::StatusCode::kResourceExhausted) << answer;
    }
    ASSERT_EQ(partition->End(), kept.size());
  }
  disk_->write_bytes_left = int64_t{1} << 40;
  EXPECT_GT(refused, 20);
  EXPECT_EQ(ReadAll(*partition), kept);
  log.reset();
  log = OpenLog(options_);
  EXPECT_EQ(ReadAll(*PartitionOf(*log)), kept);
  EXPECT_EQ(log->VerifyAll(), absl::OkStatus());
  EXPECT_FALSE(log->Stats().recovered.has_value());
}

TEST_F(EmbeddedLogTest, RefusedRecordsDoNotComeBackWhenTheProcessEndsThere) {
  const auto log = OpenLog(options_);
  ASSERT_TRUE(Append(*PartitionOf(*log), {"kept"}).ok());
  // The first value is written whole, the second one in part.
  disk_->write_bytes_left = 400;
  EXPECT_FALSE(Append(*PartitionOf(*log), {std::string(300, 'x'), std::string(300, 'y')}).ok());
  // As it lies there, without a close.
  TestDirectory copy;
  EmbeddedLogOptions copied = options_;
  copied.directory = copy.path();
  copied.storage = nullptr;
  SetFileBytes(SegmentPath(copy.path(), 0), FileBytes(Segment(0)));
  const auto reopened = OpenLog(copied);
  EXPECT_THAT(ReadAll(*PartitionOf(*reopened)), ElementsAre("kept"));
}

TEST_F(EmbeddedLogTest, NoRoomForANewSegmentRefusesUntilThereIs) {
  auto log = OpenLog(options_);
  const auto partition = PartitionOf(*log);
  std::vector<std::string> kept;
  disk_->allocation_fails = true;
  while (Append(*partition, {std::string(900, 'a')}).ok()) kept.emplace_back(900, 'a');
  EXPECT_THAT(kept, SizeIs(8));
  EXPECT_EQ(Append(*partition, {std::string(900, 'b')}).code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(Append(*partition, {"fits still"}).ok());
  kept.push_back("fits still");
  disk_->allocation_fails = false;
  ASSERT_TRUE(Append(*partition, {std::string(900, 'c')}).ok());
  kept.emplace_back(900, 'c');
  EXPECT_EQ(ReadAll(*partition), kept);
  for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_NE(file.path().extension(), ".new");
  }
  log.reset();
  EXPECT_EQ(ReadAll(*PartitionOf(*OpenLog(options_))), kept);
}

TEST_F(EmbeddedLogTest, AFullDiskAtOpenCanBeReadAndWritesLater) {
  Fill(4);
  disk_->allocation_fails = true;
  {
    const auto log = OpenLog(options_);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(ReadAll(*PartitionOf(*log, 1)), values_[1]);
    EXPECT_EQ(Append(*PartitionOf(*log, 1), {"x"}).code(), absl::StatusCode::kResourceExhausted);
    disk_->allocation_fails = false;
    ASSERT_TRUE(Append(*PartitionOf(*log, 1), {"x"}).ok());
    values_[1].push_back("x");
    EXPECT_EQ(ReadAll(*PartitionOf(*log, 1)), values_[1]);
  }
  ExpectAll();
}

TEST_F(EmbeddedLogTest, ReadOnlyNeedsNoLockAndSeesWhatIsDurable) {
  EmbeddedLogOptions reading = options_;
  reading.read_only = true;
  const auto reader = OpenLog(reading);  // Before there is anything.
  EXPECT_THAT(*reader->List(), IsEmpty());
  auto writer = OpenLog(options_);
  std::vector<std::string> values;
  for (int i = 0; i < 60; ++i) {
    values.push_back(std::to_string(i) + std::string(480, 'v'));
    ASSERT_TRUE(Append(*PartitionOf(*writer), {values.back()}).ok());
    if (i % 7 == 0) {
      ASSERT_EQ(reader->Refresh(), absl::OkStatus());
      // The mark may be on its way still; what is seen is right.
      const std::vector<std::string> seen = ReadAll(*PartitionOf(*reader));
      ASSERT_GE(seen.size(), values.size() - 1);
      EXPECT_TRUE(std::equal(seen.begin(), seen.end(), values.begin()));
    }
  }
  EXPECT_EQ(Append(*PartitionOf(*reader), {"x"}).code(), absl::StatusCode::kFailedPrecondition);
  writer.reset();
  int told = 0;
  const auto listening = PartitionOf(*reader)->OnGrowth([&] { ++told; });
  ASSERT_EQ(reader->Refresh(), absl::OkStatus());
  EXPECT_GT(told, 0);
  EXPECT_EQ(ReadAll(*PartitionOf(*reader)), values);
  EXPECT_EQ(ReadAll(*PartitionOf(*OpenLog(reading))), values);
  EXPECT_EQ(reader->VerifyAll(), absl::OkStatus());
  EXPECT_EQ(writer, nullptr);
}

TEST_F(EmbeddedLogTest, ReadOnlyRepairsNothing) {
  Fill(60);
  std::filesystem::remove(Index(1));
  int last = 0;
  while (std::filesystem::exists(Segment(last + 1))) ++last;
  const std::string torn = FileBytes(Segment(last)) + "torn";
  SetFileBytes(Segment(last), torn);
  options_.read_only = true;
  ExpectAll();
  EXPECT_FALSE(std::filesystem::exists(Index(1)));
  EXPECT_EQ(FileBytes(Segment(last)), torn);
  options_.directory += "/nowhere";
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kNotFound);
}

TEST_F(EmbeddedLogTest, HoldsFewMappingsHoweverManySegments) {
  options_.segments_mapped_max = 3;
  options_.segment_bytes = 4096;
  Fill(600);
  const auto log = OpenLog(options_);
  ASSERT_GT(log->Stats().segments, 80);
  const std::string directory = std::filesystem::canonical(directory_.path());
  const auto mapped = [&] {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);) count += line.find(directory) != std::string::npos;
    return count;
  };
  EXPECT_EQ(ReadAll(*PartitionOf(*log, 0)), values_[0]);
  EXPECT_GT(mapped(), 1);
  EXPECT_LE(mapped(), 2 * 3 + 1);  // A segment and its index each, and the active one.
  const absl::StatusOr<LogBatch> held = PartitionOf(*log, 1)->Read(0, 10, 1 << 20);
  EXPECT_EQ(ReadAll(*PartitionOf(*log, 1)), values_[1]);
  EXPECT_EQ(held->records[9].value, values_[1][9]) << "a batch keeps its mapping";
}

// Of the segments in a folder: what of them is in this process's memory, in KiB.
size_t ResidentOf(const std::string& path) {
  const std::string directory = std::filesystem::canonical(path);
  std::ifstream maps("/proc/self/smaps");
  size_t sum = 0;
  bool ours = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') != std::string::npos && line.find(':') > line.find('-'))
      ours = line.find(directory) != std::string::npos;
    if (ours && line.rfind("Rss:", 0) == 0) sum += std::stoul(line.substr(4));
  }
  return sum;
}

TEST_F(EmbeddedLogTest, AtRestHoldsNoPagesAndReadsAllTheSame) {
  Fill(60);
  const auto log = OpenLog(options_);
  EXPECT_EQ(ReadAll(*PartitionOf(*log, 0)), values_[0]);
  EXPECT_GT(ResidentOf(directory_.path()), 0u);
  PartitionOf(*log, 0)->Rest();
  EXPECT_EQ(ResidentOf(directory_.path()), 0u);
  EXPECT_EQ(ReadAll(*PartitionOf(*log, 0)), values_[0]);
  EXPECT_EQ(ReadAll(*PartitionOf(*log, 1)), values_[1]);
}

TEST_F(EmbeddedLogTest, AListenerMayEndItself) {
  const auto log = OpenLog(options_);
  std::shared_ptr<void> listening;
  std::promise<void> told;
  listening = PartitionOf(*log)->OnGrowth([&] {
    listening.reset();
    told.set_value();
  });
  ASSERT_TRUE(Append(*PartitionOf(*log), {"a"}).ok());
  told.get_future().wait();
  ASSERT_TRUE(Append(*PartitionOf(*log), {"b"}).ok());
}

TEST_F(EmbeddedLogTest, RemovesWhatACrashLeftHalfMade) {
  Fill(10);
  const std::string half_made = SegmentPath(directory_.path(), 5) + ".new";
  SetFileBytes(half_made, "half");
  ExpectAll();
  EXPECT_FALSE(std::filesystem::exists(half_made));
}

TEST_F(EmbeddedLogTest, KeepsRecordsFromOthersEyes) {
  options_.directory += "/made";
  const auto log = OpenLog(options_);
  const auto permissions = [](const std::string& path) {
    return std::filesystem::status(path).permissions();
  };
  EXPECT_EQ(permissions(options_.directory), std::filesystem::perms(0700));
  EXPECT_EQ(permissions(SegmentPath(options_.directory, 0)), std::filesystem::perms(0600));
}

}  // namespace
}  // namespace afterbell
