#include "services/attendance/projection/absences.h"

#include <functional>
#include <string>

#include "services/attendance/domain/absence.h"
#include "services/attendance/domain/tables.h"
#include "services/attendance/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::attendance {
namespace {

using v1::AttendanceEvent;

constexpr std::string_view kWholeDay = "day";

void Change(std::string_view school_id, std::string_view date, const std::string& pupil_id,
            const std::string& period, const std::function<void(state::Absence&)>& change, ViewRows rows) {
  const decltype(kAbsences)::Key key = {school_id, key::Date(date), pupil_id,
                                        key::Word(period.empty() ? kWholeDay : std::string_view(period))};
  auto absence = rows.GetOrEmpty(kAbsences, key);
  absence.set_pupil_id(pupil_id);
  absence.set_period(period);
  change(absence);
  rows.Put(kAbsences, key, std::move(absence));
}

// `absent`: the roll found nobody; otherwise nobody knows why.
template <class Missing>
void ChangeMissing(const Recorded& own, const Missing& missing, bool absent, ViewRows rows) {
  const auto session = rows.Get(kSessions, {own.commit.school_id(), missing.session_id()});
  if (!session) return;
  const auto change = [&](state::Absence& absence) {
    absence.set_session_id(missing.session_id());
    if (absent) absence.set_absent(true);
    if (!absent) absence.set_unexplained(true);
  };
  Change(session->school_id(), session->date(), missing.pupil_id(), session->period(), change, rows);
}

void ProjectNotice(const Recorded& own, const v1::AbsenceNotified& notified, ViewRows rows) {
  const auto change = [&](state::Absence& absence) {
    absence.set_notified(true);
    absence.set_reason_code(notified.reason_code());
  };
  const std::string& school = own.commit.school_id();
  for (const std::string& period : notified.periods()) {
    Change(school, notified.date(), notified.pupil_id(), period, change, rows);
  }
  if (notified.periods().empty()) Change(school, notified.date(), notified.pupil_id(), "", change, rows);
}

}  // namespace

void ProjectAbsences(const Recorded& own, const AttendanceEvent& event, ViewRows rows) {
  switch (event.event_case()) {
    case AttendanceEvent::kAbsenceNotified:
      return ProjectNotice(own, event.absence_notified(), rows);
    case AttendanceEvent::kPupilAbsent:
      return ChangeMissing(own, event.pupil_absent(), true, rows);
    case AttendanceEvent::kPupilAbsentUnexplained:
      return ChangeMissing(own, event.pupil_absent_unexplained(), false, rows);
    default:
      return;
  }
}

absl::StatusOr<v1::ListAbsencesAnswer> ListAbsences(const QueryRows& rows,
                                                    const v1::ListAbsencesRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::ListAbsencesAnswer answer;
  const auto visit = [&](const state::Absence& absence) {
    if (request.unexplained() && !absence.unexplained()) return false;
    if (request.has_class_id() &&
        !rows.Has(kPupilsOfClass, {school_id, request.class_id(), absence.pupil_id()})) {
      return false;
    }
    v1::AbsenceLine& line = *answer.add_absences();
    line.set_pupil_id(absence.pupil_id());
    line.set_period(absence.period());
    line.set_session_id(absence.session_id());
    line.set_notified(IsNotified(rows, school_id, absence.pupil_id(), request.date(), absence.period()));
    line.set_absent(absence.absent());
    line.set_unexplained(absence.unexplained());
    line.set_reason_code(absence.reason_code());
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kAbsences, Prefix(school_id, key::Date(request.date())), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

}  // namespace afterbell::attendance
