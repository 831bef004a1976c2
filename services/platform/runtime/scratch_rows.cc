#include "services/platform/runtime/scratch_rows.h"

namespace afterbell {

AnyRow ScratchRows::Find(const TableInfo& table, std::string_view key) const {
  if (const auto over = over_.find(&table); over != over_.end()) {
    if (const auto row = over->second.find(key); row != over->second.end()) return row->second;
  }
  return under_.Find(table, key);
}

void ScratchRows::Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const {
  const auto over = over_.find(&table);
  if (over == over_.end()) return under_.Walk(table, range, visit);
  auto top = over->second.lower_bound(range.first());
  const auto in_range = [&] { return top != over->second.end() && range.Holds(top->first); };
  bool going = true;
  const auto visit_top = [&] {
    if (top->second != nullptr) going = visit(top->first, top->second);
    ++top;
  };
  under_.Walk(table, range, [&](std::string_view key, const AnyRow& row) {
    while (going && in_range() && top->first < key) visit_top();
    if (!going) return false;
    if (in_range() && top->first == key) {
      visit_top();
    } else {
      going = visit(key, row);
    }
    return going;
  });
  while (going && in_range()) visit_top();
}

}  // namespace afterbell
