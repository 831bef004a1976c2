#include "services/platform/decider/rows.h"

#include <cstdio>
#include <cstdlib>

namespace afterbell {

std::string StoreKey(const TableInfo& table, std::string_view key) {
  std::string full;
  full.reserve(table.name.size() + 1 + key.size());
  full.append(table.name);
  if (table.parts > 0) full.append(1, '/').append(key);
  return full;
}

AnyRow ParseRow(const TableInfo& table, std::string_view key, std::string_view bytes) {
  std::shared_ptr<google::protobuf::MessageLite> row(table.row().New());
  if (row->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return row;
  std::fprintf(stderr, "row '%s' is not a %s (%zu bytes)\n", StoreKey(table, key).c_str(),
               row->GetTypeName().c_str(), bytes.size());
  std::abort();
}

AnyRow MemoryRows::Find(const TableInfo& table, std::string_view key) const {
  const auto found = rows_.find(StoreKey(table, key));
  return found == rows_.end() ? nullptr : found->second;
}

void MemoryRows::Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const {
  const std::string whole = StoreKey(table, "");
  for (auto row = rows_.lower_bound(StoreKey(table, range.first())); row != rows_.end(); ++row) {
    if (row->first.compare(0, whole.size(), whole) != 0) return;
    const std::string_view key = std::string_view(row->first).substr(whole.size());
    if (!range.Holds(key) || !visit(key, row->second)) return;
  }
}

void MemoryRows::Set(const TableInfo& table, std::string_view key, AnyRow row) {
  if (row == nullptr) {
    rows_.erase(StoreKey(table, key));
  } else {
    rows_[StoreKey(table, key)] = std::move(row);
  }
}

std::map<std::string, std::string, std::less<>> MemoryRows::all() const {
  std::map<std::string, std::string, std::less<>> all;
  for (const auto& [key, row] : rows_) all[key] = row->SerializeAsString();
  return all;
}

}  // namespace afterbell
