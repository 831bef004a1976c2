// The check-ins of a synthetic term, made ready to be sent by whoever measures; all else of the term is
// played.
//
// Threads: one.
#ifndef AFTERBELL_TESTS_BENCH_CHECK_INS_H_
#define AFTERBELL_TESTS_BENCH_CHECK_INS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tools/afterbell/client.h"
#include "tools/afterbell/player.h"
#include "tools/citygen/city.h"

namespace afterbell::bench {

inline constexpr size_t kOutstanding = 64;        // Unary calls under way.
inline constexpr size_t kBatchesOutstanding = 4;  // Of up to 100 commands each.

// A call as it is sent.
struct Ready {
  std::string method;
  Caller caller;
  std::string request;
  int commands = 1;
};

std::vector<Ready> Unary(const citygen::Phase& check_ins);
// One caller each, so a batch is a room's, or several rooms' of one district put into the mouth of one
// teacher.
std::vector<Ready> Batches(const citygen::Phase& check_ins);

// What one server answered, and how long it took.
struct Side {
  Client* client;
  double seconds = 0;
  uint64_t commands = 0, failed = 0;
  std::string first_failure;
  double rate() const { return seconds > 0 ? static_cast<double>(commands) / seconds : 0; }
};

// Closed loop: as many calls under way as are allowed.
void Send(const std::vector<Ready>& calls, size_t outstanding, Side* side);

// A term of which the check-ins are left to the caller.
class Term {
 public:
  // Of `flags.schools` and `flags.pupils`, without what must be refused.
  static citygen::CityOptions OptionsOf(const Flags& flags);

  // Against a city that is served there. `settle`, where it is given, waits until the city is at rest: before
  // money is asked for, which rests on what was determined.
  static absl::StatusOr<std::unique_ptr<Term>> Open(const std::string& address,
                                                    const citygen::CityOptions& options,
                                                    std::function<absl::Status()> settle = {});

  // Plays on to the next check-ins: all that come in a row. False: the term is over.
  absl::StatusOr<bool> Next(citygen::Phase* check_ins);

  const std::vector<std::string>& unexpected() const { return player_->counts().first_unexpected; }

 private:
  Term() = default;
  std::unique_ptr<Player> player_;
  std::unique_ptr<citygen::City> city_;
  std::function<absl::Status()> settle_;
  citygen::Phase next_;  // The city's, not played yet,
  bool more_ = true;     // if there is one.
};

// A city and the echo, in turns: phases of unary calls, and of batches.
struct Raced {
  Side city_unary, echo_unary, city_batch, echo_batch;
  uint64_t batches = 0;
};
// `after_batches` is called after each phase of batches, for what else is to stand beside it.
absl::Status RaceCheckIns(const Flags& flags, const std::string& city_address,
                          const std::function<absl::Status()>& after_batches, Raced* raced);
void Print(const std::string& prefix, const Raced& raced);

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_CHECK_INS_H_
