#include "services/reviews/q28_releases.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/platform/decider/service.h"

namespace afterbell::reviews {
namespace {

using attendance::v1::AttendanceEvent;

// Rows that only list cases are cut here; the figures count all.
constexpr size_t kCasesMax = 10000;

struct KindColumn {
  attendance::v1::ReleaseKind kind;
  const char* key;
  const char* zh;
  const char* en;
};
constexpr KindColumn kKinds[] = {
    {attendance::v1::TO_GUARDIAN, "to_guardian", "交监护人", "to guardian"},
    {attendance::v1::TO_COLLECTOR, "to_collector", "交代接人", "to collector"},
    {attendance::v1::ONTO_BUS, "onto_bus", "上校车", "onto bus"},
    {attendance::v1::TO_CLASS_TEACHER, "to_class_teacher", "交班主任", "to class teacher"},
    {attendance::v1::ALONE_AGREED, "alone_agreed", "约定自行离校", "alone, agreed"},
    {attendance::v1::LEFT_UNCONFIRMED, "left_unconfirmed", "未确认离校", "unconfirmed"},
};

int64_t MedianOf(const std::map<int64_t, int64_t>& counts) {
  int64_t all = 0, passed = 0;
  for (const auto& [minutes, count] : counts) all += count;
  for (const auto& [minutes, count] : counts) {
    passed += count;
    if (2 * passed >= all) return minutes;
  }
  return 0;
}

void Add(const ReleaseFold::Figures& from, ReleaseFold::Figures* to) {
  to->sessions_held += from.sessions_held;
  to->check_ins += from.check_ins;
  for (size_t i = 0; i < from.released.size(); ++i) to->released[i] += from.released[i];
  to->left_early += from.left_early;
  to->never_released += from.never_released;
  to->late += from.late;
  for (const auto& [minutes, count] : from.minutes_after_end) to->minutes_after_end[minutes] += count;
  to->sessions_with_gap += from.sessions_with_gap;
  to->gap_minutes += from.gap_minutes;
}

std::vector<Column> FigureColumns() {
  std::vector<Column> columns = {{"sessions_held", "开展场次", "sessions", Unit::kCount},
                                 {"check_ins", "签到人次", "check-ins", Unit::kCount}};
  for (const KindColumn& kind : kKinds) columns.push_back({kind.key, kind.zh, kind.en, Unit::kCount});
  const std::vector<Column> rest = {
      {"left_early", "提前离开", "left early", Unit::kCount},
      {"never_released", "未交接", "never released", Unit::kCount},
      {"late", "晚于十分钟", "late >10 min", Unit::kCount},
      {"median_minutes_after_end", "中位分钟", "median min", Unit::kMinutes},
      {"last_minutes_after_end", "最晚分钟", "last min", Unit::kMinutes},
      {"sessions_with_gap", "有空档场次", "with gap", Unit::kCount},
      {"gap_minutes", "空档分钟", "gap min", Unit::kMinutes},
  };
  columns.insert(columns.end(), rest.begin(), rest.end());
  return columns;
}

void AppendFigures(const ReleaseFold::Figures& figures, Row* row) {
  row->push_back(figures.sessions_held);
  row->push_back(figures.check_ins);
  for (const KindColumn& kind : kKinds) row->push_back(figures.released[kind.kind]);
  row->push_back(figures.left_early);
  row->push_back(figures.never_released);
  row->push_back(figures.late);
  if (figures.minutes_after_end.empty()) {
    row->insert(row->end(), {Cell(), Cell()});
  } else {
    row->push_back(MedianOf(figures.minutes_after_end));
    row->push_back(figures.minutes_after_end.rbegin()->first);
  }
  row->push_back(figures.sessions_with_gap);
  row->push_back(figures.gap_minutes);
}

std::vector<Column> Joined(std::vector<Column> first, const std::vector<Column>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

}  // namespace

// ---------------------------------------------------------------------------------- the fold

void ReleaseFold::Visit(const Recorded& recorded) {
  if (recorded.service != kReads) return;
  ForEachEventOf<AttendanceEvent>(recorded,
                                  [&](const AttendanceEvent& event) { VisitEvent(recorded, event); });
}

void ReleaseFold::VisitEvent(const Recorded& recorded, const AttendanceEvent& event) {
  const Micros at = recorded.occurred_at();
  switch (event.event_case()) {
    case AttendanceEvent::kSessionPlanned: {
      const auto& planned = event.session_planned();
      if (!places_.IsAsked(args_, recorded.commit.school_id(), planned.date())) break;
      Session& session = sessions_[planned.session_id()];
      session.school_id = recorded.commit.school_id();
      session.date = planned.date();
      session.end_at = MicrosOf(planned.end_at());
      break;
    }
    case AttendanceEvent::kGroupTakenOver:
      TakenOver(event.group_taken_over().session_id(), event.group_taken_over().by_person_id(), at);
      break;
    case AttendanceEvent::kAdultCheckedOut:
      CheckedOut(recorded.commit.school_id(), event.adult_checked_out().session_id(),
                 event.adult_checked_out().person_id(), at);
      break;
    case AttendanceEvent::kPupilCheckedIn:
      In(event.pupil_checked_in().session_id(), event.pupil_checked_in().pupil_id(), at);
      break;
    case AttendanceEvent::kPupilReleased:
      Out(event.pupil_released().session_id(), event.pupil_released().pupil_id(),
          event.pupil_released().kind(), false, at);
      break;
    case AttendanceEvent::kPupilLeftEarly:
      Out(event.pupil_left_early().session_id(), event.pupil_left_early().pupil_id(),
          event.pupil_left_early().kind(), true, at);
      break;
    default:
      break;
  }
}

ReleaseFold::Session* ReleaseFold::Find(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  return found == sessions_.end() ? nullptr : &found->second;
}

ReleaseFold::Figures& ReleaseFold::FiguresOf(Session* session) {
  if (session->figures == nullptr) session->figures = &schools_[session->school_id];
  return *session->figures;
}

void ReleaseFold::In(const std::string& session_id, const std::string& pupil_id, Micros at) {
  Session* session = Find(session_id);
  if (session == nullptr || !session->in.emplace(pupil_id, at).second) return;
  Figures& figures = FiguresOf(session);
  ++figures.check_ins;
  if (!session->held) ++figures.sessions_held;
  session->held = true;
  Watch(session_id, session, at);
}

void ReleaseFold::Out(const std::string& session_id, const std::string& pupil_id, int kind, bool early,
                      Micros at) {
  Session* session = Find(session_id);
  if (session == nullptr || session->in.erase(pupil_id) == 0) return;
  Figures& figures = FiguresOf(session);
  if (early) {
    ++figures.left_early;
  } else {
    if (kind >= 0 && kind < Figures::kKinds) ++figures.released[kind];
    const int64_t minutes = std::max<int64_t>(0, at - session->end_at) / kMicrosPerMinute;
    ++figures.minutes_after_end[minutes];
    if (minutes > kLateMinutes) ++figures.late;
  }
  Watch(session_id, session, at);
}

void ReleaseFold::TakenOver(const std::string& session_id, const std::string& person_id, Micros at) {
  Session* session = Find(session_id);
  if (session == nullptr) return;
  session->responsible = person_id;
  responsible_for_[person_id].push_back(session_id);
  Watch(session_id, session, at);
}

void ReleaseFold::CheckedOut(const std::string& school_id, const std::string& session_id,
                             const std::string& person_id, Micros at) {
  const auto of = responsible_for_.find(person_id);
  if (of == responsible_for_.end()) return;
  std::vector<std::string> left;
  for (const std::string& id : of->second) {
    Session* session = Find(id);
    const bool leaves = session->responsible == person_id && session->school_id == school_id &&
                        (session_id.empty() || session_id == id);
    if (!leaves) {
      if (session->responsible == person_id) left.push_back(id);
      continue;
    }
    session->responsible.clear();
    Watch(id, session, at);
  }
  of->second = std::move(left);
}

void ReleaseFold::Watch(const std::string& session_id, Session* session, Micros at) {
  const bool uncovered = !session->in.empty() && session->responsible.empty();
  if (uncovered && session->gap_from == 0) session->gap_from = at;
  if (!uncovered && session->gap_from != 0) CloseGap(session_id, session, at);
}

void ReleaseFold::CloseGap(const std::string& session_id, Session* session, Micros until) {
  const Micros from = std::exchange(session->gap_from, 0);
  // One that never closed is a gap however short history is; it has no length that is known.
  const int64_t minutes = until == 0 ? 0 : (until - from) / kMicrosPerMinute;
  if (until != 0 && minutes < 1) return;
  Figures& figures = FiguresOf(session);
  if (!session->had_gap) ++figures.sessions_with_gap;
  session->had_gap = true;
  figures.gap_minutes += minutes;
  gaps_.push_back({session->school_id, session_id, session->date, from, until});
}

void ReleaseFold::Finish() {
  for (auto& [id, session] : sessions_) {
    for (const auto& [pupil, since] : session.in) {
      ++FiguresOf(&session).never_released;
      unreleased_.push_back({session.school_id, id, session.date, pupil, since});
    }
    if (session.gap_from != 0) CloseGap(id, &session, 0);
  }
}

// ---------------------------------------------------------------------------------- tables

std::vector<Table> ReleaseTables(const Places& places, const std::vector<const ReleaseFold*>& folds) {
  std::map<std::pair<std::string, std::string>, ReleaseFold::Figures> schools;  // By district and school.
  std::map<std::string, ReleaseFold::Figures> districts;
  std::vector<ReleaseFold::Unreleased> unreleased;
  std::vector<ReleaseFold::Gap> gaps;
  for (const ReleaseFold* fold : folds) {
    for (const auto& [school, figures] : fold->schools()) {
      Add(figures, &schools[{places.DistrictOf(school), school}]);
      Add(figures, &districts[places.DistrictOf(school)]);
    }
    unreleased.insert(unreleased.end(), fold->unreleased().begin(), fold->unreleased().end());
    gaps.insert(gaps.end(), fold->gaps().begin(), fold->gaps().end());
  }
  std::sort(unreleased.begin(), unreleased.end(), [](const auto& a, const auto& b) {
    return std::tie(a.since, a.session_id, a.pupil_id) < std::tie(b.since, b.session_id, b.pupil_id);
  });
  std::sort(gaps.begin(), gaps.end(), [](const auto& a, const auto& b) {
    return std::tie(a.from, a.session_id) < std::tie(b.from, b.session_id);
  });

  Table by_district{
      "districts", "各区县", "by district", Joined({{"district", "区县", "district"}}, FigureColumns()), {}};
  for (const auto& [district, figures] : districts) {
    AppendFigures(figures, &by_district.rows.emplace_back(Row{places.DistrictCodeOf(district)}));
  }
  Table by_school{"schools", "各学校", "by school", Joined(Places::Columns(), FigureColumns()), {}};
  for (const auto& [place, figures] : schools) {
    AppendFigures(figures, &by_school.rows.emplace_back(places.RowOf(place.second)));
  }
  Table never{"never_released",
              "未交接的学生",
              "pupils never released",
              Joined(Places::Columns(), {{"date", "日期", "date"},
                                         {"session_id", "场次", "session"},
                                         {"pupil_id", "学生", "pupil"},
                                         {"since", "签到时刻", "in since"}}),
              {}};
  for (size_t i = 0; i < std::min(kCasesMax, unreleased.size()); ++i) {
    const auto& each = unreleased[i];
    Row& row = never.rows.emplace_back(places.RowOf(each.school_id));
    row.insert(row.end(), {each.date, each.session_id, each.pupil_id, InstantText(each.since)});
  }
  Table without{"gaps",
                "无人负责的空档",
                "gaps in responsibility",
                Joined(Places::Columns(), {{"date", "日期", "date"},
                                           {"session_id", "场次", "session"},
                                           {"from", "自", "from"},
                                           {"until", "至", "until"}}),
                {}};
  for (size_t i = 0; i < std::min(kCasesMax, gaps.size()); ++i) {
    const auto& gap = gaps[i];
    Row& row = without.rows.emplace_back(places.RowOf(gap.school_id));
    row.insert(row.end(), {gap.date, gap.session_id, InstantText(gap.from),
                           gap.until == 0 ? Cell() : Cell(InstantText(gap.until))});
  }
  return {by_district, by_school, never, without};
}

absl::StatusOr<Result> Releases::Run(const replay::History& history, const std::vector<const Service*>&,
                                     const Args& args) const {
  AFTERBELL_ASSIGN_OR_RETURN(const Places places, Places::Of(history));
  std::vector<std::unique_ptr<ReleaseFold>> folds(history.school_partitions() + 1);
  for (auto& fold : folds) fold = std::make_unique<ReleaseFold>(places, args);
  AFTERBELL_RETURN_IF_ERROR(
      history.FoldAll({ReleaseFold::kReads}, [&](uint32_t number) -> replay::History::Visit {
        return [fold = folds[number].get()](const Recorded& recorded) { fold->Visit(recorded); };
      }));
  Result result = Begin(history, "as recorded");
  std::vector<const ReleaseFold*> all;
  for (const auto& fold : folds) {
    fold->Finish();
    all.push_back(fold.get());
  }
  result.tables = ReleaseTables(places, all);
  return result;
}

}  // namespace afterbell::reviews
