#include "services/platform/runtime/decoded_log.h"

#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/log/embedded/chained_log.h"

namespace afterbell {
namespace {

using log::v1::Record;
using ::testing::Values;

constexpr size_t kPlenty = 32 << 20;
const PartitionId kId{"attendance", 1};

class DecodedLogTest : public ::testing::Test, protected ChainedLog {
 protected:
  DecodedLogTest() : ChainedLog(kId) {}

  Record Next(const std::string& command = "") const {
    Record record = ChainedLog::Next();
    record.mutable_commit()->set_command(command);
    return record;
  }
  // What a deposed writer's late record looks like.
  Record Late() const {
    Record record = Next("late");
    record.mutable_commit()->set_tag(7);
    return record;
  }

  std::shared_ptr<DecodedLog> Open(size_t bytes_max = kPlenty) {
    return std::make_shared<DecodedLog>(partition_, std::make_shared<DecodedBudget>(bytes_max));
  }
  // The valid records a reader finds from where it stands.
  static std::vector<DecodedPtr> ReadAll(LogReader& reader) {
    std::vector<DecodedPtr> records;
    for (;;) {
      const auto next = reader.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok() || *next == nullptr) return records;
      if ((*next)->valid) records.push_back(*next);
      reader.Pass();
    }
  }
};

TEST_F(DecodedLogTest, WhoKeepsStepIsGivenTheSameRecords) {
  for (int i = 0; i < 1000; ++i) Append(Next());
  const auto log = Open();
  LogReader one(log, {}), other(log, {});
  for (int i = 0; i < 1002; ++i) {
    const auto first = one.Next(), second = other.Next();
    ASSERT_TRUE(first.ok() && second.ok());
    ASSERT_NE(*first, nullptr);
    EXPECT_TRUE(*first == *second) << i;
    one.Pass();
    other.Pass();
  }
  EXPECT_EQ(one.at().hash, chain_.at().hash);
  EXPECT_EQ(other.at().index, chain_.at().index);
  EXPECT_FALSE(one.IsBehind());
  EXPECT_EQ(*one.Next(), nullptr);
}

TEST_F(DecodedLogTest, WhatTheWriterMadeIsFoundAgain) {
  const auto log = Open();
  LogReader writer(log, {}), other(log, {});
  ReadAll(writer);
  ReadAll(other);
  AppendBytes(Late().SerializeAsString());  // Comes between.
  const auto made = std::make_shared<DecodedRecord>();
  made->record = Next("made");
  const std::string value = made->record.SerializeAsString();
  made->at.hash = Chain::Next(chain_.at().hash, value);
  log->Expect(value, made);
  Append(made->record);
  const auto read = ReadAll(other);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0], made);
  EXPECT_EQ(read[0]->at.index, 3u);
  EXPECT_EQ(read[0]->offset(), 3u);
  EXPECT_EQ(read[0]->at.hash, chain_.at().hash);
  EXPECT_EQ(other.void_records(), 1u);
  EXPECT_TRUE(ReadAll(writer) == read);
}

TEST_F(DecodedLogTest, WhatTheWriterMadeMayBeVoidInItsPlace) {
  const auto log = Open();
  LogReader writer(log, {});
  ReadAll(writer);
  const auto made = std::make_shared<DecodedRecord>();
  made->record = Next("made");
  const std::string value = made->record.SerializeAsString();
  made->at.hash = Chain::Next(chain_.at().hash, value);
  log->Expect(value, made);
  Record claim;
  claim.mutable_claim()->set_previous_claim_index(2);
  claim.mutable_claim()->set_read_index(2);
  claim.mutable_claim()->set_read_hash(chain_.at().hash);
  Append(claim);  // Another instance's: what comes behind it is void.
  AppendBytes(value);
  const auto read = ReadAll(writer);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0]->record.has_claim());
  EXPECT_EQ(writer.void_records(), 1u);
}

TEST_F(DecodedLogTest, WhoIsLeftBehindReadsAloneAndJoinsAgain) {
  const auto log = Open(/*bytes_max=*/50000);
  LogReader fast(log, {}), slow(log, {});
  ASSERT_EQ((*slow.Next())->at.index, 1u);
  slow.Pass();
  for (int i = 0; i < 500; ++i) Append(Next());
  const auto at_once = ReadAll(fast), later = ReadAll(slow);
  ASSERT_EQ(at_once.size(), 502u);
  ASSERT_EQ(later.size(), 501u);
  EXPECT_EQ(later.back()->at.hash, at_once.back()->at.hash);
  EXPECT_NE(later.back(), at_once.back());
  Append(Next());
  EXPECT_TRUE(ReadAll(fast) == ReadAll(slow));
}

