#include "services/registry/projection/instruments.h"

#include <algorithm>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::registry {
namespace {

using policy::v1::Instrument;
using policy::v1::ParameterValue;

// Digits turned round, so that a walk in order of keys meets the newest date first.
std::string NewestFirst(std::string date) {
  for (char& c : date) {
    if (c >= '0' && c <= '9') c = static_cast<char>('9' - (c - '0'));
  }
  return date;
}

std::string ListKey(const Instrument& instrument) {
  return Key("v/instruments", instrument.scope().area_id(), NewestFirst(instrument.issued_on()),
             instrument.instrument_id());
}

std::optional<Instrument> InstrumentOf(const Rows& rows, std::string_view instrument_id) {
  const auto published = rows.Get<v1::InstrumentPublished>(Key("c/registry/instrument", instrument_id));
  if (!published) return std::nullopt;
  return published->instrument();
}

void AddKey(const std::string& key, v1::PublishedInstrument* row) {
  if (std::find(row->keys().begin(), row->keys().end(), key) == row->keys().end()) row->add_keys(key);
}

bool InForce(const Instrument& instrument, const std::string& on) {
  return on.empty() || (instrument.effective_from() <= on &&
                        (instrument.effective_to().empty() || on <= instrument.effective_to()));
}

}  // namespace

void ProjectInstruments(const Recorded& own, const v1::RegistryEvent& event, MutableRows& rows) {
  if (event.has_instrument_published()) {
    const Instrument& instrument = event.instrument_published().instrument();
    if (rows.Has(ListKey(instrument))) return;  // Folded before; its keys stand in the row.
    v1::PublishedInstrument row;
    *row.mutable_instrument() = instrument;
    *row.mutable_published_at() = own.commit.recorded_at();
    rows.Put(ListKey(instrument), row);
  } else if (event.has_policy_parameter_set()) {
    const ParameterValue& value = event.policy_parameter_set().value();
    rows.PutBytes(Key("v/instrument_keys", value.instrument_id(), value.key(), value.value_id()), "");
    const auto instrument = InstrumentOf(rows, value.instrument_id());
    if (!instrument) return;
    auto row = rows.GetOrEmpty<v1::PublishedInstrument>(ListKey(*instrument));
    AddKey(value.key(), &row);
    rows.Put(ListKey(*instrument), row);
  }
}

absl::StatusOr<v1::GetInstrumentAnswer> GetInstrument(const Rows& rows,
                                                      const v1::GetInstrumentRequest& request) {
  const auto instrument = InstrumentOf(rows, request.instrument_id());
  if (!instrument) return Unknown("instrument", request.instrument_id());
  v1::GetInstrumentAnswer answer;
  *answer.mutable_instrument() = rows.GetOrEmpty<v1::PublishedInstrument>(ListKey(*instrument));
  rows.ScanBytes(
      Key("v/instrument_keys", request.instrument_id(), ""), "", [&](std::string_view key, std::string_view) {
        const auto value = rows.Get<ParameterValue>(reference::PolicyKey(KeyPart(key, 3), KeyPart(key, 4)));
        if (value) *answer.add_values() = *value;
        return true;
      });
  return answer;
}

absl::StatusOr<v1::ListInstrumentsAnswer> ListInstruments(const Rows& rows,
                                                          const v1::ListInstrumentsRequest& request) {
  if (!request.in_force_on().empty() && !IsDate(request.in_force_on())) {
    return InvalidField("in_force_on", request.in_force_on(), "a date (2026-09-01)");
  }
  const std::string prefix =
      request.area_id().empty() ? "v/instruments/" : Key("v/instruments", request.area_id(), "");
  v1::ListInstrumentsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPageOf<v1::PublishedInstrument>(
      rows, prefix, request, request.header(), answer.mutable_page(),
      [&](std::string_view, const v1::PublishedInstrument& row) {
        const auto& keys = row.keys();
        if (!request.key().empty() && std::find(keys.begin(), keys.end(), request.key()) == keys.end())
          return false;
        if (!InForce(row.instrument(), request.in_force_on())) return false;
        *answer.add_instruments() = row;
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
