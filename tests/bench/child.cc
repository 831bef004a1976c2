#include "tests/bench/child.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "services/city/city.h"
#include "tests/bench/echo.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kAtMost(3600);

void WaitForTheEnd() {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) == 1) {
  }
}

}  // namespace

int ServeCity(const Flags& flags) {
  HostOptions options;
  options.data_directory = flags.data;
  options.simulated_clock = true;
  if (!flags.prefix.empty()) {
    options.kafka = flags.kafka;
    options.topic_prefix = flags.prefix;
  }
  auto host = Host::Start(options, HostCity());
  absl::Status status = host.status();
  if (status.ok()) {
    std::cout << "address " << (*host)->address() << std::endl;
    status = (*host)->runtime().WaitReady(kAtMost);
  }
  if (status.ok()) {
    std::cout << "ready" << std::endl;
    status = (*host)->runtime().WaitSettled(kAtMost);
  }
  if (!status.ok()) {
    std::cout << "failed " << status << std::endl;
    return 1;
  }
  std::cout << "settled" << std::endl;
  WaitForTheEnd();
  return 0;
}

int ServeEcho() {
  const std::unique_ptr<grpc::Service> echo = MakeEcho();
  auto server = RpcServer::Start("127.0.0.1:0", {echo.get()});
  if (!server.ok()) return 1;
  std::cout << "address " << (*server)->address() << std::endl;
  WaitForTheEnd();
  return 0;
}

absl::StatusOr<std::unique_ptr<Child>> Child::Spawn(const std::string& what, const std::string& data,
                                                    const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--serve", what, "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Run(fault::kItself, arguments);
}

absl::StatusOr<std::unique_ptr<Child>> Child::Run(const std::string& program,
                                                  const std::vector<std::string>& arguments) {
  auto process = fault::Process::Spawn(program, arguments);
  if (!process.ok()) return process.status();
  return std::unique_ptr<Child>(new Child(*std::move(process)));
}

absl::StatusOr<std::string> Child::Await(const std::string& word) {
  for (;;) {
    const absl::StatusOr<std::string> line = process_->ReadLine();
    if (!line.ok()) return absl::UnavailableError("the server ended before it was " + word);
    if (line->rfind("failed", 0) == 0) return absl::InternalError(*line);
    if (line->rfind(word, 0) == 0) return line->size() > word.size() ? line->substr(word.size() + 1) : "";
  }
}

void Child::Kill() {
  process_->Signal(SIGKILL);
  process_->Reap(SIGKILL).IgnoreError();
}

long Child::CpuTicks() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream words(text.substr(text.rfind(')') + 2));
  std::string word;
  constexpr int kUserTime = 11;  // Counted from the state, which follows the name.
  for (int i = 0; i < kUserTime; ++i) words >> word;
  long user = 0, system = 0;
  words >> user >> system;
  return user + system;
}

long Child::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace afterbell::bench
