// What a played term comes down to, and whether a log comes down to what an embedded one did: the same
// summary, the same answers to the review questions, every decision made again alike, no request decided
// twice, no law broken.
#ifndef AFTERBELL_TESTS_FAULT_OUTCOME_H_
#define AFTERBELL_TESTS_FAULT_OUTCOME_H_

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/replay/verify.h"
#include "tools/citygen/city.pb.h"

namespace afterbell::fault {

inline constexpr std::chrono::seconds kPatience(120);

// The phases of a term, one after the other; false at its end.
using NextPhase = std::function<bool(citygen::Phase* phase)>;

// As text that two histories of one term have in common.
using Answers = std::vector<std::string>;

// Plays the term on a log in `folder`, all services in this process, nothing killed.
absl::StatusOr<Answers> PlayEmbedded(const std::string& folder, uint32_t school_partitions,
                                     const std::vector<policy::v1::Instrument>& instruments,
                                     const NextPhase& next);

struct Outcome {
  size_t compared = 0, differing = 0;  // Answers.
  size_t doubled = 0;                  // Requests.
  uint64_t laws_broken = 0;
  bool laws_tried = false;     // Something was held against each: not in the first weeks of a term.
  replay::VerifyReport again;  // Every decision, and digests of the rows.

  bool ok() const { return differing == 0 && doubled == 0 && laws_broken == 0 && again.ok(); }
};

// Prints the first of each that is not as it should be.
absl::StatusOr<Outcome> Judge(EventLog* log, const Answers& embedded);

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_OUTCOME_H_
