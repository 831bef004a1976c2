#include "services/attendance/domain/class_hours.h"

#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/presence.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::attendance {
namespace {

constexpr int kDaysToMonthEnd = 2;  // From the last date to the midnight a day after the month's end.

bool HasChoice(const policy::v1::Value& value, std::string_view choice) {
  if (value.choice() == choice) return true;
  return std::any_of(value.entries().entry().begin(), value.entries().entry().end(),
                     [&](const policy::v1::Entry& entry) { return entry.value().choice() == choice; });
}

// Stage and grade of a pupil in that month, or of a group.
policy::Place PlaceOfSubject(const Rows& rows, const std::string& school_id,
                             const v1::CountClassHours& command) {
  if (command.subject() == v1::OF_GROUP) {
    const auto group = FindGroup(rows, school_id, command.subject_id());
    return reference::PlaceOf(rows, school_id, group ? group->stage() : std::string());
  }
  std::string stage, grade;
  rows.Scan(kEnrollments, Prefix(school_id, command.subject_id()), [&](const state::Enrolled& row) {
    const bool in_month = row.from_on() <= LastOfMonth(command.month()) &&
                          (row.last_on().empty() || FirstOfMonth(command.month()) <= row.last_on());
    if (in_month) stage = row.stage(), grade = row.grade();
  });
  return reference::PlaceOf(rows, school_id, stage, grade);
}

// Whether money follows the class-hours of this pupil or group.
bool MoneyFollows(policy::Policy& policy, v1::ClassHourSubject subject, const policy::Place& place,
                  const std::string& on) {
  if (subject == v1::OF_PUPIL) {
    const auto model = policy.Find("fee_model", place, on);
    return model && HasChoice(model->value(), "per_class_hour");
  }
  const auto period = policy.Find("subsidy_period", place, on);
  return period && HasChoice(period->value(), "class_hour");
}

// Class-hours of one session. Rounding is policy, and asked for only where minutes remain.
absl::StatusOr<int> HoursOf(int minutes, int class_hour, policy::Policy& policy, const policy::Place& place,
                            const std::string& on) {
  const int whole = minutes / class_hour;
  const int rest = minutes % class_hour;
  if (rest == 0) return whole;
  AFTERBELL_ASSIGN_OR_RETURN(const std::string rounding, policy.Choice("class_hour_rounding", place, on));
  if (rounding == "down") return whole;
  if (rounding == "up") return whole + 1;
  if (rounding == "half_up") return whole + (2 * rest >= class_hour ? 1 : 0);
  return policy::Unset("class_hour_rounding", "is none of down, half_up, up");
}

bool SameCount(const v1::ClassHoursCounted& a, const v1::ClassHoursCounted& b) {
  return a.sessions() == b.sessions() && a.minutes() == b.minutes() && a.class_hours() == b.class_hours() &&
         a.class_hour_minutes() == b.class_hour_minutes();
}

}  // namespace

// State.

void ForEachCounted(const Rows& rows, std::string_view school_id, v1::ClassHourSubject subject,
                    std::string_view subject_id, std::string_view month,
                    const std::function<void(const state::Session&)>& visit) {
  const std::string first = FirstOfMonth(month), last = LastOfMonth(month);
  const auto of_month = Prefix(school_id, subject_id).From(key::Date(first)).Until(key::Date(last));
  const auto visit_session = [&](std::string_view session_id) {
    if (const auto session = rows.Get(kSessions, {school_id, session_id})) visit(*session);
  };
  if (subject == v1::OF_PUPIL) {
    rows.Scan(kCame, of_month, [&](const auto& key) { visit_session(std::get<3>(key)); });
    return;
  }
  rows.Scan(kGroupSessions, of_month, [&](const state::GroupSession& of_group) {
    const auto tally = rows.Get(kTallies, {school_id, of_group.session_id()});
    if (tally && tally->came() != 0) visit_session(of_group.session_id());
  });
}

// Evolve.

void Evolve(const Recorded& own, const v1::ClassHoursCounted& counted, StateRows rows) {
  rows.Put(kClassHours, {own.commit.school_id(), counted.subject_id(), key::Month(counted.month())}, counted);
}

void SetMonthEnd(const state::Session& session, v1::ClassHourSubject subject, std::string_view subject_id,
                 StateRows rows) {
  const std::string month = MonthOf(session.date());
  const Micros at = InstantOf(AddDays(LastOfMonth(month), kDaysToMonthEnd), "00:00", session.zone_minutes());
  const std::string entity = session.school_id() + (subject == v1::OF_PUPIL ? "/pupil/" : "/group/") +
                             std::string(subject_id) + "/" + month;
  // A read is cheaper than the write that each check-in of the month would repeat.
  if (!HasDeadline(rows, at, kMonthEnd, entity)) SetDeadline(rows, at, kMonthEnd, entity);
}

// Decide.

Decision<Event> DecideCountClassHours(const Situation& s, const v1::CountClassHours& command) {
  const std::string& school_id = s.context.school_id;
  std::vector<int> minutes;
  ForEachCounted(s.rows, school_id, command.subject(), command.subject_id(), command.month(),
                 [&](const state::Session& session) { minutes.push_back(PlannedMinutes(session)); });
  if (minutes.empty()) return Events();
  const policy::Place place = PlaceOfSubject(s.rows, school_id, command);
  const std::string on = LastOfMonth(command.month());
  if (!MoneyFollows(s.policy, command.subject(), place, on)) return Events();
  AFTERBELL_ASSIGN_OR_RETURN(const int64_t class_hour, s.policy.Minutes("class_hour_minutes", place, on));
  if (class_hour <= 0) return policy::Unset("class_hour_minutes", "is not a length of time");
  Event event;
  v1::ClassHoursCounted& counted = *event.mutable_class_hours_counted();
  for (const int session_minutes : minutes) {
    AFTERBELL_ASSIGN_OR_RETURN(const int hours,
                               HoursOf(session_minutes, static_cast<int>(class_hour), s.policy, place, on));
    counted.set_minutes(counted.minutes() + session_minutes);
    counted.set_class_hours(counted.class_hours() + hours);
  }
  counted.set_sessions(static_cast<int>(minutes.size()));
  counted.set_class_hour_minutes(static_cast<int>(class_hour));
  const auto before = s.rows.Get(kClassHours, {school_id, command.subject_id(), key::Month(command.month())});
  if (before && SameCount(*before, counted)) return Events();
  counted.set_count_id(DerivedId("class_hours", {command.subject_id(), command.month()}));
  counted.set_subject(command.subject());
  counted.set_subject_id(command.subject_id());
  counted.set_month(command.month());
  counted.set_revision(before ? before->revision() + 1 : 1);
  for (const policy::Use& use : s.policy.uses()) {
    if (!use.value_id.empty()) counted.add_value_ids(use.value_id);
    if (use.provisional) counted.set_provisional(true);
  }
  return Events{std::move(event)};
}

}  // namespace afterbell::attendance
