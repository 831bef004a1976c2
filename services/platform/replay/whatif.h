// What if policy had been another: history decided again, beside what was recorded.
//
// Kept: facts and decisions, whatever the rules would now say of them. Dropped and computed again by
// the same deciders, each at the same `seen`: determinations, at the place where they were recorded,
// and wherever a cause or a deadline now leads to one where it led to none. Whoever would now be
// refused, or no longer refused, is counted and listed, and nothing that would have followed from it
// is made up: a refused command keeps its facts and loses its determinations.
//
// Deadlines are dropped and fired anew: at the recorded place if the same one exists there, else before
// the first own record after its moment (on a SIMULATED log, after the log's clock reached it).
//
// Limits. Commons are decided again each on their own: a determination in a commons that comes out
// otherwise is reported, but schools still read the recorded one. Runs are opened where they were
// opened. Several commands of one reaction are decided together, so a fact among them that would
// differ is seen by those after it. Services whose rules are not handed in keep their determinations.
//
// As decided, everything must come out as recorded: the null what-if, which Reproduced() tells.
//
// Threads: partition numbers are decided apart, on all cores.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_WHATIF_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_WHATIF_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/decider/service.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/history.h"

namespace afterbell::replay {

enum class PolicyMode {
  kAsDecided,   // What stood at each decision's `seen`.
  kAsKnownNow,  // What the registry knows at the end of history, with the dates it gives.
  kOverride,    // Values given here, over everything at the places their scopes name.
};

// "as decided", "as known now", "override".
std::string_view NameOf(PolicyMode mode);

// An event of one history, of the other, or of both: what is kept and what came out the same is both.
struct WhatIfEvent {
  const Recorded& record;  // The Commit around it. Of one that was not recorded, the index is no index.
  std::string_view event;
  log::v1::EventKind kind;
  bool recorded;
  bool again;
};

struct WhatIfOptions {
  PolicyMode mode = PolicyMode::kAsDecided;
  std::vector<policy::v1::ParameterValue> overrides;  // With kOverride.
  size_t differences_max = 1000;                      // Listed per partition number; all are counted.
  // Called for every event; for those of one number one after another, for those of different
  // numbers at once. `number` is that of the partition.
  std::function<void(uint32_t number, const WhatIfEvent& event)> on_event;
};

struct DeterminationDifference {
  enum Kind { kChanged, kNoLonger, kNewly };

  Kind kind = kChanged;
  PartitionId partition;
  std::string subject;  // "ChargeAssessed <charge id> 2026-09"
  uint64_t index = 0;   // Of the record that holds it; 0 for a new one.
  Micros recorded_at = 0;
  std::vector<FieldDifference> fields;  // Of a changed one.
  std::string text;                     // Of the others: the event.
  bool basis_only = false;              // Only the values it names as its basis differ.
};

// A decision that would have ended otherwise.
struct Flip {
  enum Kind { kWouldBeRefused, kWouldBeAccepted, kOtherFacts };

  Kind kind = kWouldBeRefused;
  log::v1::RecordId record;
  Micros recorded_at = 0;
  std::string decided;   // "command check_in_pupil"
  std::string recorded;  // "refused ENR-23 GROUP_FULL s1 (41 of 40)", "2 events"
  std::string again;
};

struct WhatIfReport {
  std::string log_id;
  Micros as_of = HistoryOptions::kEverything;
  bool simulated = false;
  PolicyMode mode = PolicyMode::kAsDecided;

  uint64_t commits = 0;
  uint64_t recorded = 0;    // Determinations recorded by services whose rules are here,
  uint64_t again = 0;       // and computed again.
  uint64_t reproduced = 0;  // The same, byte for byte.
  uint64_t changed = 0;
  uint64_t basis_only = 0;  // Of those changed: the same figures on other values.
  uint64_t no_longer = 0;
  uint64_t newly = 0;
  uint64_t kept = 0;                                 // Determinations of services whose rules are not here.
  std::vector<DeterminationDifference> differences;  // In order of recorded time.

  uint64_t would_be_refused = 0;
  uint64_t would_be_accepted = 0;
  uint64_t other_facts = 0;
  uint64_t repeated_refusals = 0;  // Cannot be decided again.
  std::vector<Flip> flips;

  uint64_t reactions_anew = 0;
  uint64_t deadlines_anew = 0;
  uint64_t deadlines_gone = 0;
  uint64_t blocked = 0;  // Could not be computed: a parameter is unset.

  // Provisional values of policy that decisions rested on: how often, by "key value_id".
  std::map<std::string, uint64_t> provisional;

  bool Reproduced() const { return changed + no_longer + newly == 0; }
};

// One other policy: whose rules decide again, and as what.
struct Alternative {
  std::vector<const Service*> services;
  WhatIfOptions options;
};

absl::StatusOr<WhatIfReport> WhatIf(const History& history, const std::vector<const Service*>& services,
                                    const WhatIfOptions& options);

// Several beside one another, as if each had been asked for alone: the log is read once for all of them. One
// report each, in their order. Rows of all of them are in memory at once, of as many partition numbers as
// there are threads.
absl::StatusOr<std::vector<WhatIfReport>> WhatIf(const History& history,
                                                 const std::vector<Alternative>& alternatives);

// The report in a few lines: "recomputed 1,234 of 1,234 determinations, 0 differ".
std::string Summary(const WhatIfReport& report);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_WHATIF_H_
