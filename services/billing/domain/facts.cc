#include "services/billing/domain/facts.h"

#include "services/billing/domain/tables.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

// visit(stay). A stay is kept with the row it is part of.
template <class Visit>
void ForEachStay(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                 const Visit& visit) {
  rows.Scan(kEnrollments, Prefix(school_id, pupil_id), [&](const auto& key, const state::Enrollment&) {
    const auto& [school, pupil, enrollment_id] = key;
    const auto enrollment = rows.Get(kEnrollments, {school, pupil, enrollment_id});
    for (const state::Stay& stay : enrollment->stays()) visit(RowPtr<state::Stay>(enrollment, &stay));
  });
}

// The latest stay, by its first day.
RowPtr<state::Stay> LatestStayAt(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  RowPtr<state::Stay> latest;
  ForEachStay(rows, school_id, pupil_id, [&](const RowPtr<state::Stay>& stay) {
    if (!latest || latest->enrolled().from_on() <= stay->enrolled().from_on()) latest = stay;
  });
  return latest;
}

}  // namespace

std::string MonthEndEntity(std::string_view school_id, std::string_view pupil_id,
                           std::string_view enrollment_id, std::string_view month) {
  std::string entity(school_id);
  for (const std::string_view part : {pupil_id, enrollment_id, month}) entity.append("/").append(part);
  return entity;
}

Micros EndOfMonth(std::string_view month) { return InstantOf(AddDays(LastOfMonth(month), 1), "00:00"); }

std::string NextMonth(std::string_view month) { return MonthOf(AddDays(LastOfMonth(month), 1)); }

std::optional<Days> DaysOfPeriod(const Rows& rows, std::string_view period) {
  if (IsMonth(period)) return Days{FirstOfMonth(period), LastOfMonth(period)};
  const auto term = reference::Term(rows, period);
  if (!term) return std::nullopt;
  return Days{term->first_on(), term->last_on()};
}

std::optional<StayIn> LastStayIn(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                                 std::string_view term_id, const Days& days) {
  std::optional<StayIn> last;
  ForEachStay(rows, school_id, pupil_id, [&](const RowPtr<state::Stay>& stay) {
    const auto& enrolled = stay->enrolled();
    if (!term_id.empty() && enrolled.term_id() != term_id) return;
    const auto term = reference::Term(rows, enrolled.term_id());
    if (!term) return;
    const std::string first = std::max({days.first_on, term->first_on(), enrolled.from_on()});
    const std::string end = std::min(days.last_on, term->last_on());
    const bool ended = !stay->until_on().empty() && stay->until_on() <= end;
    if (first > end || (ended && stay->until_on() <= first)) return;
    if (!last || last->stay->enrolled().from_on() <= enrolled.from_on()) last = StayIn{stay, ended};
  });
  return last;
}

policy::Place PlaceOfPupil(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  const auto stay = LatestStayAt(rows, school_id, pupil_id);
  if (!stay) return reference::PlaceOf(rows, school_id);
  return reference::PlaceOf(rows, school_id, stay->enrolled().stage(), stay->enrolled().grade());
}

bool IsKnownPupil(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  return LatestStayAt(rows, school_id, pupil_id) != nullptr;
}

}  // namespace afterbell::billing
