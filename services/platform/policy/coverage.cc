// Coverage of the list of cells by the loaded instruments. A cell's typed_value becomes the same
// message an instrument would hold, and the two are compared.
#include "services/platform/policy/coverage.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "services/platform/policy/keys.h"

namespace afterbell::policy {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The text as a value of one type; nothing where it is not one.
std::optional<v1::Value> ValueOf(std::string_view text, Types type) {
  v1::Value value;
  if (text == "unset") {
    value.mutable_unset();
    return value;
  }
  const std::optional<int64_t> number = Number(text);
  switch (type) {
    case kCount:
    case kFen:
    case kMinutes:
      if (!number) return std::nullopt;
      if (type == kCount) value.set_count(*number);
      if (type == kFen) value.set_fen(*number);
      if (type == kMinutes) value.set_minutes(*number);
      return value;
    case kFlag:
      if (text != "true" && text != "false") return std::nullopt;
      value.set_flag(text == "true");
      return value;
    case kChoice:
      value.set_choice(std::string(text));
      return value;
    case kTime:
      value.set_time(std::string(text));
      return value;
    case kDate:
    case kTerm:
    case kYearDay:
      value.set_date(std::string(text));
      return value;
    case kWords:
      for (const std::string_view word : Split(text, ',')) value.mutable_words()->add_word(std::string(word));
      return value;
    default:
      return std::nullopt;
  }
}

Types TypeOfCell(std::string_view type) {
  if (type == "count" || type == "percent") return kCount;
  if (type == "fen") return kFen;
  if (type == "minutes") return kMinutes;
  if (type == "bool") return kFlag;
  if (type == "enum") return kChoice;
  if (type == "time") return kTime;
  if (type == "date") return kDate;
  if (type == "list") return kWords;
  if (type == "map") return kEntries;
  if (type == "note") return kNote;
  return 0;
}

// The key's unit in the text of a cell: the longest that the first part with one begins with. For
// fee_cap, "fen/pupil-month" of "fen/pupil-class_hour; fen/pupil-month". Empty: none of the key's.
std::string UnitOf(const KeyInfo& key, std::string_view cell_unit) {
  std::string text(cell_unit);
  std::replace(text.begin(), text.end(), ' ', '_');
  std::string_view best;
  for (std::string_view part : Split(text, ';')) {
    while (!part.empty() && part.front() == '_') part.remove_prefix(1);
    for (const std::string_view unit : WordsIn(key.units)) {
      const bool begins =
          part.substr(0, unit.size()) == unit &&
          (part.size() == unit.size() || std::string_view(",_").find(part[unit.size()]) != part.npos);
      if (begins && unit.size() > best.size()) best = unit;
    }
    if (!best.empty()) break;
  }
  return std::string(best);
}

// Narrows the scope by a name of a map cell, where the name is a step of a scope.
bool Narrow(std::string_view name, v1::Scope* scope) {
  if (HasWord(kStages, name)) {
    scope->set_stage(std::string(name));
  } else if (HasWord(kSeasons, name)) {
    scope->set_season(std::string(name));
  } else if (name.substr(0, 6) == "grade_") {
    scope->set_grade(std::string(name.substr(6)));
  } else {
    return false;
  }
  return true;
}

// The type a narrowed or partial value has: the key's own, where the key has only one that fits.
std::optional<v1::Value> ValueOfAny(std::string_view text, Types types) {
  for (const Types type : {kFen, kMinutes, kCount, kFlag, kTime, kChoice, kWords}) {
    if ((types & type) == 0) continue;
    if (type == kTime && (text.size() != 5 || text[2] != ':') && text != "unset") continue;
    if (auto value = ValueOf(text, type)) return value;
  }
  if ((types & kEntries) == 0 || text.size() != 11 || text[5] != '-') return std::nullopt;
  v1::Value window;  // 16:40-16:45
  for (const auto& [name, time] : {std::pair("from", text.substr(0, 5)), std::pair("to", text.substr(6))}) {
    v1::Entry* entry = window.mutable_entries()->add_entry();
    entry->set_name(name);
    entry->mutable_value()->set_time(std::string(time));
  }
  return window;
}

class Reader {
 public:
  absl::StatusOr<std::vector<v1::Parameter>> Read(const Cell& cell) {
    cell_ = &cell;
    wanted_.clear();
    const Types type = TypeOfCell(cell.type);
    if (type == 0) return Bad("type", cell.type);
    // A row whose unit says which parameter it is.
    std::string_view key = cell.parameter;
    for (const std::string_view unit : Split(cell.unit, ',')) {
      if (const std::string_view part = PartOf(cell.parameter, unit); !part.empty()) key = part;
    }
    const KeyInfo* info = FindKey(key);
    if (info == nullptr) return Bad("parameter", cell.parameter);
    if (cell.typed_value == "note") {
      v1::Value note;
      note.set_note(cell.value_text);
      Want(*info, note, {});
      wanted_.back().clear_unit();
    } else if (type == kEntries && cell.typed_value != "unset") {
      if (absl::Status status = ReadMap(*info); !status.ok()) return status;
    } else {
      const auto value = ValueOf(cell.typed_value, type);
      if (!value) return Bad("typed_value", cell.typed_value);
      Want(*info, *value, {});
      WantBound();
    }
    return std::move(wanted_);
  }

