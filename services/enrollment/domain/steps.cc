#include "services/enrollment/domain/steps.h"

#include "absl/strings/str_cat.h"
#include "services/platform/policy/resolve.h"

namespace afterbell::enrollment {
namespace {

using state::Application;
using state::TakenStep;

struct StepWord {
  std::string_view word;
  Act act;
};
constexpr StepWord kSteps[] = {
    {"notice", Act::kBefore},
    {"choice", Act::kBefore},
    {"class_review", Act::kClass},
    {"class_receipt", Act::kClass},
    {"school_review", Act::kSchool},
    {"school_approval", Act::kSchool},
    {"school_carries_out", Act::kSchool},
    {"committee_and_school_review", Act::kCommitteeAndSchool},
    {"principal_approval", Act::kPrincipal},
    {"public_notice", Act::kNotice},
    {"bureau_report", Act::kReport},
    {"agreement", Act::kAgreement},
    {"arrangement", Act::kAfter},
    {"regroup", Act::kAfter},
    {"staffing", Act::kAfter},
};

// An unknown word cannot be pinned (CheckSteps), so it counts as nobody's step here.
Act ActAt(const Application& application, int place) {
  return ActOf(application.steps(place)).value_or(Act::kAfter);
}

bool IsTakenByPeople(Act act) { return act != Act::kBefore && act != Act::kAgreement && act != Act::kAfter; }

bool IsTaken(const Application& application, int place) {
  if (ActAt(application, place) == Act::kCommitteeAndSchool) {
    return SideTaken(application, place, true) && SideTaken(application, place, false);
  }
  for (const TakenStep& taken : application.taken()) {
    if (taken.place() == place) return true;
  }
  return false;
}

bool IsAgreed(const Application& application) {
  return application.state() == Application::AGREED || application.state() == Application::ENROLLED ||
         application.state() == Application::WITHDRAWN;
}

}  // namespace

std::optional<Act> ActOf(std::string_view step) {
  for (const StepWord& known : kSteps) {
    if (known.word == step) return known.act;
  }
  return std::nullopt;
}

absl::Status CheckSteps(const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    if (!ActOf(step))
      return policy::Unset("approval_steps", absl::StrCat("names a step nobody can take: ", step));
  }
  return absl::OkStatus();
}

bool IsCommittee(std::string_view role) { return role == "parents_committee"; }

bool SideTaken(const Application& application, int place, bool committee) {
  for (const TakenStep& taken : application.taken()) {
    if (taken.place() == place && IsCommittee(taken.role()) == committee) return true;
  }
  return false;
}

std::optional<int> NextStep(const Application& application) {
  bool waits_for_agreement = false;
  for (int place = 0; place < application.steps_size(); ++place) {
    const Act act = ActAt(application, place);
    if (act == Act::kAgreement && !IsAgreed(application)) waits_for_agreement = true;
    if (!IsTakenByPeople(act) || IsTaken(application, place)) continue;
    if (waits_for_agreement && act != Act::kNotice) continue;
    return place;
  }
  return std::nullopt;
}

std::string AwaitedWord(const Application& application) {
  if (const auto next = NextStep(application)) return application.steps(*next);
  return IsAgreed(application) ? "" : "agreement";
}

bool MayDraftAgreement(const Application& application) {
  for (int place = 0; place < application.steps_size(); ++place) {
    const Act act = ActAt(application, place);
    if (act == Act::kAgreement) return true;
    if (IsTakenByPeople(act) && act != Act::kNotice && !IsTaken(application, place)) return false;
  }
  return true;
}

bool Asks(const Application& application, Act act) {
  for (int place = 0; place < application.steps_size(); ++place) {
    if (ActAt(application, place) == act) return true;
  }
  return false;
}

bool AllTaken(const Application& application, Act act) {
  for (int place = 0; place < application.steps_size(); ++place) {
    if (ActAt(application, place) == act && !IsTaken(application, place)) return false;
  }
  return true;
}

bool TookStep(const Application& application, Act act, std::string_view person_id) {
  for (const TakenStep& taken : application.taken()) {
    if (taken.by_person_id() == person_id && taken.place() < application.steps_size() &&
        ActAt(application, taken.place()) == act) {
      return true;
    }
  }
  return false;
}

bool IsSamePerson(const Application& application, std::string_view person_id) {
  if (person_id.empty()) return false;
  if (application.started_by() == person_id || application.submitted_by() == person_id) return true;
  for (const auto& signature : application.signatures()) {
    if (signature.by_person_id() == person_id) return true;
  }
  return !application.taken().empty() && application.taken().rbegin()->by_person_id() == person_id;
}

void TakeStep(const Recorded& own, Act act, Application* application) {
  for (const TakenStep& taken : application->taken()) {
    if (taken.index() == own.commit.index()) return;
  }
  const auto next = NextStep(*application);
  if (!next || ActAt(*application, *next) != act) return;
  TakenStep& taken = *application->add_taken();
  taken.set_place(*next);
  taken.set_by_person_id(own.commit.actor().person_id());
  taken.set_role(own.commit.actor().role());
  taken.set_index(own.commit.index());
  taken.set_at(own.occurred_at());
}

}  // namespace afterbell::enrollment
