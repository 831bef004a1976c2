// The registry service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_REGISTRY_TRANSPORT_REGISTRY_GRPC_H_
#define AFTERBELL_SERVICES_REGISTRY_TRANSPORT_REGISTRY_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::registry {

// Rules and transport of this service, for a process to host.
Hosted HostRegistry();

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_TRANSPORT_REGISTRY_GRPC_H_
