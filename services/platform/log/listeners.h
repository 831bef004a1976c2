// Who wants to know when something has come: the part of OnGrowth that is the same in every adapter.
//
// Threads: any. Tell calls on the calling thread; one listener is never called twice at once.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace afterbell {

template <class... News>
class ListenersFor {
 public:
  // Calls `told` at every Tell until the handle is destroyed, which waits for a call under way, unless
  // that call destroys it.
  std::shared_ptr<void> Add(std::function<void(News...)> told) {
    auto listener = std::make_shared<Listener>(std::move(told));
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(listeners_, [](const std::weak_ptr<Listener>& one) { return one.expired(); });
      listeners_.push_back(listener);
    }
    Listener* const address = listener.get();
    return std::shared_ptr<void>(address, [listener = std::move(listener)](void*) { listener->End(); });
  }

  void Tell(News... news) {
    std::vector<std::shared_ptr<Listener>> told;
    {
      const std::lock_guard lock(mutex_);
      for (const std::weak_ptr<Listener>& weak : listeners_) {
        if (std::shared_ptr<Listener> listener = weak.lock()) told.push_back(std::move(listener));
      }
    }
    for (const std::shared_ptr<Listener>& listener : told) listener->Tell(news...);
  }

 private:
  // Held by its handle, and by the thread that tells. The mutex is held during the call, so that the
  // handle's end waits for it; it is recursive, so that a listener may end itself.
  struct Listener {
    explicit Listener(std::function<void(News...)> to_call) : call(std::move(to_call)) {}

    void Tell(News... news) {
      const std::lock_guard lock(mutex);
      if (ended) return;
      telling = true;
      call(news...);
      telling = false;
    }

    void End() {
      const std::lock_guard lock(mutex);
      ended = true;
      // What the function holds goes with the handle, unless the function itself is what ends it.
      if (!telling) call = nullptr;
    }

    std::recursive_mutex mutex;
    std::function<void(News...)> call;
    bool ended = false;
    bool telling = false;
  };

  std::mutex mutex_;
  std::vector<std::weak_ptr<Listener>> listeners_;  // Guarded by mutex_.
};

using Listeners = ListenersFor<>;

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_LISTENERS_H_
