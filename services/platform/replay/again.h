// A recorded Commit to be decided again (runtime/record.h, DecideHead), and its name for people.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"

namespace afterbell::replay {

// What a Commit says before it is decided: the recorded one without what came of it. What `head` has
// allocated serves again.
void TakeHead(const log::v1::Commit& recorded, log::v1::Commit* head);

// "command check_in_pupil", "reaction to attendance/3 #17", "deadline month_end p1/2026-09".
std::string DecidedText(const Service& service, const log::v1::Commit& commit);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_AGAIN_H_
