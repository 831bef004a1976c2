#include "services/inspection/domain/reactions.h"

#include "services/inspection/domain/detectors.h"

namespace afterbell::inspection {

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
