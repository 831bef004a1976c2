#include "services/enrollment/domain/application.h"

#include "absl/strings/str_join.h"
#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/project.h"
#include "services/enrollment/domain/review.h"
#include "services/enrollment/domain/steps.h"
#include "services/enrollment/domain/tables.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Application;

// The words of p:operator and of an addressee.
constexpr char kParentsCommittee[] = "parents_committee";
constexpr char kAddresseeSchool[] = "school";
constexpr char kAddresseeCommittee[] = "committee";

policy::Place PlaceOf(const Situation& s, const Application& application) {
  return reference::PlaceOf(s.rows, application.school_id(), application.stage(), application.grade());
}

void EvolveStarted(const Recorded& own, const v1::ApplicationStarted& event, StateRows rows) {
  Application row;
  row.set_application_id(event.application_id());
  row.set_school_id(own.commit.school_id());
  row.set_pupil_id(event.pupil_id());
  row.set_term_id(event.term_id());
  row.set_product(event.product());
  *row.mutable_wishes() = event.wishes();
  *row.mutable_periods() = event.periods();
  if (event.wishes_size() > 0) row.set_project_id(event.wishes(0));
  row.set_state(Application::DRAFT);
  row.set_started_by(own.commit.actor().person_id());
  row.set_started_at(own.occurred_at());
  if (const auto seat = SeatOf(rows, row.school_id(), row.pupil_id())) {
    row.set_class_id(seat->class_id);
    row.set_grade(seat->grade);
    row.set_stage(seat->stage);
  }
  rows.Put(kApplications, {own.commit.school_id(), event.application_id()}, std::move(row));
  state::OpenApplication open;
  open.set_application_id(event.application_id());
  rows.Put(kOpenApplications,
           {own.commit.school_id(), event.pupil_id(), event.term_id(),
            key::Word(v1::Product_Name(event.product()))},
           std::move(open));
}

void EvolveSubmitted(const Recorded& own, const v1::ApplicationSubmitted& event, StateRows rows) {
  ChangeApplication(rows, own.commit.school_id(), event.application_id(), [&](Application& row) {
    row.set_state(Application::SUBMITTED);
    row.set_addressee(event.addressee());
    *row.mutable_signatures() = event.signatures();
    *row.mutable_steps() = event.steps();
    row.set_submitted_by(own.commit.actor().person_id());
    row.set_submitted_at(own.occurred_at());
    row.clear_taken();
    row.set_list_posted(false);
  });
}

// The pupil who applies signs too, where the place's form is the pupil's own (ENR-06, Anshun).
bool PupilApplied(const Application& application, const v1::SubmitApplication& command) {
  if (application.started_by() == application.pupil_id()) return true;
  for (const auto& signature : command.signatures()) {
    if (signature.by_person_id() == application.pupil_id()) return true;
  }
  return false;
}

bool GuardianSigned(const Situation& s, const Application& application,
                    const v1::SubmitApplication& command) {
  for (const auto& signature : command.signatures()) {
    if (IsGuardian(s.rows, s.context.school_id, application.pupil_id(), signature.by_person_id(),
                   s.context.service_date)) {
      return true;
    }
  }
  return false;
}

std::optional<Refused> CheckTerm(const Situation& s, std::string_view term_id) {
  const auto term = reference::Term(s.rows, term_id);
  if (term && IsTermOf(s.rows, *term, s.context.school_id) && s.context.service_date <= term->last_on()) {
    return std::nullopt;
  }
  return Refused{"ENR-17", "TERM_NOT_OPEN", std::string(term_id), term ? term->last_on() : "",
                 s.context.service_date};
}

