#include "services/registry/projection/policies.h"

#include <set>

#include "services/platform/decider/paging.h"
#include "services/platform/policy/resolve.h"
#include "services/platform/reference/reference.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

using policy::v1::ParameterValue;
using views::PolicyHistory;

// The value as it was known at that moment; nothing if it was not.
std::optional<ParameterValue> AsKnownAt(const PolicyHistory& history, Micros known_at) {
  if (MicrosOf(history.set_at()) > known_at) return std::nullopt;
  ParameterValue value = history.value();
  for (const views::Ending& ending : history.endings()) {
    if (MicrosOf(ending.known_at()) <= known_at) value.set_effective_to(ending.last_on());
  }
  return value;
}

// The policy rows of those keys, as known at a moment.
MemoryRows KnownAt(const QueryRows& rows, const std::set<std::string>& keys, Micros known_at) {
  MemoryRows known;
  for (const std::string& key : keys) {
    rows.Scan(kPolicyHistory, Prefix(key::Word(key)), [&](const PolicyHistory& history) {
      if (auto value = AsKnownAt(history, known_at))
        AllRows(known).Put(policy::kValues, {key::Word(key), history.value().value_id()}, *std::move(value));
    });
  }
  return known;
}

std::set<std::string> KeysAsked(const QueryRows& rows, const v1::ResolvePolicyRequest& request) {
  std::set<std::string> keys(request.keys().begin(), request.keys().end());
  if (!keys.empty()) return keys;
  rows.Scan(policy::kValues, Prefix(), [&](const ParameterValue& value) { keys.insert(value.key()); });
  return keys;
}

policy::Place PlaceAsked(const QueryRows& rows, const policy::v1::Scope& scope) {
  policy::Place place;
  if (!scope.school_id().empty()) {
    place = reference::PlaceOf(rows, scope.school_id(), scope.stage(), scope.grade());
  } else {
    place.area_ids = reference::AreasOf(rows, scope.area_id());
    place.stage = scope.stage();
    place.grade = scope.grade();
  }
  place.season = scope.season();
  return place;
}

v1::ResolvedParameter Resolved(const QueryRows& rows, const std::string& key,
                               const policy::Resolution& resolution) {
  v1::ResolvedParameter resolved;
  resolved.set_key(key);
  for (const ParameterValue& conflict : resolution.conflicts) *resolved.add_conflicts() = conflict;
  for (const ParameterValue& candidate : resolution.candidates) {
    if (resolution.binding && candidate.value_id() == resolution.binding->value_id()) continue;
    *resolved.add_lost() = candidate;
  }
  if (!resolution.binding) return resolved;
  *resolved.mutable_binding() = *resolution.binding;
  resolved.set_unset(resolution.binding->value().has_unset());
  const auto instrument = rows.Get(reference::kInstruments, {resolution.binding->instrument_id()});
  if (instrument) *resolved.mutable_instrument() = instrument->instrument();
  return resolved;
}

}  // namespace

void ProjectPolicies(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
  if (event.has_policy_parameter_set()) {
    PolicyHistory history;
    *history.mutable_value() = event.policy_parameter_set().value();
    *history.mutable_set_at() = own.commit.recorded_at();
    const ParameterValue& value = event.policy_parameter_set().value();
    const decltype(kPolicyHistory)::Key key = {key::Word(value.key()), value.value_id()};
    // Seen before: what ended it since then stands in the row already.
    if (!rows.Has(kPolicyHistory, key)) rows.Put(kPolicyHistory, key, std::move(history));
  } else if (event.has_policy_parameter_superseded()) {
    const v1::PolicyParameterSuperseded& superseded = event.policy_parameter_superseded();
    const decltype(kPolicyHistory)::Key key = {key::Word(superseded.key()), superseded.value_id()};
    const auto history = rows.Get(kPolicyHistory, key);
    if (!history) return;
    for (const views::Ending& ending : history->endings()) {
      if (ending.superseded_by() == superseded.superseded_by()) return;
    }
    PolicyHistory ended = *history;
    views::Ending& ending = *ended.add_endings();
    ending.set_superseded_by(superseded.superseded_by());
    ending.set_last_on(superseded.last_on());
    *ending.mutable_known_at() = own.commit.recorded_at();
    rows.Put(kPolicyHistory, key, std::move(ended));
  }
}

absl::StatusOr<v1::ResolvePolicyAnswer> ResolvePolicy(const QueryRows& rows,
                                                      const v1::ResolvePolicyRequest& request) {
  if (!IsDate(request.on())) return InvalidField("on", request.on(), "a date (2026-09-01)");
  if (!request.scope().school_id().empty() && !reference::School(rows, request.scope().school_id())) {
    return Unknown("school", request.scope().school_id());
  }
  const std::set<std::string> keys = KeysAsked(rows, request);
  const policy::Place place = PlaceAsked(rows, request.scope());
  MemoryRows then;
  if (request.has_known_at()) then = KnownAt(rows, keys, MicrosOf(request.known_at()));
  const policy::Policy known(request.has_known_at() ? Rows(then) : Rows(rows));

  // Keys are not rows; made rows of, they are paged like any others.
  MemoryRows asked;
  for (const std::string& key : keys) AllRows(asked).Put(kParametersAsked, {key::Word(key)});
  v1::ResolvePolicyAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(asked, kParametersAsked, Prefix(), request, request.header(),
                                     answer.mutable_page(), [&](const auto& row) {
                                       const std::string key(std::get<0>(row));
                                       *answer.add_parameters() =
                                           Resolved(rows, key, *known.Resolve(key, place, request.on()));
                                       return true;
                                     }));
  return answer;
}

}  // namespace afterbell::registry
