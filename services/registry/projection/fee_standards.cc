#include "services/registry/projection/fee_standards.h"

#include <map>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

using policy::v1::ParameterValue;

bool InForce(const v1::FeeStandardAnnounced& standard, const std::string& on) {
  return on.empty() || (standard.effective_from() <= on &&
                        (standard.effective_to().empty() || on <= standard.effective_to()));
}

// The parameter of each value: a standard names ids of values alone.
std::map<std::string, std::string> ParametersOfValues(const QueryRows& rows) {
  std::map<std::string, std::string> parameters;
  rows.Scan(policy::kValues, Prefix(),
            [&](const ParameterValue& value) { parameters.emplace(value.value_id(), value.key()); });
  return parameters;
}

}  // namespace

void ProjectFeeStandards(const v1::RegistryEvent& event, ViewRows rows) {
  if (!event.has_fee_standard_announced()) return;
  const v1::FeeStandardAnnounced& standard = event.fee_standard_announced();
  rows.Put(kFeeStandardsOf,
           {standard.district_id(), key::Word(standard.fee_kind()), key::Date(standard.effective_from()),
            standard.fee_standard_id()},
           standard);
}

absl::StatusOr<v1::ListFeeStandardsAnswer> ListFeeStandards(const QueryRows& rows,
                                                            const v1::ListFeeStandardsRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  if (!request.on().empty() && !IsDate(request.on()))
    return InvalidField("on", request.on(), "a date (2026-09-01)");
  // Those of the district and of the areas above it, in one order: few enough to be gathered first.
  MemoryRows standards;
  for (const std::string& area : reference::AreasOf(rows, request.district_id())) {
    rows.Scan(kFeeStandardsOf, Prefix(area), [&](const v1::FeeStandardAnnounced& standard) {
      if (!InForce(standard, request.on())) return;
      AllRows(standards).Put(
          kFeeStandardsAsked,
          {key::Word(standard.fee_kind()), key::Date(standard.effective_from()), standard.fee_standard_id()},
          standard);
    });
  }
  const std::map<std::string, std::string> parameters = ParametersOfValues(rows);
  v1::ListFeeStandardsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(
      standards, kFeeStandardsAsked, Prefix(), request, request.header(), answer.mutable_page(),
      [&](const v1::FeeStandardAnnounced& standard) {
        v1::FeeStandard& listed = *answer.add_standards();
        *listed.mutable_standard() = standard;
        for (const std::string& value_id : standard.parameter_value_ids()) {
          const auto parameter = parameters.find(value_id);
          if (parameter == parameters.end()) continue;
          *listed.add_values() = *rows.Get(policy::kValues, {key::Word(parameter->second), value_id});
        }
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
