// Who wants to know when a partition grows: the part of OnGrowth that is the same in every adapter.
//
// Threads: any. Tell calls on the calling thread; one listener is never called twice at once.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace afterbell {

class Listeners {
 public:
  // Calls `grew` at every Tell until the handle is destroyed, which waits for a call under way, unless
  // that call destroys it.
  std::shared_ptr<void> Add(std::function<void()> grew);

  void Tell();

 private:
  struct Listener;

  std::mutex mutex_;
  std::vector<std::weak_ptr<Listener>> listeners_;  // Guarded by mutex_.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_
