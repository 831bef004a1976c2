#include "tests/bench/open_loop.h"

#include <algorithm>
#include <thread>

#include "absl/strings/str_format.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

// So that the first is not late already.
constexpr std::chrono::milliseconds kSoon(5);
constexpr int64_t kFailed = -1, kNotYet = -2;

Samples SamplesOf(const std::vector<int64_t>& nanos) {
  Samples samples;
  for (const int64_t each : nanos) {
    if (each >= 0) samples.Add(static_cast<double>(each) / 1e3);
  }
  return samples;
}

}  // namespace

double Samples::At(double quantile) {
  if (micros_.empty()) return 0;
  std::sort(micros_.begin(), micros_.end());
  return micros_[std::min(micros_.size() - 1, static_cast<size_t>(quantile * micros_.size()))];
}

std::string Samples::Json(const std::string& name) {
  return absl::StrFormat(
      "\"%s_p50_us\": %.0f, \"%s_p99_us\": %.0f, \"%s_p999_us\": %.0f, \"%s_max_us\": %.0f", name, At(0.5),
      name, At(0.99), name, At(0.999), name, At(1));
}

OpenLoop::OpenLoop(size_t count, double per_second)
    : first_(steady_clock::now() + kSoon),
      between_(static_cast<int64_t>(1e9 / per_second)),
      began_ns_(count, kNotYet),
      done_ns_(count, kNotYet),
      left_(static_cast<std::ptrdiff_t>(count)) {}

SteadyTime OpenLoop::Intended(size_t number) const { return first_ + between_ * number; }

void OpenLoop::Run(const std::function<void(size_t)>& begin) {
  for (size_t i = 0; i < began_ns_.size(); ++i) {
    std::this_thread::sleep_until(Intended(i));
    began_ns_[i] = (steady_clock::now() - Intended(i)).count();
    begin(i);
  }
  left_.wait();
}

void OpenLoop::Done(size_t number, bool ok) {
  if (done_ns_[number] != kNotYet) return;
  done_ns_[number] = ok ? (steady_clock::now() - Intended(number)).count() : kFailed;
  if (!ok) ++failed_;
  left_.count_down();
}

Samples OpenLoop::Taken() const { return SamplesOf(done_ns_); }
Samples OpenLoop::Late() const { return SamplesOf(began_ns_); }

}  // namespace afterbell::bench
