// Things begun at a fixed rate, however long the ones before take. What is measured is counted from the
// moment each was to begin, so a server that stands still is charged for all who would have come meanwhile.
//
// Threads: Run by one; Done from any, once for each.
#ifndef AFTERBELL_TESTS_BENCH_OPEN_LOOP_H_
#define AFTERBELL_TESTS_BENCH_OPEN_LOOP_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <latch>
#include <string>
#include <vector>

namespace afterbell::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

// Microseconds, every one of them.
class Samples {
 public:
  void Add(double micros) { micros_.push_back(micros); }
  void Add(const Samples& more) { micros_.insert(micros_.end(), more.micros_.begin(), more.micros_.end()); }
  size_t size() const { return micros_.size(); }
  double At(double quantile);
  // "\"unary_p50_us\": 1, \"unary_p99_us\": …"
  std::string Json(const std::string& name);

 private:
  std::vector<double> micros_;
};

class OpenLoop {
 public:
  OpenLoop(size_t count, double per_second);

  // Begins all of them in time, and returns when all have been Done. `begin` must not wait.
  void Run(const std::function<void(size_t number)>& begin);

  SteadyTime Intended(size_t number) const;
  // Now, counted from when it was to begin; a second call for the same number is not counted.
  void Done(size_t number, bool ok = true);

  uint64_t failed() const { return failed_; }
  Samples Taken() const;  // Of those that did not fail.
  Samples Late() const;   // How late each was begun: the client's own fault.

 private:
  const SteadyTime first_;
  const std::chrono::nanoseconds between_;
  std::vector<int64_t> began_ns_, done_ns_;  // After Intended; -1: failed, -2: not yet.
  std::latch left_;
  std::atomic<uint64_t> failed_{0};
};

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_OPEN_LOOP_H_
