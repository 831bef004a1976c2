#include "services/staffing/domain/clearance.h"

#include "services/platform/reference/reference.h"

namespace afterbell::staffing {
namespace {

using state::Clearance;

Refused WrongState(std::string_view person_id, std::string_view needed, Clearance::State met) {
  return Refused{"STF-15", "WRONG_STATE", std::string(person_id), std::string(needed),
                 Clearance::State_Name(met)};
}

template <class Change>
void ChangeClearance(const Recorded& own, StateRows rows, const std::string& person_id,
                     const Change& change) {
  Clearance row = rows.GetOrEmpty(kClearances, {person_id});
  row.set_person_id(person_id);
  row.set_state_at(own.occurred_at());
  change(row);
  rows.Put(kClearances, {person_id}, std::move(row));
}

void EvolveNominated(const Recorded& own, const v1::PersonNominated& event, StateRows rows) {
  ChangeClearance(own, rows, event.person_id(), [&](Clearance& row) {
    row.set_state(Clearance::NOMINATED);
    row.set_post_kind(event.post_kind());
    *row.mutable_school_ids() = event.school_ids();
    row.set_nominated_by(own.commit.actor().person_id());
    row.clear_checks();
    row.clear_roles();
    row.clear_valid_from();
    row.clear_valid_to();
    row.clear_screened_by();
    row.clear_approved_by();
  });
}

template <class Event>
void EvolveScreened(const Recorded& own, const Event& event, Clearance::State state, StateRows rows) {
  ChangeClearance(own, rows, event.person_id(), [&](Clearance& row) {
    row.set_state(state);
    *row.mutable_checks() = event.checks();
    row.set_screened_by(own.commit.actor().person_id());
  });
}

void EvolveApproved(const Recorded& own, const v1::PersonApproved& event, StateRows rows) {
  ChangeClearance(own, rows, event.person_id(), [&](Clearance& row) {
    row.set_state(Clearance::APPROVED);
    *row.mutable_school_ids() = event.school_ids();
    *row.mutable_roles() = event.roles();
    row.set_valid_from(event.valid_from());
    row.set_valid_to(event.valid_to());
    row.set_approved_by(own.commit.actor().person_id());
  });
}

void EvolveBarred(const Recorded& own, const v1::PersonBarred& event, StateRows rows) {
  Clearance row = rows.GetOrEmpty(kClearances, {event.person_id()});
  row.set_person_id(event.person_id());
  if (!row.barred()) row.set_barred_at(own.occurred_at());
  row.set_barred(true);
  rows.Put(kClearances, {event.person_id()}, std::move(row));
  const std::string ground = v1::BarGround_Name(event.ground());
  const auto earlier = rows.Get(kBars, {event.person_id(), key::Word(ground)});
  if (earlier && earlier->from_at() <= MicrosOf(event.from_at())) return;
  state::Bar bar;
  bar.set_from_at(MicrosOf(event.from_at()));
  rows.Put(kBars, {event.person_id(), key::Word(ground)}, std::move(bar));
}

template <class A, class B>
bool Same(const A& a, const B& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool SameChecks(const google::protobuf::RepeatedPtrField<v1::Check>& a,
                const google::protobuf::RepeatedPtrField<v1::Check>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const v1::Check& x, const v1::Check& y) {
    return x.kind() == y.kind() && x.passed() == y.passed() && x.evidence_hash() == y.evidence_hash();
  });
}

// The kinds of check that somebody needs to serve at these schools, in order of kind; the values of
// p:staff_excluded that say so.
struct Asked {
  std::set<v1::CheckKind> kinds;
  std::vector<std::string> value_ids;
};

template <class Schools>
Asked ChecksAsked(const Situation& s, std::string_view person_id, const Schools& school_ids) {
  Asked asked;
  asked.kinds = {v1::ETHICS, v1::BAD_RECORD};
  const auto person = reference::Person(s.rows, person_id);
  if (person && person->kind() != registry::v1::STAFF)
    asked.kinds.insert({v1::QUALIFICATION, v1::BACKGROUND});
  for (const std::string& school_id : school_ids) {
    const auto value =
        s.policy.Find("staff_excluded", reference::PlaceOf(s.rows, school_id), s.context.service_date);
    if (!value) continue;
    for (const std::string& word : value->value().words().word()) {
      if (word == "unhealthy") asked.kinds.insert(v1::HEALTH);
      if (word == "unfit") asked.kinds.insert(v1::COMPETENCE);
    }
    const auto& ids = asked.value_ids;
    if (std::find(ids.begin(), ids.end(), value->value_id()) == ids.end())
      asked.value_ids.push_back(value->value_id());
  }
  return asked;
}

const v1::Check* CheckOf(const google::protobuf::RepeatedPtrField<v1::Check>& checks, v1::CheckKind kind) {
  for (const v1::Check& check : checks) {
    if (check.kind() == kind) return &check;
  }
  return nullptr;
}

// Own staff by the principal; others by the bureau or the central school (H-07).
bool IsScreenerOf(const Situation& s, const registry::v1::PersonRegistered& person) {
  const bool own_staff = person.kind() == registry::v1::STAFF;
  if (s.context.role == "principal") return own_staff;
  return !own_staff;
}

std::optional<Refused> CheckBar(const Situation& s, const std::string& person_id) {
  const auto bar = reference::BarAt(s.rows, person_id, s.context.occurred_at);
  if (!bar) return std::nullopt;
  const std::string ground = v1::BarGround_Name(bar->ground());
  if (bar->ground() == v1::ETHICS_PROBLEM) return Refused{"STF-13", "ETHICS_PROBLEM", person_id, "", ground};
  return Refused{"STF-14", "BAD_RECORD", person_id, "", ground};
}

// A screening that says "passed" while one of its checks says otherwise, or one is missing.
std::optional<Refused> CheckChecks(const Situation& s, const v1::ScreenPerson& command,
                                   const Clearance& row) {
  const std::string& person_id = command.person_id();
  for (const v1::Check& check : command.checks()) {
    if (check.passed()) continue;
    if (check.kind() == v1::ETHICS) return Refused{"STF-13", "ETHICS_PROBLEM", person_id, "", "ETHICS"};
    if (check.kind() == v1::BAD_RECORD || check.kind() == v1::BACKGROUND) {
      return Refused{"STF-14", "BAD_RECORD", person_id, "", v1::CheckKind_Name(check.kind())};
    }
  }
  const Asked asked = ChecksAsked(s, person_id, row.school_ids());
  for (const v1::CheckKind kind : asked.kinds) {
    const v1::Check* check = CheckOf(command.checks(), kind);
    if (check != nullptr && check->passed()) continue;
    const bool by_policy = kind == v1::HEALTH || kind == v1::COMPETENCE;
    return Refused{"STF-15",
                   "CHECK_MISSING",
                   person_id,
                   v1::CheckKind_Name(kind),
                   check == nullptr ? "none" : "failed",
                   by_policy ? "staff_excluded" : ""};
  }
  return std::nullopt;
}

// Nominated for all of this already, and nothing of it has run out.
bool IsNominatedFor(const Situation& s, const Clearance& row, const v1::NominatePerson& command) {
  if (row.state() == Clearance::STATE_UNSPECIFIED || row.state() == Clearance::REJECTED) return false;
  if (row.state() == Clearance::CLEARED && !row.valid_to().empty() &&
      row.valid_to() < s.context.service_date) {
    return false;
  }
  const auto& schools = row.school_ids();
  return row.post_kind() == command.post_kind() &&
         std::all_of(command.school_ids().begin(), command.school_ids().end(),
                     [&](const std::string& school_id) {
                       return std::find(schools.begin(), schools.end(), school_id) != schools.end();
                     });
}

bool IsApprovedFor(const Clearance& row, const v1::ApprovePerson& command) {
  return (row.state() == Clearance::APPROVED || row.state() == Clearance::CLEARED) &&
         row.valid_from() == command.valid_from() && row.valid_to() == command.valid_to() &&
         Same(row.school_ids(), command.school_ids()) && Same(row.roles(), command.roles());
}

// The last step, where everything asked has passed.
std::optional<StaffingEvent> ClearedBy(const Situation& s, const v1::ApprovePerson& command,
                                       const Clearance& row) {
  const Asked asked = ChecksAsked(s, command.person_id(), command.school_ids());
  for (const v1::CheckKind kind : asked.kinds) {
    const v1::Check* check = CheckOf(row.checks(), kind);
    if (check == nullptr || !check->passed()) return std::nullopt;
  }
  StaffingEvent event;
  v1::PersonCleared& cleared = *event.mutable_person_cleared();
  cleared.set_person_id(command.person_id());
  *cleared.mutable_school_ids() = command.school_ids();
  *cleared.mutable_roles() = command.roles();
  cleared.set_valid_from(command.valid_from());
  cleared.set_valid_to(command.valid_to());
  cleared.mutable_value_ids()->Assign(asked.value_ids.begin(), asked.value_ids.end());
  return event;
}

}  // namespace

