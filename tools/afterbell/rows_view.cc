#include "tools/afterbell/rows_view.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "services/platform/decider/schema.h"
#include "services/platform/reference/tables.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {
namespace {

constexpr char kNoParts[] = "(one row)";
constexpr size_t kColumns = 5;
using Line = std::array<std::string, kColumns>;

// The folder that writes it.
std::string_view WriterOf(Kind kind) {
  switch (kind) {
    case Kind::kState:
      return "domain/";
    case Kind::kFact:
      return "intake/";
    case Kind::kView:
      return "projection/";
    case Kind::kCommons:
      return "platform/reference";
    case Kind::kDeadline:
      return "domain/ and intake/";
    case Kind::kPlatform:
      return "platform/runtime";
  }
  return "";
}

Line LineOf(const TableInfo& table) {
  return {std::string(table.name), table.parts == 0 ? kNoParts : KeyShape(table), table.row().GetTypeName(),
          absl::StrCat(std::string(KindName(table.kind)), ", ", std::string(WriterOf(table.kind))),
          KeepText(table.keep)};
}

// Names in code, of which none needs an escape.
std::string Quoted(std::string_view text) { return absl::StrCat("\"", std::string(text), "\""); }

}  // namespace

std::vector<OwnedTables> TablesOfAll(const std::vector<const Service*>& services) {
  std::vector<OwnedTables> all;
  TableList commons;
  for (const Service* service : services) {
    all.push_back({std::string(service->name()), SortedByName(service->tables())});
    const TableList own = reference::CommonsTablesOf(service->name());
    commons.insert(commons.end(), own.begin(), own.end());
  }
  all.push_back({"platform", SortedByName(PlatformTables())});
  all.push_back({"commons", SortedByName(commons)});
  return all;
}

std::string AsText(const std::vector<OwnedTables>& all) {
  std::array<size_t, kColumns> widths = {};
  for (const OwnedTables& owned : all) {
    for (const TableInfo* table : owned.tables) {
      const Line line = LineOf(*table);
      for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
    }
  }
  std::string text;
  for (const OwnedTables& owned : all) {
    if (owned.tables.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", owned.owner, "\n");
    for (const TableInfo* table : owned.tables) {
      const Line line = LineOf(*table);
      for (size_t i = 0; i + 1 < kColumns; ++i)
        absl::StrAppend(&text, "  ", line[i], std::string(widths[i] - line[i].size(), ' '));
      absl::StrAppend(&text, "  ", line.back(), "\n");
    }
  }
  return text;
}

std::string AsJson(const std::vector<OwnedTables>& all) {
  std::string text;
  for (const OwnedTables& owned : all) {
    for (const TableInfo* table : owned.tables) {
      absl::StrAppend(&text, text.empty() ? "[" : ",\n ", "{\"owner\": ", Quoted(owned.owner),
                      ", \"name\": ", Quoted(table->name), ", \"key\": ", Quoted(KeyShape(*table)),
                      ", \"row\": ", Quoted(table->row().GetTypeName()),
                      ", \"kind\": ", Quoted(KindName(table->kind)),
                      ", \"written_by\": ", Quoted(WriterOf(table->kind)),
                      ", \"kept\": ", Quoted(KeepText(table->keep)), "}");
    }
  }
  return (text.empty() ? "[" : text) + "]\n";
}

}  // namespace afterbell
