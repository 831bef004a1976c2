// Checks of values against the table of keys. One message per thing that is wrong: what was found,
// and what was expected.
#include "services/platform/policy/check.h"

#include <set>

#include "services/platform/base/ids.h"
#include "services/platform/base/time.h"

namespace afterbell::policy {
namespace {

// A complaint about one single value, or nothing.
std::string CheckNumber(const char* type, int64_t number, std::string_view units) {
  if (number < 0) return std::string(type) + " " + std::to_string(number) + ", expected 0 or more";
  const bool percent = units.substr(0, 7) == "percent";
  if (percent && number > 100)
    return std::string(type) + " " + std::to_string(number) + ", expected 0 to 100 percent";
  return {};
}

std::string CheckWord(const char* type, const std::string& word, std::string_view list) {
  if (word.empty()) return std::string(type) + " '', expected a word";
  if (list.empty() || HasWord(list, word)) return {};
  return std::string(type) + " '" + word + "', expected " + OneOf(list);
}

// Types the text of a date is one of, for a message and for the check.
std::string CheckDateText(const std::string& date, Types types) {
  const Types found = [&] {
    v1::Value value;
    value.set_date(date);
    return TypeOf(value);
  }();
  if ((found & types) != 0 && (found != kDate || IsDate(date))) return {};
  std::string expected;
  for (const auto& [type, form] :
       {std::pair(kDate, "a day, YYYY-MM-DD"), std::pair(kTerm, "a term, YYYY-spring or YYYY-autumn"),
        std::pair(kYearDay, "a day of every year, MM-DD")}) {
    if ((types & type) == 0) continue;
    expected += (expected.empty() ? "" : "; ") + std::string(form);
  }
  return "date '" + date + "', expected " + expected;
}

constexpr Types kDates = kDate | kTerm | kYearDay;

void CheckOne(const KeyInfo& key, Types types, const v1::Value& value, ValueComplaint place,
              std::vector<ValueComplaint>* complaints) {
  const auto complain = [&](std::string text) {
    if (text.empty()) return;
    place.text = std::move(text);
    complaints->push_back(place);
  };
  const Types found = TypeOf(value);
  if (found == 0) return complain("no value, expected " + TypeNames(types));
  const bool is_date = (found & kDates) != 0;
  if (is_date ? (types & kDates) == 0 : (types & found) == 0) {
    return complain((is_date ? "date" : TypeNames(found)) + ", expected " + TypeNames(types));
  }
  switch (value.value_case()) {
    case v1::Value::kCount:
      return complain(CheckNumber("count", value.count(), key.units));
    case v1::Value::kFen:
      return complain(CheckNumber("fen", value.fen(), {}));
    case v1::Value::kMinutes:
      return complain(CheckNumber("minutes", value.minutes(), {}));
    case v1::Value::kShareBp:
      return complain(CheckNumber("share_bp", value.share_bp(), {}));
    case v1::Value::kChoice:
      return complain(CheckWord("choice", value.choice(), key.words));
    case v1::Value::kDate:
      return complain(CheckDateText(value.date(), types));
    case v1::Value::kTime:
      if (!IsTimeOfDay(value.time())) complain("time '" + value.time() + "', expected HH:MM");
      return;
    case v1::Value::kWords: {
      if (value.words().word().empty()) return complain("no word, expected at least one");
      std::set<std::string> seen;
      for (int i = 0; i < value.words().word_size(); ++i) {
        place.word = i;
        complain(CheckWord("word", value.words().word(i), key.words));
        if (!seen.insert(value.words().word(i)).second)
          complain("word '" + value.words().word(i) + "' again");
      }
      return;
    }
    case v1::Value::kNote:
      if (value.note().empty()) complain("an empty note, expected text");
      return;
    default:
      return;
  }
}

std::string EntryNames(const KeyInfo& key) {
  std::string names;
  for (const std::string_view entry : WordsIn(key.entries)) {
    if (!names.empty()) names += ' ';
    names += entry.substr(0, entry.find(':'));
  }
  return OneOf(names);
}

}  // namespace

std::vector<ValueComplaint> CheckValue(const KeyInfo& key, const v1::Value& value) {
  std::vector<ValueComplaint> complaints;
  CheckOne(key, key.types | kUnset | kNote, value, {}, &complaints);
  if (!complaints.empty() || !value.has_entries()) return complaints;
  if (value.entries().entry().empty()) complaints.push_back({"no entry, expected at least one"});
  std::set<std::string> seen;
  for (int i = 0; i < value.entries().entry_size(); ++i) {
    const v1::Entry& entry = value.entries().entry(i);
    const Types type = EntryTypeOf(key, entry.name());
    if (type == 0 || entry.name().empty()) {
      complaints.push_back({"entry '" + entry.name() + "', expected " + EntryNames(key), i, true});
    } else {
      CheckOne(key, type | kUnset, entry.value(), {{}, i}, &complaints);
    }
    if (!seen.insert(entry.name()).second)
      complaints.push_back({"entry '" + entry.name() + "' again", i, true});
  }
  return complaints;
}

std::string CheckUnit(const KeyInfo& key, const v1::Value& value, std::string_view unit) {
  const std::string found = "unit '" + std::string(unit) + "'";
  if (key.units.empty()) return unit.empty() ? "" : found + ", expected none";
  if (HasWord(key.units, unit)) return {};
  constexpr Types kNeedUnit = kCount | kFen | kMinutes | kTime;
  if (unit.empty() && (TypeOf(value) & kNeedUnit) == 0) return {};
  return (unit.empty() ? "no unit" : found) + ", expected " + OneOf(key.units);
}

std::string OneOf(std::string_view list) {
  const std::vector<std::string_view> words = WordsIn(list);
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

std::string ValueIdOf(const v1::ParameterValue& value) {
  const v1::Scope& scope = value.scope();
  return DerivedId("parameter_value", {value.instrument_id(), value.key(), scope.area_id(), scope.school_id(),
                                       scope.stage(), scope.grade(), scope.season(), value.effective_from()});
}

}  // namespace afterbell::policy
