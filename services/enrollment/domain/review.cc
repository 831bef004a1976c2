#include "services/enrollment/domain/review.h"

#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Application;

Refused OutOfOrder(const Application& application, std::string_view asked) {
  return Refused{"ENR-09", "STEP_OUT_OF_ORDER", application.application_id(), AwaitedWord(application),
                 std::string(asked)};
}

// Under way: submitted, or with an agreement that steps printed after it may follow.
std::optional<Refused> CheckUnderWay(const Application& application) {
  if (application.state() == Application::SUBMITTED || application.state() == Application::AGREED ||
      application.state() == Application::ENROLLED) {
    return std::nullopt;
  }
  return Refused{"ENR-09", "WRONG_STATE", application.application_id(), "SUBMITTED", StateName(application)};
}

std::optional<Refused> CheckPerson(const Situation& s, const Application& application) {
  if (!IsSamePerson(application, s.context.person_id)) return std::nullopt;
  return Refused{"ENR-09", "SAME_PERSON", application.application_id(), "", s.context.person_id};
}

Act NextAct(const Application& application) {
  const auto next = NextStep(application);
  return next ? ActOf(application.steps(*next)).value_or(Act::kAfter) : Act::kAgreement;
}

// The list's notice: in the chain, or asked for beside it by p:approved_list_notice.
bool NoticeByParameter(const Situation& s, const Application& application) {
  return s.policy.Flag(
      "approved_list_notice",
      reference::PlaceOf(s.rows, application.school_id(), application.stage(), application.grade()),
      s.context.service_date);
}

std::optional<Refused> CheckNotice(const Situation& s, const Application& application) {
  if (const auto refused = CheckUnderWay(application)) return refused;
  if (Asks(application, Act::kNotice)) {
    if (NextAct(application) == Act::kNotice) return std::nullopt;
    return OutOfOrder(application, "public_notice");
  }
  if (!NoticeByParameter(s, application)) {
    return Refused{"ENR-09", "STEP_NOT_ASKED", application.application_id(),
                   "",       "public_notice",  "approval_steps"};
  }
  if (!MayDraftAgreement(application)) return OutOfOrder(application, "public_notice");
  return std::nullopt;
}

std::optional<Refused> CheckReport(const Situation&, const Application& application) {
  if (const auto refused = CheckUnderWay(application)) return refused;
  if (!Asks(application, Act::kReport)) {
    return Refused{"ENR-09", "STEP_NOT_ASKED", application.application_id(),
                   "",       "bureau_report",  "approval_steps"};
  }
  if (NextAct(application) != Act::kReport) return OutOfOrder(application, "bureau_report");
  return std::nullopt;
}

// Those of a list that the step has still to be taken for, each once; or why it may not.
template <class Command, class IsDone, class Check>
absl::StatusOr<std::variant<std::vector<std::string>, Refused>> ListOf(const Situation& s,
                                                                       const Command& command,
                                                                       const IsDone& is_done,
                                                                       const Check& check) {
  std::vector<std::string> open;
  std::set<std::string> seen;
  for (const std::string& id : command.application_ids()) {
    const auto application = ApplicationAt(s, id);
    if (!application) return Unknown("application", id);
    if (application->term_id() != command.term_id()) {
      return InvalidField("application_ids", id, "an application of the term");
    }
    if (!seen.insert(id).second || is_done(*application)) continue;
    if (const auto refused = check(s, *application)) return *refused;
    open.push_back(id);
  }
  return open;
}

}  // namespace

std::optional<Refused> CheckAddressee(const Situation& s, const Application& application) {
  if (!IsCommittee(s.context.role) || application.addressee() == "committee" ||
      Asks(application, Act::kCommitteeAndSchool)) {
    return std::nullopt;
  }
  return Refused{"REF-02",    "WRONG_ADDRESSEE", application.application_id(), application.addressee(),
                 "committee", "operator"};
}

bool AsksForNotice(const Situation& s, const Application& application) {
  return Asks(application, Act::kNotice) || NoticeByParameter(s, application);
}

