#include "services/enrollment/projection/statuses.h"

#include <string>

#include "services/enrollment/domain/special_status.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

using state::SpecialStatus;

std::string IndexKey(const SpecialStatus& row, SpecialStatus::State state) {
  return Key("v/status", row.school_id(), SpecialStatus::State_Name(state), InstantText(row.claimed_at()),
             row.status_id());
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

void ProjectStatuses(const Recorded&, const v1::EnrollmentEvent& event, MutableRows& rows) {
  std::string status_id;
  if (event.has_special_status_claimed()) status_id = event.special_status_claimed().status_id();
  if (event.has_special_status_verified()) status_id = event.special_status_verified().status_id();
  const auto row = rows.Get<SpecialStatus>(StatusKey(status_id));
  if (status_id.empty() || !row) return;
  for (const auto state : {SpecialStatus::CLAIMED, SpecialStatus::VERIFIED})
    rows.Erase(IndexKey(*row, state));
  rows.PutBytes(IndexKey(*row, row->state()), "");
}

absl::StatusOr<v1::ListPupilStatusesAnswer> ListPupilStatuses(const Rows& rows,
                                                              const v1::ListPupilStatusesRequest& request) {
  v1::ListPupilStatusesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, Key("v/status", request.header().school_id(), request.state(), ""), request,
               request.header(), answer.mutable_page(), [&](std::string_view key, std::string_view) {
                 const auto row = rows.Get<SpecialStatus>(StatusKey(KeyPart(key, 5)));
                 if (!row || (request.has_category() && row->category() != request.category())) return false;
                 *answer.add_statuses() = ViewOf(*row);
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::enrollment
