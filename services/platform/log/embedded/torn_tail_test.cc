// What a crash leaves at the end of the last segment, at every byte: cut when it was not durable
// yet, refused when it was.
#include <algorithm>
#include <random>

#include "services/platform/log/embedded/frame.h"
#include "services/platform/log/embedded/log_test_kit.h"
#include "services/platform/log/embedded/scan.h"

namespace afterbell {
namespace {

using embedded::kFrameHeaderBytes;
using embedded::kSegmentHeaderBytes;
using ::testing::HasSubstr;

// Positions of the frames of a segment file, the mark's last if there is one.
std::vector<uint64_t> FramePositions(const std::string& bytes) {
  const uint64_t salt = embedded::DecodeSegmentHeader(bytes)->salt;
  std::vector<uint64_t> positions;
  uint64_t position = kSegmentHeaderBytes;
  while (const auto frame = embedded::DecodeFrame(std::string_view(bytes).substr(position), position, salt)) {
    positions.push_back(position);
    position += frame->bytes;
  }
  return positions;
}

// Zeros alone (a checksum may begin with some) are no garbage: there is nothing to cut.
bool HasGarbage(const std::string& bytes, uint64_t from, uint64_t to) {
  return bytes.find_first_not_of('\0', from) < to;
}

class TornTail : public testing::Test {
 protected:
  TornTail() {
    options_.directory = directory_.path();
    options_.segment_bytes = 65536;
    options_.durability = EmbeddedLogOptions::Durability::kUnsynced;
  }

  // A log of so many records, one group commit each, closed in order.
  void Write(int records) {
    const auto log = OpenLog(options_);
    for (int i = 0; i < records; ++i) {
      values_.push_back("record " + std::to_string(i) + std::string(i % 23, '.'));
      ASSERT_TRUE(Append(*PartitionOf(*log), {values_.back()}).ok());
    }
  }

  // Without the mark of an orderly close, with zeros behind: the file as a crash leaves it.
  std::string AsAfterACrash() {
    std::string bytes = FileBytes(path_);
    bytes.resize(FramePositions(bytes).back());
    bytes.resize(options_.segment_bytes, '\0');
    return bytes;
  }

  // What is left is the first `records` values, new ones can be appended, nothing else is wrong.
  void ExpectPrefix(size_t records, bool cut, const std::string& what) {
    {
      const auto log = OpenLog(options_);
      ASSERT_NE(log, nullptr) << what;
      const std::vector<std::string> expected(values_.begin(), values_.begin() + records);
      EXPECT_EQ(ReadAll(*PartitionOf(*log)), expected) << what;
      EXPECT_EQ(log->Stats().recovered.has_value(), cut) << what;
      ASSERT_TRUE(Append(*PartitionOf(*log), {"afterwards"}).ok());
    }
    const auto log = OpenLog(options_);
    ASSERT_NE(log, nullptr) << what;
    EXPECT_FALSE(log->Stats().recovered.has_value()) << what;
    EXPECT_EQ(PartitionOf(*log)->End(), records + 1) << what;
    EXPECT_EQ(log->VerifyAll(), absl::OkStatus()) << what;
  }

  TestDirectory directory_;
  EmbeddedLogOptions options_;
  const std::string path_ = SegmentPath(directory_.path(), 0);
  std::vector<std::string> values_;
};

TEST_F(TornTail, IsCutAtEveryByteOfTheLastFrame) {
  Write(5);
  const std::string whole = AsAfterACrash();
  const std::vector<uint64_t> frames = FramePositions(whole);
  const uint64_t end = whole.find_last_not_of('\0') + 1;
  for (uint64_t keep = frames.back(); keep < end; ++keep) {
    std::string torn = whole.substr(0, keep);
    SetFileBytes(path_, torn);  // The file ends there.
    const bool garbage = HasGarbage(whole, frames.back(), keep);
    ExpectPrefix(4, garbage, "cut at " + std::to_string(keep));
    torn.resize(options_.segment_bytes, '\0');  // The rest was never written.
    SetFileBytes(path_, torn);
    ExpectPrefix(4, garbage, "zeros from " + std::to_string(keep));
  }
}

TEST_F(TornTail, IsCutForEveryBitOfTheLastFrame) {
  Write(3);
  const std::string whole = AsAfterACrash();
  const uint64_t last = FramePositions(whole).back();
  const uint64_t end = whole.find_last_not_of('\0') + 1;
  for (uint64_t byte = last; byte < end; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[byte] ^= 1 << bit;
      SetFileBytes(path_, flipped);
      ExpectPrefix(2, true, "bit " + std::to_string(bit) + " of " + std::to_string(byte));
    }
  }
}

TEST_F(TornTail, IsNoTailWhenAFrameWrittenLaterFollows) {
  Write(4);
  const std::string whole = AsAfterACrash();
  const std::vector<uint64_t> frames = FramePositions(whole);
  for (uint64_t byte = kSegmentHeaderBytes; byte < frames.back(); ++byte) {
    std::string flipped = whole;
    flipped[byte] ^= 1;
    SetFileBytes(path_, flipped);
    const absl::Status refused = EmbeddedLog::Open(options_).status();
    ASSERT_EQ(refused.code(), absl::StatusCode::kDataLoss) << byte;
    const uint64_t damaged = *(std::upper_bound(frames.begin(), frames.end(), byte) - 1);
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("at byte " + std::to_string(damaged) + " "));
    ASSERT_EQ(FileBytes(path_), flipped) << "a refused log is left as it is";
  }
}

