// What every process serves beside its services: the history of entities, and the operator's few levers.
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_TRANSPORT_PLATFORM_GRPC_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_TRANSPORT_PLATFORM_GRPC_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <vector>

#include "services/platform/runtime/runtime.h"

namespace afterbell {

// afterbell.log.v1.HistoryService and OperationsService over the runtime, which outlives them.
std::vector<std::unique_ptr<grpc::Service>> MakePlatformGrpc(Runtime* runtime);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_TRANSPORT_PLATFORM_GRPC_H_
