// Every decision ever made can be made again: from the recorded command, cause or deadline, against
// rows folded to where they stood, it must give the recorded events, byte for byte. Whoever altered
// a determination and then computed the whole chain anew is found here, and so is a decider whose
// behaviour changed without a level.
//
// Checked of each Commit: events, refusal, what was blocked, the runs opened, and the values of policy
// used. Not decided again: refusals repeated on one day, whose command was left out, and records that
// carry `seen` alone. Of services that are not handed in only the chain is checked.
//
// Threads: partitions are verified apart, on all cores.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_VERIFY_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/decider/service.h"
#include "services/platform/replay/history.h"

namespace afterbell::replay {

struct VerifyOptions {
  bool decisions = true;          // False: the chain alone, and what is folded for digests.
  bool digests = false;           // Also say the digest of each partition's rows at the end.
  size_t differences_max = 1000;  // Listed per partition; all are counted.
};

// A decision that comes out otherwise than recorded.
struct DecisionDifference {
  log::v1::RecordId record;
  Micros recorded_at = 0;
  std::string
      decided;  // "command check_in_pupil", "reaction to attendance/3 #17", "deadline month_end p1/2026-09"
  std::string what;      // events, refusal, blocked, policy, or answer where it would now be none.
  std::string recorded;  // The first thing that differs, as recorded
  std::string again;     // and as decided again.
};

struct VerifyReport {
  std::string log_id;
  Micros as_of = HistoryOptions::kEverything;
  bool simulated = false;

  std::vector<History::Survey> chains;  // One for each partition that holds anything.
  std::vector<std::string> faults;      // Of chains, and of partitions that could not be folded.

  uint64_t commits = 0;
  uint64_t decisions = 0;  // Decided again,
  uint64_t differing = 0;  // of which so many came out otherwise,
  // and so many came out alike but for fields that this program does not know: a newer build decided.
  uint64_t partly_known = 0;
  uint64_t commands = 0, reactions = 0, deadlines = 0, run_steps = 0;
  uint64_t repeated_refusals = 0;               // cannot be decided again,
  uint64_t seen_alone = 0;                      // are no decisions,
  uint64_t undecided_services = 0;              // or are of a service whose rules were not handed in.
  std::vector<DecisionDifference> differences;  // In order of recorded time: the first is what to look at.

  struct Digest {
    PartitionId id;
    uint64_t index = 0;
    std::string digest;  // As Store::Digest gives it of the same rows.
  };
  std::vector<Digest> digests;

  bool ok() const { return faults.empty() && differing == 0; }
};

VerifyReport Verify(const History& history, const std::vector<const Service*>& services,
                    const VerifyOptions& options);

// The report in a few lines: "verified 1,234 of 1,234 decisions, 0 differ".
std::string Summary(const VerifyReport& report);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_VERIFY_H_
