#include "tests/bench/server_times.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/support/server_interceptor.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

namespace afterbell::bench {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using std::chrono::steady_clock;

std::mutex mutex;
std::vector<int64_t> times;
std::string timed_method;  // Written before there is a server.

class Timing final : public grpc::experimental::Interceptor {
 public:
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) Note();
    methods->Proceed();
  }

 private:
  void Note() const {
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun_);
    const std::lock_guard lock(mutex);
    times.push_back(taken.count());
  }

  const steady_clock::time_point begun_ = steady_clock::now();
};

class TimingFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    return info->method() == timed_method ? new Timing() : nullptr;
  }
};

// The way into a server that somebody else builds (host.cc), without a line of ours in what is measured.
class Plugin final : public grpc::ServerBuilderPlugin {
 public:
  static std::unique_ptr<grpc::ServerBuilderPlugin> Make() { return std::make_unique<Plugin>(); }

  std::string name() override { return "afterbell_bench_times"; }
  void UpdateServerBuilder(grpc::ServerBuilder* builder) override {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
    factories.push_back(std::make_unique<TimingFactory>());
    builder->experimental().SetInterceptorCreators(std::move(factories));
  }
  void InitServer(grpc::ServerInitializer*) override {}
  void Finish(grpc::ServerInitializer*) override {}
  void ChangeArguments(const std::string&, void*) override {}
};

}  // namespace

void TimeCalls(const std::string& method) {
  timed_method = method;
  grpc::ServerBuilder::InternalAddPluginFactory(&Plugin::Make);
}

std::vector<int64_t> TakeTimes() {
  const std::lock_guard lock(mutex);
  return std::exchange(times, {});
}

}  // namespace afterbell::bench
