// A stretch of a sequence that several read, each at its own pace: what all have passed is let go.
//
// Threads: one.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_WINDOW_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_WINDOW_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "services/platform/base/check.h"

namespace afterbell::replay {

template <class Item>
class Window {
 public:
  using Place = size_t;  // Of one who reads.

  // At the first item. All places are added before any item is.
  Place AddPlace() {
    AFTERBELL_CHECK(first_ == 0 && items_.empty());
    places_.push_back(0);
    return places_.size() - 1;
  }

  // Where nobody reads, nothing is kept.
  void Push(Item item) {
    if (!places_.empty()) items_.push_back(std::move(item));
  }

  // The next item of a place; null at the end.
  const Item* At(Place place) const {
    const uint64_t behind_first = places_[place] - first_;
    return behind_first < items_.size() ? &items_[behind_first] : nullptr;
  }
  void Pop(Place place) {
    AFTERBELL_CHECK(At(place) != nullptr);
    if (places_[place]++ == first_) DropPassed();
  }
  // Nothing is kept for it any more.
  void Leave(Place place) {
    places_[place] = UINT64_MAX;
    DropPassed();
  }

 private:
  void DropPassed() {
    const uint64_t passed = *std::min_element(places_.begin(), places_.end());
    for (; first_ < passed && !items_.empty(); ++first_) items_.pop_front();
  }

  std::deque<Item> items_;
  uint64_t first_ = 0;            // The number of items_.front().
  std::vector<uint64_t> places_;  // The numbers of what they are at.
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_WINDOW_H_
