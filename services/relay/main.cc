// afterbell-relay: valid events of a city's log to its public topics, in CloudEvents.
#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "services/platform/config/config.h"
#include "services/relay/relay.h"

namespace afterbell::relay {
namespace {

constexpr char kName[] = "afterbell-relay";
enum Exit { kStopped = 0, kFailed = 1, kUsage = 2, kHalted = 3 };

// How often is looked whether the relay has given up.
constexpr std::chrono::seconds kLook(1);

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals, number);
  return signals;
}

void SayLag(Relay* relay) {
  for (const Lag& lag : relay->Lags()) std::printf("%s\n", ToString(lag).c_str());
  std::fflush(stdout);
}

// Until it is told to stop, or ends by itself.
void Serve(Relay* relay, std::chrono::seconds say_lag_every) {
  const sigset_t signals = Signals();
  const timespec look{kLook.count(), 0};
  auto said = std::chrono::steady_clock::now();
  while (relay->running()) {
    const int signal = sigtimedwait(&signals, nullptr, &look);
    if (signal == SIGINT || signal == SIGTERM) return;
    const auto now = std::chrono::steady_clock::now();
    if (signal == SIGUSR1 || now - said >= say_lag_every) {
      said = now;
      SayLag(relay);
    }
  }
}

int Main(int argc, char** argv) {
  std::string config_file, kafka;
  RelayOptions options;
  CLI::App app(
      std::string(kName) +
      ": publishes the valid events of services to <prefix>.<service>.public.v1, as CloudEvents.\n"
      "SIGTERM stops it, SIGUSR1 has it say how far it is. Exit codes: 0 stopped when asked, 1 could not "
      "start or go on, 2 wrong usage, 3 stopped when asked and a partition had been halted.");
  app.add_option("--config", config_file, "Protobuf text, as infra/config/afterbell.textproto");
  app.add_option("--kafka", kafka, "Brokers of the city's log");
  app.add_option("--service", options.services, "Only this one; may be given again (all)");
  app.add_option("--topic-prefix", options.log.topic_prefix, "Of the city's topics")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kStopped : kUsage;
  }
  const auto config = LoadConfig(config_file);
  if (!config.ok()) {
    std::fprintf(stderr, "%s: %s\n", kName, std::string(config.status().message()).c_str());
    return kUsage;
  }
  options.log.brokers = kafka.empty() ? config->kafka() : kafka;
  options.limits = config->relay();
  options.session_timeout = std::chrono::milliseconds(config->limits().session_ms_max());
  options.hand_over_at_most = std::chrono::milliseconds(config->limits().hand_over_ms_max());
  options.say = [](const std::string& line) { std::fprintf(stderr, "%s: %s\n", kName, line.c_str()); };
  if (options.log.brokers.empty()) {
    std::fprintf(stderr, "%s: --kafka, or kafka: in the configuration\n", kName);
    return kUsage;
  }
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // Before any thread is started.
  const std::chrono::seconds say_lag_every(options.limits.lag_seconds());
  auto relay = Relay::Start(std::move(options));
  if (!relay.ok()) {
    std::fprintf(stderr, "%s: %s\n", kName, std::string(relay.status().message()).c_str());
    return kFailed;
  }
  std::printf("%s is running\n", kName);
  std::fflush(stdout);
  Serve(relay->get(), say_lag_every);
  SayLag(relay->get());
  const bool halted = (*relay)->halted();
  if (const absl::Status stopped = (*relay)->Stop(); !stopped.ok()) {
    std::fprintf(stderr, "%s: %s\n", kName, std::string(stopped.message()).c_str());
    return kFailed;
  }
  return halted ? kHalted : kStopped;
}

}  // namespace
}  // namespace afterbell::relay

int main(int argc, char** argv) { return afterbell::relay::Main(argc, argv); }
