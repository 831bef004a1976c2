#include "services/enrollment/domain/care_group.h"

#include "services/enrollment/domain/facts.h"
#include "services/enrollment/domain/project.h"
#include "services/enrollment/domain/tables.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {
namespace {

using state::Group;
using state::Place;

decltype(kMembers)::Key MemberKey(std::string_view school_id, const Place& place) {
  return {school_id, place.group_id(), place.pupil_id(), key::Date(place.from_on())};
}

// The days of a place. An empty last day: held.
struct Days {
  std::string from_on, last_on;

  bool Hold(std::string_view day) const {
    return std::string_view(from_on) <= day && (last_on.empty() || day <= std::string_view(last_on));
  }
};

template <class List>
bool Overlap(const List& a, const List& b) {
  if (a.empty() || b.empty()) return true;  // Not narrowed: always.
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& item) { return std::find(b.begin(), b.end(), item) != b.end(); });
}

bool MeetTogether(const Group& a, const Group& b) {
  return Overlap(a.periods(), b.periods()) && Overlap(a.weekdays(), b.weekdays());
}

template <class List>
bool Same(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool IsSameGroup(const Group& group, const v1::FormCareGroup& command) {
  return group.term_id() == command.term_id() && group.stage() == command.stage() &&
         group.class_id() == command.class_id() && group.project_id() == command.project_id() &&
         group.venue_id() == command.venue_id() && Same(group.grades(), command.grades()) &&
         Same(group.periods(), command.periods()) && Same(group.weekdays(), command.weekdays());
}

void EvolveFormed(const Recorded& own, const v1::CareGroupFormed& event, StateRows rows) {
  Group row;
  row.set_group_id(event.group_id());
  row.set_school_id(own.commit.school_id());
  row.set_term_id(event.term_id());
  row.set_stage(event.stage());
  *row.mutable_grades() = event.grades();
  row.set_class_id(event.class_id());
  row.set_project_id(event.project_id());
  *row.mutable_periods() = event.periods();
  *row.mutable_weekdays() = event.weekdays();
  row.set_venue_id(event.venue_id());
  rows.Put(kGroups, {own.commit.school_id(), event.group_id()}, std::move(row));
}

void EvolvePlaced(const Recorded& own, const v1::PupilPlaced& event, StateRows rows) {
  Place row;
  row.set_enrollment_id(event.enrollment_id());
  row.set_pupil_id(event.pupil_id());
  row.set_group_id(event.group_id());
  row.set_from_on(event.from_on());
  rows.Put(kPlaces, {own.commit.school_id(), row.enrollment_id(), row.group_id()}, row);
  rows.Put(kMembers, MemberKey(own.commit.school_id(), row), row);
}

void EvolveUnplaced(const Recorded& own, const v1::PupilUnplaced& event, StateRows rows) {
  const std::string& school_id = own.commit.school_id();
  const decltype(kPlaces)::Key key = {school_id, event.enrollment_id(), event.group_id()};
  const auto held = rows.Get(kPlaces, key);
  if (!held) return;
  rows.Erase(kPlaces, key);
  if (event.last_on() < held->from_on()) {
    rows.Erase(kMembers, MemberKey(school_id, *held));  // Left before it began.
    return;
  }
  Place left = *held;
  left.set_last_on(event.last_on());
  rows.Put(kMembers, MemberKey(school_id, *held), std::move(left));
}

}  // namespace

RowPtr<Group> GroupAt(const Situation& s, std::string_view group_id) {
  return s.rows.Get(kGroups, {s.context.school_id, group_id});
}

int Headcount(const Rows& rows, std::string_view school_id, std::string_view group_id,
              std::string_view from_on, std::string_view without) {
  std::vector<Days> places;
  std::set<std::string, std::less<>> days = {
      std::string(from_on)};  // The number grows only when somebody comes.
  rows.Scan(kMembers, Prefix(school_id, group_id), [&](const Place& place) {
    if (!place.last_on().empty() && std::string_view(place.last_on()) < from_on) return;
    if (place.last_on().empty() && place.enrollment_id() == without) return;
    if (std::string_view(place.from_on()) > from_on) days.insert(place.from_on());
    places.push_back({place.from_on(), place.last_on()});
  });
  int most = 0;
  for (const std::string& day : days) {
    most = std::max<int>(most, std::count_if(places.begin(), places.end(),
                                             [&](const Days& place) { return place.Hold(day); }));
  }
  return most;
}

std::vector<Place> PlacesOf(const Rows& rows, std::string_view school_id, std::string_view enrollment_id) {
  std::vector<Place> places;
  rows.Scan(kPlaces, Prefix(school_id, enrollment_id), [&](const Place& place) { places.push_back(place); });
  return places;
}

