// The inspection service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_INSPECTION_TRANSPORT_INSPECTION_GRPC_H_
#define AFTERBELL_SERVICES_INSPECTION_TRANSPORT_INSPECTION_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::inspection {

// Rules and transport of this service, for a process to host.
Hosted HostInspection();

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_TRANSPORT_INSPECTION_GRPC_H_
