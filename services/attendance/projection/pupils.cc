#include "services/attendance/projection/pupils.h"

#include <string>

#include "services/attendance/domain/absence.h"
#include "services/attendance/domain/facts.h"
#include "services/attendance/domain/presence.h"
#include "services/attendance/projection/lines.h"
#include "services/platform/decider/paging.h"

namespace afterbell::attendance {

absl::StatusOr<v1::GetSessionRollAnswer> GetSessionRoll(const QueryRows& rows,
                                                        const v1::GetSessionRollRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto session, SessionOf(rows, request.header(), request.session_id()));
  v1::GetSessionRollAnswer answer;
  *answer.mutable_counts() =
      CountsOf(rows.GetOrEmpty(kTallies, {session->school_id(), session->session_id()}));
  const auto visit = [&](const auto& key, const state::Placement& placement) {
    const std::string_view pupil = std::get<2>(key);
    // Who was there stays on the roll, though placed elsewhere since.
    if (!IsPlaced(placement, session->date()) && !FindPresence(rows, *session, pupil)) return false;
    *answer.add_pupils() = LineOf(rows, *session, pupil);
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kPlacements, Prefix(session->school_id(), session->group_id()),
                                     request, request.header(), answer.mutable_page(), visit));
  return answer;
}

absl::StatusOr<v1::ListPupilsInAnswer> ListPupilsIn(const QueryRows& rows,
                                                    const v1::ListPupilsInRequest& request) {
  v1::ListPupilsInAnswer answer;
  const auto visit = [&](const auto& key, const state::OpenPresence& open) {
    if (request.has_venue_id() && open.venue_id() != request.venue_id()) return false;
    if (request.has_group_id() && open.group_id() != request.group_id()) return false;
    v1::PupilInLine& line = *answer.add_pupils();
    line.set_pupil_id(std::string(std::get<1>(key)));
    line.set_session_id(open.session_id());
    line.set_group_id(open.group_id());
    line.set_venue_id(open.venue_id());
    *line.mutable_in_time() = TimestampOf(open.in_at());
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kOpenPresences, Prefix(request.header().school_id()), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

absl::StatusOr<v1::GetPupilDayAnswer> GetPupilDay(const QueryRows& rows,
                                                  const v1::GetPupilDayRequest& request) {
  v1::GetPupilDayAnswer answer;
  AddPresences(rows, request.header(), request.pupil_id(), request.date(), answer.mutable_presences());
  const auto notices =
      rows.Get(kNotices, {request.header().school_id(), request.pupil_id(), key::Date(request.date())});
  if (!notices) return answer;
  for (const state::Notice& notice : notices->notices()) {
    v1::NoticeLine& line = *answer.add_notices();
    line.set_notice_id(notice.notice_id());
    line.set_period(notice.period());
    line.set_reason_code(notice.reason_code());
    *line.mutable_notice_time() = TimestampOf(notice.at());
  }
  return answer;
}

absl::StatusOr<v1::ListClassDayAnswer> ListClassDay(const QueryRows& rows,
                                                    const v1::ListClassDayRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::ListClassDayAnswer answer;
  const auto visit = [&](const auto& key) {
    const std::string_view pupil = std::get<2>(key);
    if (!IsEnrolled(rows, school_id, pupil, request.date())) return false;
    v1::PupilDayLine& line = *answer.add_pupils();
    line.set_pupil_id(std::string(pupil));
    line.set_notice_given(rows.Has(kNotices, {school_id, pupil, key::Date(request.date())}));
    AddPresences(rows, request.header(), pupil, request.date(), line.mutable_presences());
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kPupilsOfClass, Prefix(school_id, request.class_id()), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

}  // namespace afterbell::attendance
