#include "services/platform/runtime/pool.h"

#include <atomic>
#include <cstdint>

namespace afterbell {
namespace {

using std::chrono::steady_clock;

std::atomic<int64_t> longest_ns{0};

void NoteTaken(steady_clock::duration taken) {
  const int64_t ns = std::chrono::nanoseconds(taken).count();
  int64_t longest = longest_ns.load(std::memory_order_relaxed);
  while (ns > longest && !longest_ns.compare_exchange_weak(longest, ns, std::memory_order_relaxed)) {
  }
}

}  // namespace

Pool::Pool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Pool::~Pool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::Run(std::function<void()> work) { Add(&soon_, std::move(work)); }

void Pool::RunLater(std::function<void()> work) { Add(&later_, std::move(work)); }

void Pool::Add(std::deque<std::function<void()>>* queue, std::function<void()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue->push_back(std::move(work));
  }
  more_.notify_one();
}

// With the lock held; one of the queues holds something.
std::function<void()> Pool::Take() {
  const bool later = soon_.empty() || (!later_.empty() && in_a_row_ >= kSoonInARow);
  in_a_row_ = later ? 0 : in_a_row_ + 1;
  std::deque<std::function<void()>>& queue = later ? later_ : soon_;
  std::function<void()> work = std::move(queue.front());
  queue.pop_front();
  return work;
}

void Pool::Work() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      more_.wait(lock, [this] { return stopping_ || !soon_.empty() || !later_.empty(); });
      if (soon_.empty() && later_.empty()) return;
      work = Take();
    }
    const steady_clock::time_point begun = steady_clock::now();
    work();
    NoteTaken(steady_clock::now() - begun);
  }
}

std::chrono::microseconds Pool::TakeLongest() {
  return std::chrono::microseconds(longest_ns.exchange(0, std::memory_order_relaxed) / 1000);
}

}  // namespace afterbell