// ENR-02: on roll at this school, in a stage the place covers. Where no stages are named, all are.
std::optional<Refused> CheckEligible(const Situation& s, const std::string& pupil_id) {
  const auto seat = SeatOf(s.rows, s.context.school_id, pupil_id);
  if (!seat) return Refused{"ENR-02", "NOT_ELIGIBLE", pupil_id, "on roll at the school", "not on roll"};
  const auto covered = s.policy.Find(
      "stages_covered", reference::PlaceOf(s.rows, s.context.school_id, seat->stage, seat->grade),
      s.context.service_date);
  if (!covered || !covered->value().has_words()) return std::nullopt;
  const auto& words = covered->value().words().word();
  if (std::find(words.begin(), words.end(), seat->stage) != words.end()) return std::nullopt;
  return Refused{"ENR-02",    "NOT_ELIGIBLE",  pupil_id, absl::StrJoin(words, ","),
                 seat->stage, "stages_covered"};
}

std::string FormOf(const Situation& s, const policy::Place& place) {
  const auto form = s.policy.Find("application_form", place, s.context.service_date);
  return form ? form->value().choice() : std::string();
}

// ENR-06: the guardian applies; the pupil only where the place's form says so.
std::optional<Refused> CheckApplicant(const Situation& s, const std::string& pupil_id) {
  if (s.context.role != "student") return std::nullopt;
  const Seat seat = SeatOf(s.rows, s.context.school_id, pupil_id).value_or(Seat());
  const std::string form = FormOf(s, reference::PlaceOf(s.rows, s.context.school_id, seat.stage, seat.grade));
  if (form == "pupil_applies_guardian_signs" || form == "pupil_fills_guardian_signs") return std::nullopt;
  return Refused{"ENR-06", "NOT_SIGNED", pupil_id, "guardian", "student", "application_form"};
}

// The role that may take, and so may decline at, the awaited step.
bool IsReviewerOf(const Application& application, int place, std::string_view role) {
  switch (ActOf(application.steps(place)).value_or(Act::kAfter)) {
    case Act::kClass:
      return role == "class_teacher";
    case Act::kPrincipal:
      return role == "principal";
    case Act::kCommitteeAndSchool:
      return (IsCommittee(role) || role == "school_leading_group") &&
             !SideTaken(application, place, IsCommittee(role));
    default:
      return role == "school_leading_group" || IsCommittee(role);
  }
}

// ENR-11 and ENR-03: only non-eligibility or untrue facts, with evidence; need only where it is tested.
std::optional<Refused> CheckGround(const Situation& s, const Application& application,
                                   const v1::DeclineApplication& command) {
  const std::string ground = v1::DeclineGround_Name(command.ground());
  if (command.ground() == v1::NO_PLACES || command.ground() == v1::NOT_WILLING) {
    return Refused{"ENR-11", "NOT_A_GROUND", command.application_id(), "", ground};
  }
  if (command.ground() == v1::NEED_NOT_MET) {
    const auto test = s.policy.Find("eligibility", PlaceOf(s, application), s.context.service_date);
    if (!test || test->value().choice() != "pickup_difficulty") {
      return Refused{"ENR-03",
                     "TEST_NOT_ASKED",
                     command.application_id(),
                     "pickup_difficulty",
                     test ? test->value().choice() : "",
                     "eligibility"};
    }
  }
  if (command.evidence_hash().empty())
    return Refused{"ENR-03", "EVIDENCE_MISSING", command.application_id(), "", ground};
  return std::nullopt;
}

}  // namespace

RowPtr<Application> ApplicationAt(const Situation& s, std::string_view application_id) {
  return s.rows.Get(kApplications, {s.context.school_id, application_id});
}

std::string StateName(const Application& application) { return Application::State_Name(application.state()); }

void ChangeApplication(StateRows rows, std::string_view school_id, std::string_view application_id,
                       const std::function<void(Application&)>& change) {
  const auto application = rows.Get(kApplications, {school_id, application_id});
  if (!application) return;
  Application row = *application;
  change(row);
  rows.Put(kApplications, {school_id, application_id}, std::move(row));
}

void CloseApplication(StateRows rows, const Application& application) {
  const decltype(kOpenApplications)::Key key = {application.school_id(), application.pupil_id(),
                                                application.term_id(),
                                                key::Word(v1::Product_Name(application.product()))};
  const auto open = rows.Get(kOpenApplications, key);
  if (open && open->application_id() == application.application_id()) rows.Erase(kOpenApplications, key);
}

