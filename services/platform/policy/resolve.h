// Which value of policy binds: at a place, on a date, as known at a position of the commons.
//
// Values are rows "c/registry/policy/<parameter>/<value id>" (policy.v1.ParameterValue), read through
// Rows as of the reader's `seen`. Precedence (D-15, REF-40): the most specific scope first, by season,
// grade, stage, school, then the area (a township before its district, before city, province, nation);
// among equals the later issue date; then, so that the order is total, the greater value id. A value
// that is `unset` wins like any other and stops the computation: the more specific source named the
// thing and gave no value. A note is listed and never binds.
//
// Nothing is guessed: what is missing or unset is an error that names the parameter
// (UnsetParameter(status)), and the runtime turns it into PARAMETER_UNSET or ReactionBlocked.
//
// Threads: a Policy belongs to one decision.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/decider/rows.h"

namespace afterbell::policy {

// Where a value is asked for. Empty fields match only values that do not narrow there.
struct Place {
  std::vector<std::string> area_ids;  // The nation's first, the district (or township) last.
  std::string school_id;
  std::string stage;
  std::string grade;
  std::string season;
};

// What binds and what lost.
struct Resolution {
  std::optional<v1::ParameterValue> binding;        // Nothing: no source says anything.
  std::vector<v1::ParameterValue> candidates;       // All that apply, the binding one first.
  std::vector<v1::ParameterValue> conflicts;        // Those of them whose value differs from it.
};

// One value a decision rested on, in order of first use.
struct Use {
  std::string key;
  std::string value_id;  // Empty: asked for and not found.
  bool provisional = false;
};

class Policy {
 public:
  // `overrides` win over everything at the places their scopes name: what-if.
  explicit Policy(const Rows& rows, const std::vector<v1::ParameterValue>* overrides = nullptr)
      : rows_(rows), overrides_(overrides) {}

  // All that applies, on a local date.
  Resolution Resolve(std::string_view key, const Place& place, std::string_view on) const;

  // The binding value, or nothing where no source says anything or it is unset. Noted as used.
  std::optional<v1::ParameterValue> Find(std::string_view key, const Place& place, std::string_view on);

  // The binding value, typed. Errors: missing, unset, or of another type; all name the parameter.
  absl::StatusOr<int64_t> Fen(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<int64_t> Count(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<int64_t> Minutes(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::string> Choice(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::string> TimeOfDay(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::vector<std::string>> Words(std::string_view key, const Place& place, std::string_view on);
  // A flag; false where no source says anything ("where a place is silent, nothing is asked").
  bool Flag(std::string_view key, const Place& place, std::string_view on);
  // A named entry of a value that has several: its count, fen or minutes. Nothing where the value
  // has no such entry; an error where it has and the entry is unset.
  absl::StatusOr<std::optional<int64_t>> Entry(std::string_view key, std::string_view name, const Place& place,
                                               std::string_view on);

  const std::vector<Use>& uses() const { return uses_; }

 private:
  absl::StatusOr<v1::ParameterValue> Need(std::string_view key, const Place& place, std::string_view on);
  void Note(std::string_view key, const v1::ParameterValue* value);

  const Rows& rows_;
  const std::vector<v1::ParameterValue>* overrides_;
  std::vector<Use> uses_;
};

// The parameter whose absence an error is about, or empty.
std::string UnsetParameter(const absl::Status& status);

// An error about a parameter that is unset or missing.
absl::Status Unset(std::string_view key, std::string_view what);

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_
