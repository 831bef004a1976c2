// One decision made again: from the head of a recorded Commit, with the runtime's own functions.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"

namespace afterbell::replay {

// Whose decision, and under what.
struct Decider {
  const Service& service;
  const PartitionId& partition;
  const std::string& log_id;
  bool simulated_clock = false;
  const std::vector<policy::v1::ParameterValue>* overrides = nullptr;
};

// What a Commit says before it is decided: the recorded one without what came of it.
log::v1::Commit HeadOf(const log::v1::Commit& recorded);

// Decides a head against rows, which are left as they are. `cause` is the record a reaction is about.
// Errors: the caller's own, where the command is now no longer one that can be decided.
absl::Status DecideAgain(const Decider& decider, const Recorded* cause, const Rows& before,
                         log::v1::Commit* head);

// "command check_in_pupil", "reaction to attendance/3 #17", "deadline month_end p1/2026-09".
std::string DecidedText(const Service& service, const log::v1::Commit& commit);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_
