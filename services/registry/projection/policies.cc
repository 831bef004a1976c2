#include "services/registry/projection/policies.h"

#include <set>

#include "services/platform/decider/paging.h"
#include "services/platform/policy/resolve.h"
#include "services/platform/reference/reference.h"
#include "services/registry/projection/registry_views.pb.h"

namespace afterbell::registry {
namespace {

using policy::v1::ParameterValue;
using views::PolicyHistory;

std::string HistoryKey(std::string_view key, std::string_view value_id) {
  return Key("v/policy", key, value_id);
}

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
MemoryRows KnownAt(const Rows& rows, const std::set<std::string>& keys, Micros known_at) {
  MemoryRows known;
  for (const std::string& key : keys) {
    rows.Scan<PolicyHistory>(HistoryKey(key, ""), [&](std::string_view, const PolicyHistory& history) {
      if (const auto value = AsKnownAt(history, known_at)) {
        known.Put(reference::PolicyKey(key, value->value_id()), *value);
      }
      return true;
    });
  }
  return known;
}

std::set<std::string> KeysAsked(const Rows& rows, const v1::ResolvePolicyRequest& request) {
  std::set<std::string> keys(request.keys().begin(), request.keys().end());
  if (!keys.empty()) return keys;
  rows.ScanBytes("c/registry/policy/", "", [&](std::string_view key, std::string_view) {
    keys.insert(std::string(KeyPart(key, 3)));
    return true;
  });
  return keys;
}

policy::Place PlaceAsked(const Rows& rows, const policy::v1::Scope& scope) {
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

v1::ResolvedParameter Resolved(const Rows& rows, const std::string& key,
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
  const auto instrument =
      rows.Get<v1::InstrumentPublished>(Key("c/registry/instrument", resolution.binding->instrument_id()));
  if (instrument) *resolved.mutable_instrument() = instrument->instrument();
  return resolved;
}

}  // namespace

void ProjectPolicies(const Recorded& own, const v1::RegistryEvent& event, MutableRows& rows) {
  if (event.has_policy_parameter_set()) {
    PolicyHistory history;
    *history.mutable_value() = event.policy_parameter_set().value();
    *history.mutable_set_at() = own.commit.recorded_at();
    const std::string key = HistoryKey(history.value().key(), history.value().value_id());
    // Seen before: what ended it since then stands in the row already.
    if (!rows.Has(key)) rows.Put(key, history);
  } else if (event.has_policy_parameter_superseded()) {
    const v1::PolicyParameterSuperseded& superseded = event.policy_parameter_superseded();
    const std::string key = HistoryKey(superseded.key(), superseded.value_id());
    auto history = rows.Get<PolicyHistory>(key);
    if (!history) return;
    for (const views::Ending& ending : history->endings()) {
      if (ending.superseded_by() == superseded.superseded_by()) return;
    }
    views::Ending& ending = *history->add_endings();
    ending.set_superseded_by(superseded.superseded_by());
    ending.set_last_on(superseded.last_on());
    *ending.mutable_known_at() = own.commit.recorded_at();
    rows.Put(key, *history);
  }
}

absl::StatusOr<v1::ResolvePolicyAnswer> ResolvePolicy(const Rows& rows,
                                                      const v1::ResolvePolicyRequest& request) {
  if (!IsDate(request.on())) return InvalidField("on", request.on(), "a date (2026-09-01)");
  if (!request.scope().school_id().empty() && !reference::School(rows, request.scope().school_id())) {
    return Unknown("school", request.scope().school_id());
  }
  const std::set<std::string> keys = KeysAsked(rows, request);
  const policy::Place place = PlaceAsked(rows, request.scope());
  MemoryRows then;
  if (request.has_known_at()) then = KnownAt(rows, keys, MicrosOf(request.known_at()));
  const policy::Policy known(request.has_known_at() ? static_cast<const Rows&>(then) : rows);

  // Keys are not rows; made rows of, they are paged like any others.
  MemoryRows asked;
  for (const std::string& key : keys) asked.PutBytes(Key("key", key), "");
  v1::ResolvePolicyAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(asked, "key/", request, request.header(), answer.mutable_page(),
                                     [&](std::string_view row, std::string_view) {
                                       const std::string key(KeyPart(row, 1));
                                       *answer.add_parameters() =
                                           Resolved(rows, key, known.Resolve(key, place, request.on()));
                                       return true;
                                     }));
  return answer;
}

}  // namespace afterbell::registry
