#include "tools/citygen/calendar.h"

#include <algorithm>

namespace afterbell::citygen {
namespace {

constexpr std::string_view kHolidays[] = {"2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04",
                                          "2026-10-05", "2026-10-06", "2026-10-07", "2027-01-01"};

std::string NextMonthFirst(std::string_view month) { return AddDays(LastOfMonth(std::string(month)), 1); }

}  // namespace

Calendar::Calendar(const CityOptions& options) : first_on_(options.first_on), last_on_(options.last_on) {
  for (const std::string_view day : kHolidays) {
    if (day >= first_on_ && day <= last_on_) holidays_.emplace_back(day);
  }
  for (std::string month = MonthOf(first_on_); month <= MonthOf(last_on_);
       month = MonthOf(NextMonthFirst(month))) {
    months_.push_back(month);
  }
}

bool Calendar::IsHoliday(std::string_view date) const {
  return std::find(std::begin(kHolidays), std::end(kHolidays), date) != std::end(kHolidays);
}

bool Calendar::Serves(const District& district, std::string_view date) const {
  if (date < first_on_ || date > last_on_ || IsHoliday(date)) return false;
  const int weekday = WeekdayOf(date);
  return std::find(district.weekdays.begin(), district.weekdays.end(), weekday) != district.weekdays.end();
}

std::vector<std::string> Calendar::ServiceDaysFrom(const District& district, std::string_view first,
                                                   int days) const {
  std::vector<std::string> dates;
  for (int i = 0; i < days; ++i) {
    std::string date = AddDays(first, i);
    if (Serves(district, date)) dates.push_back(std::move(date));
  }
  return dates;
}

std::string Calendar::ServiceDay(const District& district, int n) const {
  for (std::string date = first_on_; date <= last_on_; date = AddDays(date, 1)) {
    if (Serves(district, date) && n-- == 0) return date;
  }
  return {};
}

int Calendar::MonthIndex(std::string_view date) const {
  const auto found = std::find(months_.begin(), months_.end(), MonthOf(date));
  return found == months_.end() ? -1 : static_cast<int>(found - months_.begin());
}

std::string Calendar::IssueDay(int month) const {
  std::string date = AddDays(NextMonthFirst(months_[month]), 3);
  while (WeekdayOf(date) > 5 || IsHoliday(date)) date = AddDays(date, 1);
  return date;
}

std::string Calendar::LastDay() const {
  return AddDays(IssueDay(static_cast<int>(months_.size()) - 1), kPayDays + 1);
}

int Calendar::DayNumber(std::string_view date) const { return DaysBetween(first_on_, date) + 1000; }

Micros InstantAt(std::string_view date, int minute) {
  return InstantOf(date, "00:00") + minute * kMicrosPerMinute;
}

}  // namespace afterbell::citygen
