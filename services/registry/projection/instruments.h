// The instruments of an area, the newest first, and what each sets.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_INSTRUMENTS_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_INSTRUMENTS_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectInstruments(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::GetInstrumentAnswer> GetInstrument(const QueryRows& rows,
                                                      const v1::GetInstrumentRequest& request);
absl::StatusOr<v1::ListInstrumentsAnswer> ListInstruments(const QueryRows& rows,
                                                          const v1::ListInstrumentsRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_INSTRUMENTS_H_
