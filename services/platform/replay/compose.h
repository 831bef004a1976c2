// What becomes of one recorded Commit when it was decided again: which events stand, and whether the
// decision flipped. The rule of what-if, and nothing else.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_COMPOSE_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_COMPOSE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/whatif.h"

namespace afterbell::replay {

struct Composed {
  std::vector<std::string> events;  // That stand in the other history.
  std::optional<Flip::Kind> flip;
};

// `again` is the head decided again; `status` the error where it could not be.
Composed Compose(const EventReader& reader, const log::v1::Commit& recorded, const log::v1::Commit& again,
                 const absl::Status& status);

// What stands of a Commit whose decision is not made at all any more: its facts and decisions.
std::vector<std::string> KeptOf(const EventReader& reader, const log::v1::Commit& recorded);

// Its determinations alone: what a reaction or deadline that was not recorded may add.
std::vector<std::string> DeterminationsOf(const EventReader& reader, const log::v1::Commit& commit);

// "refused ENR-23 GROUP_FULL s1 (41 of 40)", "2 events", "nothing".
std::string OutcomeText(const log::v1::Commit& commit, const absl::Status& status);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_COMPOSE_H_
