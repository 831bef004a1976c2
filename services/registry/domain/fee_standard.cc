#include "services/registry/domain/fee_standard.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/territory.h"

namespace afterbell::registry {
namespace {

// The first of those ids that no value of policy has. Rare, so a walk over all values will do.
std::optional<std::string> UnknownValue(const Rows& rows,
                                        const google::protobuf::RepeatedPtrField<std::string>& value_ids) {
  std::set<std::string> missing(value_ids.begin(), value_ids.end());
  rows.Scan(policy::kValues, Prefix(), [&](const policy::v1::ParameterValue& value) {
    missing.erase(value.value_id());
    return !missing.empty();
  });
  if (missing.empty()) return std::nullopt;
  return *missing.begin();
}

}  // namespace

Decided DecideAnnounceFeeStandard(const Situation& s, const v1::AnnounceFeeStandard& command) {
  v1::RegistryEvent event;
  v1::FeeStandardAnnounced& standard = *event.mutable_fee_standard_announced();
  standard.set_fee_standard_id(command.fee_standard_id());
  standard.set_district_id(command.district_id());
  standard.set_fee_kind(command.fee_kind());
  standard.set_listed_name(command.listed_name());
  *standard.mutable_parameter_value_ids() = command.parameter_value_ids();
  standard.set_effective_from(command.effective_from());
  standard.set_effective_to(command.effective_to());

  const std::string& id = standard.fee_standard_id();
  const auto known = s.rows.Get(reference::kFeeStandards, {id});
  if (auto decided = IfKnown(known, standard, "REF-32", id)) return *decided;
  if (!Area(s.rows, standard.district_id())) return Unknown("district", standard.district_id());
  if (!IsDate(standard.effective_from())) {
    return InvalidField("effective_from", standard.effective_from(), "a date (2026-09-01)");
  }
  if (!standard.effective_to().empty() &&
      (!IsDate(standard.effective_to()) || standard.effective_to() < standard.effective_from())) {
    return InvalidField("effective_to", standard.effective_to(), "a date on or after effective_from");
  }
  if (auto outside = OutsideTerritory(s, standard.district_id(), id)) return *outside;
  if (const auto missing = UnknownValue(s.rows, standard.parameter_value_ids())) {
    return Unknown("parameter value", *missing);
  }
  return One(std::move(event));
}

}  // namespace afterbell::registry
