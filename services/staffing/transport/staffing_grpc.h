// The staffing service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_STAFFING_TRANSPORT_STAFFING_GRPC_H_
#define AFTERBELL_SERVICES_STAFFING_TRANSPORT_STAFFING_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::staffing {

// Rules and transport of this service, for a process to host.
Hosted HostStaffing();

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_TRANSPORT_STAFFING_GRPC_H_
