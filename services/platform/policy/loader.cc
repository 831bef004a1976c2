// Loader: parse with protobuf's text parser, then check each value against the table of keys. The
// parser's tree of locations gives every complaint its line and column.
#include "services/platform/policy/loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/time.h"
#include "services/platform/policy/check.h"
#include "services/platform/policy/keys.h"

namespace afterbell::policy {
namespace {

using Tree = google::protobuf::TextFormat::ParseInfoTree;

// What is wrong, in the order of the file.
class Problems : public google::protobuf::io::ErrorCollector {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  // Line and column counted from 0, as protobuf does; -1 where a place is unknown.
  void Add(int line, int column, const std::string& text) {
    found_.emplace(std::pair(std::max(line, 0), std::max(column, 0)), text);
  }
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    Add(line, column, message);
  }

  bool empty() const { return found_.empty(); }
  std::string Text() const {
    std::string text;
    for (const auto& [place, message] : found_) {
      if (!text.empty()) text += '\n';
      text += file_name_ + ':' + std::to_string(place.first + 1) + ':' + std::to_string(place.second + 1) +
              ": " + message;
    }
    return text;
  }

 private:
  const std::string file_name_;
  std::multimap<std::pair<int, int>, std::string> found_;
};

// A message and where it and its fields stand. A field that is absent stands where its message does.
class Place {
 public:
  Place(const Tree* tree, int line, int column) : tree_(tree), line_(line), column_(column) {}

  Place Field(const google::protobuf::Message& message, const char* name, int index = -1) const {
    const auto* field = message.GetDescriptor()->FindFieldByName(name);
    if (tree_ == nullptr || field == nullptr) return Place(nullptr, line_, column_);
    int at = field->is_repeated() ? index : -1;
    auto where = tree_->GetLocation(field, at);
    while (where.line < 0 && at > 0)
      where = tree_->GetLocation(field, --at);  // In [a, b] only a has a place.
    const Tree* nested = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE
                             ? tree_->GetTreeForNested(field, at)
                             : nullptr;
    return where.line < 0 ? Place(nested, line_, column_) : Place(nested, where.line, where.column);
  }

  void Complain(const std::string& text, Problems* problems) const { problems->Add(line_, column_, text); }