absl::Status CheckSelf(const Situation& s, std::string_view person_id) {
  static constexpr std::string_view kServing[] = {"care_teacher", "club_instructor", "duty_leader",
                                                  "volunteer", "external_specialist"};
  const bool serving =
      std::find(std::begin(kServing), std::end(kServing), s.context.role) != std::end(kServing);
  return serving && std::string_view(s.context.person_id) != person_id ? Unknown("person", person_id)
                                                                       : absl::OkStatus();
}

void EvolveClearance(const Recorded& own, const StaffingEvent& event, StateRows rows) {
  reference::FoldStaffingEvent(event, rows);
  switch (event.event_case()) {
    case StaffingEvent::kPersonNominated:
      EvolveNominated(own, event.person_nominated(), rows);
      break;
    case StaffingEvent::kScreeningPassed:
      EvolveScreened(own, event.screening_passed(), Clearance::SCREENED, rows);
      break;
    case StaffingEvent::kScreeningFailed:
      EvolveScreened(own, event.screening_failed(), Clearance::REJECTED, rows);
      break;
    case StaffingEvent::kPersonApproved:
      EvolveApproved(own, event.person_approved(), rows);
      break;
    case StaffingEvent::kPersonCleared:
      ChangeClearance(own, rows, event.person_cleared().person_id(),
                      [](Clearance& row) { row.set_state(Clearance::CLEARED); });
      break;
    case StaffingEvent::kPersonBarred:
      EvolveBarred(own, event.person_barred(), rows);
      break;
    default:
      break;
  }
}

