#include "services/staffing/projection/clearances.h"

#include <algorithm>
#include <string>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/staffing/domain/tables.h"
#include "services/staffing/projection/tables.h"

namespace afterbell::staffing {
namespace {

using state::Clearance;
using v1::StaffingEvent;

std::string StateOf(const Clearance& row) {
  if (row.barred()) return "BARRED";
  return row.state() == Clearance::STATE_UNSPECIFIED ? "NONE" : Clearance::State_Name(row.state());
}

Micros StateAt(const Clearance& row) { return row.barred() ? row.barred_at() : row.state_at(); }

void Index(const std::string& person_id, ViewRows rows) {
  const auto row = rows.Get(kClearances, {person_id});
  if (!row) return;
  if (const auto before = rows.Get(kClearancesIndexed, {person_id})) {
    rows.Erase(kClearancesByState, {key::Word(before->state()), key::Instant(before->state_at()), person_id});
    for (const std::string& school_id : before->school_ids())
      rows.Erase(kClearancesBySchool, {school_id, person_id});
  }
  state::ClearanceIndexed indexed;
  indexed.set_state(StateOf(*row));
  indexed.set_state_at(StateAt(*row));
  *indexed.mutable_school_ids() = row->school_ids();
  rows.Put(kClearancesByState, {key::Word(indexed.state()), key::Instant(indexed.state_at()), person_id});
  for (const std::string& school_id : indexed.school_ids())
    rows.Put(kClearancesBySchool, {school_id, person_id});
  rows.Put(kClearancesIndexed, {person_id}, std::move(indexed));
}

std::string PersonOf(const StaffingEvent& event) {
  switch (event.event_case()) {
    case StaffingEvent::kPersonNominated:
      return event.person_nominated().person_id();
    case StaffingEvent::kScreeningPassed:
      return event.screening_passed().person_id();
    case StaffingEvent::kScreeningFailed:
      return event.screening_failed().person_id();
    case StaffingEvent::kPersonApproved:
      return event.person_approved().person_id();
    case StaffingEvent::kPersonCleared:
      return event.person_cleared().person_id();
    case StaffingEvent::kPersonBarred:
      return event.person_barred().person_id();
    default:
      return {};
  }
}

v1::ClearanceView ViewOf(const QueryRows& rows, const Clearance& row) {
  v1::ClearanceView view;
  view.set_person_id(row.person_id());
  view.set_state(StateOf(row));
  *view.mutable_state_time() = TimestampOf(StateAt(row));
  view.set_post_kind(row.post_kind());
  *view.mutable_school_ids() = row.school_ids();
  *view.mutable_roles() = row.roles();
  view.set_valid_from(row.valid_from());
  view.set_valid_to(row.valid_to());
  *view.mutable_checks() = row.checks();
  view.set_nominated_by(row.nominated_by());
  view.set_screened_by(row.screened_by());
  view.set_approved_by(row.approved_by());
  if (const auto bar = rows.Get(reference::kBars, {row.person_id()})) {
    view.set_bar_ground(bar->ground());
    *view.mutable_bar_time() = bar->from_at();
  }
  return view;
}

bool IsFor(const Clearance& row, const std::string& school_id) {
  return std::find(row.school_ids().begin(), row.school_ids().end(), school_id) != row.school_ids().end();
}

}  // namespace

void ProjectClearances(const Recorded&, const StaffingEvent& event, ViewRows rows) {
  const std::string person_id = PersonOf(event);
  if (!person_id.empty()) Index(person_id, rows);
}

absl::StatusOr<v1::GetClearanceAnswer> GetClearance(const QueryRows& rows,
                                                    const v1::GetClearanceRequest& request) {
  const auto row = rows.Get(kClearances, {request.person_id()});
  if (!row) return Unknown("clearance", request.person_id());
  v1::GetClearanceAnswer answer;
  *answer.mutable_clearance() = ViewOf(rows, *row);
  return answer;
}

absl::StatusOr<v1::ListClearancesAnswer> ListClearances(const QueryRows& rows,
                                                        const v1::ListClearancesRequest& request) {
  if (!request.has_state() && !request.has_school_id())
    return InvalidField("state", "", "a state, or a school");
  v1::ListClearancesAnswer answer;
  const auto visit = [&](std::string_view person_id) {
    const auto row = rows.Get(kClearances, {person_id});
    if (!row || (request.has_school_id() && !IsFor(*row, request.school_id()))) return false;
    *answer.add_clearances() = ViewOf(rows, *row);
    return true;
  };
  if (request.has_state()) {
    AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kClearancesByState, Prefix(key::Word(request.state())), request,
                                       request.header(), answer.mutable_page(),
                                       [&](const auto& key) { return visit(std::get<2>(key)); }));
  } else {
    AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kClearancesBySchool, Prefix(request.school_id()), request,
                                       request.header(), answer.mutable_page(),
                                       [&](const auto& key) { return visit(std::get<1>(key)); }));
  }
  return answer;
}

}  // namespace afterbell::staffing
