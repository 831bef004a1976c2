// As many threads as cores, and work for them: partitions that have something to do.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_

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

  void Run(std::function<void()> work);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_POOL_H_
