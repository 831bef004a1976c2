#include "services/attendance/intake/enrollment.h"

#include "services/attendance/domain/tables.h"

namespace afterbell::attendance {
namespace {

using enrollment::v1::AgreementEnded;
using enrollment::v1::AgreementTookEffect;
using enrollment::v1::CareGroupFormed;
using enrollment::v1::EnrollmentEvent;
using enrollment::v1::EnrollmentWithdrawn;
using enrollment::v1::PupilEnrolled;
using enrollment::v1::PupilPlaced;
using enrollment::v1::PupilUnplaced;

void Fold(const Recorded& foreign, const CareGroupFormed& formed, FactRows rows) {
  rows.Put(kGroups, {foreign.commit.school_id(), formed.group_id()}, formed);
}

void Fold(const Recorded& foreign, const PupilEnrolled& enrolled, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  const decltype(kEnrollments)::Key key = {school_id, enrolled.pupil_id(), enrolled.enrollment_id()};
  auto row = rows.GetOrEmpty(kEnrollments, key);
  row.set_pupil_id(enrolled.pupil_id());
  row.set_from_on(enrolled.from_on());
  row.set_stage(enrolled.stage());
  row.set_grade(enrolled.grade());
  row.set_class_id(enrolled.class_id());
  rows.Put(kEnrollments, key, std::move(row));
  if (!enrolled.class_id().empty())
    rows.Put(kPupilsOfClass, {school_id, enrolled.class_id(), enrolled.pupil_id()});
}

void Fold(const Recorded& foreign, const PupilPlaced& placed, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  const decltype(kPlacements)::Key placement_key = {school_id, placed.group_id(), placed.pupil_id()};
  auto placement = rows.GetOrEmpty(kPlacements, placement_key);
  state::Span* span = nullptr;
  for (state::Span& other : *placement.mutable_spans()) {
    if (other.enrollment_id() == placed.enrollment_id() && other.from_on() == placed.from_on()) span = &other;
  }
  if (span == nullptr) span = placement.add_spans();
  span->set_enrollment_id(placed.enrollment_id());
  span->set_from_on(placed.from_on());
  span->clear_last_on();
  rows.Put(kPlacements, placement_key, std::move(placement));
  const decltype(kEnrollments)::Key enrolled_key = {school_id, placed.pupil_id(), placed.enrollment_id()};
  auto enrolled = rows.GetOrEmpty(kEnrollments, enrolled_key);
  const auto& groups = enrolled.group_ids();
  if (std::find(groups.begin(), groups.end(), placed.group_id()) != groups.end()) return;
  enrolled.add_group_ids(placed.group_id());
  rows.Put(kEnrollments, enrolled_key, std::move(enrolled));
}

// Ends the spans of an enrollment that would go on after the date.
void EndSpans(std::string_view school_id, std::string_view group_id, std::string_view pupil_id,
              std::string_view enrollment_id, const std::string& last_on, FactRows rows) {
  const auto placement = rows.Get(kPlacements, {school_id, group_id, pupil_id});
  if (!placement) return;
  state::Placement ended = *placement;
  for (state::Span& span : *ended.mutable_spans()) {
    const bool goes_on = span.last_on().empty() || last_on < span.last_on();
    if (std::string_view(span.enrollment_id()) == enrollment_id && goes_on) span.set_last_on(last_on);
  }
  rows.Put(kPlacements, {school_id, group_id, pupil_id}, std::move(ended));
}

void Fold(const Recorded& foreign, const EnrollmentWithdrawn& withdrawn, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  const decltype(kEnrollments)::Key key = {school_id, withdrawn.pupil_id(), withdrawn.enrollment_id()};
  const auto enrolled = rows.Get(kEnrollments, key);
  if (!enrolled) return;
  const std::string last_on = AddDays(withdrawn.effective_on(), -1);
  state::Enrolled ended = *enrolled;
  ended.set_last_on(last_on);
  rows.Put(kEnrollments, key, std::move(ended));
  for (const std::string& group : enrolled->group_ids()) {
    EndSpans(school_id, group, withdrawn.pupil_id(), withdrawn.enrollment_id(), last_on, rows);
  }
}

void Fold(const Recorded& foreign, const AgreementTookEffect& effect, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  state::Agreement agreement;
  agreement.set_pupil_id(effect.pupil_id());
  agreement.set_from_on(effect.from_on());
  agreement.set_last_on(effect.to_on());
  agreement.set_may_leave_alone(effect.may_leave_alone());
  rows.Put(kAgreements, {school_id, effect.agreement_id()}, agreement);
  rows.Put(kAgreementsOf, {school_id, effect.pupil_id(), effect.agreement_id()}, std::move(agreement));
}

void Fold(const Recorded& foreign, const AgreementEnded& ended, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  const auto agreement = rows.Get(kAgreements, {school_id, ended.agreement_id()});
  if (!agreement) return;
  state::Agreement changed = *agreement;
  changed.set_last_on(ended.last_on());
  rows.Put(kAgreements, {school_id, ended.agreement_id()}, changed);
  rows.Put(kAgreementsOf, {school_id, agreement->pupil_id(), ended.agreement_id()}, std::move(changed));
}

}  // namespace

bool FoldsEnrollment(int event) {
  switch (event) {
    case EnrollmentEvent::kCareGroupFormed:
    case EnrollmentEvent::kProjectDesigned:
    case EnrollmentEvent::kPupilEnrolled:
    case EnrollmentEvent::kPupilPlaced:
    case EnrollmentEvent::kPupilUnplaced:
    case EnrollmentEvent::kEnrollmentWithdrawn:
    case EnrollmentEvent::kAgreementTookEffect:
    case EnrollmentEvent::kAgreementEnded:
      return true;
    default:
      return false;
  }
}

void FoldEnrollment(const Recorded& foreign, FactRows rows) {
  ForEachEventOf<EnrollmentEvent>(foreign, [&](const EnrollmentEvent& event) {
    switch (event.event_case()) {
      case EnrollmentEvent::kCareGroupFormed:
        return Fold(foreign, event.care_group_formed(), rows);
      case EnrollmentEvent::kProjectDesigned:
        return rows.Put(kProjects, {foreign.commit.school_id(), event.project_designed().project_id()},
                        event.project_designed());
      case EnrollmentEvent::kPupilEnrolled:
        return Fold(foreign, event.pupil_enrolled(), rows);
      case EnrollmentEvent::kPupilPlaced:
        return Fold(foreign, event.pupil_placed(), rows);
      case EnrollmentEvent::kPupilUnplaced: {
        const PupilUnplaced& unplaced = event.pupil_unplaced();
        return EndSpans(foreign.commit.school_id(), unplaced.group_id(), unplaced.pupil_id(),
                        unplaced.enrollment_id(), unplaced.last_on(), rows);
      }
      case EnrollmentEvent::kEnrollmentWithdrawn:
        return Fold(foreign, event.enrollment_withdrawn(), rows);
      case EnrollmentEvent::kAgreementTookEffect:
        return Fold(foreign, event.agreement_took_effect(), rows);
      case EnrollmentEvent::kAgreementEnded:
        return Fold(foreign, event.agreement_ended(), rows);
      default:
        return;
    }
  });
}

}  // namespace afterbell::attendance
