#include "services/registry/projection/calendar.h"

#include <array>

#include "services/platform/decider/paging.h"
#include "services/platform/policy/resolve.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

using policy::v1::ParameterValue;

constexpr int kDaysMax = 400;  // A school year and what is left of the one before.
constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// The value's word that names this weekday ("thu", "thu_afternoon"), or empty.
std::string WordOf(const RowPtr<ParameterValue>& value, std::string_view weekday) {
  if (!value) return {};
  for (const std::string& word : value->value().words().word()) {
    if (std::string_view(word).substr(0, weekday.size()) == weekday) return word;
  }
  return {};
}

RowPtr<v1::ServiceDaySet> ExceptionOn(const QueryRows& rows, const std::string& school_id,
                                      const std::string& date) {
  if (auto own = rows.Get(kOwnDays, {school_id, key::Date(date)})) return own;
  return reference::DayException(rows, school_id, date);
}

// The pattern of the week, as policy has it.
void FillFromWeek(policy::Policy& policy, const policy::Place& place, v1::DayOfSchool* day) {
  const std::string_view weekday = kWeekdays[WeekdayOf(day->on()) - 1];
  const auto excluded = policy.Find("excluded_days", place, day->on());
  if (const std::string word = WordOf(excluded, weekday); !word.empty()) {
    day->set_ground(v1::EXCLUDED_DAY);
    day->set_reason(word);
    day->set_value_id(excluded->value_id());
    return;
  }
  const auto served = policy.Find("service_weekdays", place, day->on());
  if (!served) return day->set_ground(v1::WEEKDAYS_UNSET);
  day->set_value_id(served->value_id());
  day->set_reason(std::string(weekday));
  day->set_serves(!WordOf(served, weekday).empty());
  day->set_ground(day->serves() ? v1::SERVICE_WEEKDAY : v1::OTHER_WEEKDAY);
}

v1::DayOfSchool DayOf(const QueryRows& rows, policy::Policy& policy, const policy::Place& place,
                      const std::string& school_id, const std::string& date) {
  v1::DayOfSchool day;
  day.set_on(date);
  const auto term = reference::TermOn(rows, school_id, date);
  if (term) day.set_term_id(term->term_id());
  const auto exception = ExceptionOn(rows, school_id, date);
  if (exception && (term || !exception->serves())) {
    day.set_ground(v1::EXCEPTION);
    day.set_serves(exception->serves());
    day.set_reason(exception->reason());
    day.set_scope_id(exception->scope_id());
  } else if (!term) {
    day.set_ground(v1::OUTSIDE_TERM);
  } else {
    FillFromWeek(policy, place, &day);
  }
  return day;
}

absl::Status CheckRange(const std::string& from, const std::string& to) {
  if (!IsDate(from)) return InvalidField("from_on", from, "a date (2026-09-01)");
  if (!IsDate(to) || to < from) return InvalidField("to_on", to, "a date on or after from_on");
  if (DaysBetween(from, to) >= kDaysMax) {
    return InvalidField("to_on", to, "less than " + std::to_string(kDaysMax) + " days after from_on");
  }
  return absl::OkStatus();
}

// Whose terms: a school's own and those of its areas, or an area's.
absl::StatusOr<std::vector<std::string>> ScopesAsked(const QueryRows& rows,
                                                     const v1::ListTermsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty()) {
    if (request.district_id().empty())
      return InvalidField("district_id", "", "given where the header has no school");
    return reference::AreasOf(rows, request.district_id());
  }
  const auto school = reference::School(rows, school_id);
  if (!school) return Unknown("school", school_id);
  std::vector<std::string> scopes = reference::AreasOf(rows, school->district_id());
  scopes.push_back(school_id);
  return scopes;
}

}  // namespace

absl::StatusOr<v1::ListTermsAnswer> ListTerms(const QueryRows& rows, const v1::ListTermsRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<std::string> scopes, ScopesAsked(rows, request));
  // Terms of several scopes in one order: few enough to be gathered first.
  MemoryRows terms;
  for (const std::string& scope : scopes) {
    rows.Scan(reference::kTermsOf, Prefix(scope), [&](const v1::TermOpened& term) {
      if ((request.to_on().empty() || term.first_on() <= request.to_on()) &&
          (request.from_on().empty() || request.from_on() <= term.last_on())) {
        AllRows(terms).Put(kTermsAsked, {key::Date(term.first_on()), term.term_id()}, term);
      }
    });
  }
  v1::ListTermsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(terms, kTermsAsked, Prefix(), request, request.header(),
                                     answer.mutable_page(), [&](const v1::TermOpened& term) {
                                       *answer.add_terms() = term;
                                       return true;
                                     }));
  return answer;
}

absl::StatusOr<v1::ListServiceDaysAnswer> ListServiceDays(const QueryRows& rows,
                                                          const v1::ListServiceDaysRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty()) return InvalidField("header.school_id", "", "given");
  if (!reference::School(rows, school_id)) return Unknown("school", school_id);
  AFTERBELL_RETURN_IF_ERROR(CheckRange(request.from_on(), request.to_on()));
  MemoryRows dates;
  for (std::string date = request.from_on(); date <= request.to_on(); date = AddDays(date, 1)) {
    AllRows(dates).Put(kDatesAsked, {key::Date(date)});
  }
  policy::Policy policy(rows);
  const policy::Place place = reference::PlaceOf(rows, school_id);
  v1::ListServiceDaysAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(
      dates, kDatesAsked, Prefix(), request, request.header(), answer.mutable_page(), [&](const auto& key) {
        *answer.add_days() = DayOf(rows, policy, place, school_id, std::string(std::get<0>(key)));
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
