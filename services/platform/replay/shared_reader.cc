#include "services/platform/replay/shared_reader.h"

namespace afterbell::replay {

absl::StatusOr<SharedReader::EntryPtr> SharedReader::Peek(Place place) {
  if (window_.At(place) == nullptr) {
    if (!failed_.ok()) return failed_;
    auto next = reader_.Peek();
    if (!next.ok()) return failed_ = next.status();
    if (*next == nullptr) return EntryPtr();
    auto entry = std::make_shared<Entry>();
    entry->commit = *std::move(next);
    reader_.Pop();
    window_.Push(std::move(entry));
  }
  return *window_.At(place);
}

}  // namespace afterbell::replay
