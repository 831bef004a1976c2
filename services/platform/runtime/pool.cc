#include "services/platform/runtime/pool.h"

#include <time.h>

#include <atomic>
#include <cstdint>

namespace afterbell {
namespace {

using std::chrono::steady_clock;

std::atomic<bool> measured{false};
std::atomic<int64_t> longest_kept_ns{0}, longest_worked_ns{0};

void Raise(std::atomic<int64_t>* most, int64_t ns) {
  int64_t longest = most->load(std::memory_order_relaxed);
  while (ns > longest && !most->compare_exchange_weak(longest, ns, std::memory_order_relaxed)) {
  }
}

int64_t ThreadTimeNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void Measure(const std::function<void()>& work) {
  const steady_clock::time_point begun = steady_clock::now();
  const int64_t worked = ThreadTimeNs();
  work();
  Raise(&longest_worked_ns, ThreadTimeNs() - worked);
  Raise(&longest_kept_ns, std::chrono::nanoseconds(steady_clock::now() - begun).count());
}

std::chrono::microseconds Take(std::atomic<int64_t>* most) {
  return std::chrono::microseconds(most->exchange(0, std::memory_order_relaxed) / 1000);
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
    if (measured.load(std::memory_order_relaxed)) {
      Measure(work);
    } else {
      work();
    }
  }
}

Pool::Longest Pool::TakeLongest() {
  measured = true;
  return {afterbell::Take(&longest_kept_ns), afterbell::Take(&longest_worked_ns)};
}

}  // namespace afterbell
