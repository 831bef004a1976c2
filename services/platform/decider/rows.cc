#include "services/platform/decider/rows.h"

#include <cstdio>
#include <cstdlib>

namespace afterbell {

void Rows::ParseRow(std::string_view key, std::string_view bytes, google::protobuf::MessageLite* row) {
  if (row->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  std::fprintf(stderr, "row '%.*s' is not a %s (%zu bytes)\n", static_cast<int>(key.size()), key.data(),
               row->GetTypeName().c_str(), bytes.size());
  std::abort();
}

std::optional<std::string> MemoryRows::GetBytes(std::string_view key) const {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

void MemoryRows::ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const {
  for (auto row = rows_.lower_bound(from > prefix ? from : prefix);
       row != rows_.end() && row->first.compare(0, prefix.size(), prefix) == 0; ++row) {
    if (!visit(row->first, row->second)) return;
  }
}

void MemoryRows::PutBytes(std::string_view key, std::string bytes) {
  const auto found = rows_.lower_bound(key);
  if (found != rows_.end() && found->first == key) {
    found->second = std::move(bytes);
  } else {
    rows_.emplace_hint(found, key, std::move(bytes));
  }
}

void MemoryRows::Erase(std::string_view key) {
  const auto found = rows_.find(key);
  if (found != rows_.end()) rows_.erase(found);
}

std::string_view KeyPart(std::string_view key, int place) {
  for (; place > 0; --place) {
    const size_t slash = key.find('/');
    if (slash == std::string_view::npos) return {};
    key.remove_prefix(slash + 1);
  }
  return key.substr(0, key.find('/'));
}

}  // namespace afterbell