 private:
  absl::Status Bad(const char* column, std::string_view found) const {
    return absl::InvalidArgumentError("line " + std::to_string(cell_->line) + ": " + column + " '" +
                                      std::string(found) + "' of " + cell_->source);
  }

  void Want(const KeyInfo& key, const v1::Value& value, const v1::Scope& scope) {
    v1::Parameter& wanted = wanted_.emplace_back();
    wanted.set_key(std::string(key.key));
    *wanted.mutable_value() = value;
    wanted.set_unit(UnitOf(key, cell_->unit));
    if (scope.ByteSizeLong() > 0) *wanted.mutable_scope() = scope;
  }

  // An end time says in its unit what kind of bound it is; that is a parameter of its own (C-07).
  void WantBound() {
    if (cell_->parameter != "end_time") return;
    const KeyInfo& bound = *FindKey("end_time_bound");
    for (const std::string_view word : WordsIn(bound.words)) {
      if (cell_->unit.find(word) == std::string::npos) continue;
      v1::Value value;
      value.set_choice(std::string(word));
      Want(bound, value, {});
    }
  }

  absl::Status ReadMap(const KeyInfo& info) {
    v1::Value entries;
    for (const std::string_view pair : Split(cell_->typed_value, ';')) {
      const size_t equals = pair.find('=');
      if (equals == pair.npos) return Bad("typed_value", pair);
      const std::string_view name = pair.substr(0, equals);
      const std::string_view text = pair.substr(equals + 1);
      v1::Scope scope;
      if (const std::string_view part = PartOf(cell_->parameter, name); !part.empty()) {
        const auto value = ValueOfAny(text, FindKey(part)->types);
        if (!value) return Bad("typed_value", pair);
        Want(*FindKey(part), *value, {});
      } else if (EntryTypeOf(info, name) == 0 && Narrow(name, &scope)) {
        const auto value = ValueOfAny(text, info.types);
        if (!value) return Bad("typed_value", pair);
        Want(info, *value, scope);
      } else {
        const auto value = ValueOf(text, EntryTypeOf(info, name));
        if (!value) return Bad("typed_value", pair);
        v1::Entry* entry = entries.mutable_entries()->add_entry();
        entry->set_name(std::string(name));
        *entry->mutable_value() = *value;
      }
    }
    if (entries.has_entries()) Want(info, entries, {});
    WantBound();
    return absl::OkStatus();
  }

  const Cell* cell_ = nullptr;
  std::vector<v1::Parameter> wanted_;
};

// A value with its unit as a file would have it: "fen: 300 fen/pupil-month".
std::string Shown(const v1::Parameter& parameter) {
  const std::string text = parameter.value().ShortDebugString();
  return parameter.unit().empty() ? text : text + " " + parameter.unit();
}

bool SameScope(const v1::Scope& a, const v1::Scope& b) {
  return a.stage() == b.stage() && a.grade() == b.grade() && a.season() == b.season();
}

// What is wrong with the instrument's value of this key; empty: it is as wanted.
std::string Compare(const v1::Instrument& instrument, const v1::Parameter& wanted) {
  const std::string name =
      wanted.key() + (wanted.has_scope() ? " {" + wanted.scope().ShortDebugString() + "}" : "");
  for (const v1::Parameter& found : instrument.parameter()) {
    if (found.key() != wanted.key() || !SameScope(found.scope(), wanted.scope())) continue;
    if (found.value().SerializeAsString() == wanted.value().SerializeAsString() &&
        found.unit() == wanted.unit()) {
      return {};
    }
    return name + ": " + Shown(found) + ", expected " + Shown(wanted);
  }
  return name + ": not set, expected " + Shown(wanted);
}

std::vector<std::string> Without(const std::set<std::string>& all, const std::set<std::string>& without) {
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), without.begin(), without.end(), std::back_inserter(rest));
  return rest;
}

