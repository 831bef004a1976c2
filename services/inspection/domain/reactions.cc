#include "services/inspection/domain/reactions.h"

#include <algorithm>

#include "services/inspection/domain/detectors.h"

namespace afterbell::inspection {

bool Hears(std::string_view service, int event) {
  return std::any_of(Detectors().begin(), Detectors().end(), [&](const Detector& detector) {
    return detector.service == service &&
           std::find(detector.events.begin(), detector.events.end(), event) != detector.events.end();
  });
}

std::vector<v1::InspectionCommand> ReactTo(const Situation& s, const Recorded& cause) {
  // A case stands at a school; what names none is no school's.
  if (cause.commit.school_id().empty()) return {};
  Suspicions suspicions;
  for (const Detector& detector : Detectors()) detector.detect(s, cause, &suspicions);
  std::vector<v1::InspectionCommand> commands;
  for (v1::SuspectViolation& suspicion : suspicions) {
    *commands.emplace_back().mutable_suspect_violation() = std::move(suspicion);
  }
  return commands;
}

}  // namespace afterbell::inspection
