#include "services/attendance/projection/lines.h"

#include <algorithm>
#include <string>
#include <vector>

#include "services/attendance/domain/absence.h"
#include "services/attendance/domain/presence.h"
#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

absl::StatusOr<RowPtr<state::Session>> SessionOf(const QueryRows& rows, const log::v1::QueryHeader& header,
                                                 std::string_view session_id) {
  auto session = rows.Get(kSessions, {header.school_id(), session_id});
  if (!session) return Unknown("session", session_id);
  return session;
}

v1::Counts CountsOf(const state::Tally& tally) {
  v1::Counts counts;
  counts.set_came(tally.came());
  counts.set_went(tally.went());
  counts.set_now_in(NowIn(tally));
  counts.set_absent(tally.absent());
  counts.set_unexplained(tally.unexplained());
  return counts;
}

void Add(const v1::Counts& counts, v1::Counts* sum) {
  sum->set_came(sum->came() + counts.came());
  sum->set_went(sum->went() + counts.went());
  sum->set_now_in(sum->now_in() + counts.now_in());
  sum->set_absent(sum->absent() + counts.absent());
  sum->set_unexplained(sum->unexplained() + counts.unexplained());
}

v1::SessionLine LineOf(const QueryRows& rows, const state::Session& session) {
  v1::SessionLine line;
  line.set_session_id(session.session_id());
  line.set_group_id(session.group_id());
  line.set_date(session.date());
  line.set_period(session.period());
  *line.mutable_start_time() = TimestampOf(session.start_at());
  *line.mutable_end_time() = TimestampOf(session.end_at());
  line.set_venue_id(session.venue_id());
  line.set_on_site(session.on_site());
  *line.mutable_grades() = session.grades();
  line.set_state(session.state());
  line.set_responsible_id(session.responsible_id());
  *line.mutable_counts() = CountsOf(rows.GetOrEmpty(kTallies, {session.school_id(), session.session_id()}));
  return line;
}

v1::PresenceLine LineOf(const QueryRows& rows, const state::Session& session, std::string_view pupil_id) {
  const auto row = FindPresence(rows, session, pupil_id);
  const state::Presence& presence = row ? *row : state::Presence::default_instance();
  v1::PresenceLine line;
  line.set_session_id(session.session_id());
  line.set_pupil_id(std::string(pupil_id));
  const bool noticed = IsNotified(rows, session.school_id(), pupil_id, session.date(), session.period());
  line.set_state(StateOf(presence, noticed));
  if (presence.in_at() != 0) *line.mutable_in_time() = TimestampOf(presence.in_at());
  line.set_in_by_id(presence.in_by_id());
  if (presence.ended_at() != 0) *line.mutable_end_time() = TimestampOf(presence.ended_at());
  line.set_ended_by_id(presence.ended_by_id());
  line.set_kind(presence.kind());
  line.set_to_person_id(presence.to_person_id());
  line.set_reason_code(presence.reason_code());
  line.set_group_id(session.group_id());
  line.set_period(session.period());
  return line;
}

void AddPresences(const QueryRows& rows, const log::v1::QueryHeader& header, std::string_view pupil_id,
                  std::string_view date, google::protobuf::RepeatedPtrField<v1::PresenceLine>* lines) {
  std::vector<RowPtr<state::Session>> sessions;
  rows.Scan(kPresences, Prefix(header.school_id(), key::Date(date), pupil_id),
            [&](const auto& key, const state::Presence&) {
              if (auto session = SessionOf(rows, header, std::get<3>(key)); session.ok())
                sessions.push_back(*std::move(session));
            });
  std::stable_sort(sessions.begin(), sessions.end(),
                   [](const auto& a, const auto& b) { return a->start_at() < b->start_at(); });
  for (const auto& session : sessions) *lines->Add() = LineOf(rows, *session, pupil_id);
}

}  // namespace afterbell::attendance
