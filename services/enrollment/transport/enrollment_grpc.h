// The enrollment service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_TRANSPORT_ENROLLMENT_GRPC_H_
#define AFTERBELL_SERVICES_ENROLLMENT_TRANSPORT_ENROLLMENT_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::enrollment {

// Rules and transport of this service, for a process to host.
Hosted HostEnrollment();

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_TRANSPORT_ENROLLMENT_GRPC_H_