std::optional<int64_t> GroupLimit(const Rows& rows, policy::Policy& policy, const Group& group,
                                  std::string_view on) {
  const std::string grade = group.grades_size() == 1 ? group.grades(0) : std::string();
  const auto value =
      policy.Find("group_size_max", reference::PlaceOf(rows, group.school_id(), group.stage(), grade), on);
  if (!value || !value->value().has_count()) return std::nullopt;
  return value->value().count();
}

void EvolveCareGroup(const Recorded& own, const EnrollmentEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case EnrollmentEvent::kCareGroupFormed:
      EvolveFormed(own, event.care_group_formed(), rows);
      break;
    case EnrollmentEvent::kPupilPlaced:
      EvolvePlaced(own, event.pupil_placed(), rows);
      break;
    case EnrollmentEvent::kPupilUnplaced:
      EvolveUnplaced(own, event.pupil_unplaced(), rows);
      break;
    default:
      break;
  }
}

Decision<EnrollmentEvent> DecideFormCareGroup(const Situation& s, const v1::FormCareGroup& command) {
  if (const auto same = GroupAt(s, command.group_id())) {
    if (IsSameGroup(*same, command)) return {};
    return InvalidField("group_id", command.group_id(), "an id that no other group has");
  }
  AFTERBELL_RETURN_IF_ERROR(CheckTermHere(s, command.term_id()));
  if (!command.class_id().empty() && !s.rows.Has(kClasses, {s.context.school_id, command.class_id()})) {
    return Unknown("class", command.class_id());
  }
  if (!command.project_id().empty() && !ProjectAt(s, command.project_id())) {
    return Unknown("project", command.project_id());
  }
  if (!IsVenue(s.rows, s.context.school_id, command.venue_id())) return Unknown("venue", command.venue_id());
  for (const int weekday : command.weekdays()) {
    if (weekday < 1 || weekday > 7)
      return InvalidField("weekdays", std::to_string(weekday), "1 (Monday) to 7");
  }
  EnrollmentEvent event;
  v1::CareGroupFormed& formed = *event.mutable_care_group_formed();
  formed.set_group_id(command.group_id());
  formed.set_term_id(command.term_id());
  formed.set_stage(command.stage());
  *formed.mutable_grades() = command.grades();
  formed.set_class_id(command.class_id());
  formed.set_project_id(command.project_id());
  *formed.mutable_periods() = command.periods();
  *formed.mutable_weekdays() = command.weekdays();
  formed.set_venue_id(command.venue_id());
  return std::vector{event};
}

Decision<EnrollmentEvent> DecidePlace(const Situation& s, const state::Enrollment& enrollment,
                                      const Group& group, const std::string& from_on) {
  const int headcount = Headcount(s.rows, s.context.school_id, group.group_id(), from_on) + 1;
  const auto limit = GroupLimit(s.rows, s.policy, group, from_on);
  if (limit && headcount > *limit) {
    return Refused{
        "ENR-23",        "GROUP_FULL", group.group_id(), std::to_string(*limit), std::to_string(headcount),
        "group_size_max"};
  }
  std::vector<EnrollmentEvent> events(1);
  v1::PupilPlaced& placed = *events[0].mutable_pupil_placed();
  placed.set_enrollment_id(enrollment.enrollment_id());
  placed.set_pupil_id(enrollment.pupil_id());
  placed.set_group_id(group.group_id());
  placed.set_from_on(from_on);
  placed.set_headcount(headcount);
  placed.set_limit(static_cast<int32_t>(limit.value_or(0)));
  for (const Place& place : PlacesOf(s.rows, s.context.school_id, enrollment.enrollment_id())) {
    const auto other = GroupAt(s, place.group_id());
    if (place.group_id() == group.group_id() || !other || !MeetTogether(group, *other)) continue;
    events.push_back(Unplaced(s, place, AddDays(from_on, -1)));
  }
  return events;
}

EnrollmentEvent Unplaced(const Situation& s, const Place& place, const std::string& last_on) {
  EnrollmentEvent event;
  v1::PupilUnplaced& unplaced = *event.mutable_pupil_unplaced();
  unplaced.set_enrollment_id(place.enrollment_id());
  unplaced.set_pupil_id(place.pupil_id());
  unplaced.set_group_id(place.group_id());
  unplaced.set_last_on(last_on);
  unplaced.set_headcount(
      Headcount(s.rows, s.context.school_id, place.group_id(), AddDays(last_on, 1), place.enrollment_id()));
  return event;
}

}  // namespace afterbell::enrollment
