// What a review answers: tables, the question they answer, and what the answer rests on.
//
// A figure is worth what it rests on, so the basis is printed with every table: the log and its clock,
// the moment up to which history was read, the policy it was read under, and the provisional values
// that went into it.
#ifndef AFTERBELL_SERVICES_REVIEWS_TABLE_H_
#define AFTERBELL_SERVICES_REVIEWS_TABLE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace afterbell::reviews {

enum class Unit { kNone, kCount, kMinutes, kFen };

struct Column {
  std::string key;  // "check_ins": of CSV and JSON.
  std::string zh;   // What people read,
  std::string en;   // in both languages.
  Unit unit = Unit::kNone;
};

// Empty: nothing is known, or it does not apply.
using Cell = std::variant<std::monostate, std::string, int64_t>;
using Row = std::vector<Cell>;

struct Table {
  std::string name;  // "schools"
  std::string zh;
  std::string en;
  std::vector<Column> columns;
  std::vector<Row> rows;
};

struct Basis {
  std::string log_id;
  std::string clock;                     // REAL, SIMULATED
  std::string as_of;                     // An instant, or "the end".
  std::string policy;                    // "as recorded", "override: …"
  std::vector<std::string> provisional;  // "key value_id (12 times)"
  std::vector<std::string> notes;        // What could not be computed, and what would have flipped.
};

struct Result {
  std::string review;  // "Q-28"
  int version = 1;
  std::string zh;  // The question.
  std::string en;
  Basis basis;
  std::vector<Table> tables;  // The answer first, what it consists of after it.
};

// For people: aligned columns, money in yuan, the basis below.
std::string AsText(const Result& result);
// One table, RFC 4180: a head of keys, money in fen.
std::string AsCsv(const Table& table);
// Everything, indented; money in fen; rows as objects by key.
std::string AsJson(const Result& result);

// Columns a terminal gives to a text: two for a Chinese character.
size_t WidthOf(const std::string& text);

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_TABLE_H_
