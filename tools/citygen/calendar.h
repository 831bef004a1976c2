// The days and months of a term.
#ifndef AFTERBELL_TOOLS_CITYGEN_CALENDAR_H_
#define AFTERBELL_TOOLS_CITYGEN_CALENDAR_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/platform/base/time.h"
#include "tools/citygen/district.h"
#include "tools/citygen/options.h"

namespace afterbell::citygen {

class Calendar {
 public:
  explicit Calendar(const CityOptions& options);

  const std::string& first_on() const { return first_on_; }
  const std::string& last_on() const { return last_on_; }
  // Statutory holidays in the term.
  const std::vector<std::string>& holidays() const { return holidays_; }
  bool IsHoliday(std::string_view date) const;
  bool Serves(const District& district, std::string_view date) const;
  // Service days of a district in the seven days from `first`.
  std::vector<std::string> ServiceDaysFrom(const District& district, std::string_view first,
                                           int days = 7) const;
  // The n-th service day of a district, from 0; empty when the term is over before.
  std::string ServiceDay(const District& district, int n) const;

  // "2026-09" …
  const std::vector<std::string>& months() const { return months_; }
  int MonthIndex(std::string_view date) const;  // -1 outside the term's months.
  // When the month's charges are issued: the first working day from the 4th of the month after.
  std::string IssueDay(int month) const;
  // The last day on which anything is asked.
  std::string LastDay() const;

  int DayNumber(std::string_view date) const;  // From the first day of the term; draws are made by it.

 private:
  std::string first_on_;
  std::string last_on_;
  std::vector<std::string> holidays_;
  std::vector<std::string> months_;
};

// The instant of a local minute of a day.
Micros InstantAt(std::string_view date, int minute);

inline constexpr int kPayDays = 7;  // Guardians pay within so many days of the issue.

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_CALENDAR_H_
