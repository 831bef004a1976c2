#include "services/enrollment/projection/enrollments.h"

#include <string>

#include "services/enrollment/domain/care_group.h"
#include "services/enrollment/domain/enrollment.h"
#include "services/enrollment/domain/tables.h"
#include "services/enrollment/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

v1::PlaceView ViewOf(const state::Place& row) {
  v1::PlaceView view;
  view.set_group_id(row.group_id());
  view.set_pupil_id(row.pupil_id());
  view.set_enrollment_id(row.enrollment_id());
  view.set_from_on(row.from_on());
  view.set_last_on(row.last_on());
  return view;
}

v1::AgreementView ViewOf(const state::Agreement& row) {
  v1::AgreementView view;
  view.set_agreement_id(row.agreement_id());
  view.set_application_id(row.application_id());
  view.set_state(state::Agreement::State_Name(row.state()));
  view.set_text_hash(row.text_hash());
  view.set_from_on(row.from_on());
  view.set_to_on(row.to_on());
  view.set_pickup_time(row.pickup_time());
  *view.mutable_parties() = row.parties();
  view.set_may_leave_alone(row.may_leave_alone());
  for (const auto& signed_by : row.signatures()) {
    v1::SignatureView& signature = *view.add_signatures();
    signature.set_party(signed_by.party());
    signature.set_person_id(signed_by.person_id());
    *signature.mutable_sign_time() = TimestampOf(signed_by.at());
  }
  view.set_last_on(row.last_on());
  return view;
}

v1::EnrollmentView ViewOf(const QueryRows& rows, std::string_view school_id, const state::Enrollment& row) {
  v1::EnrollmentView view;
  view.set_enrollment_id(row.enrollment_id());
  view.set_application_id(row.application_id());
  view.set_agreement_id(row.agreement_id());
  view.set_pupil_id(row.pupil_id());
  view.set_term_id(row.term_id());
  view.set_product(row.product());
  view.set_project_id(row.project_id());
  view.set_from_on(row.from_on());
  view.set_state(state::Enrollment::State_Name(row.state()));
  view.set_effective_on(row.effective_on());
  view.set_class_id(row.class_id());
  view.set_grade(row.grade());
  view.set_stage(row.stage());
  for (const state::Place& place : PlacesOf(rows, school_id, row.enrollment_id()))
    *view.add_places() = ViewOf(place);
  return view;
}

v1::CareGroupView ViewOf(const QueryRows& rows, const state::Group& row, const std::string& on) {
  v1::CareGroupView view;
  view.set_group_id(row.group_id());
  view.set_term_id(row.term_id());
  view.set_stage(row.stage());
  *view.mutable_grades() = row.grades();
  view.set_class_id(row.class_id());
  view.set_project_id(row.project_id());
  *view.mutable_periods() = row.periods();
  *view.mutable_weekdays() = row.weekdays();
  view.set_venue_id(row.venue_id());
  view.set_pupils(Headcount(rows, row.school_id(), row.group_id(), on));
  policy::Policy policy(rows);
  view.set_limit(static_cast<int32_t>(GroupLimit(rows, policy, row, on).value_or(0)));
  return view;
}

}  // namespace

void ProjectCareGroups(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows) {
  if (event.event_case() != v1::EnrollmentEvent::kCareGroupFormed) return;
  const auto& formed = event.care_group_formed();
  rows.Put(kGroupsOf, {own.commit.school_id(), formed.term_id(), formed.group_id()});
}

absl::StatusOr<v1::GetAgreementAnswer> GetAgreement(const QueryRows& rows,
                                                    const v1::GetAgreementRequest& request) {
  const auto row = rows.Get(kAgreements, {request.header().school_id(), request.agreement_id()});
  if (!row) return Unknown("agreement", request.agreement_id());
  v1::GetAgreementAnswer answer;
  *answer.mutable_agreement() = ViewOf(*row);
  return answer;
}

absl::StatusOr<v1::GetEnrollmentAnswer> GetEnrollment(const QueryRows& rows,
                                                      const v1::GetEnrollmentRequest& request) {
  const std::string id = EnrollmentId(request.pupil_id(), request.term_id(), request.product());
  const std::string& school_id = request.header().school_id();
  const auto row = rows.Get(kEnrollments, {school_id, id});
  if (!row) return Unknown("enrollment", id);
  v1::GetEnrollmentAnswer answer;
  *answer.mutable_enrollment() = ViewOf(rows, school_id, *row);
  return answer;
}

absl::StatusOr<v1::ListCareGroupsAnswer> ListCareGroups(const QueryRows& rows,
                                                        const v1::ListCareGroupsRequest& request) {
  if (!IsDate(request.on())) return InvalidField("on", request.on(), "a date (2026-09-01)");
  v1::ListCareGroupsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kGroupsOf, Prefix(request.header().school_id(), request.term_id()),
                                     request, request.header(), answer.mutable_page(), [&](const auto& key) {
                                       const auto& [school, term, group_id] = key;
                                       const auto row = rows.Get(kGroups, {school, group_id});
                                       if (!row) return false;
                                       v1::CareGroupView view = ViewOf(rows, *row, request.on());
                                       if (request.with_room_left() && view.limit() > 0 &&
                                           view.pupils() >= view.limit())
                                         return false;
                                       *answer.add_groups() = std::move(view);
                                       return true;
                                     }));
  return answer;
}

absl::StatusOr<v1::ListGroupPupilsAnswer> ListGroupPupils(const QueryRows& rows,
                                                          const v1::ListGroupPupilsRequest& request) {
  if (!IsDate(request.on())) return InvalidField("on", request.on(), "a date (2026-09-01)");
  const std::string& school_id = request.header().school_id();
  if (!rows.Has(kGroups, {school_id, request.group_id()})) return Unknown("group", request.group_id());
  v1::ListGroupPupilsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kMembers, Prefix(school_id, request.group_id()), request,
                                     request.header(), answer.mutable_page(), [&](const state::Place& place) {
                                       const bool held =
                                           place.from_on() <= request.on() &&
                                           (place.last_on().empty() || request.on() <= place.last_on());
                                       if (held) *answer.add_places() = ViewOf(place);
                                       return held;
                                     }));
  return answer;
}

}  // namespace afterbell::enrollment
