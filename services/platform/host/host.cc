#include "services/platform/host/host.h"

#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "services/platform/rpc/transport/platform_grpc.h"

// Of jemalloc: memory that is not used goes back to the machine in a second, also while nobody calls.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace afterbell {
namespace {

constexpr std::chrono::seconds kStuckAtMost(60);
constexpr std::chrono::seconds kStopAtMost(5);
constexpr std::chrono::seconds kGenesisAtMost(10);

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

KafkaLogOptions KafkaOptionsOf(const HostOptions& options) {
  KafkaLogOptions kafka;
  kafka.brokers = options.kafka;
  kafka.topic_prefix = options.topic_prefix;
  return kafka;
}

}  // namespace

absl::Status Host::OpenLog(const HostOptions& options) {
  if (!options.kafka.empty()) {
    const KafkaLogOptions kafka = KafkaOptionsOf(options);
    auto log = KafkaLog::Open(kafka);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    const auto genesis = FindGenesis(*log_, kGenesisAtMost);
    if (!genesis.ok()) return genesis.status();
    AFTERBELL_ASSIGN_OR_RETURN(notes_, CheckForService(kafka, genesis->school_partitions()));
    return absl::OkStatus();
  }
  EmbeddedLogOptions embedded;
  embedded.directory = options.data_directory + "/log";
  embedded.durability = options.durability;
  embedded.storage = options.storage;
  embedded.group_commit_bytes_max = options.limits.group_commit_bytes_max();
  embedded.append_bytes_waiting_max = options.limits.append_bytes_waiting_max();
  auto log = EmbeddedLog::Open(embedded);
  if (!log.ok()) return log.status();
  if (const auto recovered = (*log)->Stats().recovered) {
    notes_.push_back(absl::StrCat("log: ", recovered->bytes_cut, " bytes of an unfinished write cut from ",
                                  recovered->file));
  }
  log_ = *std::move(log);
  return absl::OkStatus();
}

absl::Status Host::OpenRuntime(const HostOptions& options, const std::vector<Hosted>& hosted, bool prepare) {
  RuntimeOptions runtime_options;
  runtime_options.projections_directory = options.data_directory + "/projections";
  runtime_options.log = log_.get();
  runtime_options.clock = options.simulated_clock ? log::v1::SIMULATED : log::v1::REAL;
  runtime_options.school_partitions = options.school_partitions;
  runtime_options.limits = options.limits;
  runtime_options.begin = options.kafka.empty();
  runtime_options.prepare = prepare;
  runtime_options.own = false;  // Not before it is known where this process is called.
  runtime_options.has_room_changed = [this](bool has_room) {
    std::fprintf(stderr, has_room
                             ? "stores have room again\n"
                             : "stores have no room, or their disk takes no writes: commands are refused\n");
    {
      const std::lock_guard<std::mutex> lock(health_mutex_);
      has_room_ = has_room;
    }
    SayServing();
  };
  for (const Hosted& each : hosted) runtime_options.services.push_back(each.service);
  auto runtime = Runtime::Open(std::move(runtime_options));
  if (!runtime.ok()) return runtime.status();
  runtime_ = *std::move(runtime);
  for (const std::string& rebuilt : runtime_->rebuilt())
    notes_.push_back("projection begun anew: " + rebuilt);
  for (const std::string& other : runtime_->OtherSchemas())
    notes_.push_back(other + " holds the rows of another build: remove it when nobody will go back to that");
  return absl::OkStatus();
}

absl::Status Host::AwaitFold() {
  return runtime_->WaitReady(kStuckAtMost, [](uint64_t read, uint64_t end) {
    std::fprintf(stderr, "folding: %lu of %lu records read\n", static_cast<unsigned long>(read),
                 static_cast<unsigned long>(end));
  });
}

absl::StatusOr<std::string> Host::Prepare(const HostOptions& options, const std::vector<Hosted>& hosted) {
  if (options.kafka.empty())
    return absl::InvalidArgumentError(
        "--prepare: an embedded log belongs to the process that serves; it needs --kafka");
  std::unique_ptr<Host> host(new Host());
  AFTERBELL_RETURN_IF_ERROR(host->OpenLog(options));
  AFTERBELL_RETURN_IF_ERROR(host->OpenRuntime(options, hosted, /*prepare=*/true));
  AFTERBELL_RETURN_IF_ERROR(host->AwaitFold());
  uint64_t records = 0;
  const auto stats = host->runtime_->stats();
  for (const auto& [id, each] : stats) records += each.index;
  host->Stop();
  return absl::StrCat("prepared: ", stats.size(), " partitions, ", records,
                      " records; start this build to go on from there");
}

absl::StatusOr<std::unique_ptr<Host>> Host::Start(const HostOptions& options,
                                                  const std::vector<Hosted>& hosted) {
  const bool shared = !options.kafka.empty();
  std::unique_ptr<Host> host(new Host());
  AFTERBELL_RETURN_IF_ERROR(host->OpenLog(options));
  AFTERBELL_RETURN_IF_ERROR(host->OpenRuntime(options, hosted, /*prepare=*/false));
  std::vector<grpc::Service*> services;
  for (const Hosted& each : hosted) {
    host->services_.push_back(each.make_grpc(host->runtime_.get(), each.service));
    services.push_back(host->services_.back().get());
  }
  for (auto& each : MakePlatformGrpc(host->runtime_.get())) {
    services.push_back(each.get());
    host->services_.push_back(std::move(each));
  }
  auto server = RpcServer::Start(options.address, services, options.limits);
  if (!server.ok()) return server.status();
  host->server_ = *std::move(server);
  host->runtime_->SetAddress(host->address());
  if (!shared) host->runtime_->OwnAll();
  AFTERBELL_RETURN_IF_ERROR(host->AwaitFold());
  // Whoever joins has read everything, so that it decides as soon as it owns.
  if (shared) AFTERBELL_RETURN_IF_ERROR(host->Join(options));
  {
    const std::lock_guard<std::mutex> lock(host->health_mutex_);
    host->started_ = true;
  }
  host->SayServing();
  return host;
}

