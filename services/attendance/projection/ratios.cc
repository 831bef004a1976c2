#include "services/attendance/projection/ratios.h"

#include <algorithm>
#include <optional>
#include <string>

#include "services/attendance/domain/tables.h"
#include "services/attendance/projection/lines.h"
#include "services/attendance/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::attendance {
namespace {

// The span of those with a prefix that lasts at that recorded moment.
template <class P>
std::optional<state::ShortSpan> LastingAt(const QueryRows& rows, const P& prefix, Micros recorded) {
  std::optional<state::ShortSpan> found;
  rows.Scan(kShortSpans, prefix, [&](const state::ShortSpan& span) {
    const bool begun = span.recorded_since() <= recorded;
    if (begun && (span.recorded_until() == 0 || recorded <= span.recorded_until())) found = span;
    return !found;
  });
  return found;
}

void ProjectCondition(const Recorded& own, const state::Session& session, const v1::RatioAssessed& assessed,
                      const v1::RatioCondition& condition, ViewRows rows) {
  const key::Date date(session.date());
  const key::Number phase(assessed.phase());
  const key::Word parameter(condition.parameter());
  const auto put = [&](state::ShortSpan span) {
    const key::Instant since(span.recorded_since());
    rows.Put(kShortSpans, {session.school_id(), date, session.session_id(), phase, parameter, since},
             std::move(span));
  };
  auto lasting = LastingAt(rows, Prefix(session.school_id(), date, session.session_id(), phase, parameter),
                           own.recorded_at());
  if (condition.short_() && !lasting) {
    state::ShortSpan span;
    span.set_session_id(session.session_id());
    span.set_date(session.date());
    span.set_phase(assessed.phase());
    *span.mutable_condition() = condition;
    span.set_pupils(assessed.pupils());
    span.set_since(own.occurred_at());
    span.set_recorded_since(own.recorded_at());
    put(std::move(span));
  } else if (!condition.short_() && lasting && lasting->recorded_until() == 0) {
    lasting->set_until(own.occurred_at());
    lasting->set_recorded_until(own.recorded_at());
    put(*std::move(lasting));
  }
}

v1::ShortLine LineOf(const state::ShortSpan& span) {
  v1::ShortLine line;
  line.set_session_id(span.session_id());
  line.set_date(span.date());
  line.set_phase(span.phase());
  *line.mutable_condition() = span.condition();
  line.set_pupils(span.pupils());
  *line.mutable_since_time() = TimestampOf(span.since());
  if (span.recorded_until() == 0) return line;
  *line.mutable_until_time() = TimestampOf(span.until());
  line.set_minutes(static_cast<int>(std::max<Micros>(0, span.until() - span.since()) / kMicrosPerMinute));
  return line;
}

}  // namespace

void ProjectRatios(const Recorded& own, const v1::AttendanceEvent& event, ViewRows rows) {
  if (!event.has_ratio_assessed()) return;
  const v1::RatioAssessed& assessed = event.ratio_assessed();
  const auto session = rows.Get(kSessions, {own.commit.school_id(), assessed.session_id()});
  if (!session) return;
  v1::RatioLine line;
  *line.mutable_time() = TimestampOf(own.occurred_at());
  *line.mutable_assessed() = assessed;
  rows.Put(kRatioLines,
           {session->school_id(), assessed.session_id(), key::Instant(own.recorded_at()),
            key::Number(assessed.phase())},
           std::move(line));
  rows.Put(kSchoolsOfSession, {assessed.session_id(), session->school_id()});
  for (const v1::RatioCondition& condition : assessed.conditions()) {
    ProjectCondition(own, *session, assessed, condition, rows);
  }
}

absl::StatusOr<v1::ListShortSessionsAnswer> ListShortSessions(const QueryRows& rows,
                                                              const v1::ListShortSessionsRequest& request) {
  v1::ListShortSessionsAnswer answer;
  const std::string& school = request.header().school_id();
  const auto visit = [&](const state::ShortSpan& span) {
    if (span.date() < request.from_date() || span.date() > request.to_date()) return false;
    if (request.has_parameter() && span.condition().parameter() != request.parameter()) return false;
    *answer.add_spans() = LineOf(span);
    return true;
  };
  const auto scan = [&](const auto& prefix) {
    return ScanPage(rows, kShortSpans, prefix, request, request.header(), answer.mutable_page(), visit);
  };
  AFTERBELL_RETURN_IF_ERROR(school.empty() ? scan(Prefix()) : scan(Prefix(school)));
  return answer;
}

absl::StatusOr<v1::GetRatioHistoryAnswer> GetRatioHistory(const QueryRows& rows,
                                                          const v1::GetRatioHistoryRequest& request) {
  v1::GetRatioHistoryAnswer answer;
  std::string school_id = request.header().school_id();
  if (school_id.empty()) {
    rows.Scan(kSchoolsOfSession, Prefix(request.session_id()),
              [&](const auto& key) { school_id = std::string(std::get<1>(key)); });
    // Asked of all partitions side by side, those that do not know the session have nothing to add.
    if (school_id.empty()) return answer;
  } else {
    AFTERBELL_RETURN_IF_ERROR(SessionOf(rows, request.header(), request.session_id()).status());
  }
  const auto visit = [&](const v1::RatioLine& line) {
    *answer.add_assessments() = line;
    return true;
  };
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kRatioLines, Prefix(school_id, request.session_id()), request,
                                     request.header(), answer.mutable_page(), visit));
  return answer;
}

}  // namespace afterbell::attendance
