// A small synthetic city, played over gRPC against all six services on a real log.
#ifndef AFTERBELL_TESTS_INTEGRATION_PLAYED_H_
#define AFTERBELL_TESTS_INTEGRATION_PLAYED_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "services/city/city.h"
#include "services/platform/replay/history.h"
#include "tools/afterbell/player.h"
#include "tools/citygen/city.h"

namespace afterbell {

inline constexpr std::chrono::seconds kQuietAtMost(120);

struct Played {
  std::unique_ptr<Host> host;
  std::unique_ptr<Player> player;
  citygen::Answers answers;
  std::string folder;
  // Of a city that is not `host` alone: where it is called, and how it comes to rest.
  std::string address;
  std::function<absl::Status()> settle;
};

// The city of a folder, served.
std::unique_ptr<Host> OpenCity(const std::string& folder);

// One school a district, two months: all that is planted is in them, and the money of both is paid.
citygen::CityOptions TwoMonths(uint64_t seed, int pupils);

// Plays into a city that is open, before the first phase that `until` is true of (empty: to the end), which
// is left in `phase` if there is one; and into a city of its own.
void PlayInto(const citygen::CityOptions& options, Played* played,
              const std::function<bool(const citygen::Phase&)>& until = {}, citygen::Phase* phase = nullptr);
Played Play(const std::string& name, const citygen::CityOptions& options);

std::unique_ptr<replay::History> HistoryOf(Played& played);

// What the generator wrote down while it planted, against what is folded from a log.
void ExpectAnswers(const Played& played, const replay::History& history);

}  // namespace afterbell

#endif  // AFTERBELL_TESTS_INTEGRATION_PLAYED_H_
