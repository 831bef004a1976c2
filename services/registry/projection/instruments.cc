#include "services/registry/projection/instruments.h"

#include <algorithm>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

using policy::v1::Instrument;
using policy::v1::ParameterValue;

decltype(kInstrumentsOf)::Key ListKey(const Instrument& instrument) {
  return {instrument.scope().area_id(), key::NewestFirst(instrument.issued_on()), instrument.instrument_id()};
}

void AddKey(const std::string& key, v1::PublishedInstrument* row) {
  if (std::find(row->keys().begin(), row->keys().end(), key) == row->keys().end()) row->add_keys(key);
}

bool InForce(const Instrument& instrument, const std::string& on) {
  return on.empty() || (instrument.effective_from() <= on &&
                        (instrument.effective_to().empty() || on <= instrument.effective_to()));
}

}  // namespace

void ProjectInstruments(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
  if (event.has_instrument_published()) {
    const Instrument& instrument = event.instrument_published().instrument();
    if (rows.Has(kInstrumentsOf, ListKey(instrument))) return;  // Folded before; its keys stand in the row.
    v1::PublishedInstrument row;
    *row.mutable_instrument() = instrument;
    *row.mutable_published_at() = own.commit.recorded_at();
    rows.Put(kInstrumentsOf, ListKey(instrument), std::move(row));
  } else if (event.has_policy_parameter_set()) {
    const ParameterValue& value = event.policy_parameter_set().value();
    rows.Put(kValuesOf, {value.instrument_id(), key::Word(value.key()), value.value_id()});
    const auto published = rows.Get(reference::kInstruments, {value.instrument_id()});
    if (!published) return;
    auto row = rows.GetOrEmpty(kInstrumentsOf, ListKey(published->instrument()));
    AddKey(value.key(), &row);
    rows.Put(kInstrumentsOf, ListKey(published->instrument()), std::move(row));
  }
}

absl::StatusOr<v1::GetInstrumentAnswer> GetInstrument(const QueryRows& rows,
                                                      const v1::GetInstrumentRequest& request) {
  const auto published = rows.Get(reference::kInstruments, {request.instrument_id()});
  if (!published) return Unknown("instrument", request.instrument_id());
  v1::GetInstrumentAnswer answer;
  *answer.mutable_instrument() = rows.GetOrEmpty(kInstrumentsOf, ListKey(published->instrument()));
  rows.Scan(kValuesOf, Prefix(request.instrument_id()), [&](const auto& key) {
    const auto& [instrument, parameter, value_id] = key;
    const auto value = rows.Get(policy::kValues, {key::Word(parameter), value_id});
    if (value) *answer.add_values() = *value;
  });
  return answer;
}

absl::StatusOr<v1::ListInstrumentsAnswer> ListInstruments(const QueryRows& rows,
                                                          const v1::ListInstrumentsRequest& request) {
  if (!request.in_force_on().empty() && !IsDate(request.in_force_on())) {
    return InvalidField("in_force_on", request.in_force_on(), "a date (2026-09-01)");
  }
  v1::ListInstrumentsAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(
        rows, kInstrumentsOf, prefix, request, request.header(), answer.mutable_page(),
        [&](const v1::PublishedInstrument& row) {
          const auto& keys = row.keys();
          if (!request.key().empty() && std::find(keys.begin(), keys.end(), request.key()) == keys.end())
            return false;
          if (!InForce(row.instrument(), request.in_force_on())) return false;
          *answer.add_instruments() = row;
          return true;
        });
  };
  AFTERBELL_RETURN_IF_ERROR(request.area_id().empty() ? list(Prefix()) : list(Prefix(request.area_id())));
  return answer;
}

}  // namespace afterbell::registry
