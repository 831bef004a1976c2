#include "services/platform/replay/compose.h"

#include "absl/strings/str_cat.h"

namespace afterbell::replay {
namespace {

using log::v1::Commit;

bool IsDetermination(const EventReader& reader, const std::string& event) {
  return reader.KindOf(event) == log::v1::DETERMINATION;
}

std::vector<std::string> Select(const EventReader& reader, const Commit& commit, bool determinations) {
  std::vector<std::string> selected;
  for (const std::string& event : commit.events()) {
    if (IsDetermination(reader, event) == determinations) selected.push_back(event);
  }
  return selected;
}

std::vector<std::string> Joined(std::vector<std::string> first, const std::vector<std::string>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

}  // namespace

std::vector<std::string> KeptOf(const EventReader& reader, const Commit& recorded) {
  return Select(reader, recorded, false);
}

std::vector<std::string> DeterminationsOf(const EventReader& reader, const Commit& commit) {
  return Select(reader, commit, true);
}

Composed Compose(const EventReader& reader, const Commit& recorded, const Commit& again,
                 const absl::Status& status) {
  const bool was_refused = recorded.has_refusal();
  const bool is_refused = !status.ok() || again.has_refusal();
  std::optional<Flip::Kind> flip;
  if (was_refused != is_refused) flip = is_refused ? Flip::kWouldBeRefused : Flip::kWouldBeAccepted;
  const bool one_command = recorded.has_command();
  if (one_command && was_refused) return {{}, flip};
  std::vector<std::string> kept = KeptOf(reader, recorded);
  if (one_command && is_refused) return {std::move(kept), flip};
  const std::vector<std::string> all(again.events().begin(), again.events().end());
  const std::vector<std::string> kept_again = KeptOf(reader, again);
  if (kept == kept_again) return {all, flip};
  if (!flip) flip = Flip::kOtherFacts;
  // Asked for something that was so already, and would now be something new: not made up.
  if (one_command && kept.empty()) return {{}, flip};
  return {Joined(std::move(kept), DeterminationsOf(reader, again)), flip};
}

std::string OutcomeText(const Commit& commit, const absl::Status& status) {
  if (!status.ok()) return status.ToString();
  if (!commit.has_refusal())
    return commit.events().empty() ? "nothing" : absl::StrCat(commit.events_size(), " events");
  const log::v1::Refusal& refusal = commit.refusal();
  std::string text = absl::StrCat("refused ", refusal.rule(), " ", refusal.reason(), " ", refusal.subject());
  if (!refusal.met().empty()) absl::StrAppend(&text, " (", refusal.met(), " of ", refusal.limit(), ")");
  if (!refusal.parameter().empty()) absl::StrAppend(&text, " by ", refusal.parameter());
  return text;
}

}  // namespace afterbell::replay
