#include "services/staffing/projection/duties.h"

#include <string>

#include "services/platform/decider/paging.h"
#include "services/staffing/domain/tables.h"
#include "services/staffing/projection/tables.h"

namespace afterbell::staffing {
namespace {

using state::Duty;

decltype(kDutiesOn)::Key DayKey(const Duty& row, Duty::State state) {
  return {row.school_id(), key::Date(row.date()), key::Word(Duty::State_Name(state)),
          key::Instant(row.from_at()), row.duty_id()};
}

v1::DutyView ViewOf(const Duty& row) {
  v1::DutyView view;
  view.set_duty_id(row.duty_id());
  view.set_session_id(row.session_id());
  view.set_person_id(row.person_id());
  view.set_role(row.role());
  view.set_date(row.date());
  *view.mutable_start_time() = TimestampOf(row.from_at());
  *view.mutable_end_time() = TimestampOf(row.to_at());
  view.set_state(Duty::State_Name(row.state()));
  view.set_minutes(row.minutes());
  return view;
}

}  // namespace

void ProjectDuties(const Recorded& own, const v1::StaffingEvent& event, ViewRows rows) {
  std::string duty_id;
  if (event.has_duty_assigned()) duty_id = event.duty_assigned().duty_id();
  if (event.has_duty_served()) duty_id = event.duty_served().duty_id();
  if (duty_id.empty()) return;
  const auto row = rows.Get(kDuties, {own.commit.school_id(), duty_id});
  if (!row) return;
  for (const auto state : {Duty::ASSIGNED, Duty::SERVED}) rows.Erase(kDutiesOn, DayKey(*row, state));
  rows.Put(kDutiesOn, DayKey(*row, row->state()));
}

absl::StatusOr<v1::ListMyDutiesAnswer> ListMyDuties(const QueryRows& rows,
                                                    const v1::ListMyDutiesRequest& request) {
  if (!IsDate(request.from())) return InvalidField("from", request.from(), "a date (2026-09-01)");
  if (!IsDate(request.to())) return InvalidField("to", request.to(), "a date (2026-09-01)");
  v1::ListMyDutiesAnswer answer;
  const auto visit = [&](const Duty& row) {
    const bool within = request.from() <= row.date() && row.date() <= request.to();
    if (within) *answer.add_duties() = ViewOf(row);
    return within;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kDutiesOf,
                                     Prefix(request.header().school_id(), request.person_id()), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

absl::StatusOr<v1::ListDutiesAnswer> ListDuties(const QueryRows& rows, const v1::ListDutiesRequest& request) {
  if (!IsDate(request.date())) return InvalidField("date", request.date(), "a date (2026-09-01)");
  v1::ListDutiesAnswer answer;
  const auto scan = [&](const auto& prefix) {
    return ScanPage(rows, kDutiesOn, prefix, request, request.header(), answer.mutable_page(),
                    [&](const auto& key) {
                      const auto row = rows.Get(kDuties, {std::get<0>(key), std::get<4>(key)});
                      if (row) *answer.add_duties() = ViewOf(*row);
                      return row != nullptr;
                    });
  };
  const std::string& school = request.header().school_id();
  const key::Date date(request.date());
  AFTERBELL_RETURN_IF_ERROR(request.has_state() ? scan(Prefix(school, date, key::Word(request.state())))
                                                : scan(Prefix(school, date)));
  return answer;
}

}  // namespace afterbell::staffing
