// A server under measurement, in a process of its own: this program again, with --serve.
//
// Its standard output says, a line each: "address 127.0.0.1:…", "ready" (every partition decides) and
// "settled" (nothing is left to do). It ends when its input does.
// Threads: one at a time.
#ifndef AFTERBELL_TESTS_BENCH_CHILD_H_
#define AFTERBELL_TESTS_BENCH_CHILD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/bench/bench.h"
#include "tests/fault/process.h"

namespace afterbell::bench {

// What a child serves: the city on a data folder (and on a log in Kafka, where one is named), or the echo of
// attendance's commands.
int ServeCity(const Flags& flags);
int ServeEcho();

class Child {
 public:
  // `what`: "echo" or "city"; a city's folder, and further flags. Does not wait for it.
  static absl::StatusOr<std::unique_ptr<Child>> Spawn(const std::string& what, const std::string& data = "",
                                                      const std::vector<std::string>& more = {});
  // Another program that speaks in lines.
  static absl::StatusOr<std::unique_ptr<Child>> Run(const std::string& program,
                                                    const std::vector<std::string>& arguments);

  // A line of input.
  absl::Status Say(const std::string& line) { return process_->Write(line + "\n"); }

  // Reads until a line begins with `word`, and returns what follows it.
  absl::StatusOr<std::string> Await(const std::string& word);

  // kill -9, and its end.
  void Kill();
  // Its end, which it was asked for.
  absl::Status AwaitEnd() { return process_->Reap(0); }

  // Of the process so far: clock ticks of CPU, and resident memory.
  long CpuTicks() const;
  long ResidentBytes() const;

 private:
  explicit Child(std::unique_ptr<fault::Process> process) : process_(std::move(process)) {}
  std::unique_ptr<fault::Process> process_;
};

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_CHILD_H_
