// The determinations of two histories held against each other, of one partition number.
//
// What lies in one Commit is matched first; what is left is matched by its subject over the whole
// history, because under another policy a thing may be determined earlier or later.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_TALLY_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_TALLY_H_

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "services/platform/replay/whatif.h"

namespace afterbell::replay {

class Tally {
 public:
  Tally(const WhatIfOptions& options, uint32_t number) : options_(options), number_(number) {}

  // One Commit: its events as recorded (none for one that was not) and as they stand again.
  void Add(const EventReader& reader, const Recorded& record, bool was_recorded,
           const std::vector<std::string>& again);

  void AddFlip(Flip flip);

  // Hands one event to whoever listens.
  void Tell(const Recorded& record, const std::string& event, log::v1::EventKind kind, bool recorded,
            bool again);

  // To be called once, at the end: what found no match is no longer, or newly, determined.
  WhatIfReport Finish();

  WhatIfReport& report() { return report_; }

 private:
  struct Unmatched {
    const EventReader* reader;
    PartitionId partition;
    uint64_t index;
    Micros recorded_at;
    std::string event;
  };
  using BySubject = std::map<std::string, std::deque<Unmatched>>;

  void Match(std::vector<Unmatched> recorded, std::vector<Unmatched> again);
  void Pair(const std::string& subject, const Unmatched& recorded, const Unmatched& again);
  void List(DeterminationDifference difference);

  const WhatIfOptions& options_;
  const uint32_t number_;
  WhatIfReport report_;
  BySubject recorded_;
  BySubject again_;
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_TALLY_H_
