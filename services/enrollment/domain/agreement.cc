#include "services/enrollment/domain/agreement.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/review.h"
#include "services/enrollment/domain/steps.h"
#include "services/enrollment/domain/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Agreement;
using state::Application;

// The words of p:agreement.
constexpr char kSchool[] = "school";
constexpr char kGuardian[] = "guardian";
constexpr char kThirdParty[] = "third_party";
constexpr char kCommittee[] = "parents_committee";

template <class List>
bool Lists(const List& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool HasSigned(const Agreement& agreement, std::string_view party) {
  for (const auto& signature : agreement.signatures()) {
    if (signature.party() == party) return true;
  }
  return false;
}

// Who must have signed before it takes effect.
std::vector<std::string> PartiesAsked(const Situation& s, const Application& application) {
  std::vector<std::string> parties = {kGuardian, kSchool};
  const auto value = s.policy.Find(
      "agreement",
      reference::PlaceOf(s.rows, application.school_id(), application.stage(), application.grade()),
      s.context.service_date);
  if (!value) return parties;
  for (const std::string& party : value->value().words().word()) {
    if (party == kThirdParty && application.product() != v1::INDIVIDUAL_COURSE) continue;
    if (!Lists(parties, party)) parties.push_back(party);
  }
  return parties;
}

// Whose hand may sign for a party.
bool SignsFor(const Situation& s, const Application& application, std::string_view party) {
  const std::string& role = s.context.role;
  if (party == kGuardian) {
    return role == "guardian" && IsGuardian(s.rows, s.context.school_id, application.pupil_id(),
                                            s.context.person_id, s.context.service_date);
  }
  if (party == kSchool) return role == "principal";
  if (party == kCommittee) return IsCommittee(role);
  return party == kThirdParty && role == "third_party_institution";
}

bool IsSameText(const Agreement& agreement, const v1::DraftAgreement& command) {
  return agreement.text_hash() == command.text_hash() && agreement.from_on() == command.from_on() &&
         agreement.to_on() == command.to_on() && agreement.pickup_time() == command.pickup_time() &&
         agreement.may_leave_alone() == command.may_leave_alone() &&
         std::equal(agreement.parties().begin(), agreement.parties().end(), command.parties().begin(),
                    command.parties().end());
}

void EvolveDrafted(const Recorded& own, const v1::AgreementDrafted& event, StateRows rows) {
  Agreement row;
  row.set_agreement_id(event.agreement_id());
  row.set_application_id(event.application_id());
  row.set_text_hash(event.text_hash());
  row.set_from_on(event.from_on());
  row.set_to_on(event.to_on());
  row.set_pickup_time(event.pickup_time());
  *row.mutable_parties() = event.parties();
  row.set_may_leave_alone(event.may_leave_alone());
  row.set_state(Agreement::DRAFTED);
  rows.Put(kAgreements, {own.commit.school_id(), event.agreement_id()}, std::move(row));
  ChangeApplication(rows, own.commit.school_id(), event.application_id(),
                    [&](Application& application) { application.set_agreement_id(event.agreement_id()); });
}

void EvolveSigned(const Recorded& own, const v1::AgreementSigned& event, StateRows rows) {
  const auto agreement = rows.Get(kAgreements, {own.commit.school_id(), event.agreement_id()});
  if (!agreement || HasSigned(*agreement, event.party())) return;
  Agreement row = *agreement;
  state::SignedBy& signature = *row.add_signatures();
  signature.set_party(event.party());
  signature.set_person_id(own.commit.actor().person_id());
  signature.set_at(own.occurred_at());
  signature.set_evidence_hash(event.evidence_hash());
  rows.Put(kAgreements, {own.commit.school_id(), event.agreement_id()}, std::move(row));
}

void EvolveTookEffect(const Recorded& own, const v1::AgreementTookEffect& event, StateRows rows) {
  if (const auto agreement = rows.Get(kAgreements, {own.commit.school_id(), event.agreement_id()})) {
    Agreement row = *agreement;
    row.set_state(Agreement::IN_FORCE);
    rows.Put(kAgreements, {own.commit.school_id(), event.agreement_id()}, std::move(row));
  }
  ChangeApplication(rows, own.commit.school_id(), event.application_id(), [&](Application& application) {
    const Micros due =
        InstantOf(event.from_on(), "00:00", reference::ZoneMinutesOf(rows, own.commit.district_id()));
    application.set_state(Application::AGREED);
    application.set_enroll_at(due);
    SetDeadline(rows, due, kEnrollmentDue, EnrollmentDueEntity(application));
  });
}

void EvolveEnded(const Recorded& own, const v1::AgreementEnded& event, StateRows rows) {
  const auto agreement = rows.Get(kAgreements, {own.commit.school_id(), event.agreement_id()});
  if (!agreement) return;
  Agreement row = *agreement;
  row.set_state(Agreement::ENDED);
  row.set_last_on(event.last_on());
  row.set_end_reason(event.reason());
  rows.Put(kAgreements, {own.commit.school_id(), event.agreement_id()}, std::move(row));
}

// Within the term (ENR-17): a new term has an agreement of its own.
std::optional<Refused> CheckDates(const Situation& s, const Application& application,
                                  const v1::DraftAgreement& command) {
  // Known since the application was started; a term that is not known has no days.
  const auto term = reference::Term(s.rows, application.term_id());
  const std::string first_on = term ? term->first_on() : "";
  const std::string last_on = term ? term->last_on() : "";
  if (command.from_on() < first_on)
    return Refused{"ENR-17", "BEYOND_TERM", command.application_id(), first_on, command.from_on()};
  if (command.to_on() > last_on)
    return Refused{"ENR-17", "BEYOND_TERM", command.application_id(), last_on, command.to_on()};
  return std::nullopt;
}

}  // namespace

