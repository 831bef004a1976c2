// Which value of policy binds: at a place, on a date, as known at a position of the commons.
//
// A school lies under several instruments at once (REF-40): national, provincial, city, county,
// township, its own. No source says which prevails (S-20), so reading D-15 is built here:
//
//   1. A value applies if its scope contains the place and its dates contain the day. The day an
//      instrument was issued plays no part in that: Xiji's, issued on 2021-09-09, binds from the
//      autumn opening before it (REF-28). What was known on a day is a question of which rows are read.
//   2. The most specific scope goes first. Scopes are compared from the narrowest step down:
//
//        season, grade, stage, school, then the area: township, district, city, province, nation
//
//      A value that has the step goes before one that has not; of two areas, the one further down
//      Place::area_ids. This is the order in which domain.md 1.7 narrows a scope, read backwards:
//      each step says more exactly whom and when it means. So a district's value for summer goes
//      before a school's for the whole year.
//   3. Then the later day of issue. What is left is settled by the later day of effect and by the
//      greater value id, so that the answer never depends on the order of rows.
//   4. Save that a province's fee standard displaces a local one (REF-29, D-15): for the keys
//      marked `province_prevails` (keys.h), a value of Place::province_id goes before all others.
//
// A value `unset` wins like any other and stops the computation: the more specific source named the
// thing and gave no value, and to fall through to a wider scope would put words in its mouth. A
// later instrument of the same scope sets it. Assumptions (infra/policy/assumptions.textproto) are
// such instruments: issued later, for the district's own scope, and provisional.
//
// A note is listed, never binds, and never hides a value of a wider scope. Every typed value that
// applied and differs from the binding one, in value or unit, is a conflict; `unset` and notes
// contradict nobody. A township may only fine-tune what its district set (REF-19); no source says by
// how much, so its value binds like any other and the conflict is reported.
//
// Values are rows "c/registry/policy/<parameter>/<value id>" (policy.v1.ParameterValue), read through
// Rows as of the reader's `seen`; where a value was superseded, its effective_to says so.
//
// Nothing is guessed: what is missing or unset is an error that names the parameter
// (UnsetParameter(status)), and the runtime turns it into PARAMETER_UNSET or ReactionBlocked.
//
// Threads: a Policy belongs to one decision, a PolicyCache to one thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_

#include <cstdint>
#include <functional>
#include <memory>
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
  std::string province_id;  // Which of the areas is the province; empty: none is known.
};

// What binds and what lost.
struct Resolution {
  std::optional<v1::ParameterValue> binding;   // Nothing: no source says anything.
  std::vector<v1::ParameterValue> candidates;  // All that apply, by precedence, the notes last.
  std::vector<v1::ParameterValue> conflicts;   // Those of them whose value differs from it.
};

// One value a decision rested on, in order of first use.
struct Use {
  std::string key;
  std::string value_id;  // Empty: asked for and not found.
  bool provisional = false;
};

// Resolutions kept from one decision to the next, of one partition and under the same overrides. Their number
// is limited.
class PolicyCache {
 public:
  static constexpr size_t kResolutionsMax = 4096;  // The next one empties it first.

  // `version` is asked before each decision and says anything that differs whenever the rows of policy do: a
  // new version forgets all.
  explicit PolicyCache(std::function<uint64_t()> version);
  ~PolicyCache();

 private:
  friend class Policy;
  struct Kept;
  void Refresh();

  const std::function<uint64_t()> version_of_rows_;
  uint64_t version_ = 0;
  const std::unique_ptr<Kept> kept_;
};

class Policy {
 public:
  // `overrides` win over everything at the places their scopes name: what-if. Among themselves
  // they have the usual order; one without dates binds on every day. All that is given outlives this.
  explicit Policy(Rows rows, const std::vector<v1::ParameterValue>* overrides = nullptr,
                  PolicyCache* cache = nullptr);

  // All that applies, on a local date. Never null.
  std::shared_ptr<const Resolution> Resolve(std::string_view key, const Place& place,
                                            std::string_view on) const;

  // The binding value, or null where no source says anything or it is unset. Noted as used.
  RowPtr<v1::ParameterValue> Find(std::string_view key, const Place& place, std::string_view on);

  // The binding value, typed. Errors: missing, unset, or of another type; all name the parameter.
  // A key that is not in the table (keys.h) is a defect of the rule: INTERNAL.
  absl::StatusOr<int64_t> Fen(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<int64_t> Count(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<int64_t> Minutes(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::string> Choice(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::string> TimeOfDay(std::string_view key, const Place& place, std::string_view on);
  absl::StatusOr<std::vector<std::string>> Words(std::string_view key, const Place& place,
                                                 std::string_view on);
  // A flag; false where no source says anything ("where a place is silent, nothing is asked").
  bool Flag(std::string_view key, const Place& place, std::string_view on);
  // A named entry of a value that has several: its count, fen or minutes. Nothing where the value
  // has no such entry; an error where it has and the entry is unset (it names "<key>.<name>").
  absl::StatusOr<std::optional<int64_t>> Entry(std::string_view key, std::string_view name,
                                               const Place& place, std::string_view on);
  // The same for an entry of any type: words, times, choices.
  absl::StatusOr<std::optional<v1::Value>> EntryValue(std::string_view key, std::string_view name,
                                                      const Place& place, std::string_view on);

  const std::vector<Use>& uses() const { return uses_; }

 private:
  Resolution Settle(std::string_view key, const Place& place, std::string_view on) const;
  absl::StatusOr<RowPtr<v1::ParameterValue>> Need(std::string_view key, const Place& place,
                                                  std::string_view on);
  void Note(std::string_view key, const v1::ParameterValue* value);

  const Rows rows_;
  const std::vector<v1::ParameterValue>* overrides_;
  PolicyCache* cache_;
  std::vector<Use> uses_;
};

// The parameter whose absence an error is about, or empty.
std::string UnsetParameter(const absl::Status& status);

// An error about a parameter that is unset or missing.
absl::Status Unset(std::string_view key, std::string_view what);

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_RESOLVE_H_
