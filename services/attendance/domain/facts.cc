#include "services/attendance/domain/facts.h"

#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"

namespace afterbell::attendance {

std::string GroupKey(std::string_view group_id) { return Key("f/enrollment/group", group_id); }
std::string ProjectKey(std::string_view project_id) { return Key("f/enrollment/project", project_id); }
std::string PlacedKey(std::string_view group_id, std::string_view pupil_id) {
  return Key("f/enrollment/placed", group_id, pupil_id);
}
std::string EnrolledKey(std::string_view pupil_id, std::string_view enrollment_id) {
  return Key("f/enrollment/enrolled", pupil_id, enrollment_id);
}
std::string ClassKey(std::string_view class_id, std::string_view pupil_id) {
  return Key("f/enrollment/class", class_id, pupil_id);
}
std::string AgreementKey(std::string_view agreement_id) {
  return Key("f/enrollment/agreement", agreement_id);
}
std::string AgreementOfKey(std::string_view pupil_id, std::string_view agreement_id) {
  return Key("f/enrollment/agreement_of", pupil_id, agreement_id);
}
std::string GuardianKey(std::string_view pupil_id, std::string_view guardian_id) {
  return Key("f/registry/guardian", pupil_id, guardian_id);
}
std::string SchoolDayKey(std::string_view school_id, std::string_view date) {
  return Key("f/registry/day", school_id, date);
}
std::string VenueKey(std::string_view venue_id) { return Key("f/registry/venue", venue_id); }
std::string DutyKey(std::string_view session_id, std::string_view duty_id) {
  return Key("f/staffing/duty", session_id, duty_id);
}
std::string DutyOfKey(std::string_view person_id, Micros from_at, std::string_view duty_id) {
  return Key("f/staffing/duty_of", person_id, InstantText(from_at), duty_id);
}

bool Covers(std::string_view from_on, std::string_view last_on, std::string_view date) {
  return from_on <= date && (last_on.empty() || date <= last_on);
}

std::optional<state::Group> FindGroup(const Rows& rows, std::string_view group_id,
                                      std::string_view school_id) {
  auto group = rows.Get<state::Group>(GroupKey(group_id));
  // Where its record named no school, it is any's.
  if (group && !school_id.empty() && !group->school_id().empty() && group->school_id() != school_id)
    return {};
  return group;
}

std::string ProjectKindOf(const Rows& rows, const state::Group& group) {
  if (group.formed().project_id().empty()) return {};
  return rows.GetOrEmpty<enrollment::v1::ProjectDesigned>(ProjectKey(group.formed().project_id())).kind();
}

bool VenueIsKnown(const Rows& rows, std::string_view venue_id) {
  return rows.Has(VenueKey(venue_id)) || rows.Has(Key("c/registry/venue", venue_id));
}

bool IsPlaced(const state::Placement& placement, std::string_view date) {
  return std::any_of(placement.spans().begin(), placement.spans().end(),
                     [&](const state::Span& span) { return Covers(span.from_on(), span.last_on(), date); });
}

bool IsPlaced(const Rows& rows, std::string_view group_id, std::string_view pupil_id, std::string_view date) {
  const auto placement = rows.Get<state::Placement>(PlacedKey(group_id, pupil_id));
  return placement && IsPlaced(*placement, date);
}

std::vector<std::string> ExpectedPupils(const Rows& rows, std::string_view group_id, std::string_view date) {
  std::vector<std::string> pupils;
  rows.Scan<state::Placement>(PlacedKey(group_id, ""),
                              [&](std::string_view key, const state::Placement& placement) {
                                if (IsPlaced(placement, date)) pupils.emplace_back(KeyPart(key, 4));
                                return true;
                              });
  return pupils;
}

std::optional<state::Enrolled> EnrolledOn(const Rows& rows, std::string_view pupil_id,
                                          std::string_view date) {
  std::optional<state::Enrolled> found;
  rows.Scan<state::Enrolled>(EnrolledKey(pupil_id, ""),
                             [&](std::string_view, const state::Enrolled& enrolled) {
                               if (Covers(enrolled.from_on(), enrolled.last_on(), date)) found = enrolled;
                               return !found;
                             });
  return found;
}

std::vector<std::string> GroupsOf(const Rows& rows, std::string_view pupil_id) {
  std::set<std::string> groups;
  rows.Scan<state::Enrolled>(EnrolledKey(pupil_id, ""),
                             [&](std::string_view, const state::Enrolled& enrolled) {
                               groups.insert(enrolled.group_ids().begin(), enrolled.group_ids().end());
                               return true;
                             });
  return {groups.begin(), groups.end()};
}

bool IsGuardian(const Rows& rows, std::string_view pupil_id, std::string_view person_id,
                std::string_view date) {
  const auto held = rows.Get<registry::v1::GuardianshipRecorded>(GuardianKey(pupil_id, person_id));
  return held && std::string_view(held->from_on()) <= date;
}

bool MayLeaveAlone(const Rows& rows, std::string_view pupil_id, std::string_view date) {
  bool may = false;
  rows.Scan<state::Agreement>(
      AgreementOfKey(pupil_id, ""), [&](std::string_view, const state::Agreement& agreement) {
        may = agreement.may_leave_alone() && Covers(agreement.from_on(), agreement.last_on(), date);
        return !may;
      });
  return may;
}

std::vector<staffing::v1::DutyAssigned> DutiesIn(const Rows& rows, std::string_view session_id) {
  std::vector<staffing::v1::DutyAssigned> duties;
  rows.Scan<staffing::v1::DutyAssigned>(DutyKey(session_id, ""),
                                        [&](std::string_view, const staffing::v1::DutyAssigned& duty) {
                                          duties.push_back(duty);
                                          return true;
                                        });
  return duties;
}

std::vector<std::string> SessionsOnDuty(const Rows& rows, std::string_view person_id, Micros at) {
  std::vector<std::string> sessions;
  const std::string prefix = Key("f/staffing/duty_of", person_id, "");
  rows.ScanFrom<staffing::v1::DutyAssigned>(prefix, prefix + InstantText(at - kMicrosPerDay),
                                            [&](std::string_view, const staffing::v1::DutyAssigned& duty) {
                                              if (MicrosOf(duty.from_at()) > at + kMicrosPerDay) return false;
                                              sessions.push_back(duty.session_id());
                                              return true;
                                            });
  return sessions;
}

}  // namespace afterbell::attendance