std::string AgreementId(std::string_view application_id) { return DerivedId("agreement", {application_id}); }

RowPtr<Agreement> AgreementAt(const Situation& s, std::string_view agreement_id) {
  return s.rows.Get(kAgreements, {s.context.school_id, agreement_id});
}

std::string EnrollmentDueEntity(const Application& application) {
  return absl::StrCat(application.school_id(), "/", application.application_id());
}

void EvolveAgreement(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case EnrollmentEvent::kAgreementDrafted:
      EvolveDrafted(own, event.agreement_drafted(), rows);
      break;
    case EnrollmentEvent::kAgreementSigned:
      EvolveSigned(own, event.agreement_signed(), rows);
      break;
    case EnrollmentEvent::kAgreementTookEffect:
      EvolveTookEffect(own, event.agreement_took_effect(), rows);
      break;
    case EnrollmentEvent::kAgreementEnded:
      EvolveEnded(own, event.agreement_ended(), rows);
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideDraftAgreement(const Situation& s, const v1::DraftAgreement& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  const std::string agreement_id = AgreementId(command.application_id());
  const auto drafted = AgreementAt(s, agreement_id);
  if (drafted && IsSameText(*drafted, command)) return {};

  if (application->state() != Application::SUBMITTED) {
    return Refused{"ENR-09", "WRONG_STATE", command.application_id(), "SUBMITTED", StateName(*application)};
  }
  if (const auto refused = CheckAddressee(s, *application)) return *refused;
  if (!MayDraftAgreement(*application)) {
    return Refused{"ENR-09", "STEP_OUT_OF_ORDER", command.application_id(), AwaitedWord(*application),
                   "agreement"};
  }
  // A text may be drafted anew until somebody has signed it.
  if (drafted && drafted->signatures_size() > 0) {
    return Refused{"ENR-16", "WRONG_STATE", agreement_id, "unsigned", "partly signed"};
  }
  if (command.to_on() < command.from_on()) {
    return InvalidField("to_on", command.to_on(), "a date not before from_on");
  }
  if (const auto refused = CheckDates(s, *application, command)) return *refused;
  for (const std::string& party : PartiesAsked(s, *application)) {
    if (Lists(command.parties(), party)) continue;
    return Refused{
        "ENR-16",   "PARTY_MISSING", command.application_id(), party, absl::StrJoin(command.parties(), ","),
        "agreement"};
  }
  EnrollmentEvent event;
  v1::AgreementDrafted& draft = *event.mutable_agreement_drafted();
  draft.set_agreement_id(agreement_id);
  draft.set_application_id(command.application_id());
  draft.set_text_hash(command.text_hash());
  draft.set_from_on(command.from_on());
  draft.set_to_on(command.to_on());
  draft.set_pickup_time(command.pickup_time());
  *draft.mutable_parties() = command.parties();
  draft.set_may_leave_alone(command.may_leave_alone());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideSignAgreement(const Situation& s, const v1::SignAgreement& command) {
  const auto agreement = AgreementAt(s, command.agreement_id());
  if (!agreement) return Unknown("agreement", command.agreement_id());
  // It was drafted for an application of the same school; one that is not there is in no state to sign for.
  const auto found = ApplicationAt(s, agreement->application_id());
  const Application& application = found ? *found : Application::default_instance();
  if (HasSigned(*agreement, command.party())) return {};

  if (application.state() != Application::SUBMITTED && application.state() != Application::AGREED &&
      application.state() != Application::ENROLLED) {
    return Refused{"ENR-16", "WRONG_STATE", command.agreement_id(), "SUBMITTED", StateName(application)};
  }
  if (!Lists(agreement->parties(), command.party()) || !SignsFor(s, application, command.party())) {
    return Refused{"ENR-16", "NOT_A_PARTY", command.agreement_id(), absl::StrJoin(agreement->parties(), ","),
                   command.party()};
  }
  if (agreement->text_hash() != command.text_hash()) {
    return Refused{"ENR-16", "OTHER_TEXT", command.agreement_id(),
                   absl::BytesToHexString(agreement->text_hash()),
                   absl::BytesToHexString(command.text_hash())};
  }
  if (AsksForNotice(s, application) && !application.list_posted()) {
    return Refused{"ENR-14", "LIST_NOT_POSTED",     command.agreement_id(), "public_notice",
                   "",       "approved_list_notice"};
  }
  std::vector<EnrollmentEvent> events(1);
  v1::AgreementSigned& signature = *events[0].mutable_agreement_signed();
  signature.set_agreement_id(command.agreement_id());
  signature.set_party(command.party());
  signature.set_text_hash(command.text_hash());
  signature.set_evidence_hash(command.evidence_hash());

  const std::vector<std::string> asked = PartiesAsked(s, application);
  const bool all = std::all_of(asked.begin(), asked.end(), [&](const std::string& party) {
    return party == command.party() || HasSigned(*agreement, party);
  });
  if (!all || agreement->state() != Agreement::DRAFTED) return events;
  EnrollmentEvent& event = events.emplace_back();
  v1::AgreementTookEffect& effect = *event.mutable_agreement_took_effect();
  effect.set_agreement_id(command.agreement_id());
  effect.set_application_id(agreement->application_id());
  effect.set_pupil_id(application.pupil_id());
  effect.set_from_on(agreement->from_on());
  effect.set_to_on(agreement->to_on());
  effect.set_may_leave_alone(agreement->may_leave_alone());
  effect.mutable_parties()->Assign(asked.begin(), asked.end());
  return events;
}

}  // namespace afterbell::enrollment
