// Loader: policy instruments from protobuf text files (infra/policy/*.textproto).
//
// A city's policy is edited by people, so an error must name its place. Whatever is wrong with a
// file, a bracket or a word that no rule could read, is one line
//
//   infra/policy/xiji.textproto:41:22: unit 'fen/pupil', expected fen/pupil-month or fen/pupil-term
//
// with line and column counted from 1, and all that is wrong is listed, not only the first.
//
// What is checked: the table of keys (keys.h: key, type, unit, words, entries), dates and times
// that exist, the dates an instrument must have (REF-28), scopes in the words of scopes, no value
// given twice, reasons for assumptions. What is not: whether an area or a school exists and
// whether the issuer may bind it (REF-01); that is the registry's, which knows them.
//
// Reads files; everything else is pure. Safe from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_LOADER_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_LOADER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/policy/v1/policy.pb.h"

namespace afterbell::policy {

// The issuer of instruments that set what no source gives. Their values are provisional, each with
// a reason; no other instrument has reasons.
inline constexpr std::string_view kAssumptions = "assumptions";

// One instrument. `content_hash` and `instrument_id` are filled: the id is derived from issuer and
// content hash, so a text that lies in two files is one instrument (C-26). INVALID_ARGUMENT lists
// what is wrong, a line each, under `file_name`.
absl::StatusOr<v1::Instrument> ParseInstrument(std::string_view text, std::string_view file_name);

// The same, from a file. NOT_FOUND where it cannot be read.
absl::StatusOr<v1::Instrument> LoadInstrument(const std::string& path);

// All *.textproto of a folder, in the order of their names. What is wrong in any of them is listed
// together; the same text of the same issuer in two files is an error.
absl::StatusOr<std::vector<v1::Instrument>> LoadDirectory(const std::string& path);

// The values an instrument sets, as they are recorded: scope, dates and the mark `provisional` of
// the instrument where the parameter does not say its own; ids derived.
std::vector<v1::ParameterValue> ValuesOf(const v1::Instrument& instrument);

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_LOADER_H_