Decision<StaffingEvent> DecideNominatePerson(const Situation& s, const v1::NominatePerson& command) {
  if (!reference::Person(s.rows, command.person_id())) return Unknown("person", command.person_id());
  AFTERBELL_RETURN_IF_ERROR(CheckSelf(s, command.person_id()));
  for (const std::string& school_id : command.school_ids()) {
    if (!reference::School(s.rows, school_id)) return Unknown("school", school_id);
  }
  const auto found = s.rows.Get(kClearances, {command.person_id()});
  const Clearance& row = found ? *found : Clearance::default_instance();
  if (IsNominatedFor(s, row, command)) return {};

  StaffingEvent event;
  v1::PersonNominated& nominated = *event.mutable_person_nominated();
  nominated.set_person_id(command.person_id());
  nominated.set_post_kind(command.post_kind());
  *nominated.mutable_school_ids() = command.school_ids();
  nominated.set_willing(command.willing());
  return std::vector{event};
}

Decision<StaffingEvent> DecideScreenPerson(const Situation& s, const v1::ScreenPerson& command) {
  const std::string& person_id = command.person_id();
  const auto person = reference::Person(s.rows, person_id);
  if (!person) return Unknown("person", person_id);
  const auto found = s.rows.Get(kClearances, {person_id});
  const Clearance& row = found ? *found : Clearance::default_instance();
  if (row.state() == (command.passed() ? Clearance::SCREENED : Clearance::REJECTED) &&
      SameChecks(row.checks(), command.checks())) {
    return {};
  }
  const bool done = row.state() == Clearance::APPROVED || row.state() == Clearance::CLEARED;
  if (done && command.passed() && SameChecks(row.checks(), command.checks())) return {};

  if (s.context.person_id == person_id)
    return Refused{"STF-15", "SAME_PERSON", person_id, "", s.context.person_id};
  if (!IsScreenerOf(s, *person)) {
    return Refused{"STF-15", "WRONG_SCREENER", person_id,
                   person->kind() == registry::v1::STAFF ? "principal" : "education_bureau", s.context.role};
  }
  // Screened again while not cleared: for a check that was missing, or one that no longer holds.
  if (row.state() != Clearance::NOMINATED && row.state() != Clearance::SCREENED &&
      row.state() != Clearance::APPROVED) {
    return WrongState(person_id, "NOMINATED", row.state());
  }
  StaffingEvent event;
  if (!command.passed()) {
    event.mutable_screening_failed()->set_person_id(person_id);
    *event.mutable_screening_failed()->mutable_checks() = command.checks();
    return std::vector{event};
  }
  if (const auto refused = CheckBar(s, person_id)) return *refused;
  if (const auto refused = CheckChecks(s, command, row)) return *refused;
  event.mutable_screening_passed()->set_person_id(person_id);
  *event.mutable_screening_passed()->mutable_checks() = command.checks();
  return std::vector{event};
}

