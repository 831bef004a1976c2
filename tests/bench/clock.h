// Time that has passed, and time of processors that this process has used.
#ifndef AFTERBELL_TESTS_BENCH_CLOCK_H_
#define AFTERBELL_TESTS_BENCH_CLOCK_H_

#include <time.h>

#include <chrono>

namespace afterbell::bench {

inline double SecondsSince(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Of all threads, user and system.
inline double ProcessSeconds() {
  timespec at;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_CLOCK_H_
