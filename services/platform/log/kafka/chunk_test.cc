// Runs of chunks: what readers of the Kafka log find in memory.
#include "services/platform/log/kafka/chunk.h"

#include <gtest/gtest.h>

namespace afterbell::kafka {
namespace {

Run OfThree() {
  Run run(10);
  run.Push(Chunk::Take(10, {"a", "b"}));
  run.Push(Chunk::Take(12, {"c"}));
  run.Push(Chunk::Take(13, {"d", "e", "f"}));
  return run;
}

std::string Values(const LogBatch& batch) {
  std::string values;
  for (const LogBatch::Entry& entry : batch.records) values += entry.value;
  return values;
}

TEST(Run, WithoutChunksIsAPlace) {
  const kafka::Run run(7);
  EXPECT_EQ(run.first(), 7);
  EXPECT_EQ(run.next(), 7);
  EXPECT_FALSE(run.Has(7));
  EXPECT_EQ(run.bytes(), 0);
  EXPECT_EQ(run.BytesFrom(0), 0);
}

TEST(Run, ReadsAcrossChunksFromAnyOffset) {
  const kafka::Run run = OfThree();
  EXPECT_EQ(Values(run.Read(10, 100, 100)), "abcdef");
  EXPECT_EQ(Values(run.Read(11, 3, 100)), "bcd");
  EXPECT_EQ(run.Read(11, 3, 100).next_offset, 14);
  EXPECT_EQ(Values(run.Read(15, 100, 100)), "f");
  EXPECT_EQ(Values(run.Read(12, 100, 2)), "cd");
  EXPECT_EQ(Values(run.Read(12, 100, 0)), "c");
  EXPECT_EQ(run.At(13), "d");
}

TEST(Run, ABatchOutlivesTheRunItWasReadFrom) {
  LogBatch batch;
  {
    const kafka::Run run = OfThree();
    batch = run.Read(10, 100, 100);
  }
  EXPECT_EQ(Values(batch), "abcdef");
}

TEST(Run, IsTrimmedByWholeChunksButNotPastAReader) {
  kafka::Run run = OfThree();
  const uint64_t all = run.bytes();
  EXPECT_EQ(run.BytesFrom(10), all);
  EXPECT_EQ(run.BytesFrom(11), all);
  run.Trim(0, 11);
  EXPECT_EQ(run.first(), 10);
  run.Trim(0, 12);
  EXPECT_EQ(run.first(), 12);
  EXPECT_LT(run.bytes(), all);
  EXPECT_EQ(run.BytesFrom(12), run.bytes());
  run.Trim(0, run.next());
  EXPECT_EQ(run.first(), 13);  // One chunk stays.
  EXPECT_EQ(run.BytesFrom(run.next()), 0);
}

}  // namespace
}  // namespace afterbell::kafka
