// Objects that nobody holds any more, kept so that what they have allocated serves the next ones.
//
// Threads: any; an object comes back on the thread of whoever held it last.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_SPARE_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_SPARE_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace afterbell {

template <class T>
class Spare : public std::enable_shared_from_this<Spare<T>> {
 public:
  // Held by a shared pointer. So many are kept at most.
  static std::shared_ptr<Spare> Make(size_t most) { return std::shared_ptr<Spare>(new Spare(most)); }

  // A new one, or one as its last holder left it. It comes back by itself.
  std::shared_ptr<T> Take() {
    std::unique_ptr<T> object;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!objects_.empty()) {
        object = std::move(objects_.back());
        objects_.pop_back();
      }
    }
    if (object == nullptr) object = std::make_unique<T>();
    return {object.release(),
            [self = this->shared_from_this()](T* back) { self->Give(std::unique_ptr<T>(back)); }};
  }

  // Gives their memory back.
  void Drop() {
    std::vector<std::unique_ptr<T>> dropped;
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped.swap(objects_);
  }

 private:
  explicit Spare(size_t most) : most_(most) {}

  void Give(std::unique_ptr<T> object) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (objects_.size() < most_) objects_.push_back(std::move(object));
  }

  const size_t most_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> objects_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_SPARE_H_
