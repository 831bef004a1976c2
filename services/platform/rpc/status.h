// What went wrong, as gRPC says it: a code, a sentence, and details a program can read
// (google.rpc.ErrorInfo with domain, reason and numbers; BadRequest for fields; RetryInfo).
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_STATUS_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "afterbell/log/v1/log.pb.h"

namespace afterbell {

// Domain of ErrorInfo: "afterbell.<service>".
grpc::Status ToGrpc(const absl::Status& status, std::string_view service);

// A recorded refusal: FAILED_PRECONDITION with the rule's id and numbers.
grpc::Status ToGrpc(const log::v1::Refusal& refusal, std::string_view service);

// "ENR-23 GROUP_FULL: 41 met, 40 allowed (group_size_max)"
std::string Sentence(const log::v1::Refusal& refusal);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_STATUS_H_