void EvolveApplication(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  const auto change = [&](std::string_view application_id, const std::function<void(Application&)>& to) {
    ChangeApplication(rows, own.commit.school_id(), application_id, to);
  };
  const auto take = [&](std::string_view application_id, Act act) {
    change(application_id, [&](Application& row) { TakeStep(own, act, &row); });
  };
  switch (event.event_case()) {
    case EnrollmentEvent::kApplicationStarted:
      EvolveStarted(own, event.application_started(), rows);
      break;
    case EnrollmentEvent::kApplicationSubmitted:
      EvolveSubmitted(own, event.application_submitted(), rows);
      break;
    case EnrollmentEvent::kClassReviewPassed:
      change(event.class_review_passed().application_id(), [&](Application& row) {
        TakeStep(own, Act::kClass, &row);
        row.set_advised_project_id(event.class_review_passed().advised_project_id());
      });
      break;
    case EnrollmentEvent::kSchoolReviewPassed:
      take(event.school_review_passed().application_id(),
           ActOf(event.school_review_passed().step()).value_or(Act::kSchool));
      break;
    case EnrollmentEvent::kApplicationApproved:
      take(event.application_approved().application_id(), Act::kPrincipal);
      break;
    case EnrollmentEvent::kApprovedListPosted:
      for (const std::string& id : event.approved_list_posted().application_ids()) {
        take(id, Act::kNotice);
        change(id, [](Application& row) { row.set_list_posted(true); });
      }
      break;
    case EnrollmentEvent::kParticipantsReported:
      for (const std::string& id : event.participants_reported().application_ids()) take(id, Act::kReport);
      break;
    case EnrollmentEvent::kChoiceRedirected:
      change(event.choice_redirected().application_id(),
             [&](Application& row) { row.set_project_id(event.choice_redirected().to_project_id()); });
      break;
    case EnrollmentEvent::kApplicationDeclined:
      change(event.application_declined().application_id(), [&](Application& row) {
        row.set_state(Application::DECLINED);
        row.set_decline_ground(event.application_declined().ground());
        CloseApplication(rows, row);
      });
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideStartApplication(const Situation& s, const v1::StartApplication& command) {
  if (const auto same = ApplicationAt(s, command.application_id())) {
    if (same->pupil_id() == command.pupil_id() && same->term_id() == command.term_id() &&
        same->product() == command.product()) {
      return {};
    }
    return InvalidField("application_id", command.application_id(), "an id that no other application has");
  }
  if (const auto refused = CheckEligible(s, command.pupil_id())) return *refused;
  AFTERBELL_RETURN_IF_ERROR(CheckFamily(s, command.pupil_id()));
  if (const auto refused = CheckApplicant(s, command.pupil_id())) return *refused;
  if (const auto refused = CheckTerm(s, command.term_id())) return *refused;
  const auto open = s.rows.Get(kOpenApplications, {s.context.school_id, command.pupil_id(), command.term_id(),
                                                   key::Word(v1::Product_Name(command.product()))});
  if (open) return Refused{"ENR-17", "ALREADY_APPLIED", open->application_id(), "1", "2"};

  EnrollmentEvent event;
  v1::ApplicationStarted& started = *event.mutable_application_started();
  started.set_application_id(command.application_id());
  started.set_pupil_id(command.pupil_id());
  started.set_term_id(command.term_id());
  started.set_product(command.product());
  *started.mutable_wishes() = command.wishes();
  *started.mutable_periods() = command.periods();
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideSubmitApplication(const Situation& s, const v1::SubmitApplication& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  if (application->state() != Application::DRAFT) return {};  // Submitted once; what came of it stands.

  AFTERBELL_RETURN_IF_ERROR(CheckFamily(s, application->pupil_id()));
  if (const auto refused = CheckTerm(s, application->term_id())) return *refused;
  const policy::Place place = PlaceOf(s, *application);
  const auto carrier = s.policy.Find("operator", place, s.context.service_date);
  const std::string addressee =
      carrier && carrier->value().choice() == kParentsCommittee ? kAddresseeCommittee : kAddresseeSchool;
  if (command.addressee() != addressee) {
    return Refused{"REF-02",  "WRONG_ADDRESSEE",   command.application_id(),
                   addressee, command.addressee(), "operator"};
  }
  if (!GuardianSigned(s, *application, command)) {
    return Refused{"ENR-06", "NOT_SIGNED", command.application_id(), "guardian", "", "application_form"};
  }
  if (FormOf(s, place) == "pupil_applies_guardian_signs" && !PupilApplied(*application, command)) {
    return Refused{"ENR-06",  "NOT_SIGNED", command.application_id(),
                   "student", "guardian",   "application_form"};
  }
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<std::string> steps,
                             s.policy.Words("approval_steps", place, s.context.service_date));
  AFTERBELL_RETURN_IF_ERROR(CheckSteps(steps));

  EnrollmentEvent event;
  v1::ApplicationSubmitted& submitted = *event.mutable_application_submitted();
  submitted.set_application_id(command.application_id());
  submitted.set_addressee(command.addressee());
  *submitted.mutable_signatures() = command.signatures();
  submitted.mutable_steps()->Assign(steps.begin(), steps.end());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideRedirectChoice(const Situation& s, const v1::RedirectChoice& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  if (application->project_id() == command.to_project_id()) return {};
  if (application->state() != Application::SUBMITTED) {
    return Refused{"ENR-09", "WRONG_STATE", command.application_id(), "SUBMITTED", StateName(*application)};
  }
  if (application->project_id() != command.from_project_id()) {
    return Refused{"ENR-12", "WRONG_STATE", command.application_id(), command.from_project_id(),
                   application->project_id()};
  }
  // The choice changes only with the guardian (ENR-12, ENR-10).
  if (!command.has_guardian_agreed_at() || MicrosOf(command.guardian_agreed_at()) > s.context.recorded_at) {
    return Refused{"ENR-12", "GUARDIAN_NOT_ASKED", command.application_id()};
  }
  if (!command.to_project_id().empty()) {
    const auto target = ProjectAt(s, command.to_project_id());
    if (!target) return Unknown("project", command.to_project_id());
    if (target->state() != state::Project::OPEN || target->term_id() != application->term_id()) {
      return Refused{"ENR-12", "TARGET_NOT_OPEN", command.to_project_id(), "OPEN",
                     state::Project::State_Name(target->state())};
    }
  }
  EnrollmentEvent event;
  v1::ChoiceRedirected& redirected = *event.mutable_choice_redirected();
  redirected.set_application_id(command.application_id());
  redirected.set_from_project_id(command.from_project_id());
  redirected.set_to_project_id(command.to_project_id());
  *redirected.mutable_guardian_agreed_at() = command.guardian_agreed_at();
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideDeclineApplication(const Situation& s,
                                                   const v1::DeclineApplication& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  if (application->state() == Application::DECLINED) return {};
  if (application->state() != Application::SUBMITTED) {
    return Refused{"ENR-09", "WRONG_STATE", command.application_id(), "SUBMITTED", StateName(*application)};
  }
  // Once every step is taken the school has said yes: nothing is left to decline at.
  const auto next = NextStep(*application);
  if (!next || !IsReviewerOf(*application, *next, s.context.role)) {
    return Refused{"ENR-09", "STEP_OUT_OF_ORDER", command.application_id(), AwaitedWord(*application),
                   s.context.role};
  }
  if (const auto refused = CheckAddressee(s, *application)) return *refused;
  if (IsSamePerson(*application, s.context.person_id)) {
    return Refused{"ENR-09", "SAME_PERSON", command.application_id(), "", s.context.person_id};
  }
  if (const auto refused = CheckGround(s, *application, command)) return *refused;

  EnrollmentEvent event;
  v1::ApplicationDeclined& declined = *event.mutable_application_declined();
  declined.set_application_id(command.application_id());
  declined.set_ground(command.ground());
  declined.set_evidence_hash(command.evidence_hash());
  return std::vector{event};
}

}  // namespace afterbell::enrollment
