#include "services/platform/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace afterbell {
namespace {

bool IsLoopback(const std::string& address) {
  return address.rfind("127.", 0) == 0 || address.rfind("localhost:", 0) == 0 ||
         address.rfind("[::1]:", 0) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const std::string& address,
                                                            const std::vector<grpc::Service*>& services,
                                                            const config::v1::Limits& limits) {
  if (!IsLoopback(address)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "address '", address, "' is not loopback; callers are not verified yet, so no other is served"));
  }
  // The abseil of Debian looks for cycles among all its mutexes, under one lock, unless told not to.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::EnableDefaultHealthCheckService(true);
  static const bool kReflection = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)kReflection;
  std::unique_ptr<RpcServer> server(new RpcServer());
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("afterbell");
  quota.SetMaxThreads(static_cast<int>(limits.server_threads_max()));
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.message_bytes_max()));
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &server->port_);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  for (grpc::Service* service : services) builder.RegisterService(service);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, "; is another process there?"));
  }
  server->SetServing(false);
  return server;
}

void RpcServer::SetServing(bool serving) {
  if (server_->GetHealthCheckService() != nullptr)
    server_->GetHealthCheckService()->SetServingStatus(serving);
}

RpcServer::~RpcServer() { Stop(std::chrono::seconds(1)); }

void RpcServer::Stop(std::chrono::seconds at_most) {
  if (server_ == nullptr) return;
  SetServing(false);
  server_->Shutdown(std::chrono::system_clock::now() + at_most);
  server_.reset();
}

}  // namespace afterbell
