#include "services/platform/replay/again.h"

#include "absl/strings/str_cat.h"

namespace afterbell::replay {

using log::v1::Commit;

void TakeHead(const Commit& recorded, Commit* head) {
  head->CopyFrom(recorded);
  head->clear_events();
  head->clear_refusal();
  head->clear_blocked();
  head->clear_runs_opened();
  head->clear_seen();
  head->clear_policy();
}

std::string DecidedText(const Service& service, const Commit& commit) {
  switch (commit.decided_case()) {
    case Commit::kCommand:
      return absl::StrCat("command ", service.CommandName(commit.command()));
    case Commit::kCause:
      return absl::StrCat("reaction to ", commit.cause().service(), "/", commit.cause().partition(), " #",
                          commit.cause().index());
    case Commit::kTimeReached:
      return absl::StrCat("deadline ", commit.time_reached().deadline(), " ", commit.time_reached().entity());
    case Commit::kRunStep:
      return absl::StrCat("run ", commit.run_step().run_id());
    default:
      return "nothing";
  }
}

}  // namespace afterbell::replay
