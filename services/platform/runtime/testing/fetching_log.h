// A log whose records of one partition are elsewhere until they are let in, as with a log across a network.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_FETCHING_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_FETCHING_LOG_H_

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "services/platform/log/listeners.h"
#include "services/platform/log/log.h"

namespace afterbell::testing {

class FetchingLog final : public EventLog {
 public:
  static constexpr uint64_t kAll = UINT64_MAX;

  FetchingLog(EventLog* log, PartitionId held) : log_(log), held_(std::move(held)) {}

  // Lets in what lies before an offset.
  void LetIn(uint64_t offset = kAll) {
    here_ = offset;
    std::vector<std::shared_ptr<Held>> held;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      held = held_partitions_;
    }
    for (const auto& partition : held) partition->listeners.Tell();
  }

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) override {
    auto partition = log_->Open(id);
    if (!partition.ok() || id != held_) return partition;
    auto held = std::make_shared<Held>(*partition, &here_);
    const std::lock_guard<std::mutex> lock(mutex_);
    held_partitions_.push_back(held);
    return held;
  }
  absl::StatusOr<std::vector<PartitionId>> List() const override { return log_->List(); }

 private:
  struct Held final : LogPartition {
    Held(std::shared_ptr<LogPartition> partition, const std::atomic<uint64_t>* here)
        : under(std::move(partition)), here(here) {
      grown = under->OnGrowth([this] { listeners.Tell(); });
    }
    const PartitionId& id() const override { return under->id(); }
    void Append(std::vector<std::string> values, Appended done) override {
      under->Append(std::move(values), std::move(done));
    }
    absl::StatusOr<LogBatch> Read(uint64_t offset, size_t records_max, size_t bytes_max) const override {
      const uint64_t until = *here;
      if (offset < until)
        return under->Read(offset, std::min<uint64_t>(records_max, until - offset), bytes_max);
      LogBatch nothing;
      nothing.next_offset = offset;
      return nothing;
    }
    uint64_t End() const override { return under->End(); }
    bool knows_end() const override { return false; }
    std::shared_ptr<void> OnGrowth(std::function<void()> grew) override {
      return listeners.Add(std::move(grew));
    }

    const std::shared_ptr<LogPartition> under;
    const std::atomic<uint64_t>* const here;
    Listeners listeners;
    std::shared_ptr<void> grown;
  };

  EventLog* const log_;
  const PartitionId held_;
  std::atomic<uint64_t> here_{0};
  std::mutex mutex_;  // Who opens is another thread than who lets in.
  std::vector<std::shared_ptr<Held>> held_partitions_;
};

}  // namespace afterbell::testing

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_FETCHING_LOG_H_
