// The bare peer: attendance's gRPC surface, by the same callback API, that decides and keeps nothing.
// It parses each request and answers in the same messages, about as many bytes.
#ifndef AFTERBELL_TESTS_BENCH_ECHO_H_
#define AFTERBELL_TESTS_BENCH_ECHO_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

namespace afterbell::bench {

std::unique_ptr<grpc::Service> MakeEcho();

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_ECHO_H_
