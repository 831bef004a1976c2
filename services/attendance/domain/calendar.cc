#include "services/attendance/domain/calendar.h"

#include "services/platform/reference/reference.h"

namespace afterbell::attendance {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int kSchoolDays = 5;

std::string WeekdayWord(const std::string& date) { return std::string(kWeekdays[WeekdayOf(date) - 1]); }

Refused NotAServiceDay(const std::string& date, std::string limit, std::string met, std::string parameter) {
  return Refused{"REF-11", "NOT_A_SERVICE_DAY", date, std::move(limit), std::move(met), std::move(parameter)};
}

// "fri" excludes the day; "thu_afternoon" those of its periods that begin so ("afternoon-1").
bool Excludes(const std::string& word, const std::string& weekday, const std::string& period) {
  if (word == weekday) return true;
  const size_t bar = word.find('_');
  return bar != std::string::npos && word.substr(0, bar) == weekday &&
         period.rfind(word.substr(bar + 1), 0) == 0;
}

// The number of weekdays, from Monday on, that a value of days_per_week names for a group; nothing
// where it says nothing of such a group.
std::optional<int> DaysFor(const Situation& s, const policy::v1::Value& value, const Group& group) {
  if (value.has_count()) return static_cast<int>(value.count());
  if (value.choice() == "school_days") return kSchoolDays;
  const std::string kind = ProjectKindOf(s.rows, s.context.school_id, group);
  for (const policy::v1::Entry& entry : value.entries().entry()) {
    const bool meant = entry.name() == group.stage() || (!kind.empty() && entry.name() == kind);
    if (meant && entry.value().has_count()) return static_cast<int>(entry.value().count());
  }
  return std::nullopt;
}

std::optional<Refused> RefuseByException(const registry::v1::ServiceDaySet& day, const std::string& date) {
  if (day.serves()) return std::nullopt;
  if (day.reason() == "statutory_holiday" || day.reason() == "vacation") {
    return Refused{"REF-12", "HOLIDAY", date, "", day.reason()};
  }
  return NotAServiceDay(date, "", day.reason(), "");
}

}  // namespace

std::optional<Refused> RefuseDay(const Situation& s, const Group& group, const std::string& date,
                                 const std::string& period) {
  const std::string& school = s.context.school_id;
  if (const auto day = reference::DayException(s.rows, school, date)) return RefuseByException(*day, date);
  const policy::Place place = reference::PlaceOf(s.rows, school, group.stage());
  const std::string weekday = WeekdayWord(date);
  if (const auto excluded = s.policy.Find("excluded_days", place, date)) {
    for (const std::string& word : excluded->value().words().word()) {
      if (Excludes(word, weekday, period)) return NotAServiceDay(date, word, weekday, "excluded_days");
    }
  }
  const auto weekdays = s.policy.Find("service_weekdays", place, date);
  if (weekdays && weekdays->value().has_words()) {
    const auto& words = weekdays->value().words().word();
    if (std::find(words.begin(), words.end(), weekday) != words.end()) return std::nullopt;
    return NotAServiceDay(date, absl::StrJoin(words, ","), weekday, "service_weekdays");
  }
  if (const auto per_week = s.policy.Find("days_per_week", place, date)) {
    const auto days = DaysFor(s, per_week->value(), group);
    if (days && WeekdayOf(date) > *days) {
      return NotAServiceDay(date, std::to_string(*days), std::to_string(WeekdayOf(date)), "days_per_week");
    }
  }
  return std::nullopt;
}

}  // namespace afterbell::attendance
