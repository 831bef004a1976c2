#include "services/staffing/projection/duties.h"

#include <string>

#include "services/platform/decider/paging.h"
#include "services/staffing/domain/duty.h"

namespace afterbell::staffing {
namespace {

using state::Duty;

std::string DayKey(const Duty& row, Duty::State state) {
  return Key("v/duty_on", row.school_id(), row.date(), Duty::State_Name(state), InstantText(row.from_at()),
             row.duty_id());
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

void ProjectDuties(const Recorded&, const v1::StaffingEvent& event, MutableRows& rows) {
  std::string duty_id;
  if (event.has_duty_assigned()) duty_id = event.duty_assigned().duty_id();
  if (event.has_duty_served()) duty_id = event.duty_served().duty_id();
  if (duty_id.empty()) return;
  const auto row = rows.Get<Duty>(DutyKey(duty_id));
  if (!row) return;
  for (const auto state : {Duty::ASSIGNED, Duty::SERVED}) rows.Erase(DayKey(*row, state));
  rows.PutBytes(DayKey(*row, row->state()), "");
}

absl::StatusOr<v1::ListMyDutiesAnswer> ListMyDuties(const Rows& rows,
                                                    const v1::ListMyDutiesRequest& request) {
  if (!IsDate(request.from())) return InvalidField("from", request.from(), "a date (2026-09-01)");
  if (!IsDate(request.to())) return InvalidField("to", request.to(), "a date (2026-09-01)");
  v1::ListMyDutiesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPageOf<Duty>(
      rows, Key(DutiesOfPrefix(request.header().school_id(), request.person_id()), ""), request,
      request.header(), answer.mutable_page(), [&](std::string_view, const Duty& row) {
        const bool within = request.from() <= row.date() && row.date() <= request.to();
        if (within) *answer.add_duties() = ViewOf(row);
        return within;
      }));
  return answer;
}

absl::StatusOr<v1::ListDutiesAnswer> ListDuties(const Rows& rows, const v1::ListDutiesRequest& request) {
  if (!IsDate(request.date())) return InvalidField("date", request.date(), "a date (2026-09-01)");
  const std::string day = Key("v/duty_on", request.header().school_id(), request.date());
  const std::string prefix = request.has_state() ? Key(day, request.state(), "") : Key(day, "");
  v1::ListDutiesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const auto row =
                                           rows.Get<Duty>(DutyKey(key.substr(key.rfind('/') + 1)));
                                       if (row) *answer.add_duties() = ViewOf(*row);
                                       return row.has_value();
                                     }));
  return answer;
}

}  // namespace afterbell::staffing