std::string Lines(const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text = std::string(title) + ":";
  for (const std::string& name : names) text += " " + name;
  return text + "\n";
}

}  // namespace

absl::StatusOr<std::vector<Cell>> ParseCells(std::string_view tsv) {
  constexpr std::string_view kHeader =
      "parameter\tgroup\tsource\tscope\tvalue_text\ttyped_value\tunit\ttype\tcore_conflict_ref\tkey_phrase";
  std::vector<Cell> cells;
  int number = 0;
  for (const std::string_view line : Split(tsv, '\n')) {
    ++number;
    if (number == 1) {
      if (line == kHeader) continue;
      return absl::InvalidArgumentError("line 1: not the columns of the list of cells");
    }
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> columns = Split(line, '\t');
    if (columns.size() != 10) {
      return absl::InvalidArgumentError("line " + std::to_string(number) + ": " +
                                        std::to_string(columns.size()) + " columns, expected 10");
    }
    const auto text = [&](int column) { return std::string(columns[column]); };
    cells.push_back({number, text(0), text(2), text(4), text(5), text(6), text(7)});
  }
  return cells;
}

absl::StatusOr<std::vector<v1::Parameter>> ParametersOf(const Cell& cell) { return Reader().Read(cell); }

absl::StatusOr<Coverage> CoverageOf(const std::vector<Cell>& cells,
                                    const std::vector<v1::Instrument>& instruments) {
  Coverage coverage;
  const auto source_of = [&](const std::string& name) -> SourceCoverage& {
    for (SourceCoverage& source : coverage.sources) {
      if (source.source == name) return source;
    }
    return coverage.sources.emplace_back(SourceCoverage{name});
  };
  for (const Cell& cell : cells) {
    const absl::StatusOr<std::vector<v1::Parameter>> wanted = ParametersOf(cell);
    if (!wanted.ok()) return wanted.status();
    if (cell.source == "-") {
      coverage.silent.push_back(cell.parameter);
      continue;
    }
    SourceCoverage& source = source_of(cell.source);
    ++source.cells;
    // A source may have issued several instruments; a cell must be right in one of them.
    std::string problem = "no instrument of " + cell.source;
    for (const v1::Instrument& instrument : instruments) {
      if (instrument.issuer() != cell.source) continue;
      std::string here;
      for (const v1::Parameter& want : *wanted) {
        const std::string difference = Compare(instrument, want);
        if (!difference.empty()) here += (here.empty() ? "" : "; ") + difference;
      }
      problem = here;
      if (here.empty()) break;
    }
    if (problem.empty()) {
      ++source.loaded;
    } else {
      source.differences.push_back({cell, problem});
    }
  }

  std::set<std::string> set;
  for (const v1::Instrument& instrument : instruments) {
    for (const v1::Parameter& parameter : instrument.parameter()) set.insert(parameter.key());
    const bool listed =
        std::any_of(coverage.sources.begin(), coverage.sources.end(),
                    [&](const SourceCoverage& source) { return source.source == instrument.issuer(); });
    if (!listed) coverage.unlisted.push_back(instrument.issuer());
  }
  const std::set<std::string> read(KeysRead().begin(), KeysRead().end());
  coverage.unread = Without(set, read);
  coverage.never_set = Without(read, set);
  return coverage;
}

std::string ToText(const Coverage& coverage) {
  std::string text;
  for (const SourceCoverage& source : coverage.sources) {
    text +=
        source.source + ": " + std::to_string(source.loaded) + " of " + std::to_string(source.cells) + "\n";
  }
  for (const SourceCoverage& source : coverage.sources) {
    if (source.loaded == 0) continue;  // Not loaded at all: the line above says so.
    for (const Difference& difference : source.differences) {
      text += source.source + ", line " + std::to_string(difference.cell.line) + ", " +
              difference.cell.parameter + ": " + difference.text + "\n";
    }
  }
  text += Lines("no source sets", coverage.silent);
  text += Lines("issuers not in the list", coverage.unlisted);
  text += Lines("set, and nothing reads it yet", coverage.unread);
  text += Lines("read, and no instrument sets it", coverage.never_set);
  return text;
}

}  // namespace afterbell::policy
