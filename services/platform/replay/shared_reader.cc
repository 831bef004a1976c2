#include "services/platform/replay/shared_reader.h"

#include <algorithm>
#include <utility>

#include "services/platform/base/check.h"

namespace afterbell::replay {

SharedReader::Place SharedReader::AddPlace() {
  AFTERBELL_CHECK(first_ == 0 && entries_.empty());
  places_.push_back(0);
  return places_.size() - 1;
}

absl::StatusOr<SharedReader::EntryPtr> SharedReader::Peek(Place place) {
  const uint64_t number = places_[place];
  if (number - first_ == entries_.size()) {
    if (!failed_.ok()) return failed_;
    auto next = reader_.Peek();
    if (!next.ok()) return failed_ = next.status();
    if (*next == nullptr) return EntryPtr();
    auto entry = std::make_shared<Entry>();
    entry->commit = *std::move(next);
    reader_.Pop();
    entries_.push_back(std::move(entry));
  }
  return entries_[number - first_];
}

void SharedReader::Pop(Place place) {
  AFTERBELL_CHECK(places_[place] - first_ < entries_.size());
  if (places_[place]++ == first_) DropPassed();
}

void SharedReader::Leave(Place place) {
  places_[place] = UINT64_MAX;
  DropPassed();
}

void SharedReader::DropPassed() {
  const uint64_t passed = *std::min_element(places_.begin(), places_.end());
  for (; first_ < passed && !entries_.empty(); ++first_) entries_.pop_front();
}

}  // namespace afterbell::replay
