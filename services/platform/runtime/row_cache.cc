#include "services/platform/runtime/row_cache.h"

namespace afterbell {
namespace {

// What an entry costs besides its bytes, roughly.
constexpr size_t kEntryBytes = 80;

size_t BytesOf(std::string_view key, const std::optional<std::string>& value) {
  return kEntryBytes + key.size() + (value ? value->size() : 0);
}

}  // namespace

std::optional<std::string> RowCache::GetBytes(std::string_view key) const {
  const absl::string_view sought(key.data(), key.size());  // Another type than std's in some builds of absl.
  if (const auto kept = young_.find(sought); kept != young_.end()) return kept->second;
  std::optional<std::string> value;
  if (const auto kept = old_.find(sought); kept != old_.end()) {
    value = std::move(kept->second);
    old_bytes_ -= BytesOf(key, value);
    old_.erase(kept);
  } else {
    value = stored_->GetBytes(key);
  }
  Keep(std::string(key), value);
  return value;
}

void RowCache::Take(std::vector<RowChange> changes) {
  for (RowChange& change : changes) {
    if (const auto kept = old_.find(change.key); kept != old_.end()) {
      old_bytes_ -= BytesOf(kept->first, kept->second);
      old_.erase(kept);
    }
    Keep(std::move(change.key), std::move(change.value));
  }
}

void RowCache::Keep(std::string key, std::optional<std::string> value) const {
  const size_t bytes = BytesOf(key, value);
  const auto [kept, added] = young_.try_emplace(std::move(key), std::move(value));
  if (!added) {
    young_bytes_ -= BytesOf(kept->first, kept->second);
    kept->second = std::move(value);  // Not moved from: it was not added.
  }
  young_bytes_ += bytes;
  if (young_bytes_ <= generation_bytes_max_) return;
  old_ = std::exchange(young_, {});
  old_bytes_ = std::exchange(young_bytes_, 0);
}

}  // namespace afterbell
