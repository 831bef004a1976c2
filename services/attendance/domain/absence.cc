#include "services/attendance/domain/absence.h"

#include "services/attendance/domain/facts.h"
#include "services/platform/base/ids.h"

namespace afterbell::attendance {
namespace {

bool Stands(const state::Notices& notices, std::string_view period) {
  return std::any_of(notices.notices().begin(), notices.notices().end(), [&](const state::Notice& notice) {
    return notice.period().empty() || std::string_view(notice.period()) == period;
  });
}

// When the last session a notice is about ended; nothing where none is planned.
std::optional<Micros> EndOf(const Rows& rows, const std::string& school_id, const std::string& pupil_id,
                            const std::string& date, const std::string& period) {
  std::optional<Micros> end;
  for (const std::string& group : GroupsOf(rows, school_id, pupil_id)) {
    rows.Scan(kGroupSessions, Prefix(school_id, group, key::Date(date)),
              [&](const auto& key, const state::GroupSession& of_group) {
                if (!period.empty() && std::get<3>(key) != period) return;
                const auto session = rows.Get(kSessions, {school_id, of_group.session_id()});
                if (!session) return;
                const Micros ended = session->closed_at() != 0 ? session->closed_at() : session->end_at();
                end = std::max(end.value_or(0), ended);
              });
  }
  return end;
}

}  // namespace

// State.

bool IsNotified(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view date, std::string_view period) {
  const auto notices = rows.Get(kNotices, {school_id, pupil_id, key::Date(date)});
  return notices && Stands(*notices, period);
}

// Evolve.

void Evolve(const Recorded& own, const v1::AbsenceNotified& notified, StateRows rows) {
  const decltype(kNotices)::Key key = {own.commit.school_id(), notified.pupil_id(),
                                       key::Date(notified.date())};
  auto notices = rows.GetOrEmpty(kNotices, key);
  std::vector<std::string> periods(notified.periods().begin(), notified.periods().end());
  if (periods.empty()) periods.emplace_back();
  for (const std::string& period : periods) {
    const auto same = [&](const state::Notice& notice) { return notice.period() == period; };
    if (std::any_of(notices.notices().begin(), notices.notices().end(), same)) continue;
    state::Notice& notice = *notices.add_notices();
    notice.set_notice_id(notified.notice_id());
    notice.set_period(period);
    notice.set_reason_code(notified.reason_code());
    notice.set_at(own.occurred_at());
  }
  rows.Put(kNotices, key, std::move(notices));
}

// Decide.

Decision<Event> DecideNotifyAbsence(const Situation& s, const v1::NotifyAbsence& command) {
  const std::string& school_id = s.context.school_id;
  const auto notices = s.rows.Get(kNotices, {school_id, command.pupil_id(), key::Date(command.date())});
  std::set<std::string> periods(command.periods().begin(), command.periods().end());
  if (periods.empty()) periods.emplace();  // The whole day.
  Events events;
  for (const std::string& period : periods) {
    if (notices && Stands(*notices, period)) continue;
    const auto end = EndOf(s.rows, school_id, command.pupil_id(), command.date(), period);
    const bool over = end ? s.context.occurred_at >= *end : command.date() < s.context.service_date;
    if (over) {
      return Refused{"ATT-10", "SESSION_OVER", command.pupil_id(), end ? InstantText(*end) : command.date(),
                     InstantText(s.context.occurred_at)};
    }
    Event event;
    v1::AbsenceNotified& notified = *event.mutable_absence_notified();
    notified.set_notice_id(DerivedId("notice", {command.pupil_id(), command.date(), period}));
    notified.set_pupil_id(command.pupil_id());
    notified.set_date(command.date());
    if (!period.empty()) notified.add_periods(period);
    notified.set_reason_code(command.reason_code());
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace afterbell::attendance
