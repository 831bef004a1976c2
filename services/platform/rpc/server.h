// A gRPC server with what every service has: health, reflection, limits, a graceful stop. Binds to
// loopback only, as long as callers name themselves (caller.h).
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_SERVER_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/config/config.h"

namespace afterbell {

class RpcServer {
 public:
  // `address` is "127.0.0.1:7400"; port 0 takes a free one. The services must outlive the server.
  // INVALID_ARGUMENT for an address that is not loopback, UNAVAILABLE for one that is taken.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const std::string& address,
                                                          const std::vector<grpc::Service*>& services,
                                                          const config::v1::Limits& limits = DefaultLimits());
  ~RpcServer();

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // What health says. NOT_SERVING at first: calls are taken, and wait until somebody decides.
  void SetServing(bool serving);

  // Says NOT_SERVING, takes no new calls, and ends those under way within the time given.
  void Stop(std::chrono::seconds at_most);

 private:
  RpcServer() = default;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_SERVER_H_
