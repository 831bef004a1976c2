#include "services/registry/domain/school_plan.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"

namespace afterbell::registry {
namespace {

using state::PlanRow;

// REF-07: what every plan has.
constexpr std::string_view kSections[] = {"staff", "content", "funding", "safety"};

RowPtr<PlanRow> PlanAt(const Situation& s, const std::string& plan_id) {
  return s.rows.Get(kPlans, {s.context.school_id, plan_id});
}

// What the place asks between submission and force. Where it is silent, neither is asked.
struct Asked {
  bool review = false;
  bool filing = false;
  std::string mode;
};

Asked AskedHere(const Situation& s) {
  const auto value =
      s.policy.Find("plan_filing", reference::PlaceOf(s.rows, s.context.school_id), s.context.service_date);
  Asked asked;
  if (value) asked.mode = value->value().choice();
  asked.review = asked.mode == "review" || asked.mode == "review_and_filing";
  asked.filing = asked.mode == "filing" || asked.mode == "review_and_filing";
  return asked;
}

Refused WrongState(const std::string& plan_id, const std::string& needed, const std::string& met) {
  return Refused{"REF-08", "WRONG_STATE", plan_id, needed, met};
}

std::string StepName(state::PlanStep step) { return state::PlanStep_Name(step); }

std::string VersionText(int version) { return absl::StrCat("version ", version); }

absl::Status CheckSlots(const v1::SubmitSchoolPlan& command) {
  std::set<std::string> periods;
  for (const v1::PlanSlot& slot : command.slots()) {
    if (!IsId(slot.period())) return InvalidField("slots.period", slot.period(), "a name like afternoon-1");
    if (!periods.insert(slot.period()).second)
      return InvalidField("slots.period", slot.period(), "named once");
    if (!IsTimeOfDay(slot.start_time()))
      return InvalidField("slots.start_time", slot.start_time(), "a time (15:30)");
    if (!IsTimeOfDay(slot.end_time()) || slot.end_time() <= slot.start_time()) {
      return InvalidField("slots.end_time", slot.end_time(), "a time after start_time");
    }
    for (const int weekday : slot.weekdays()) {
      if (weekday < 1 || weekday > 7)
        return InvalidField("slots.weekdays", std::to_string(weekday), "1 to 7");
    }
  }
  return absl::OkStatus();
}

// The term, if it is one of this school's: its own, its district's, or of an area above.
RowPtr<v1::TermOpened> TermHere(const Situation& s, const std::string& term_id) {
  auto term = reference::Term(s.rows, term_id);
  const auto school = reference::School(s.rows, s.context.school_id);
  if (!term || !school) return nullptr;
  std::vector<std::string> scopes = reference::AreasOf(s.rows, school->district_id());
  scopes.push_back(s.context.school_id);
  if (std::find(scopes.begin(), scopes.end(), term->scope_id()) == scopes.end()) return nullptr;
  return term;
}

// The plan's newest version is the one meant.
std::optional<Refused> OtherVersion(const PlanRow& row, int version) {
  if (row.plan().version() == version) return std::nullopt;
  return WrongState(row.plan().plan_id(), VersionText(row.plan().version()), VersionText(version));
}

std::optional<Refused> ContentMissing(const v1::SchoolPlanSubmitted& plan) {
  for (const std::string_view section : kSections) {
    if (std::find(plan.sections().begin(), plan.sections().end(), section) == plan.sections().end()) {
      return Refused{"REF-07", "SECTION_MISSING", plan.plan_id(), std::string(section),
                     absl::StrJoin(plan.sections(), ",")};
    }
  }
  if (plan.emergency_plan_hash().empty()) {
    return Refused{"REF-07", "EMERGENCY_PLAN_MISSING", plan.plan_id(), "an emergency plan", "none"};
  }
  return std::nullopt;
}

Refused NotReviewed(const PlanRow& row, const Asked& asked) {
  return Refused{"REF-08",   "NOT_REVIEWED",       row.plan().plan_id(),
                 asked.mode, StepName(row.step()), "plan_filing"};
}

// Writes the row of the plan if it is known at that version; evolve is total.
template <class Change>
void ChangePlan(const Recorded& own, const std::string& plan_id, int version, StateRows rows,
                const Change& change) {
  const auto known = rows.Get(kPlans, {own.commit.school_id(), plan_id});
  if (!known || known->plan().version() != version) return;
  PlanRow row = *known;
  change(row);
  rows.Put(kPlans, {own.commit.school_id(), plan_id}, std::move(row));
}

}  // namespace

void EvolvePlanSubmitted(const Recorded& own, const v1::SchoolPlanSubmitted& event, StateRows rows) {
  PlanRow row;
  *row.mutable_plan() = event;
  row.set_step(state::SUBMITTED);
  row.set_submitted_by(own.commit.actor().person_id());
  rows.Put(kPlans, {own.commit.school_id(), event.plan_id()}, std::move(row));
}

void EvolvePlanReviewed(const Recorded& own, const v1::SchoolPlanReviewed& event, StateRows rows) {
  ChangePlan(own, event.plan_id(), event.version(), rows, [&](PlanRow& row) {
    row.set_step(event.passed() ? state::REVIEWED : state::RETURNED);
    row.set_reviewed(event.passed());
  });
}

void EvolvePlanFiled(const Recorded& own, const v1::SchoolPlanFiled& event, StateRows rows) {
  ChangePlan(own, event.plan_id(), event.version(), rows, [](PlanRow& row) {
    row.set_step(state::FILED);
    row.set_filed(true);
  });
}

void EvolvePlanTookEffect(const Recorded& own, const v1::SchoolPlanTookEffect& event, StateRows rows) {
  ChangePlan(own, event.plan_id(), event.version(), rows, [&](PlanRow& row) {
    row.set_step(state::IN_FORCE);
    row.set_from_on(event.from_on());
  });
}

Decided DecideSubmitSchoolPlan(const Situation& s, const v1::SubmitSchoolPlan& command) {
  v1::RegistryEvent event;
  v1::SchoolPlanSubmitted& plan = *event.mutable_school_plan_submitted();
  plan.set_plan_id(DerivedId("plan", {s.context.school_id, command.term_id()}));
  plan.set_term_id(command.term_id());
  plan.set_version(command.version());
  *plan.mutable_slots() = command.slots();
  *plan.mutable_sections() = command.sections();
  plan.set_content_hash(command.content_hash());
  plan.set_emergency_plan_hash(command.emergency_plan_hash());

  const auto row = PlanAt(s, plan.plan_id());
  if (row && Same(row->plan(), plan)) return Quiet();
  AFTERBELL_RETURN_IF_ERROR(CheckSlots(command));
  if (!TermHere(s, command.term_id())) return Unknown("term", command.term_id());
  // A version that nobody has read yet may be replaced; what was passed or filed is adjusted, which
  // is another command.
  if (row && row->step() != state::SUBMITTED && row->step() != state::RETURNED) {
    return WrongState(plan.plan_id(), "SUBMITTED or RETURNED", StepName(row->step()));
  }
  const int next = row ? row->plan().version() + 1 : 1;
  if (command.version() != next)
    return WrongState(plan.plan_id(), VersionText(next), VersionText(command.version()));
  return One(std::move(event));
}

Decided DecideReviewSchoolPlan(const Situation& s, const v1::ReviewSchoolPlan& command) {
  const auto row = PlanAt(s, command.plan_id());
  if (!row) return Unknown("plan", command.plan_id());
  const bool this_version = row->plan().version() == command.version();
  if (this_version && command.passed() && row->reviewed()) return Quiet();
  if (this_version && !command.passed() && row->step() == state::RETURNED) return Quiet();
  if (auto other = OtherVersion(*row, command.version())) return *other;
  if (row->step() != state::SUBMITTED)
    return WrongState(command.plan_id(), "SUBMITTED", StepName(row->step()));
  if (const Asked asked = AskedHere(s); asked.filing && !asked.review) {
    return Refused{"REF-08", "REVIEW_NOT_ASKED", command.plan_id(), asked.mode, "review", "plan_filing"};
  }
  if (!s.context.person_id.empty() && s.context.person_id == row->submitted_by()) {
    return Refused{"REF-08", "SAME_PERSON", command.plan_id(), "another person", s.context.person_id};
  }
  v1::RegistryEvent event;
  v1::SchoolPlanReviewed& reviewed = *event.mutable_school_plan_reviewed();
  reviewed.set_plan_id(command.plan_id());
  reviewed.set_version(command.version());
  reviewed.set_passed(command.passed());
  return One(std::move(event));
}

Decided DecideFileSchoolPlan(const Situation& s, const v1::FileSchoolPlan& command) {
  const auto row = PlanAt(s, command.plan_id());
  if (!row) return Unknown("plan", command.plan_id());
  if (row->filed() && row->plan().version() == command.version()) return Quiet();
  if (auto other = OtherVersion(*row, command.version())) return *other;
  if (row->step() != state::SUBMITTED && row->step() != state::REVIEWED) {
    return WrongState(command.plan_id(), "SUBMITTED or REVIEWED", StepName(row->step()));
  }
  if (const Asked asked = AskedHere(s); asked.review && !row->reviewed()) return NotReviewed(*row, asked);
  v1::RegistryEvent event;
  event.mutable_school_plan_filed()->set_plan_id(command.plan_id());
  event.mutable_school_plan_filed()->set_version(command.version());
  return One(std::move(event));
}

Decided DecideBringPlanIntoForce(const Situation& s, const v1::BringPlanIntoForce& command) {
  const auto row = PlanAt(s, command.plan_id());
  if (!row) return Unknown("plan", command.plan_id());
  const v1::SchoolPlanSubmitted& plan = row->plan();
  const bool in_force = row->step() == state::IN_FORCE;
  if (in_force && plan.version() == command.version() && row->from_on() == command.from_on()) return Quiet();
  if (auto other = OtherVersion(*row, command.version())) return *other;
  if (in_force) return WrongState(command.plan_id(), "not in force", "IN_FORCE since " + row->from_on());
  if (row->step() == state::RETURNED)
    return WrongState(command.plan_id(), "a new version", StepName(row->step()));
  if (auto missing = ContentMissing(plan)) return *missing;
  const Asked asked = AskedHere(s);
  if (asked.review && !row->reviewed()) return NotReviewed(*row, asked);
  if (asked.filing && !row->filed()) {
    return Refused{"REF-08",   "NOT_FILED",           command.plan_id(),
                   asked.mode, StepName(row->step()), "plan_filing"};
  }
  // Known since the plan was submitted; a term that is not known has no days.
  const auto found = reference::Term(s.rows, plan.term_id());
  const v1::TermOpened& term = found ? *found : v1::TermOpened::default_instance();
  if (command.from_on() < term.first_on() || term.last_on() < command.from_on()) {
    return Refused{"REF-22", "OUTSIDE_TERM", command.plan_id(),
                   absl::StrCat(term.first_on(), "..", term.last_on()), command.from_on()};
  }
  v1::RegistryEvent event;
  v1::SchoolPlanTookEffect& effect = *event.mutable_school_plan_took_effect();
  effect.set_plan_id(command.plan_id());
  effect.set_term_id(plan.term_id());
  effect.set_version(command.version());
  effect.set_from_on(command.from_on());
  *effect.mutable_slots() = plan.slots();
  return One(std::move(event));
}

}  // namespace afterbell::registry
