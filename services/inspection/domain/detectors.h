// Detectors: pure tests over other services' records. Each looks at one record, the rows folded up
// to it and the policy of the day, and says what looks like a violation. A suspicion is no verdict:
// it names its causes, the rule, the limit and what was met, and a person decides.
//
// Detectors judge by when a thing was true, never by when it was told: a payment recorded late with
// an earlier paid_at is found, and so is an adult checked in from paper.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_DETECTORS_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_DETECTORS_H_

#include <string_view>
#include <vector>

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

using Suspicions = std::vector<v1::SuspectViolation>;

struct Detector {
  std::string_view name;
  int version;  // Raised when the test changes; the suspicion names it.
  void (*detect)(const Situation& s, const Recorded& cause, Suspicions* suspicions);
  // The only records it looks at: of this service, and of these events (their fields in <Service>Event).
  std::string_view service;
  std::vector<int> events;
};

const std::vector<Detector>& Detectors();

// Nothing where the name is not known.
const Detector* FindDetector(std::string_view name);

// STF-15, code 8: an adult is with the pupils and no clearance was in force.
void DetectUnreviewedEntry(const Situation& s, const Recorded& cause, Suspicions* suspicions);

// STF-13, STF-14, codes 6 and 7: an adult is with the pupils and was barred by then.
void DetectBarredAdult(const Situation& s, const Recorded& cause, Suspicions* suspicions);

// BIL-13, code 4: money was asked for or taken while no matching notice stood, where the place asks
// for one (p:notice_before_collecting; where it is silent, no suspicion opens: D-01). The subject is
// the school, whatever the number of charges in the record.
void DetectUnpostedCharge(const Situation& s, const Recorded& cause, Suspicions* suspicions);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_DETECTORS_H_
