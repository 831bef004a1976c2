#include "services/enrollment/projection/statuses.h"

#include <string>

#include "services/enrollment/domain/tables.h"
#include "services/enrollment/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

using state::SpecialStatus;

decltype(kStatusesBy)::Key IndexKey(const SpecialStatus& row, SpecialStatus::State state) {
  return {row.school_id(), key::Word(SpecialStatus::State_Name(state)), key::Instant(row.claimed_at()),
          row.status_id()};
}

v1::StatusView ViewOf(const SpecialStatus& row) {
  v1::StatusView view;
  view.set_status_id(row.status_id());
  view.set_pupil_id(row.pupil_id());
  view.set_category(row.category());
  view.set_state(SpecialStatus::State_Name(row.state()));
  view.set_from_on(row.from_on());
  view.set_to_on(row.to_on());
  *view.mutable_claim_time() = TimestampOf(row.claimed_at());
  view.set_claimed_by(row.claimed_by());
  view.set_verified_by(row.verified_by());
  return view;
}

}  // namespace

void ProjectStatuses(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows) {
  std::string status_id;
  if (event.has_special_status_claimed()) status_id = event.special_status_claimed().status_id();
  if (event.has_special_status_verified()) status_id = event.special_status_verified().status_id();
  if (status_id.empty()) return;
  const auto row = rows.Get(kStatuses, {own.commit.school_id(), status_id});
  if (!row) return;
  for (const auto state : {SpecialStatus::CLAIMED, SpecialStatus::VERIFIED})
    rows.Erase(kStatusesBy, IndexKey(*row, state));
  rows.Put(kStatusesBy, IndexKey(*row, row->state()));
}

absl::StatusOr<v1::ListPupilStatusesAnswer> ListPupilStatuses(const QueryRows& rows,
                                                              const v1::ListPupilStatusesRequest& request) {
  v1::ListPupilStatusesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kStatusesBy, Prefix(request.header().school_id(), key::Word(request.state())), request,
               request.header(), answer.mutable_page(), [&](const auto& key) {
                 const auto& [school, state, claimed_at, status_id] = key;
                 const auto row = rows.Get(kStatuses, {school, status_id});
                 if (!row || (request.has_category() && row->category() != request.category())) return false;
                 *answer.add_statuses() = ViewOf(*row);
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::enrollment
