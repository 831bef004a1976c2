// A process that hosts services: log, projections, runtime and gRPC server, opened and closed in
// order. Each service's main.cc and the city are a line on top of this.
//
// On an embedded log a process owns everything. On one in Kafka as many instances of a service as are
// started follow all its partitions and agree who is to own which (log/kafka/membership.h); each answers
// every query, and sends commands on to whoever owns. An instance that stops hands over first: what it is
// asked meanwhile is held until somebody else has claimed, and then sent on.
#ifndef AFTERBELL_SERVICES_PLATFORM_HOST_HOST_H_
#define AFTERBELL_SERVICES_PLATFORM_HOST_HOST_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/service_type.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/config/config.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/log/kafka/membership.h"
#include "services/platform/rpc/server.h"
#include "services/platform/runtime/runtime.h"

namespace afterbell {

// A service's rules and the gRPC surface over them.
struct Hosted {
  const Service* service;
  std::function<std::unique_ptr<grpc::Service>(Runtime* runtime, const Service* service)> make_grpc;
};

struct HostOptions {
  std::string data_directory;  // log/ and projections/ below it.
  std::string kafka;           // Brokers of a log that `afterbell topics apply` has begun; empty: embedded.
  std::string topic_prefix = "afterbell";
  std::string address = "127.0.0.1:0";
  bool simulated_clock = false;     // Of an embedded log that is begun now.
  uint32_t school_partitions = 16;  // Likewise.
  EmbeddedLogOptions::Durability durability = EmbeddedLogOptions::Durability::kDisk;
  std::shared_ptr<Storage> storage;  // Of the log, for tests; wins over `durability`.
  Limits limits = DefaultLimits();
};

// Its gRPC health is SERVING from when it is ready, except while commands are refused because the stores'
// disk has no room or takes no writes.
class Host {
 public:
  static absl::StatusOr<std::unique_ptr<Host>> Start(const HostOptions& options,
                                                     const std::vector<Hosted>& hosted);
  ~Host();

  // Folds this build's rows of a shared log beside the process that serves from the same folder, until they
  // are up to date: with another schema, this build then starts at once, and the other one finds its own rows
  // when it is started again. Stopped halfway, it goes on where it was. Returns what was done, as text.
  static absl::StatusOr<std::string> Prepare(const HostOptions& options, const std::vector<Hosted>& hosted);

  Runtime& runtime() { return *runtime_; }
  EventLog& log() { return *log_; }
  std::string address() const { return server_->address(); }
  // What the reader of a start-up message should know: cut tails, rebuilt projections.
  const std::vector<std::string>& notes() const { return notes_; }

  // Hands over what others can take, answers the calls under way, closes everything.
  void Stop();

 private:
  Host() = default;
  absl::Status OpenLog(const HostOptions& options);
  absl::Status OpenRuntime(const HostOptions& options, const std::vector<Hosted>& hosted, bool prepare);
  absl::Status AwaitFold();
  absl::Status Join(const HostOptions& options);
  void HandOver();
  void SayServing();

  std::mutex health_mutex_;  // Guards the next two, and that server_ does not go meanwhile.
  bool started_ = false, has_room_ = true;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<RpcServer> server_;
  std::vector<std::unique_ptr<Membership>> members_;  // One a service; none on an embedded log.
  std::chrono::milliseconds hand_over_at_most_{0};
  std::vector<std::string> notes_;
};

// Where, and with which limits, as a configuration says.
HostOptions OptionsOf(const config::v1::Config& config);

// Waits for SIGINT or SIGTERM. Call BlockStopSignals first, before any thread is started.
void BlockStopSignals();
void WaitForStopSignal();

// The main of a single service. Exit codes: 0 stopped when asked, 1 could not start, 2 wrong usage.
int ServiceMain(int argc, char** argv, const char* name, const std::vector<Hosted>& hosted);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_HOST_HOST_H_
