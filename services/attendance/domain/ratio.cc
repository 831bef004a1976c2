#include "services/attendance/domain/ratio.h"

#include "services/attendance/domain/adults.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/presence.h"
#include "services/platform/reference/reference.h"

namespace afterbell::attendance {
namespace {

struct Adults {
  int staff = 0;  // Teachers and auxiliary staff: the school's own.
  int teachers = 0;
  int auxiliaries = 0;
  int parent_volunteers = 0;
};

bool IsTeacher(std::string_view role) {
  return role == "care_teacher" || role == "temp_class_head" || role == "class_teacher" ||
         role == "club_instructor";
}

bool IsAuxiliary(std::string_view role) {
  return role == "auxiliary_staff" || role == "volunteer" || role == "external_specialist";
}

// The first duty counts; a person who has two is still one adult.
Adults Count(const std::map<std::string, std::string>& role_of) {
  Adults adults;
  for (const auto& [person, role] : role_of) {
    if (IsTeacher(role)) ++adults.teachers;
    if (IsTeacher(role) || role == "auxiliary_staff") ++adults.staff;
    if (IsAuxiliary(role)) ++adults.auxiliaries;
    if (role == "parent_volunteer") ++adults.parent_volunteers;
  }
  return adults;
}

std::map<std::string, std::string> RolesOnDuty(const Rows& rows, const state::Session& session) {
  std::map<std::string, std::string> role_of;
  rows.Scan(kDuties, Prefix(session.school_id(), session.session_id()),
            [&](const staffing::v1::DutyAssigned& duty) { role_of.emplace(duty.person_id(), duty.role()); });
  return role_of;
}

Adults PresentAdults(const Rows& rows, const state::Session& session,
                     const std::optional<AdultChange>& change) {
  const std::map<std::string, std::string> duties = RolesOnDuty(rows, session);
  std::map<std::string, std::string> in;
  for (const auto& [person, role] : duties) {
    if (IsInSession(rows, session, person)) in.emplace(person, role);
  }
  rows.Scan(kSessionAdults, Prefix(session.school_id(), session.session_id()),
            [&](const auto& key, const state::SessionAdult& adult) {
              if (adult.in()) in.emplace(std::get<2>(key), adult.role());
            });
  if (change && !change->in) in.erase(change->person_id);
  if (change && change->in) {
    const auto duty = duties.find(change->person_id);
    in.emplace(change->person_id, duty == duties.end() ? change->role : duty->second);
  }
  return Count(in);
}

struct Condition {
  std::string_view parameter;
  std::string_view rule;
  int met = 0;
  bool per_pupils = false;  // The parameter's number is of pupils to one adult.
};

std::vector<Condition> ConditionsFor(const Rows& rows, const state::Session& session, const Adults& adults) {
  std::vector<Condition> conditions = {{"min_staff_per_session", "STF-05", adults.staff}};
  const auto school = reference::School(rows, session.school_id());
  if (school && school->short_of_teachers()) {
    conditions.push_back({"pupils_per_auxiliary", "STF-06", adults.auxiliaries, true});
  }
  conditions.push_back({"teachers_per_group", "STF-07", adults.teachers});
  const auto group = FindGroup(rows, session.school_id(), session.group_id());
  if (group && ProjectKindOf(rows, session.school_id(), *group) == "class_club") {
    conditions.push_back({"min_parents_per_class_club", "STF-08", adults.parent_volunteers});
  }
  return conditions;
}

// Nobody is asked to mind nobody.
int Needed(const Condition& condition, int limit, v1::RatioPhase phase, int pupils) {
  if (condition.per_pupils) return (pupils + limit - 1) / limit;
  return phase == v1::ACTUAL && pupils == 0 ? 0 : limit;
}

// A condition turned, or is asked for the first time, or no longer.
bool Turned(const RowPtr<v1::RatioAssessed>& before, const v1::RatioAssessed& now) {
  if (!before) return now.conditions_size() > 0;
  return !std::equal(before->conditions().begin(), before->conditions().end(), now.conditions().begin(),
                     now.conditions().end(), [](const v1::RatioCondition& a, const v1::RatioCondition& b) {
                       return a.parameter() == b.parameter() && a.short_() == b.short_();
                     });
}

void Assess(const Situation& s, const state::Session& session, v1::RatioPhase phase, int pupils,
            const Adults& adults, Events* events) {
  Event event;
  v1::RatioAssessed& now = *event.mutable_ratio_assessed();
  now.set_session_id(session.session_id());
  now.set_phase(phase);
  now.set_pupils(pupils);
  now.set_teachers(adults.teachers);
  now.set_auxiliaries(adults.auxiliaries);
  now.set_parent_volunteers(adults.parent_volunteers);
  const policy::Place place = reference::PlaceOf(s.rows, session.school_id(), StageOf(s.rows, session));
  for (const Condition& condition : ConditionsFor(s.rows, session, adults)) {
    const auto value = s.policy.Find(condition.parameter, place, session.date());
    if (!value || value->value().count() <= 0) continue;
    v1::RatioCondition& found = *now.add_conditions();
    found.set_parameter(std::string(condition.parameter));
    found.set_rule(std::string(condition.rule));
    found.set_limit(static_cast<int>(value->value().count()));
    found.set_needed(Needed(condition, found.limit(), phase, pupils));
    found.set_met(condition.met);
    found.set_short_(found.met() < found.needed());
    found.set_value_id(value->value_id());
  }
  const auto before = s.rows.Get(kRatios, {session.school_id(), session.session_id(), key::Number(phase)});
  if (Turned(before, now)) events->push_back(std::move(event));
}

int Steps(int pupils, int step) { return (pupils + step - 1) / step; }

}  // namespace

void Evolve(const Recorded& own, const v1::RatioAssessed& assessed, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  rows.Put(kRatios, {school_id, assessed.session_id(), key::Number(assessed.phase())}, assessed);
  if (assessed.phase() != v1::ACTUAL) return;
  auto tally = rows.GetOrEmpty(kTallies, {school_id, assessed.session_id()});
  tally.set_pupils_per_auxiliary(0);
  tally.set_short_of_adults(false);
  for (const v1::RatioCondition& condition : assessed.conditions()) {
    if (condition.parameter() == "pupils_per_auxiliary") tally.set_pupils_per_auxiliary(condition.limit());
    if (condition.short_()) tally.set_short_of_adults(true);
  }
  rows.Put(kTallies, {school_id, assessed.session_id()}, std::move(tally));
}

void AssessPlanned(const Situation& s, const state::Session& session, Events* events) {
  if (session.state() >= v1::OPEN) return;  // From then on those who are there count.
  const int pupils = static_cast<int>(ExpectedPupils(s.rows, session).size());
  Assess(s, session, v1::PLANNED, pupils, Count(RolesOnDuty(s.rows, session)), events);
}

void AssessAdults(const Situation& s, const state::Session& session, const std::optional<AdultChange>& change,
                  Events* events) {
  if (!IsOpen(session)) return;
  const int pupils = NowIn(s.rows.GetOrEmpty(kTallies, {session.school_id(), session.session_id()}));
  if (pupils == 0) return;
  Assess(s, session, v1::ACTUAL, pupils, PresentAdults(s.rows, session, change), events);
}

void AssessPupils(const Situation& s, const state::Session& session, const state::Tally& tally, int from,
                  int to, Events* events) {
  if (from == to) return;
  const int step = tally.pupils_per_auxiliary();
  const bool may_turn =
      from == 0 || (to == 0 && tally.short_of_adults()) || (step > 0 && Steps(from, step) != Steps(to, step));
  if (may_turn) Assess(s, session, v1::ACTUAL, to, PresentAdults(s.rows, session, std::nullopt), events);
}

}  // namespace afterbell::attendance