TEST_F(DecodedLogTest, WhoGoesBackReadsTheSameAgain) {
  for (int i = 0; i < 10; ++i) Append(Next());
  const auto log = Open();
  LogReader reader(log, {});
  ReadAll(reader);
  const ChainPosition at = reader.at();
  for (int i = 0; i < 10; ++i) Append(Next());
  const auto read = ReadAll(reader);
  reader.MoveTo(at);
  const auto again = ReadAll(reader);
  ASSERT_EQ(again.size(), read.size());
  for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ(again[i]->at.hash, read[i]->at.hash);
  Append(Next());
  LogReader another(log, reader.at());
  EXPECT_TRUE(ReadAll(reader) == ReadAll(another));
}

TEST_F(DecodedLogTest, BytesThatAreNoRecordAreAnErrorBehindThoseBeforeThem) {
  const auto log = Open();
  LogReader reader(log, {});
  AppendBytes("\xff");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(reader.Next().ok());
    reader.Pass();
  }
  EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kDataLoss);
  LogReader another(log, {});
  EXPECT_EQ((*another.Next())->at.index, 1u);
}

TEST_F(DecodedLogTest, ListenersAreToldBehindWhoDrives) {
  const auto log = Open();
  LogReader driver(log, {});
  std::vector<size_t> told;  // Of how many; 0: of none that is decoded.
  const auto listening = log->Listen(
      [&](const std::vector<DecodedPtr>* decoded) { told.push_back(decoded ? decoded->size() : 0); });
  log->SetDriven(true);
  Append(Next());
  EXPECT_TRUE(told.empty());
  ReadAll(driver);
  EXPECT_EQ(told, std::vector<size_t>{3});
  log->SetDriven(false);
  EXPECT_EQ(told.back(), 0u);
}

// Readers that come and go, move and rest, beside one plain chain over the same bytes.
class DecodedLogRandomTest : public DecodedLogTest, public ::testing::WithParamInterface<int> {};

TEST_P(DecodedLogRandomTest, EveryReaderReadsWhatTheChainSays) {
  std::mt19937 dice(GetParam());
  const auto roll = [&](int sides) { return static_cast<int>(dice() % sides); };
  const auto log = Open(/*bytes_max=*/20000 + roll(200000));
  std::vector<std::pair<ChainPosition, LastRecord>> stood = {{{}, {}}};  // Behind each valid record.
  Chain oracle(kId);
  const auto note = [&](const Record& record) {
    const std::string value = record.SerializeAsString();
    if (oracle.Offer(record, value) == Verdict::kValid) stood.push_back({oracle.at(), oracle.last()});
  };
  note(GenesisOf({"log", {}, 16, log::v1::REAL, 1}, kId));
  Record claim;
  claim.mutable_claim()->set_instance_id("here");
  note(claim);
  std::vector<std::unique_ptr<LogReader>> readers;
  for (int i = 0; i < 4; ++i) readers.push_back(std::make_unique<LogReader>(log, ChainPosition{}));
  for (int step = 0; step < 3000; ++step) {
    std::unique_ptr<LogReader>& reader = readers[roll(4)];
    const int what = roll(100);
    if (what < 25) {
      const Record record = what < 5 ? Late() : Next(std::to_string(step));
      if (what >= 15 && what < 25) {
        const auto made = std::make_shared<DecodedRecord>();
        made->record = record;
        const std::string value = record.SerializeAsString();
        made->at.hash = Chain::Next(chain_.at().hash, value);
        log->Expect(value, made);
      }
      if (what < 5) {
        AppendBytes(record.SerializeAsString());
      } else {
        Append(record);
      }
      note(record);
    } else if (what < 28) {
      const auto& [at, last] = stood[roll(static_cast<int>(stood.size()))];
      reader->MoveTo(at, last);
    } else if (what < 29) {
      const auto& [at, last] = stood[roll(static_cast<int>(stood.size()))];
      reader = std::make_unique<LogReader>(log, at, last);
    } else {
      for (int i = roll(20); i >= 0; --i) {
        const uint64_t index = reader->at().index;
        const auto next = reader->Next();
        ASSERT_TRUE(next.ok()) << next.status();
        if (*next == nullptr) {
          EXPECT_EQ(index, oracle.at().index);
          break;
        }
        reader->Pass();
        if (!(*next)->valid) {
          EXPECT_EQ(reader->at().index, index);
          continue;
        }
        ASSERT_EQ(reader->at().index, index + 1);
        const auto& [at, last] = stood[index + 1];
        ASSERT_EQ(reader->at().hash, at.hash);
        ASSERT_EQ(reader->at().claim_index, at.claim_index);
        ASSERT_EQ((*next)->offset(), last.offset);
        ASSERT_EQ(reader->last().hash_before, last.hash_before);
      }
    }
  }
  for (const auto& reader : readers) {
    ReadAll(*reader);
    EXPECT_EQ(reader->at().hash, oracle.at().hash);
    EXPECT_FALSE(reader->IsBehind());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DecodedLogRandomTest, Values(1, 2, 3, 4, 5, 6, 7, 8));

}  // namespace
}  // namespace afterbell
