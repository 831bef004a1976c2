#include "services/staffing/projection/clearances.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/staffing/domain/clearance.h"

namespace afterbell::staffing {
namespace {

using state::Clearance;
using v1::StaffingEvent;

std::string KeysAtKey(std::string_view person_id) { return Key("v/clearance_at", person_id); }

std::string StateOf(const Clearance& row) {
  if (row.barred()) return "BARRED";
  return row.state() == Clearance::STATE_UNSPECIFIED ? "NONE" : Clearance::State_Name(row.state());
}

Micros StateAt(const Clearance& row) { return row.barred() ? row.barred_at() : row.state_at(); }

void Index(const std::string& person_id, MutableRows& rows) {
  const auto row = rows.Get<Clearance>(ClearanceStateKey(person_id));
  if (!row) return;
  for (const std::string& key : std::vector<std::string>(
           absl::StrSplit(rows.GetBytes(KeysAtKey(person_id)).value_or(""), '\n', absl::SkipEmpty()))) {
    rows.Erase(key);
  }
  std::vector<std::string> keys = {
      Key("v/clearance_by_state", StateOf(*row), InstantText(StateAt(*row)), person_id)};
  for (const std::string& school_id : row->school_ids()) {
    keys.push_back(Key("v/clearance_by_school", school_id, person_id));
  }
  for (const std::string& key : keys) rows.PutBytes(key, "");
  rows.PutBytes(KeysAtKey(person_id), absl::StrJoin(keys, "\n"));
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

v1::ClearanceView ViewOf(const Rows& rows, const Clearance& row) {
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
  if (const auto bar = rows.Get<v1::PersonBarred>(reference::BarKey(row.person_id()))) {
    view.set_bar_ground(bar->ground());
    *view.mutable_bar_time() = bar->from_at();
  }
  return view;
}

bool IsFor(const Clearance& row, const std::string& school_id) {
  return std::find(row.school_ids().begin(), row.school_ids().end(), school_id) != row.school_ids().end();
}

}  // namespace

void ProjectClearances(const Recorded&, const StaffingEvent& event, MutableRows& rows) {
  const std::string person_id = PersonOf(event);
  if (!person_id.empty()) Index(person_id, rows);
}

absl::StatusOr<v1::GetClearanceAnswer> GetClearance(const Rows& rows,
                                                    const v1::GetClearanceRequest& request) {
  const auto row = rows.Get<Clearance>(ClearanceStateKey(request.person_id()));
  if (!row) return Unknown("clearance", request.person_id());
  v1::GetClearanceAnswer answer;
  *answer.mutable_clearance() = ViewOf(rows, *row);
  return answer;
}

absl::StatusOr<v1::ListClearancesAnswer> ListClearances(const Rows& rows,
                                                        const v1::ListClearancesRequest& request) {
  if (!request.has_state() && !request.has_school_id())
    return InvalidField("state", "", "a state, or a school");
  const std::string prefix = request.has_state() ? Key("v/clearance_by_state", request.state(), "")
                                                 : Key("v/clearance_by_school", request.school_id(), "");
  v1::ListClearancesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
               [&](std::string_view key, std::string_view) {
                 const auto row = rows.Get<Clearance>(ClearanceStateKey(key.substr(key.rfind('/') + 1)));
                 if (!row || (request.has_school_id() && !IsFor(*row, request.school_id()))) return false;
                 *answer.add_clearances() = ViewOf(rows, *row);
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::staffing
