#include "tests/bench/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

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

int ServeCity(const std::string& data, bool simulated) {
  HostOptions options;
  options.data_directory = data;
  options.simulated_clock = simulated;
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

absl::StatusOr<std::unique_ptr<Child>> Child::Spawn(const std::string& what, const std::string& data) {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  std::unique_ptr<Child> child(new Child());
  const char* argv[] = {"bench", "--serve", what.c_str(), "--data", data.c_str(), nullptr};
  child->pid_ = fork();
  if (child->pid_ < 0) return absl::ErrnoToStatus(errno, "fork");
  if (child->pid_ == 0) {
    // Nothing but system calls: other threads may have held any lock.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    execv("/proc/self/exe", const_cast<char**>(argv));
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  child->to_ = down[1];
  child->from_ = up[0];
  return child;
}

Child::~Child() {
  if (pid_ > 0) Kill();
  close(to_);
  close(from_);
}

absl::StatusOr<std::string> Child::Await(const std::string& word) {
  for (;;) {
    if (const size_t end = read_.find('\n'); end != std::string::npos) {
      const std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      if (line.rfind("failed", 0) == 0) return absl::InternalError(line);
      if (line.rfind(word, 0) == 0) return line.size() > word.size() ? line.substr(word.size() + 1) : "";
      continue;
    }
    char bytes[4096];
    const ssize_t count = read(from_, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return absl::UnavailableError("the server ended before it was " + word);
    read_.append(bytes, static_cast<size_t>(count));
  }
}

void Child::Kill() {
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

long Child::CpuTicks() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
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
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace afterbell::bench
