#include "services/registry/domain/instrument.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/territory.h"

namespace afterbell::registry {
namespace {

using policy::v1::Instrument;
using policy::v1::Parameter;
using policy::v1::ParameterValue;
using policy::v1::Scope;

constexpr size_t kHashBytes = 32;  // SHA-256.

std::string HexOf(const std::string& bytes) {
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string ValueIdOf(const ParameterValue& value) {
  const Scope& scope = value.scope();
  return DerivedId("parameter_value", {value.instrument_id(), value.key(), scope.area_id(), scope.school_id(),
                                       scope.stage(), scope.grade(), scope.season(), value.effective_from()});
}

Scope Narrowed(const Scope& wide, const Scope& narrow) {
  Scope scope = wide;
  scope.MergeFrom(narrow);  // Only what is set in `narrow` changes: fields are plain strings.
  return scope;
}

ParameterValue ValueOf(const Instrument& instrument, const Parameter& parameter) {
  ParameterValue value;
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
  return value;
}

// The scope a parameter gives must lie inside its instrument's.
bool IsNarrowing(const Rows& rows, const Scope& wide, const Scope& narrow) {
  const auto keeps = [](const std::string& outer, const std::string& inner) {
    return outer.empty() || inner.empty() || outer == inner;
  };
  if (!keeps(wide.school_id(), narrow.school_id()) || !keeps(wide.stage(), narrow.stage()) ||
      !keeps(wide.grade(), narrow.grade()) || !keeps(wide.season(), narrow.season())) {
    return false;
  }
  if (keeps(wide.area_id(), narrow.area_id())) return true;
  const std::vector<std::string> areas = reference::AreasOf(rows, narrow.area_id());
  return std::find(areas.begin(), areas.end(), wide.area_id()) != areas.end();
}

absl::Status CheckDates(std::string_view where, const std::string& from, const std::string& to) {
  const std::string path(where);
  if (!from.empty() && !IsDate(from))
    return InvalidField(path + "effective_from", from, "a date (2026-09-01)");
  if (!to.empty() && (!IsDate(to) || to < from)) {
    return InvalidField(path + "effective_to", to, "a date on or after effective_from");
  }
  return absl::OkStatus();
}

absl::Status CheckParameter(const Rows& rows, const Instrument& instrument, const Parameter& parameter) {
  if (parameter.key().empty()) return InvalidField("instrument.parameter.key", "", "given");
  if (parameter.value().value_case() == policy::v1::Value::VALUE_NOT_SET) {
    return InvalidField("instrument.parameter.value", parameter.key(), "given for this key");
  }
  if (!IsNarrowing(rows, instrument.scope(), parameter.scope())) {
    return InvalidField("instrument.parameter.scope", parameter.key(),
                        "a key whose scope lies in the instrument's");
  }
  const ParameterValue value = ValueOf(instrument, parameter);
  return CheckDates("instrument.parameter.", value.effective_from(), value.effective_to());
}

absl::Status CheckShape(const Rows& rows, const Instrument& given, const Instrument& instrument) {
  if (instrument.content_hash().size() != kHashBytes) {
    return InvalidField("instrument.content_hash", HexOf(instrument.content_hash()), "a SHA-256 of 32 bytes");
  }
  if (instrument.issuer().empty()) return InvalidField("instrument.issuer", "", "given");
  if (!given.instrument_id().empty() && given.instrument_id() != instrument.instrument_id()) {
    return InvalidField("instrument.instrument_id", given.instrument_id(),
                        "derived from issuer and content hash");
  }
  if (!instrument.issued_on().empty() && !IsDate(instrument.issued_on())) {
    return InvalidField("instrument.issued_on", instrument.issued_on(), "a date (2026-09-01)");
  }
  AFTERBELL_RETURN_IF_ERROR(
      CheckDates("instrument.", instrument.effective_from(), instrument.effective_to()));
  std::set<std::string> value_ids;
  for (const Parameter& parameter : instrument.parameter()) {
    AFTERBELL_RETURN_IF_ERROR(CheckParameter(rows, instrument, parameter));
    if (!value_ids.insert(ValueOf(instrument, parameter).value_id()).second) {
      return InvalidField("instrument.parameter.key", parameter.key(), "given once for its scope and dates");
    }
  }
  return absl::OkStatus();
}

// REF-28: when it was made known and from when it binds are two facts, and both are asked.
std::optional<Refused> DatesMissing(const Instrument& instrument) {
  if (!instrument.issued_on().empty() && !instrument.effective_from().empty()) return std::nullopt;
  return Refused{"REF-28", "DATES_MISSING", instrument.instrument_id(), "issued_on and effective_from",
                 instrument.issued_on().empty() ? "no issued_on" : "no effective_from"};
}

// REF-01: a scope names an area, a school, or both; each must be the issuer's own.
std::optional<Refused> ScopeOutside(const Situation& s, const Scope& scope, const std::string& subject) {
  if (scope.school_id().empty() || !scope.area_id().empty()) {
    if (auto outside = OutsideTerritory(s, scope.area_id(), subject)) return outside;
  }
  if (scope.school_id().empty() || s.context.role == "platform_operator") return std::nullopt;
  const auto school = reference::School(s.rows, scope.school_id());
  if (!school) {
    return Refused{"REF-01", "OUTSIDE_TERRITORY", subject, s.context.district_id, scope.school_id()};
  }
  return OutsideTerritory(s, school->district_id(), subject);
}

// Whether a new value of the same issuer takes the place of an older one: it is no older, begins
// while the other binds, and lasts as long. (One that ends sooner only goes before it for a while;
// the later issue date sees to that, D-15.)
bool Replaces(const ParameterValue& newer, const ParameterValue& older) {
  return Same(newer.scope(), older.scope()) && newer.instrument_id() != older.instrument_id() &&
         older.issued_on() <= newer.issued_on() && older.effective_from() <= newer.effective_from() &&
         (older.effective_to().empty() || newer.effective_from() <= older.effective_to()) &&
         (newer.effective_to().empty() ||
          (!older.effective_to().empty() && older.effective_to() <= newer.effective_to()));
}

void AppendSuperseded(const Situation& s, const Instrument& instrument, const ParameterValue& value,
                      std::vector<v1::RegistryEvent>* events) {
  s.rows.Scan(policy::kValues, Prefix(key::Word(value.key())), [&](const ParameterValue& older) {
    if (!Replaces(value, older)) return;
    const auto from = s.rows.Get(reference::kInstruments, {older.instrument_id()});
    if (!from || from->instrument().issuer() != instrument.issuer()) return;
    v1::PolicyParameterSuperseded& superseded = *events->emplace_back().mutable_policy_parameter_superseded();
    superseded.set_value_id(older.value_id());
    superseded.set_key(older.key());
    superseded.set_superseded_by(value.value_id());
    superseded.set_last_on(AddDays(value.effective_from(), -1));
  });
}

}  // namespace

Decided DecidePublishInstrument(const Situation& s, const v1::PublishInstrument& command) {
  Instrument instrument = command.instrument();
  instrument.set_instrument_id(
      DerivedId("instrument", {instrument.issuer(), HexOf(instrument.content_hash())}));
  if (s.rows.Has(reference::kInstruments, {instrument.instrument_id()})) return Quiet();
  AFTERBELL_RETURN_IF_ERROR(CheckShape(s.rows, command.instrument(), instrument));
  if (auto missing = DatesMissing(instrument)) return *missing;
  if (auto outside = ScopeOutside(s, instrument.scope(), instrument.instrument_id())) return *outside;

  std::vector<v1::RegistryEvent> events(1);
  std::vector<v1::RegistryEvent> superseded;
  for (const Parameter& parameter : instrument.parameter()) {
    const ParameterValue value = ValueOf(instrument, parameter);
    if (auto outside = ScopeOutside(s, value.scope(), instrument.instrument_id())) return *outside;
    *events.emplace_back().mutable_policy_parameter_set()->mutable_value() = value;
    AppendSuperseded(s, instrument, value, &superseded);
  }
  instrument.clear_parameter();
  *events.front().mutable_instrument_published()->mutable_instrument() = instrument;
  events.insert(events.end(), std::make_move_iterator(superseded.begin()),
                std::make_move_iterator(superseded.end()));
  return events;
}

}  // namespace afterbell::registry
