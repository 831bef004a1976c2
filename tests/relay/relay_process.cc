#include "tests/relay/relay_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace afterbell::relay_test {

RelayProcess::RelayProcess(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  // Nothing but system calls: other threads may have held any lock.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

RelayProcess::~RelayProcess() {
  if (pid_ > 0) End(SIGKILL);
}

int RelayProcess::End(int signal) {
  kill(pid_, signal);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

long RelayProcess::CpuMs() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string word;
  long user = 0, system = 0;
  for (int i = 0; i < 11; ++i) fields >> word;
  fields >> user >> system;
  return (user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

}  // namespace afterbell::relay_test
