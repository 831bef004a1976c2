// Waiting for a runtime: until it is ready, has nothing left to do, has handed over.
#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/runtime/runtime.h"

namespace afterbell {
namespace {

// Having folded more than this before it was ready, a process writes its stores out.
constexpr uint64_t kFlushAfterRecords = 100000;

// How often whoever waits for a long fold hears of it.
constexpr std::chrono::seconds kProgressEvery(10);

}  // namespace

bool Runtime::WaitReleased(std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (const auto& [id, partition] : partitions_) {
    while (partition->stats().owner && partition->halted().ok()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return true;
}

absl::Status Runtime::WaitReady(std::chrono::seconds stuck_at_most, const Progress& progress) {
  const auto folded = [this] {
    uint64_t sum = 0;
    for (const auto& [id, partition] : partitions_) sum += partition->stats().index;
    return sum;
  };
  auto tell = std::chrono::steady_clock::now() + kProgressEvery;
  const uint64_t at_first = folded();
  uint64_t before = at_first;
  auto deadline = std::chrono::steady_clock::now() + stuck_at_most;
  for (const auto& [id, partition] : partitions_) {
    while (!partition->Ready()) {
      const absl::Status halted = partition->halted();
      if (!halted.ok()) return halted;
      if (std::chrono::steady_clock::now() > deadline) {
        const uint64_t now = folded();
        if (now == before) return absl::DeadlineExceededError(absl::StrCat(ToString(id), " is not ready"));
        before = now;
        deadline = std::chrono::steady_clock::now() + stuck_at_most;
      }
      if (progress && std::chrono::steady_clock::now() > tell) {
        uint64_t read = 0, end = 0;
        for (const auto& [each, stats] : this->stats()) {
          read += stats.read_offset;
          end += stats.end_offset;
        }
        progress(read, end);
        tell = std::chrono::steady_clock::now() + kProgressEvery;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // What took long to fold is written out, so that whoever starts after a kill need not fold it again. An
  // error (no room) is met again by whoever writes next.
  if (folded() - at_first <= kFlushAfterRecords) return absl::OkStatus();
  for (const auto& [id, partition] : partitions_) partition->WriteOut();
  for (const auto& store : stores_) write_behind_->Flush(store.get());
  return absl::OkStatus();
}

absl::Status Runtime::WaitQuiet(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  const auto ends = [this] {
    uint64_t sum = 0;
    for (const auto& [id, partition] : partitions_) sum += partition->End();
    return sum;
  };
  for (;;) {
    const uint64_t before = ends();
    bool quiet = true;
    for (const auto& [id, partition] : partitions_) {
      if (!partition->halted().ok()) return partition->halted();
      if (partition->Quiet()) continue;
      quiet = false;
      partition->PassNews();
    }
    // A record that came meanwhile would show in the ends before anybody had read it.
    if (quiet && before == ends()) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > deadline)
      return absl::DeadlineExceededError("the services did not come to rest");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

absl::Status Runtime::WaitSettled(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (bool unseen = true; unseen;) {
    AFTERBELL_RETURN_IF_ERROR(WaitQuiet(
        std::chrono::duration_cast<std::chrono::seconds>(deadline - std::chrono::steady_clock::now())));
    unseen = false;
    for (const auto& [id, partition] : partitions_) {
      if (!partition->HasUnseen()) continue;
      unseen = true;
      partition->RecordSeen();
    }
  }
  return absl::OkStatus();
}

}  // namespace afterbell
