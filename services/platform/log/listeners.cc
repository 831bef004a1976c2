#include "services/platform/log/listeners.h"

#include <utility>

namespace afterbell {

// Held by its handle, and by the thread that tells. The mutex is held during the call, so that the
// handle's end waits for it; it is recursive, so that a listener may end itself.
struct Listeners::Listener {
  explicit Listener(std::function<void()> to_call) : grew(std::move(to_call)) {}

  void Tell() {
    const std::lock_guard lock(mutex);
    if (ended) return;
    telling = true;
    grew();
    telling = false;
  }

  void End() {
    const std::lock_guard lock(mutex);
    ended = true;
    // What the function holds goes with the handle, unless the function itself is what ends it.
    if (!telling) grew = nullptr;
  }

  std::recursive_mutex mutex;
  std::function<void()> grew;
  bool ended = false;
  bool telling = false;
};

std::shared_ptr<void> Listeners::Add(std::function<void()> grew) {
  auto listener = std::make_shared<Listener>(std::move(grew));
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(listeners_, [](const std::weak_ptr<Listener>& one) { return one.expired(); });
    listeners_.push_back(listener);
  }
  Listener* const address = listener.get();
  return std::shared_ptr<void>(address, [listener = std::move(listener)](void*) { listener->End(); });
}

void Listeners::Tell() {
  std::vector<std::shared_ptr<Listener>> told;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Listener>& weak : listeners_) {
      if (std::shared_ptr<Listener> listener = weak.lock()) told.push_back(std::move(listener));
    }
  }
  for (const std::shared_ptr<Listener>& listener : told) listener->Tell();
}

}  // namespace afterbell
