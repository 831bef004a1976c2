#include "services/platform/runtime/tables.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "services/platform/reference/tables.h"

namespace afterbell {

namespace key {

Ordinal::Read Ordinal::Parse(std::string_view part) {
  Read read;
  const char* const end = part.data() + part.size();
  const char* const dot = std::from_chars(part.data(), end, read.index, 16).ptr;
  if (dot != end) std::from_chars(dot + 1, end, read.ordinal);
  return read;
}

void Ordinal::AppendTo(KeyText* key) const {
  key->Append(absl::StrCat(absl::Hex(index, absl::kZeroPad16), ".", ordinal));
}

}  // namespace key

TableList TablesOf(const Service& service, const PartitionId& id) {
  TableList tables = service.tables();
  const TableList own = PlatformTables();
  tables.insert(tables.end(), own.begin(), own.end());
  if (id.number == 0) {
    const TableList commons = reference::CommonsTablesOf(service.name());
    tables.insert(tables.end(), commons.begin(), commons.end());
  }
  return tables;
}

std::string BlockedText(std::string_view parameter, const key::Ordinal& ordinal) {
  KeyText text;
  decltype(kBlocked)::Key(key::Word(parameter), ordinal).AppendTo(&text);
  return StoreKey(kBlocked, text.view());
}

KeyOf<key::Word, key::Ordinal> BlockedKey(std::string_view text) {
  text.remove_prefix(std::min(text.size(), kBlocked.name.size() + 1));
  const auto [parameter, ordinal] = decltype(kBlocked)::Read(text);
  return {key::Word(parameter), key::Ordinal(ordinal)};
}

}  // namespace afterbell
