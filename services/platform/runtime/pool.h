// Threads, and work for them: partitions that have something to do.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace afterbell {

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();  // Finishes what is queued.

  // Soon.
  void Run(std::function<void()> work);
  // When nothing is to be done soon, or its turn has come all the same.
  void RunLater(std::function<void()> work);

  // A gauge: how long one piece of work (a partition's turn) kept a thread at most since this was last asked,
  // and the most processor time that one took: where others want the cores, that is much less. Of all pools
  // of the process; what is still at work is not in it. Nothing is measured before it was asked the first
  // time.
  struct Longest {
    std::chrono::microseconds kept{0}, worked{0};
  };
  static Longest TakeLongest();

 private:
  // How often what is to be done soon goes first while something else waits.
  static constexpr int kSoonInARow = 16;

  void Add(std::deque<std::function<void()>>* queue, std::function<void()> work);
  std::function<void()> Take();
  void Work();

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> soon_, later_;
  int in_a_row_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_
