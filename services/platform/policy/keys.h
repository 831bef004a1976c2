// The table of policy parameters: which keys exist, and what a value of each may look like.
//
// Policy is dated data, but its vocabulary is not: a rule that reads `fee_model` must know every
// word that may stand there. So the keys, their types, units and closed word lists are code, and
// the loader refuses an instrument that does not keep to them. A new value of a known parameter
// needs no release; a new parameter or a new word does, because something must learn to read it.
//
// Keys are those of docs/policy-cells.tsv, one for each single value (a compound cell is several
// typed parameters), and those that no source has but a running school needs. Two kinds of value
// are allowed for every key and not mentioned in the table: `unset` (the source names the thing
// and gives no value, so a computation stops) and `note` (free text that nothing computes with).
//
// Everything here is constant and may be read from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_KEYS_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_KEYS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "afterbell/policy/v1/policy.pb.h"

namespace afterbell::policy {

// Types of values, as bits: some keys allow several (an end time is a time of day in one place
// and a word, "linked_to_working_hours", in another).
using Types = uint16_t;
inline constexpr Types kCount = 1 << 0;  // A number; its unit says of what.
inline constexpr Types kFen = 1 << 1;    // Money, 1/100 yuan.
inline constexpr Types kMinutes = 1 << 2;
inline constexpr Types kFlag = 1 << 3;
inline constexpr Types kChoice = 1 << 4;    // One word.
inline constexpr Types kDate = 1 << 5;      // 2021-09-09
inline constexpr Types kTerm = 1 << 6;      // A date that names a term: 2021-autumn
inline constexpr Types kYearDay = 1 << 7;   // A date of every year: 12-31
inline constexpr Types kTime = 1 << 8;      // 18:30, local
inline constexpr Types kWords = 1 << 9;     // Several words, in order.
inline constexpr Types kEntries = 1 << 10;  // Values by name, in order.
inline constexpr Types kShare = 1 << 11;    // 1/10,000. No key has it yet.
inline constexpr Types kUnset = 1 << 12;    // Allowed everywhere.
inline constexpr Types kNote = 1 << 13;     // Allowed everywhere, save inside entries.

struct KeyInfo {
  std::string_view key;
  Types types = 0;
  // Space between. A count, an amount of money, a time or a length of time must name one of them;
  // a value of another type may. Empty: the key has no unit, and none may be given.
  std::string_view units;
  // The closed list of words of choices and words, those inside entries too. Empty: open.
  std::string_view words;
  // "name:type name:type": the names an entry may have, and the type of each. "*:type": any name.
  std::string_view entries;
  // A value of a province displaces a local one, though it is less specific (REF-29, D-15).
  bool province_prevails = false;
};

// All keys, in the order of the groups of docs/policy-cells.tsv.
std::span<const KeyInfo> Keys();

// The key's row, or null.
const KeyInfo* FindKey(std::string_view key);

// The canonical key where a document of the domain calls a parameter by another name
// ("fee_amount" is "fee_amount_yuan"); empty where the name is no alias.
std::string_view CanonicalOf(std::string_view alias);

// A single value inside a compound cell that is a parameter of its own ("fee_cap" of
// "fee_amount_yuan"), or a cell whose unit decides which parameter it is ("teachers/group" of
// "min_adults_per_session"). Empty: the part stays an entry of the compound key.
std::string_view PartOf(std::string_view compound_key, std::string_view part);

// What the value is: one of the types above; 0 where nothing is set. A date of any form is the
// type of its form, or kDate where it has none.
Types TypeOf(const v1::Value& value);

// "count or choice", for messages.
std::string TypeNames(Types types);

// The type an entry of this name must have; 0 where the name is not allowed.
Types EntryTypeOf(const KeyInfo& key, std::string_view entry_name);

// Words of a list in the table, in its order.
std::vector<std::string_view> WordsIn(std::string_view list);
bool HasWord(std::string_view list, std::string_view word);

// Lists that scopes use.
inline constexpr std::string_view kStages = "kindergarten primary junior_secondary senior_secondary";
inline constexpr std::string_view kSeasons = "spring summer autumn winter";

// The keys some code reads today, one a line in keys_read.cc: who adds a reader adds its key.
// Coverage prints the others, so that a parameter nobody obeys is seen.
std::span<const std::string_view> KeysRead();

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_KEYS_H_
