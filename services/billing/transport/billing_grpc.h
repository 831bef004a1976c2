// The billing service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_BILLING_TRANSPORT_BILLING_GRPC_H_
#define AFTERBELL_SERVICES_BILLING_TRANSPORT_BILLING_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::billing {

// Rules and transport of this service, for a process to host.
Hosted HostBilling();

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_TRANSPORT_BILLING_GRPC_H_
