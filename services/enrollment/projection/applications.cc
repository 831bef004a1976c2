#include "services/enrollment/projection/applications.h"

#include <optional>
#include <string>
#include <vector>

#include "services/enrollment/domain/application.h"
#include "services/enrollment/domain/steps.h"
#include "services/enrollment/domain/tables.h"
#include "services/enrollment/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

using state::Application;

// A key part for a pupil in no class.
constexpr char kNoClass[] = "-";

bool IsUnderWay(const Application& row) {
  return row.state() == Application::SUBMITTED || row.state() == Application::AGREED ||
         row.state() == Application::ENROLLED;
}

// Where it waits, or nothing.
std::optional<state::Queued> QueuedOf(const Application& row) {
  if (!IsUnderWay(row)) return std::nullopt;
  state::Queued queued;
  queued.set_step(AwaitedWord(row));
  if (queued.step().empty()) return std::nullopt;
  queued.set_class_id(row.class_id());
  queued.set_submitted_at(row.submitted_at());
  return queued;
}

decltype(kToReview)::Key QueueKey(const Application& row, const state::Queued& queued) {
  return {row.school_id(), key::Word(queued.step()),
          queued.class_id().empty() ? std::string_view(kNoClass) : std::string_view(queued.class_id()),
          key::Instant(queued.submitted_at()), row.application_id()};
}

void Index(const std::string& school_id, const std::string& application_id, ViewRows rows) {
  const auto row = rows.Get(kApplications, {school_id, application_id});
  if (!row) return;
  rows.Put(kApplicationsOf,
           {school_id, row->pupil_id(), row->term_id(), key::Instant(row->started_at()), application_id});
  const decltype(kQueued)::Key queued_key = {school_id, application_id};
  if (const auto before = rows.Get(kQueued, queued_key)) rows.Erase(kToReview, QueueKey(*row, *before));
  if (auto queued = QueuedOf(*row)) {
    rows.Put(kToReview, QueueKey(*row, *queued));
    rows.Put(kQueued, queued_key, *std::move(queued));
  } else {
    rows.Erase(kQueued, queued_key);
  }
}

std::vector<std::string> ApplicationsIn(const Recorded& own, const v1::EnrollmentEvent& event,
                                        const QueryRows& rows) {
  using v1::EnrollmentEvent;
  const auto list = [](const auto& ids) { return std::vector<std::string>(ids.begin(), ids.end()); };
  switch (event.event_case()) {
    case EnrollmentEvent::kApplicationStarted:
      return {event.application_started().application_id()};
    case EnrollmentEvent::kApplicationSubmitted:
      return {event.application_submitted().application_id()};
    case EnrollmentEvent::kClassReviewPassed:
      return {event.class_review_passed().application_id()};
    case EnrollmentEvent::kSchoolReviewPassed:
      return {event.school_review_passed().application_id()};
    case EnrollmentEvent::kApplicationApproved:
      return {event.application_approved().application_id()};
    case EnrollmentEvent::kApprovedListPosted:
      return list(event.approved_list_posted().application_ids());
    case EnrollmentEvent::kParticipantsReported:
      return list(event.participants_reported().application_ids());
    case EnrollmentEvent::kApplicationDeclined:
      return {event.application_declined().application_id()};
    case EnrollmentEvent::kAgreementTookEffect:
      return {event.agreement_took_effect().application_id()};
    case EnrollmentEvent::kPupilEnrolled:
      return {event.pupil_enrolled().application_id()};
    case EnrollmentEvent::kEnrollmentWithdrawn: {
      const auto row =
          rows.Get(kEnrollments, {own.commit.school_id(), event.enrollment_withdrawn().enrollment_id()});
      return row ? std::vector<std::string>{row->application_id()} : std::vector<std::string>{};
    }
    default:
      return {};
  }
}

v1::ApplicationView ViewOf(const Application& row) {
  v1::ApplicationView view;
  view.set_application_id(row.application_id());
  view.set_pupil_id(row.pupil_id());
  view.set_term_id(row.term_id());
  view.set_product(row.product());
  view.set_state(Application::State_Name(row.state()));
  if (IsUnderWay(row)) view.set_awaited_step(AwaitedWord(row));
  *view.mutable_steps() = row.steps();
  for (const auto& taken : row.taken()) {
    v1::StepView& step = *view.add_taken();
    step.set_step(row.steps(taken.place()));
    step.set_by_person_id(taken.by_person_id());
    step.set_role(taken.role());
    *step.mutable_take_time() = TimestampOf(taken.at());
  }
  view.set_project_id(row.project_id());
  view.set_advised_project_id(row.advised_project_id());
  view.set_class_id(row.class_id());
  view.set_grade(row.grade());
  view.set_stage(row.stage());
  view.set_addressee(row.addressee());
  view.set_agreement_id(row.agreement_id());
  view.set_list_posted(row.list_posted());
  view.set_decline_ground(row.decline_ground());
  *view.mutable_start_time() = TimestampOf(row.started_at());
  if (row.submitted_at() != 0) *view.mutable_submit_time() = TimestampOf(row.submitted_at());
  *view.mutable_wishes() = row.wishes();
  *view.mutable_periods() = row.periods();
  return view;
}

}  // namespace

void ProjectApplications(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows) {
  for (const std::string& application_id : ApplicationsIn(own, event, rows))
    Index(own.commit.school_id(), application_id, rows);
}

absl::StatusOr<v1::GetApplicationAnswer> GetApplication(const QueryRows& rows,
                                                        const v1::GetApplicationRequest& request) {
  const auto row = rows.Get(kApplications, {request.header().school_id(), request.application_id()});
  if (!row) return Unknown("application", request.application_id());
  v1::GetApplicationAnswer answer;
  *answer.mutable_application() = ViewOf(*row);
  return answer;
}

absl::StatusOr<v1::ListPupilApplicationsAnswer> ListPupilApplications(
    const QueryRows& rows, const v1::ListPupilApplicationsRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::ListPupilApplicationsAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kApplicationsOf, prefix, request, request.header(), answer.mutable_page(),
                    [&](const auto& key) {
                      const auto& [school, pupil, term, started_at, application_id] = key;
                      const auto row = rows.Get(kApplications, {school_id, application_id});
                      if (row) *answer.add_applications() = ViewOf(*row);
                      return row != nullptr;
                    });
  };
  AFTERBELL_RETURN_IF_ERROR(request.has_term_id()
                                ? list(Prefix(school_id, request.pupil_id(), request.term_id()))
                                : list(Prefix(school_id, request.pupil_id())));
  return answer;
}

absl::StatusOr<v1::ListApplicationsToReviewAnswer> ListApplicationsToReview(
    const QueryRows& rows, const v1::ListApplicationsToReviewRequest& request) {
  const std::string& school_id = request.header().school_id();
  const key::Word step(request.step());
  v1::ListApplicationsToReviewAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kToReview, prefix, request, request.header(), answer.mutable_page(),
                    [&](const auto& key) {
                      const auto& [school, word, class_id, submitted_at, application_id] = key;
                      const auto row = rows.Get(kApplications, {school_id, application_id});
                      if (!row || (request.has_term_id() && row->term_id() != request.term_id()))
                        return false;
                      *answer.add_applications() = ViewOf(*row);
                      return true;
                    });
  };
  AFTERBELL_RETURN_IF_ERROR(request.has_class_id() ? list(Prefix(school_id, step, request.class_id()))
                                                   : list(Prefix(school_id, step)));
  return answer;
}

}  // namespace afterbell::enrollment
