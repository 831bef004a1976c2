#include "services/registry/projection/fee_standards.h"

#include <map>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::registry {
namespace {

using policy::v1::ParameterValue;

bool InForce(const v1::FeeStandardAnnounced& standard, const std::string& on) {
  return on.empty() || (standard.effective_from() <= on &&
                        (standard.effective_to().empty() || on <= standard.effective_to()));
}

// Where each value stands: a standard names ids, and rows lie by key.
std::map<std::string, std::string> KeysOfValues(const Rows& rows) {
  std::map<std::string, std::string> keys;
  rows.ScanBytes("c/registry/policy/", "", [&](std::string_view key, std::string_view) {
    keys.emplace(KeyPart(key, 4), key);
    return true;
  });
  return keys;
}

}  // namespace

void ProjectFeeStandards(const v1::RegistryEvent& event, MutableRows& rows) {
  if (!event.has_fee_standard_announced()) return;
  const v1::FeeStandardAnnounced& standard = event.fee_standard_announced();
  rows.Put(Key("v/fee_standards", standard.district_id(), standard.fee_kind(), standard.effective_from(),
               standard.fee_standard_id()),
           standard);
}

absl::StatusOr<v1::ListFeeStandardsAnswer> ListFeeStandards(const Rows& rows,
                                                            const v1::ListFeeStandardsRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  if (!request.on().empty() && !IsDate(request.on()))
    return InvalidField("on", request.on(), "a date (2026-09-01)");
  // Those of the district and of the areas above it, in one order: few enough to be gathered first.
  MemoryRows standards;
  for (const std::string& area : reference::AreasOf(rows, request.district_id())) {
    rows.Scan<v1::FeeStandardAnnounced>(
        Key("v/fee_standards", area, ""), [&](std::string_view, const v1::FeeStandardAnnounced& standard) {
          if (InForce(standard, request.on())) {
            standards.Put(
                Key("standard", standard.fee_kind(), standard.effective_from(), standard.fee_standard_id()),
                standard);
          }
          return true;
        });
  }
  const std::map<std::string, std::string> keys = KeysOfValues(rows);
  v1::ListFeeStandardsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPageOf<v1::FeeStandardAnnounced>(
      standards, "standard/", request, request.header(), answer.mutable_page(),
      [&](std::string_view, const v1::FeeStandardAnnounced& standard) {
        v1::FeeStandard& listed = *answer.add_standards();
        *listed.mutable_standard() = standard;
        for (const std::string& value_id : standard.parameter_value_ids()) {
          const auto key = keys.find(value_id);
          if (key != keys.end()) *listed.add_values() = rows.GetOrEmpty<ParameterValue>(key->second);
        }
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