void Host::SayServing() {
  const std::lock_guard<std::mutex> lock(health_mutex_);
  if (started_) server_->SetServing(has_room_);
}

absl::Status Host::Join(const HostOptions& options) {
  hand_over_at_most_ = std::chrono::milliseconds(options.limits.hand_over_ms_max());
  for (const std::string& service : runtime_->services()) {
    MembershipOptions membership;
    membership.log = KafkaOptionsOf(options);
    membership.service = service;
    membership.session_timeout = std::chrono::milliseconds(options.limits.session_ms_max());
    AFTERBELL_ASSIGN_OR_RETURN(auto member,
                               Membership::Join(membership, [this, service](const auto& numbers) {
                                 for (uint32_t n = 0; n <= runtime_->school_partitions(); ++n) {
                                   if (numbers.count(n) > 0) {
                                     runtime_->Own({service, n});
                                   } else {
                                     runtime_->Release({service, n});
                                   }
                                 }
                               }));
    members_.push_back(std::move(member));
  }
  return absl::OkStatus();
}

// Leaves the groups, so that others claim, and waits until they have.
void Host::HandOver() {
  if (members_.empty()) return;
  std::atomic<bool> alone{true};
  runtime_->ReleaseAll();  // Before anybody else can claim: a claim of theirs is not to be answered by ours.
  std::vector<std::thread> leaving;
  for (const auto& member : members_) {
    leaving.emplace_back([&member, &alone] {
      if (member->Members() > 1) alone = false;
      member->Leave();
    });
  }
  for (std::thread& each : leaving) each.join();
  members_.clear();
  runtime_->ReleaseAll();  // What was assigned meanwhile.
  if (!alone) runtime_->WaitReleased(hand_over_at_most_);
}

Host::~Host() { Stop(); }

void Host::Stop() {
  if (runtime_ == nullptr) return;
  HandOver();
  {
    const std::lock_guard<std::mutex> lock(health_mutex_);
    started_ = false;
  }
  // The runtime first: calls under way are answered or refused, then the server has none to wait for.
  runtime_->Stop();
  if (server_ != nullptr) server_->Stop(kStopAtMost);
  server_.reset();
  services_.clear();
  runtime_.reset();
  log_.reset();
}

HostOptions OptionsOf(const config::v1::Config& config) {
  HostOptions options;
  options.data_directory = config.data_directory();
  options.address = config.listen();
  options.kafka = config.kafka();
  options.limits = config.limits();
  return options;
}

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
}

int ServiceMain(int argc, char** argv, const char* name, const std::vector<Hosted>& hosted) {
  std::string config_file, data, listen, kafka;
  bool simulated_clock = false, prepare = false;
  CLI::App app(std::string(name) + ": one Afterbell service");
  app.add_option("--config", config_file, "Protobuf text, as infra/config/afterbell.textproto");
  app.add_option("--data", data, "Folder of the projections, and of an embedded log");
  app.add_option("--kafka", kafka, "Brokers of the city's log; unless told: a log embedded in this process");
  app.add_option("--listen", listen, "Loopback address and port; port 0 takes a free one");
  app.add_flag("--simulated-clock", simulated_clock,
               "Begin an embedded log whose time is moved by MoveClock");
  app.add_flag("--prepare", prepare,
               "Fold this build's rows beside the process that serves from the same folder, and end");
  CLI11_PARSE(app, argc, argv);
  const auto config = LoadConfig(config_file);
  if (!config.ok()) {
    std::fprintf(stderr, "%s: %s\n", name, std::string(config.status().message()).c_str());
    return 2;
  }
  HostOptions options = OptionsOf(*config);
  if (!data.empty()) options.data_directory = data;
  if (!listen.empty()) options.address = listen;
  if (!kafka.empty()) options.kafka = kafka;
  options.simulated_clock = simulated_clock;
  if (prepare) {
    const auto prepared = Host::Prepare(options, hosted);
    std::fprintf(prepared.ok() ? stdout : stderr, "%s: %s\n", name,
                 prepared.ok() ? prepared->c_str() : std::string(prepared.status().message()).c_str());
    return prepared.ok() ? 0 : absl::IsInvalidArgument(prepared.status()) ? 2 : 1;
  }
  BlockStopSignals();
  auto host = Host::Start(options, hosted);
  if (!host.ok()) {
    std::fprintf(stderr, "%s: %s\n", name, std::string(host.status().message()).c_str());
    return 1;
  }
  for (const std::string& note : (*host)->notes()) std::fprintf(stderr, "%s: %s\n", name, note.c_str());
  std::printf("%s serves on %s (log %s)\n", name, (*host)->address().c_str(),
              (*host)->runtime().log_id().c_str());
  std::fflush(stdout);
  WaitForStopSignal();
  (*host)->Stop();
  return 0;
}

}  // namespace afterbell
