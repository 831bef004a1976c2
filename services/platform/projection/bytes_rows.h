// Rows as a store holds them: bytes under text. Parsed anew whenever they are asked for.
#ifndef AFTERBELL_SERVICES_PLATFORM_PROJECTION_BYTES_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_PROJECTION_BYTES_ROWS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "services/platform/decider/rows.h"

namespace afterbell {

class BytesRows : public RowSource {
 public:
  // Return false to end a scan.
  using Visitor = std::function<bool(std::string_view key, std::string_view bytes)>;

  // The bytes of a row, or nothing. `key` is a StoreKey.
  virtual std::optional<std::string> GetBytes(std::string_view key) const = 0;

  // Visits rows whose key begins with `prefix`, from key `from` on (inclusive; empty: from the first), in
  // byte order of their keys, until the visitor returns false.
  virtual void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const = 0;

  AnyRow Find(const TableInfo& table, std::string_view key) const override {
    const std::optional<std::string> bytes = GetBytes(StoreKey(table, key));
    return bytes ? ParseRow(table, key, *bytes) : nullptr;
  }

  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override {
    const size_t before = table.name.size() + 1;
    ScanBytes(StoreKey(table, range.prefix), StoreKey(table, range.first()),
              [&](std::string_view full, std::string_view bytes) {
                const std::string_view key = full.substr(before);
                return range.Holds(key) && visit(key, ParseRow(table, key, bytes));
              });
  }
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_PROJECTION_BYTES_ROWS_H_
