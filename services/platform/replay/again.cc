#include "services/platform/replay/again.h"

#include "absl/strings/str_cat.h"
#include "services/platform/runtime/overlay.h"
#include "services/platform/runtime/record.h"

namespace afterbell::replay {

using log::v1::Commit;

Commit HeadOf(const Commit& recorded) {
  Commit head = recorded;
  head.clear_events();
  head.clear_refusal();
  head.clear_blocked();
  head.clear_runs_opened();
  head.clear_seen();
  head.clear_policy();
  return head;
}

absl::Status DecideAgain(const Decider& decider, const Recorded* cause, const Rows& before, Commit* head) {
  Overlay rows(before, nullptr, "");
  std::vector<std::string> commands;
  {
    const Context context =
        ContextOf(*head, decider.partition, decider.log_id, rows, decider.simulated_clock);
    policy::Policy policy(rows, decider.overrides);
    commands = CommandsOf(decider.service, Situation{context, rows, policy}, *head, cause);
  }
  return Decide(decider.service, decider.partition, decider.log_id, commands, decider.simulated_clock,
                decider.overrides, SIZE_MAX, head, rows);
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
