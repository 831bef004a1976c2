// A small synthetic term, played over gRPC against all six services on a real log.
#ifndef AFTERBELL_TESTS_INTEGRATION_PLAYED_H_
#define AFTERBELL_TESTS_INTEGRATION_PLAYED_H_

#include <chrono>
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
};

// The city of a folder, served.
std::unique_ptr<Host> OpenCity(const std::string& folder);

// Plays a term, one school a district, into a city that is open; and into one of its own.
void PlayInto(uint64_t seed, int pupils, Played* played);
Played Play(const std::string& name, uint64_t seed, int pupils);

std::unique_ptr<replay::History> HistoryOf(Played& played);

}  // namespace afterbell

#endif  // AFTERBELL_TESTS_INTEGRATION_PLAYED_H_
