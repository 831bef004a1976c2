#include "services/attendance/domain/facts.h"

#include "services/platform/reference/tables.h"

namespace afterbell::attendance {

bool Covers(std::string_view from_on, std::string_view last_on, std::string_view date) {
  return from_on <= date && (last_on.empty() || date <= last_on);
}

RowPtr<Group> FindGroup(const Rows& rows, std::string_view school_id, std::string_view group_id) {
  return rows.Get(kGroups, {school_id, group_id});
}

std::string StageOf(const Rows& rows, const state::Session& session) {
  const auto group = FindGroup(rows, session.school_id(), session.group_id());
  return group ? group->stage() : std::string();
}

std::string ProjectKindOf(const Rows& rows, std::string_view school_id, const Group& group) {
  if (group.project_id().empty()) return {};
  const auto project = rows.Get(kProjects, {school_id, group.project_id()});
  return project ? project->kind() : std::string();
}

bool VenueIsKnown(const Rows& rows, std::string_view school_id, std::string_view venue_id) {
  return rows.Has(kVenues, {school_id, venue_id}) || rows.Has(reference::kVenues, {venue_id});
}

bool IsPlaced(const state::Placement& placement, std::string_view date) {
  return std::any_of(placement.spans().begin(), placement.spans().end(),
                     [&](const state::Span& span) { return Covers(span.from_on(), span.last_on(), date); });
}

bool IsPlaced(const Rows& rows, const state::Session& session, std::string_view pupil_id) {
  const auto placement = rows.Get(kPlacements, {session.school_id(), session.group_id(), pupil_id});
  return placement && IsPlaced(*placement, session.date());
}

std::vector<std::string> ExpectedPupils(const Rows& rows, const state::Session& session) {
  std::vector<std::string> pupils;
  rows.Scan(kPlacements, Prefix(session.school_id(), session.group_id()),
            [&](const auto& key, const state::Placement& placement) {
              if (IsPlaced(placement, session.date())) pupils.emplace_back(std::get<2>(key));
            });
  return pupils;
}

bool IsEnrolled(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view date) {
  bool holds = false;
  rows.Scan(kEnrollments, Prefix(school_id, pupil_id), [&](const state::Enrolled& enrolled) {
    holds = Covers(enrolled.from_on(), enrolled.last_on(), date);
    return !holds;
  });
  return holds;
}

std::vector<std::string> GroupsOf(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  std::set<std::string> groups;
  rows.Scan(kEnrollments, Prefix(school_id, pupil_id), [&](const state::Enrolled& enrolled) {
    groups.insert(enrolled.group_ids().begin(), enrolled.group_ids().end());
  });
  return {groups.begin(), groups.end()};
}

bool IsGuardian(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view person_id, std::string_view date) {
  const auto held = rows.Get(kGuardianships, {school_id, pupil_id, person_id});
  return held && std::string_view(held->from_on()) <= date;
}

bool MayLeaveAlone(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                   std::string_view date) {
  bool may = false;
  rows.Scan(kAgreementsOf, Prefix(school_id, pupil_id), [&](const state::Agreement& agreement) {
    may = agreement.may_leave_alone() && Covers(agreement.from_on(), agreement.last_on(), date);
    return !may;
  });
  return may;
}

std::vector<std::string> SessionsOnDuty(const Rows& rows, std::string_view school_id,
                                        std::string_view person_id, Micros at) {
  std::vector<std::string> sessions;
  const auto within_a_day = Prefix(school_id, person_id)
                                .From(key::Instant(at - kMicrosPerDay))
                                .Until(key::Instant(at + kMicrosPerDay));
  rows.Scan(kDutiesOf, within_a_day,
            [&](const staffing::v1::DutyAssigned& duty) { sessions.push_back(duty.session_id()); });
  return sessions;
}

}  // namespace afterbell::attendance
