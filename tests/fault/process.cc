#include "tests/fault/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace afterbell::fault {

absl::StatusOr<std::unique_ptr<Process>> Process::Spawn(const std::string& program,
                                                        const std::vector<std::string>& arguments) {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  std::unique_ptr<Process> process(new Process());
  std::vector<const char*> argv = {program.c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  process->pid_ = fork();
  if (process->pid_ < 0) return absl::ErrnoToStatus(errno, "fork");
  if (process->pid_ == 0) {
    // Nothing but system calls: other threads may have held any lock.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    execv(program.c_str(), const_cast<char**>(argv.data()));
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  process->to_ = down[1];
  process->from_ = up[0];
  return process;
}

Process::~Process() {
  if (pid_ > 0) {
    Signal(SIGKILL);
    Reap(SIGKILL).IgnoreError();
  }
  close(to_);
  close(from_);
}

absl::Status Process::Write(std::string_view bytes) {
  return write(to_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())
             ? absl::OkStatus()
             : absl::ErrnoToStatus(errno, "writing to a process");
}

absl::StatusOr<std::string> Process::ReadLine() {
  for (;;) {
    if (const size_t end = read_.find('\n'); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    char bytes[4096];
    const ssize_t count = read(from_, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return absl::UnavailableError("the process ended");
    read_.append(bytes, static_cast<size_t>(count));
  }
}

void Process::Signal(int signal) { kill(pid_, signal); }

void Process::Freeze() {
  Signal(SIGSTOP);
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
}

absl::Status Process::Reap(int signal) {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const bool as_told = signal == 0 ? WIFEXITED(status) && WEXITSTATUS(status) == 0
                                   : WIFSIGNALED(status) && WTERMSIG(status) == signal;
  return as_told ? absl::OkStatus()
                 : absl::InternalError("the process ended otherwise, status " + std::to_string(status));
}

}  // namespace afterbell::fault
