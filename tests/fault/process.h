// A process of its own, to be asked over its standard input and output, and to be killed.
//
// It dies with the thread that started it, and so with whoever is killed himself. Threads: one at a time, but
// for Signal and Freeze.
#ifndef AFTERBELL_TESTS_FAULT_PROCESS_H_
#define AFTERBELL_TESTS_FAULT_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace afterbell::fault {

// This program again.
inline constexpr char kItself[] = "/proc/self/exe";

class Process {
 public:
  // Starts `program` with the arguments that follow its name, and does not wait for it.
  static absl::StatusOr<std::unique_ptr<Process>> Spawn(const std::string& program,
                                                        const std::vector<std::string>& arguments);
  // Kills, and waits for the end.
  ~Process();

  absl::Status Write(std::string_view bytes);
  // Waits for a line of its output; UNAVAILABLE when it has ended.
  absl::StatusOr<std::string> ReadLine();

  // From any thread.
  void Signal(int signal);
  // Stops it where it is (SIGSTOP), and waits until none of its threads runs; or until it has ended. From any
  // thread, but not while another one reaps.
  void Freeze();
  // Waits for the end. OK if it ended by this signal (0: by itself, with 0).
  absl::Status Reap(int signal);

  pid_t pid() const { return pid_; }

 private:
  Process() = default;

  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string read_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_PROCESS_H_
