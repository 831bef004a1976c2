#include "services/platform/runtime/overlay.h"

namespace afterbell {

bool Overlay::IsForeignCommons(std::string_view key) const {
  return commons_ != nullptr && key.substr(0, 2) == "c/" &&
         (own_commons_.empty() || key.substr(0, own_commons_.size()) != own_commons_);
}

std::optional<std::string> Overlay::GetBytes(std::string_view key) const {
  if (IsForeignCommons(key)) return commons_->GetBytes(key);
  const auto top = top_.find(key);
  if (top != top_.end()) return top->second.value;
  return stored_.GetBytes(key);
}

void Overlay::ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const {
  if (IsForeignCommons(prefix)) return commons_->ScanBytes(prefix, from, visit);
  auto top = top_.lower_bound(from > prefix ? from : prefix);
  const auto in_prefix = [&] {
    return top != top_.end() && top->first.compare(0, prefix.size(), prefix) == 0;
  };
  bool going = true;
  const auto visit_top = [&] {
    if (top->second.value) going = visit(top->first, *top->second.value);
    ++top;
  };
  stored_.ScanBytes(prefix, from, [&](std::string_view key, std::string_view bytes) {
    while (going && in_prefix() && top->first < key) visit_top();
    if (!going) return false;
    if (in_prefix() && top->first == key) {
      visit_top();
    } else {
      going = visit(key, bytes);
    }
    return going;
  });
  while (going && in_prefix()) visit_top();
}

void Overlay::Set(std::string_view key, std::optional<std::string> value) {
  const uint64_t serial = ++serial_;
  const bool deadline = key.substr(0, 2) == "d/";
  if ((deadline && key <= first_deadline_) || key.substr(0, 6) == "p/run/") ++work_changes_;
  changes_.push_back({std::string(key), value, serial});
  auto top = top_.find(key);
  if (top == top_.end()) {
    top_.emplace(std::string(key), Top{std::move(value), serial});
  } else {
    top->second = Top{std::move(value), serial};
  }
}

void Overlay::PutBytes(std::string_view key, std::string bytes) { Set(key, std::move(bytes)); }

void Overlay::Erase(std::string_view key) { Set(key, std::nullopt); }

std::vector<RowChange> Overlay::TakeChanges() { return std::exchange(changes_, {}); }

void Overlay::Settle(const std::vector<RowChange>& changes) {
  for (const RowChange& change : changes) {
    const auto top = top_.find(change.key);
    if (top != top_.end() && top->second.serial == change.serial) top_.erase(top);
  }
}

void Overlay::Clear() {
  top_.clear();
  changes_.clear();
  first_deadline_ = kBehindDeadlines;
  ++work_changes_;
}

}  // namespace afterbell
