// How long a partition keeps a thread: what there is much of is done in several turns.
#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

// The town's log, and how many records of attendance were appended together: those of one turn.
class CountedLog final : public EventLog {
 public:
  explicit CountedLog(EventLog* log) : log_(log) {}

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) override {
    auto partition = log_->Open(id);
    if (!partition.ok() || id != kAttendance) return partition;
    return std::make_shared<Partition>(*std::move(partition), this);
  }
  absl::StatusOr<std::vector<PartitionId>> List() const override { return log_->List(); }

  std::vector<size_t> appended() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return appended_;
  }

 private:
  class Partition final : public LogPartition {
   public:
    Partition(std::shared_ptr<LogPartition> log, CountedLog* counts)
        : log_(std::move(log)), counts_(*counts) {}

    const PartitionId& id() const override { return log_->id(); }
    void Append(std::vector<std::string> values, Appended done) override {
      {
        const std::lock_guard<std::mutex> lock(counts_.mutex_);
        counts_.appended_.push_back(values.size());
      }
      log_->Append(std::move(values), std::move(done));
    }
    absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const override {
      return log_->Read(offset, records_max, bytes_max);
    }
    uint64_t End() const override { return log_->End(); }
    std::shared_ptr<void> OnGrowth(std::function<void()> grew) override {
      return log_->OnGrowth(std::move(grew));
    }

   private:
    const std::shared_ptr<LogPartition> log_;
    CountedLog& counts_;
  };

  EventLog* const log_;
  mutable std::mutex mutex_;
  std::vector<size_t> appended_;
};

TEST(Turn, CommandsThatWaitTogetherAreDecidedInSeveral) {
  constexpr size_t kCommands = 4000;
  Town town;
  CountedLog log(town.log());
  town.through = &log;
  town.Start();
  // Held until all of them wait, so that one turn could take them all.
  std::promise<void> held, go_on;
  town.runtime->Query(kAttendance, {}, SteadyTime::max(), [&](const absl::StatusOr<ReadView>&) {
    held.set_value();
    go_on.get_future().wait();
  });
  held.get_future().wait();
  const size_t before = log.appended().size();
  std::vector<std::future<Answer>> answers;
  for (size_t i = 0; i < kCommands; ++i)
    answers.push_back(town.Send(kAttendance, CheckIn("monday", "p" + std::to_string(i))));
  go_on.set_value();
  uint64_t last = 0;
  for (auto& answer : answers) {
    const Answer answered = answer.get();
    ASSERT_EQ(answered.status, absl::OkStatus());
    EXPECT_GT(answered.commit.index(), last);  // In the order in which they came.
    last = answered.commit.index();
  }
  const std::vector<size_t> appended = log.appended();
  size_t sum = 0;
  for (size_t i = before; i < appended.size(); ++i) {
    EXPECT_LT(appended[i], kCommands / 2);
    sum += appended[i];
  }
  EXPECT_GE(sum, kCommands);
  EXPECT_EQ(town.Log(kAttendance).voids, 0);
}

// What was read of a log is the same, in however many turns.
TEST(Turn, ALongLogIsFoldedInSeveralAndGivesTheSameRows) {
  constexpr size_t kCommands = 2000;
  Town town;
  town.Start();
  std::vector<std::future<Answer>> answers;
  for (size_t i = 0; i < kCommands; ++i)
    answers.push_back(town.Send(kAttendance, CheckIn("monday", "p" + std::to_string(i))));
  for (auto& answer : answers) ASSERT_EQ(answer.get().status, absl::OkStatus());
  town.runtime->Stop();
  const auto lived = town.runtime->Digests();
  town.Stop();
  const auto follower = town.Open({}, "rebuilt", /*own=*/false);
  for (const auto& owner : lived) {
    log::v1::Position position;
    auto& at = *position.add_at();
    at.set_service(owner.id.service);
    at.set_partition(owner.id.number);
    at.set_index(owner.index);
    EXPECT_EQ(town.Reach(*follower, owner.id, position), absl::OkStatus());
  }
  const auto folded = follower->Digests();
  ASSERT_EQ(folded.size(), lived.size());
  for (size_t i = 0; i < lived.size(); ++i) EXPECT_EQ(folded[i].digest, lived[i].digest);
}

}  // namespace
}  // namespace afterbell::testing
