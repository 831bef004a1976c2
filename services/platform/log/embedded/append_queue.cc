#include "services/platform/log/embedded/append_queue.h"

#include <algorithm>
#include <utility>

#include "services/platform/log/embedded/frame.h"

namespace afterbell::embedded {
namespace {

// Appends without values count too, or there could be any number of them.
uint64_t CountedBytes(const PendingAppend& append) { return std::max(append.frame_bytes, kFrameHeaderBytes); }

}  // namespace

absl::Status AppendQueue::Push(PendingAppend&& append, bool may_wait) {
  const uint64_t bytes = CountedBytes(append);
  {
    std::unique_lock lock(mutex_);
    const auto fits = [&] { return closed_ || waiting_.empty() || bytes_ + bytes <= bytes_max_; };
    if (!may_wait && !fits()) return absl::ResourceExhaustedError("too many bytes wait to be appended");
    room_.wait(lock, fits);
    if (closed_) return absl::UnavailableError("the log is closing");
    bytes_ += bytes;
    waiting_.push_back(std::move(append));
  }
  work_.notify_one();
  return absl::OkStatus();
}

std::vector<PendingAppend> AppendQueue::Take(uint64_t bytes_max) {
  std::vector<PendingAppend> taken;
  {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    uint64_t bytes = 0;
    while (!waiting_.empty()) {
      const uint64_t next = CountedBytes(waiting_.front());
      if (!taken.empty() && bytes + next > bytes_max) break;
      bytes += next;
      taken.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    bytes_ -= bytes;
  }
  room_.notify_all();
  return taken;
}

bool AppendQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

void AppendQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  work_.notify_all();
  room_.notify_all();
}

}  // namespace afterbell::embedded
