#include "services/platform/runtime/pool.h"

namespace afterbell {

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
    work();
  }
}

}  // namespace afterbell
