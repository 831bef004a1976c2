// A synthetic city of after-school care: every step of a term, phase by phase, with what must come
// of it.
//
//   City city(CityOptions{.seed = 7});
//   Phase phase;
//   while (city.NextPhase(&phase)) Play(phase);
//   Compare(city.answers());
//
// Guarantees: the same options give the same bytes on every machine; each phase is later than the
// one before; calls of a phase do not depend on each other; a phase has at most kPhaseCallsMax
// calls; memory grows with the people of the city and not with its days.
// Not promised: the same bytes from another version of this tool.
// Threads: one at a time.
#ifndef AFTERBELL_TOOLS_CITYGEN_CITY_H_
#define AFTERBELL_TOOLS_CITYGEN_CITY_H_

#include <memory>
#include <string>
#include <vector>

#include "tools/citygen/answers.h"
#include "tools/citygen/city.pb.h"
#include "tools/citygen/options.h"

namespace afterbell::citygen {

// Empty, or what is wrong with the options. A City of wrong options ends at once.
std::string Problem(const CityOptions& options);

class City {
 public:
  explicit City(const CityOptions& options);
  ~City();
  City(const City&) = delete;
  City& operator=(const City&) = delete;

  // False: that was all.
  bool NextPhase(Phase* phase);

  // Complete when NextPhase has returned false.
  const Answers& answers() const;

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_CITY_H_