 private:
  const Tree* tree_;
  int line_;
  int column_;
};

// Complaints about a value name a path in it ("words.word[2]"); this finds its place.
Place FindPath(const Place& value_place, const v1::Value& value, const ValueComplaint& complaint) {
  const auto field_of = [](const v1::Value& v) {
    const auto* oneof = v.GetDescriptor()->oneof_decl(0);
    const auto* field = v.GetReflection()->GetOneofFieldDescriptor(v, oneof);
    return field == nullptr ? "" : field->name().c_str();
  };
  Place place = value_place.Field(value, field_of(value));
  const v1::Value* inner = &value;
  if (complaint.entry >= 0) {
    const v1::Entry& entry = value.entries().entry(complaint.entry);
    place = place.Field(value.entries(), "entry", complaint.entry);
    if (complaint.in_name) return place.Field(entry, "name");
    inner = &entry.value();
    place = place.Field(entry, "value");
    if (inner->value_case() != v1::Value::VALUE_NOT_SET) place = place.Field(*inner, field_of(*inner));
  }
  if (complaint.word >= 0) place = place.Field(inner->words(), "word", complaint.word);
  return place;
}

void CheckDate(const google::protobuf::Message& message, const Place& place, const char* field,
               const std::string& date, Problems* problems) {
  if (date.empty() || IsDate(date)) return;
  place.Field(message, field)
      .Complain(std::string(field) + " '" + date + "', expected a day, YYYY-MM-DD", problems);
}

void CheckScope(const v1::Scope& scope, const Place& place, Problems* problems) {
  const auto complain = [&](const char* field, const std::string& found, const std::string& expected) {
    place.Field(scope, field)
        .Complain(std::string(field) + " '" + found + "', expected " + expected, problems);
  };
  if (!scope.area_id().empty() && !IsId(scope.area_id())) complain("area_id", scope.area_id(), "an id");
  if (!scope.school_id().empty() && !IsId(scope.school_id()))
    complain("school_id", scope.school_id(), "an id");
  if (!scope.stage().empty() && !HasWord(kStages, scope.stage())) {
    complain("stage", scope.stage(), OneOf(kStages));
  }
  if (!scope.grade().empty() && !HasWord("1 2 3 4 5 6 7 8 9 10 11 12", scope.grade())) {
    complain("grade", scope.grade(), "1 to 12");
  }
  if (!scope.season().empty() && !HasWord(kSeasons, scope.season())) {
    complain("season", scope.season(), OneOf(kSeasons));
  }
}

// The parameter's scope narrows the instrument's: what it says wins, and only the area may be said
// by both, for whether one lies in the other is for the registry to know.
v1::Scope Narrowed(const v1::Scope& wide, const v1::Scope& narrow) {
  v1::Scope scope = wide;
  scope.MergeFrom(narrow);
  return scope;
}

void CheckNarrowing(const v1::Scope& wide, const v1::Scope& narrow, const Place& place, Problems* problems) {
  const auto compare = [&](const char* field, const std::string& outer, const std::string& inner) {
    if (outer.empty() || inner.empty() || outer == inner) return;
    place.Field(narrow, field)
        .Complain(std::string(field) + " '" + inner + "', expected '" + outer + "', the instrument's",
                  problems);
  };
  compare("school_id", wide.school_id(), narrow.school_id());
  compare("stage", wide.stage(), narrow.stage());
  compare("grade", wide.grade(), narrow.grade());
  compare("season", wide.season(), narrow.season());
}

// The key's row; else complains, naming what may be meant.
const KeyInfo* CheckKey(const v1::Parameter& parameter, const Place& place, Problems* problems) {
  const KeyInfo* key = FindKey(parameter.key());
  if (key != nullptr) return key;
  std::string expected = "a key of services/platform/policy/keys.cc";
  if (parameter.key() == "min_adults_per_session") {
    expected = OneOf("min_staff_per_session teachers_per_group min_parents_per_class_club");
  } else if (const std::string_view canonical = CanonicalOf(parameter.key()); !canonical.empty()) {
    expected = std::string(canonical);
  }
  place.Field(parameter, "key").Complain("key '" + parameter.key() + "', expected " + expected, problems);
  return nullptr;
}

void CheckParameter(const v1::Instrument& instrument, const v1::Parameter& parameter, const Place& place,
                    Problems* problems) {
  if (const KeyInfo* key = CheckKey(parameter, place, problems); key != nullptr) {
    const Place value_place = place.Field(parameter, "value");
    for (const ValueComplaint& complaint : CheckValue(*key, parameter.value())) {
      FindPath(value_place, parameter.value(), complaint).Complain(complaint.text, problems);
    }
    if (const std::string complaint = CheckUnit(*key, parameter.value(), parameter.unit());
        !complaint.empty()) {
      place.Field(parameter, "unit").Complain(complaint, problems);
    }
  }
  const Place scope_place = place.Field(parameter, "scope");
  CheckScope(parameter.scope(), scope_place, problems);
  CheckNarrowing(instrument.scope(), parameter.scope(), scope_place, problems);
  CheckDate(parameter, place, "effective_from", parameter.effective_from(), problems);
  CheckDate(parameter, place, "effective_to", parameter.effective_to(), problems);
  const std::string& from =
      parameter.effective_from().empty() ? instrument.effective_from() : parameter.effective_from();
  if (!parameter.effective_to().empty() && parameter.effective_to() < from) {
    place.Field(parameter, "effective_to")
        .Complain("effective_to '" + parameter.effective_to() + "', expected " + from + " or later",
                  problems);
  }
  const bool assumed = instrument.issuer() == kAssumptions;
  if (assumed && parameter.reason().empty()) {
    place.Complain("no reason, expected why '" + parameter.key() + "' is assumed", problems);
  }
  if (!assumed && !parameter.reason().empty()) {
    place.Field(parameter, "reason")
        .Complain("a reason, expected none: only what is assumed needs one", problems);
  }
}

void CheckHead(const v1::Instrument& instrument, const Place& place, Problems* problems) {
  const auto required = [&](const char* field, const std::string& value, const char* why) {
    if (value.empty()) place.Complain(std::string("no ") + field + ", expected " + why, problems);
  };
  const auto computed = [&](const char* field, const std::string& value) {
    if (!value.empty()) {
      place.Field(instrument, field)
          .Complain(std::string(field) + ", expected none: it is computed", problems);
    }
  };
  required("title", instrument.title(), "one");
  required("issuer", instrument.issuer(), "the short name of who issued it");
  required("issued_on", instrument.issued_on(), "the day it was made known (REF-28)");
  required("effective_from", instrument.effective_from(), "the day from which it binds (REF-28)");
  computed("instrument_id", instrument.instrument_id());
  computed("content_hash", instrument.content_hash());
  CheckDate(instrument, place, "issued_on", instrument.issued_on(), problems);
  CheckDate(instrument, place, "effective_from", instrument.effective_from(), problems);
  CheckDate(instrument, place, "effective_to", instrument.effective_to(), problems);
  if (!instrument.effective_to().empty() && instrument.effective_to() < instrument.effective_from()) {
    place.Field(instrument, "effective_to")
        .Complain("effective_to '" + instrument.effective_to() + "', expected " +
                      instrument.effective_from() + " or later",
                  problems);
  }
  if (instrument.issuer() == kAssumptions && !instrument.provisional()) {
    place.Field(instrument, "issuer")
        .Complain("issuer 'assumptions', expected with it provisional: true", problems);
  }
  CheckScope(instrument.scope(), place.Field(instrument, "scope"), problems);
}

// What may be set once only: a key for a scope from a day.
std::string Identity(const v1::Instrument& instrument, const v1::Parameter& parameter) {
  const v1::Scope scope = Narrowed(instrument.scope(), parameter.scope());
  std::string identity;
  for (const std::string* part :
       {&parameter.key(), &scope.area_id(), &scope.school_id(), &scope.stage(), &scope.grade(),
        &scope.season(),
        parameter.effective_from().empty() ? &instrument.effective_from() : &parameter.effective_from()}) {
    identity += *part + '\0';
  }
  return identity;
}

void Check(const v1::Instrument& instrument, const Place& place, Problems* problems) {
  CheckHead(instrument, place, problems);
  std::set<std::string> seen;
  for (int i = 0; i < instrument.parameter_size(); ++i) {
    const v1::Parameter& parameter = instrument.parameter(i);
    const Place at = place.Field(instrument, "parameter", i);
    CheckParameter(instrument, parameter, at, problems);
    if (!seen.insert(Identity(instrument, parameter)).second) {
      at.Complain("'" + parameter.key() + "' again, expected one value for a scope and a day", problems);
    }
  }
}

std::string HexOf(std::string_view bytes) {
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

absl::StatusOr<v1::Instrument> ParseInstrument(std::string_view text, std::string_view file_name) {
  Problems problems(file_name);
  Tree tree;
  v1::Instrument instrument;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&problems);
  parser.WriteLocationsTo(&tree);
  if (parser.ParseFromString(std::string(text), &instrument))
    Check(instrument, Place(&tree, 0, 0), &problems);
  if (!problems.empty()) return absl::InvalidArgumentError(problems.Text());
  instrument.set_content_hash(Sha256(text));
  instrument.set_instrument_id(
      DerivedId("instrument", {instrument.issuer(), HexOf(instrument.content_hash())}));
  return instrument;
}

absl::StatusOr<v1::Instrument> LoadInstrument(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError(path + ": cannot be read, or is empty");
  return ParseInstrument(text.str(), path);
}

absl::StatusOr<std::vector<v1::Instrument>> LoadDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(path, error)) {
    if (file.path().extension() == ".textproto") files.push_back(file.path().string());
  }
  if (error) return absl::NotFoundError(path + ": " + error.message());
  std::sort(files.begin(), files.end());

  std::vector<v1::Instrument> instruments;
  std::map<std::string, std::string> file_of;  // By instrument id.
  std::string problems;
  const auto add = [&](std::string_view text) {
    if (!problems.empty()) problems += '\n';
    problems += text;
  };
  for (const std::string& file : files) {
    absl::StatusOr<v1::Instrument> instrument = LoadInstrument(file);
    if (!instrument.ok()) {
      add(std::string_view(instrument.status().message().data(), instrument.status().message().size()));
      continue;
    }
    const auto [first, is_new] = file_of.emplace(instrument->instrument_id(), file);
    if (!is_new)
      add(file + ":1:1: the text of " + first->second + " again, expected each instrument once (C-26)");
    instruments.push_back(*std::move(instrument));
  }
  if (!problems.empty()) return absl::InvalidArgumentError(problems);
  return instruments;
}

std::vector<v1::ParameterValue> ValuesOf(const v1::Instrument& instrument) {
  std::vector<v1::ParameterValue> values;
  for (const v1::Parameter& parameter : instrument.parameter()) {
    v1::ParameterValue& value = values.emplace_back();
    value.set_instrument_id(instrument.instrument_id());
    value.set_key(parameter.key());
    *value.mutable_scope() = Narrowed(instrument.scope(), parameter.scope());
    *value.mutable_value() = parameter.value();
    value.set_unit(parameter.unit());
    value.set_effective_from(parameter.effective_from().empty() ? instrument.effective_from()
                                                                : parameter.effective_from());
    value.set_effective_to(parameter.effective_to().empty() ? instrument.effective_to()
                                                            : parameter.effective_to());
    value.set_issued_on(instrument.issued_on());
    value.set_provisional(instrument.provisional() || parameter.provisional());
    value.set_reason(parameter.reason());
    value.set_value_id(ValueIdOf(value));
  }
  return values;
}

}  // namespace afterbell::policy