Decision<EnrollmentEvent> DecideReviewAtClass(const Situation& s, const v1::ReviewAtClass& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  const bool asked = Asks(*application, Act::kClass);
  if (asked &&
      (AllTaken(*application, Act::kClass) || TookStep(*application, Act::kClass, s.context.person_id))) {
    return {};
  }
  if (const auto refused = CheckUnderWay(*application)) return *refused;
  if (!asked) {
    return Refused{"ENR-09", "STEP_NOT_ASKED", command.application_id(),
                   "",       "class_review",   "approval_steps"};
  }
  if (NextAct(*application) != Act::kClass) return OutOfOrder(*application, "class_review");
  if (const auto refused = CheckPerson(s, *application)) return *refused;

  EnrollmentEvent event;
  event.mutable_class_review_passed()->set_application_id(command.application_id());
  event.mutable_class_review_passed()->set_advised_project_id(command.advised_project_id());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideReviewAtSchool(const Situation& s, const v1::ReviewAtSchool& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  const bool asked = Asks(*application, Act::kSchool) || Asks(*application, Act::kCommitteeAndSchool);
  // The command does not say which of several school steps is meant: from one person it is the same
  // one asked twice.
  if (asked && ((AllTaken(*application, Act::kSchool) && AllTaken(*application, Act::kCommitteeAndSchool)) ||
                TookStep(*application, Act::kSchool, s.context.person_id) ||
                TookStep(*application, Act::kCommitteeAndSchool, s.context.person_id))) {
    return {};
  }
  if (const auto refused = CheckUnderWay(*application)) return *refused;
  if (!asked) {
    return Refused{"ENR-09", "STEP_NOT_ASKED", command.application_id(),
                   "",       "school_review",  "approval_steps"};
  }
  const Act next = NextAct(*application);
  if (next != Act::kSchool && next != Act::kCommitteeAndSchool)
    return OutOfOrder(*application, "school_review");
  if (const auto refused = CheckAddressee(s, *application)) return *refused;
  const int place = *NextStep(*application);
  if (next == Act::kCommitteeAndSchool && SideTaken(*application, place, IsCommittee(s.context.role))) {
    return OutOfOrder(*application, s.context.role);  // The other side's turn (ENR-31).
  }
  if (const auto refused = CheckPerson(s, *application)) return *refused;

  EnrollmentEvent event;
  event.mutable_school_review_passed()->set_application_id(command.application_id());
  event.mutable_school_review_passed()->set_step(application->steps(place));
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideApproveApplication(const Situation& s,
                                                   const v1::ApproveApplication& command) {
  const auto application = ApplicationAt(s, command.application_id());
  if (!application) return Unknown("application", command.application_id());
  const bool asked = Asks(*application, Act::kPrincipal);
  if (asked && AllTaken(*application, Act::kPrincipal)) return {};
  if (const auto refused = CheckUnderWay(*application)) return *refused;
  if (!asked) {
    return Refused{"ENR-09", "STEP_NOT_ASKED",     command.application_id(),
                   "",       "principal_approval", "approval_steps"};
  }
  if (NextAct(*application) != Act::kPrincipal) return OutOfOrder(*application, "principal_approval");
  if (const auto refused = CheckPerson(s, *application)) return *refused;

  EnrollmentEvent event;
  event.mutable_application_approved()->set_application_id(command.application_id());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecidePostApprovedList(const Situation& s, const v1::PostApprovedList& command) {
  auto list = ListOf(
      s, command, [](const Application& row) { return row.list_posted(); }, CheckNotice);
  if (!list.ok()) return list.status();
  if (const auto* refused = std::get_if<Refused>(&*list)) return *refused;
  const auto& open = std::get<std::vector<std::string>>(*list);
  if (open.empty()) return {};

  EnrollmentEvent event;
  v1::ApprovedListPosted& posted = *event.mutable_approved_list_posted();
  posted.set_term_id(command.term_id());
  posted.mutable_application_ids()->Assign(open.begin(), open.end());
  posted.set_evidence_hash(command.evidence_hash());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecideReportParticipants(const Situation& s,
                                                   const v1::ReportParticipants& command) {
  const auto reported = [](const Application& row) {
    return Asks(row, Act::kReport) && AllTaken(row, Act::kReport);
  };
  auto list = ListOf(s, command, reported, CheckReport);
  if (!list.ok()) return list.status();
  if (const auto* refused = std::get_if<Refused>(&*list)) return *refused;
  const auto& open = std::get<std::vector<std::string>>(*list);
  if (open.empty()) return {};

  EnrollmentEvent event;
  v1::ParticipantsReported& told = *event.mutable_participants_reported();
  told.set_term_id(command.term_id());
  told.mutable_application_ids()->Assign(open.begin(), open.end());
  told.set_evidence_hash(command.evidence_hash());
  return std::vector{event};
}

}  // namespace afterbell::enrollment