Decision<StaffingEvent> DecideApprovePerson(const Situation& s, const v1::ApprovePerson& command) {
  const std::string& person_id = command.person_id();
  const auto person = reference::Person(s.rows, person_id);
  if (!person) return Unknown("person", person_id);
  const auto found = s.rows.Get(kClearances, {person_id});
  const Clearance& row = found ? *found : Clearance::default_instance();
  if (IsApprovedFor(row, command)) return {};

  if (command.school_ids().empty()) return InvalidField("school_ids", "", "at least one school");
  if (command.roles().empty()) return InvalidField("roles", "", "at least one role");
  if (command.valid_to() < command.valid_from()) {
    return InvalidField("valid_to", command.valid_to(), "a date not before valid_from");
  }
  for (const std::string& school_id : command.school_ids()) {
    if (!reference::School(s.rows, school_id)) return Unknown("school", school_id);
  }
  if (s.context.person_id == person_id)
    return Refused{"STF-15", "SAME_PERSON", person_id, "", s.context.person_id};
  if (!IsScreenerOf(s, *person)) {
    return Refused{"STF-16", "WRONG_APPROVER", person_id,
                   person->kind() == registry::v1::STAFF ? "principal" : "education_bureau", s.context.role};
  }
  if (row.state() != Clearance::SCREENED && row.state() != Clearance::APPROVED &&
      row.state() != Clearance::CLEARED) {
    return Refused{"STF-15", "NOT_SCREENED", person_id, "SCREENED", Clearance::State_Name(row.state())};
  }
  if (const auto refused = CheckBar(s, person_id)) return *refused;

  std::vector<StaffingEvent> events(1);
  v1::PersonApproved& approved = *events[0].mutable_person_approved();
  approved.set_person_id(person_id);
  *approved.mutable_school_ids() = command.school_ids();
  *approved.mutable_roles() = command.roles();
  approved.set_valid_from(command.valid_from());
  approved.set_valid_to(command.valid_to());
  if (auto cleared = ClearedBy(s, command, row)) events.push_back(*std::move(cleared));
  return events;
}

Decision<StaffingEvent> DecideBarPerson(const Situation& s, const v1::BarPerson& command) {
  if (!reference::Person(s.rows, command.person_id())) return Unknown("person", command.person_id());
  const auto bar = s.rows.Get(kBars, {command.person_id(), key::Word(v1::BarGround_Name(command.ground()))});
  if (bar && bar->from_at() <= MicrosOf(command.from_at())) return {};
  if (command.evidence_hash().empty()) {
    return Refused{"STF-14", "EVIDENCE_MISSING", command.person_id(), "",
                   v1::BarGround_Name(command.ground())};
  }
  StaffingEvent event;
  v1::PersonBarred& barred = *event.mutable_person_barred();
  barred.set_person_id(command.person_id());
  barred.set_ground(command.ground());
  *barred.mutable_from_at() = command.from_at();
  barred.set_evidence_hash(command.evidence_hash());
  return std::vector{event};
}

}  // namespace afterbell::staffing