TEST_F(TornTail, IsNoTailWhenTheLogWasClosedInOrder) {
  Write(3);
  const std::string whole = FileBytes(path_);
  const std::vector<uint64_t> frames = FramePositions(whole);
  for (uint64_t byte = frames[frames.size() - 2]; byte < frames.back(); ++byte) {
    std::string flipped = whole;
    flipped[byte] ^= 0x80;
    SetFileBytes(path_, flipped);
    EXPECT_EQ(EmbeddedLog::Open(options_).status().code(), absl::StatusCode::kDataLoss) << byte;
  }
}

TEST_F(TornTail, OfOneGroupCommitIsCutEvenWhenItsLaterPagesWereWritten) {
  // One append is one group commit: all its values are durable together or not at all.
  Write(2);
  {
    const auto log = OpenLog(options_);
    ASSERT_TRUE(Append(*PartitionOf(*log), std::vector<std::string>(10, std::string(1000, 'x'))).ok());
  }
  std::string bytes = AsAfterACrash();
  const std::vector<uint64_t> frames = FramePositions(bytes);
  const uint64_t third = frames[frames.size() - 8];
  bytes.replace(third, 512, 512, '\0');
  SetFileBytes(path_, bytes);
  values_.insert(values_.end(), 2, std::string(1000, 'x'));
  ExpectPrefix(4, true, "a page in the middle was not written");
}

TEST_F(TornTail, IsCutBehindAMarkThatWasNotOverwritten) {
  // The commit that is written over a mark may reach the disk without its first sector.
  Write(3);
  const std::string closed = FileBytes(path_);
  const uint64_t mark = FramePositions(closed).back();
  {
    const auto log = OpenLog(options_);
    ASSERT_TRUE(Append(*PartitionOf(*log), std::vector<std::string>(5, std::string(300, 'x'))).ok());
  }
  std::string bytes = AsAfterACrash();
  bytes.replace(mark, closed.size() - mark, closed, mark);
  SetFileBytes(path_, bytes);
  ExpectPrefix(3, true, "the mark is still there");
}

TEST_F(TornTail, AValueThatHoldsALogIsNotTakenForOne) {
  Write(3);
  const std::string inner = FileBytes(path_);
  {
    const auto log = OpenLog(options_);
    ASSERT_TRUE(Append(*PartitionOf(*log), {inner}).ok());
  }
  std::string bytes = AsAfterACrash();
  bytes[FramePositions(bytes).back()] ^= 1;
  SetFileBytes(path_, bytes);
  ExpectPrefix(3, true, "frames within a torn value");
}

TEST_F(TornTail, AnyTruncationOfTheLastSegmentLeavesAPrefix) {
  Write(300);
  const std::string whole = AsAfterACrash();
  const std::vector<uint64_t> frames = FramePositions(whole);
  const uint64_t end = whole.find_last_not_of('\0') + 1;
  std::mt19937_64 random(20260901);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t keep = kSegmentHeaderBytes + random() % (end - kSegmentHeaderBytes);
    SetFileBytes(path_, std::string_view(whole).substr(0, keep));
    // The first frame declares the partition, each other one is a record.
    const size_t complete = std::count_if(frames.begin() + 1, frames.end(), [&](const uint64_t& frame) {
      return (&frame == &frames.back() ? end : *(&frame + 1)) <= keep;
    });
    const uint64_t torn = *(std::upper_bound(frames.begin(), frames.end(), keep) - 1);
    ExpectPrefix(complete, HasGarbage(whole, torn, keep), "cut at " + std::to_string(keep));
    if (HasFatalFailure()) return;
  }
}

TEST_F(TornTail, ATornHeaderIsDamageForASegmentHasItsNameOnlyWhenWhole) {
  Write(1);
  SetFileBytes(path_, FileBytes(path_).substr(0, kSegmentHeaderBytes - 1));
  const absl::Status refused = EmbeddedLog::Open(options_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(path_ + ": no segment header at byte 0"));
}

}  // namespace
}  // namespace afterbell
