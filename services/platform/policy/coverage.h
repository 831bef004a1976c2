// Coverage: how much of what the sources say about policy is loaded, and is loaded right.
//
// docs/policy-cells.tsv lists every value that a source states (a cell), with its type. Beside it
// stand the instruments of infra/policy. A cell counts as loaded only if the instrument of its
// source sets the same key to an equal value in the same unit, so a slip of the pen is a
// difference with a name and not a covered cell.
//
// How a cell that has several values is loaded:
//   narrowed    its names are stages, grades or seasons: one value each, narrowed by its scope
//   parts       its names are parameters of their own (PartOf in keys.h): one value each
//   entries     otherwise: one value with entries of these names, in the order of the cell
//
// Pure; safe from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_COVERAGE_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_COVERAGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/policy/v1/policy.pb.h"

namespace afterbell::policy {

// A row of the list.
struct Cell {
  int line = 0;  // In the file, from 1.
  std::string parameter;
  std::string source;  // The issuer of its instrument; "-": no source sets it.
  std::string value_text;
  std::string typed_value;
  std::string unit;
  std::string type;
};

// The list's rows; lines that begin with '#' are remarks. INVALID_ARGUMENT names the line.
absl::StatusOr<std::vector<Cell>> ParseCells(std::string_view tsv);

// What the instrument of its source must set for a cell: one parameter, or one for each of its
// values; scopes beyond the instrument's own. INVALID_ARGUMENT where the cell is not of its type.
absl::StatusOr<std::vector<v1::Parameter>> ParametersOf(const Cell& cell);

// A cell that is not loaded, or not right.
struct Difference {
  Cell cell;
  std::string text;  // "fee_cap: not set, expected fen: 17000 fen/pupil-month"
};

struct SourceCoverage {
  std::string source;
  int cells = 0;
  int loaded = 0;
  std::vector<Difference> differences;
};

struct Coverage {
  std::vector<SourceCoverage> sources;  // In the order of the list.
  std::vector<std::string> silent;      // Keys that the list has and no source sets.
  std::vector<std::string> unread;      // Keys the instruments set and nothing reads yet.
  std::vector<std::string> never_set;   // Keys something reads and no instrument sets.
  std::vector<std::string> unlisted;    // Instruments of issuers that the list does not have.
};

absl::StatusOr<Coverage> CoverageOf(const std::vector<Cell>& cells,
                                    const std::vector<v1::Instrument>& instruments);

// A line a source, then the differences and the keys.
std::string ToText(const Coverage& coverage);

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_COVERAGE_H_
