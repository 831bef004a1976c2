// A server under measurement, in a process of its own: this program again, with --serve.
//
// Its standard output says, a line each: "address 127.0.0.1:…", "ready" (every partition decides) and
// "settled" (nothing is left to do). It ends when its input does. A city answers what it is asked meanwhile,
// a line each: Settle, Usage and Times below. Threads: one at a time.
#ifndef AFTERBELL_TESTS_BENCH_CHILD_H_
#define AFTERBELL_TESTS_BENCH_CHILD_H_

#include <cstdint>
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

// What a city says of its process.
struct CityUsage {
  double cpu_seconds = 0;           // So far, of all its threads.
  int64_t longest_turn_us = 0;      // Of any partition, since this was last asked,
  int64_t longest_turn_cpu_us = 0;  // and the most processor time of one.
  uint64_t row_bytes = 0;           // Of all rows in memory, as `afterbell cluster` adds them up,
  uint64_t rows_unwritten = 0;      // and how many of them no store has yet.
};

// Records in the log of a city's folder, which may be in use.
absl::StatusOr<uint64_t> RecordsIn(const std::string& data);

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

  // Of a city. Returns when nothing is left to do and stores hold all rows.
  absl::Status Settle();
  absl::StatusOr<CityUsage> Usage();
  // How long each unary check-in took within the server since this was last asked, in microseconds: of a city
  // that was told --timed.
  absl::StatusOr<std::vector<double>> Times();

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
