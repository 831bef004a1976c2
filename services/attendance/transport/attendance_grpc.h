// The attendance service over gRPC: a call in, a command or a query out. No rules.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_TRANSPORT_ATTENDANCE_GRPC_H_
#define AFTERBELL_SERVICES_ATTENDANCE_TRANSPORT_ATTENDANCE_GRPC_H_

#include <memory>

#include "services/platform/host/host.h"

namespace afterbell::attendance {

// Rules and transport of this service, for a process to host.
Hosted HostAttendance();

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_TRANSPORT_ATTENDANCE_GRPC_H_
