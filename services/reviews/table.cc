#include "services/reviews/table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace afterbell::reviews {
namespace {

constexpr int64_t kFenPerYuan = 100;

std::string YuanText(int64_t fen) {
  const int64_t size = fen < 0 ? -fen : fen;
  return absl::StrFormat("%s%d.%02d", fen < 0 ? "-" : "", size / kFenPerYuan, size % kFenPerYuan);
}

std::string CellText(const Cell& cell, Unit unit, bool yuan) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    return unit == Unit::kFen && yuan ? YuanText(*number) : absl::StrCat(*number);
  }
  return {};
}

bool IsNumber(const Column& column) { return column.unit != Unit::kNone; }

std::string Padded(const std::string& text, size_t width, bool right) {
  const std::string room(width - std::min(width, WidthOf(text)), ' ');
  return right ? room + text : text + room;
}

void AppendTable(const Table& table, std::string* out) {
  absl::StrAppend(out, "\n", table.zh, " / ", table.en, "\n");
  // Two lines of head: one language each.
  std::vector<std::vector<std::string>> lines(2);
  for (const Column& column : table.columns) {
    lines[0].push_back(column.zh);
    lines[1].push_back(column.unit == Unit::kFen ? column.en + " (yuan)" : column.en);
  }
  for (const Row& row : table.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (size_t i = 0; i < table.columns.size(); ++i)
      line.push_back(CellText(row[i], table.columns[i].unit, true));
  }
  std::vector<size_t> widths(table.columns.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], WidthOf(line[i]));
  }
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? "" : "  ", Padded(line[i], widths[i], IsNumber(table.columns[i])));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    absl::StrAppend(out, text, "\n");
  }
  if (table.rows.empty()) absl::StrAppend(out, "(无 / none)\n");
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

size_t WidthOf(const std::string& text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t j = 1; j < length && i + j < text.size(); ++j) point = point << 6 | (text[i + j] & 0x3f);
    const bool wide = (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) ||
                      (point >= 0xf900 && point <= 0xfaff) || (point >= 0xfe30 && point <= 0xfe6f) ||
                      (point >= 0xff00 && point <= 0xff60) || (point >= 0x20000 && point <= 0x3fffd);
    width += wide ? 2 : 1;
    i += length;
  }
  return width;
}

std::string AsText(const Result& result) {
  std::string text =
      absl::StrCat(result.review, " (", result.version, ")\n", result.zh, "\n", result.en, "\n");
  for (const Table& table : result.tables) AppendTable(table, &text);
  const Basis& basis = result.basis;
  absl::StrAppend(&text, "\n依据 / rests on: log ", basis.log_id, ", ", basis.clock, " clock, as of ",
                  basis.as_of, ", policy ", basis.policy, "\n");
  for (const std::string& value : basis.provisional)
    absl::StrAppend(&text, "暂定 / provisional: ", value, "\n");
  for (const std::string& note : basis.notes) absl::StrAppend(&text, "注 / note: ", note, "\n");
  return text;
}

std::string AsCsv(const Table& table) {
  std::string text;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", table.columns[i].key);
  }
  text += "\r\n";
  for (const Row& row : table.rows) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? "" : ",", CsvField(CellText(row[i], table.columns[i].unit, false)));
    }
    text += "\r\n";
  }
  return text;
}

std::string AsJson(const Result& result) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["review"] = result.review;
  json["version"] = result.version;
  json["question"] = {{"zh-CN", result.zh}, {"en", result.en}};
  const Basis& basis = result.basis;
  json["basis"] = {{"log_id", basis.log_id},
                   {"clock", basis.clock},
                   {"as_of", basis.as_of},
                   {"policy", basis.policy},
                   {"provisional", basis.provisional},
                   {"notes", basis.notes}};
  json["tables"] = Json::array();
  for (const Table& table : result.tables) {
    Json rows = Json::array();
    for (const Row& row : table.rows) {
      Json object = Json::object();
      for (size_t i = 0; i < table.columns.size(); ++i) {
        Json& value = object[table.columns[i].key];
        if (const auto* text = std::get_if<std::string>(&row[i])) value = *text;
        if (const auto* number = std::get_if<int64_t>(&row[i])) value = *number;
      }
      rows.push_back(std::move(object));
    }
    json["tables"].push_back(
        {{"name", table.name}, {"title", {{"zh-CN", table.zh}, {"en", table.en}}}, {"rows", rows}});
  }
  return json.dump(2) + "\n";
}

}  // namespace afterbell::reviews
