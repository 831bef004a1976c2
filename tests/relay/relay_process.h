// afterbell-relay as it is shipped, as a process of a test's.
#ifndef AFTERBELL_TESTS_RELAY_RELAY_PROCESS_H_
#define AFTERBELL_TESTS_RELAY_RELAY_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace afterbell::relay_test {

// Threads: one at a time.
class RelayProcess {
 public:
  // The program and its arguments; limits come from the environment. What it prints is dropped, what it
  // complains of is not. It dies with the thread that started it.
  explicit RelayProcess(const std::vector<std::string>& command);
  // Kills.
  ~RelayProcess();
  RelayProcess(const RelayProcess&) = delete;

  // Sends a signal and waits for the end; the status of waitpid.
  int End(int signal);

  // CPU so far.
  long CpuMs() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace afterbell::relay_test

#endif  // AFTERBELL_TESTS_RELAY_RELAY_PROCESS_H_
