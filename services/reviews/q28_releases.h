// was every checked-in pupil released, to whom, how many minutes after the end, and was there
// ever nobody responsible (ATT-05, ATT-07)?
//
// A gap is a time in which somebody is in a session and nobody who took its group over is; one of a
// minute or more is counted. Times are those at which things happened, not when they were recorded.
#ifndef AFTERBELL_SERVICES_REVIEWS_Q28_RELEASES_H_
#define AFTERBELL_SERVICES_REVIEWS_Q28_RELEASES_H_

#include <array>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/reviews/places.h"
#include "services/reviews/review.h"

namespace afterbell::reviews {

class Releases final : public Review {
 public:
  std::string_view name() const override { return "Q-28"; }
  int version() const override { return 1; }
  std::string_view zh() const override {
    return "每名签到学生是否都已放学交接，交给了谁，在结束后多少分钟？其间有无无人负责的空档？";
  }
  std::string_view en() const override {
    return "Was every checked-in pupil released, to whom, how many minutes after the end? Any gap in "
           "responsibility "
           "between adults?";
  }
  absl::StatusOr<Result> Run(const replay::History& history, const std::vector<const Service*>& services,
                             const Args& args) const override;
};

// The fold itself, of one partition number: pure, for any list of records in recorded order.
class ReleaseFold {
 public:
  ReleaseFold(const Places& places, const Args& args) : places_(places), args_(args) {}

  // Whose records say it; those of others are passed over.
  static constexpr std::string_view kReads = "attendance";
  void Visit(const Recorded& recorded);

  // Of one school.
  struct Figures {
    static constexpr int kKinds = attendance::v1::ReleaseKind_MAX + 1;
    int64_t sessions_held = 0;
    int64_t check_ins = 0;
    std::array<int64_t, kKinds> released = {};
    int64_t left_early = 0;
    int64_t never_released = 0;
    int64_t late = 0;                              // More than kLateMinutes after the end.
    std::map<int64_t, int64_t> minutes_after_end;  // How often; releases before the end count as 0.
    int64_t sessions_with_gap = 0;
    int64_t gap_minutes = 0;
  };
  static constexpr int64_t kLateMinutes = 10;

  struct Unreleased {
    std::string school_id, session_id, date, pupil_id;
    Micros since = 0;
  };
  struct Gap {
    std::string school_id, session_id, date;
    Micros from = 0;
    Micros until = 0;  // 0: to the end of history.
  };

  // Closes what is open. Called once, after the last record.
  void Finish();

  const std::map<std::string, Figures>& schools() const { return schools_; }
  const std::vector<Unreleased>& unreleased() const { return unreleased_; }
  const std::vector<Gap>& gaps() const { return gaps_; }

 private:
  struct Session {
    std::string school_id;
    std::string date;
    Micros end_at = 0;
    bool held = false;
    bool had_gap = false;
    std::string responsible;
    Micros gap_from = 0;                          // 0: no gap is open.
    absl::flat_hash_map<std::string, Micros> in;  // Pupils, since when.
    Figures* figures = nullptr;                   // Of its school, once there are any.
  };

  void VisitEvent(const Recorded& recorded, const attendance::v1::AttendanceEvent& event);
  Session* Find(const std::string& session_id);
  Figures& FiguresOf(Session* session);
  void In(const std::string& session_id, const std::string& pupil_id, Micros at);
  void Out(const std::string& session_id, const std::string& pupil_id, int kind, bool early, Micros at);
  void TakenOver(const std::string& session_id, const std::string& person_id, Micros at);
  void CheckedOut(const std::string& school_id, const std::string& session_id, const std::string& person_id,
                  Micros at);
  void Watch(const std::string& session_id, Session* session, Micros at);
  void CloseGap(const std::string& session_id, Session* session, Micros until);

  const Places& places_;
  const Args& args_;
  absl::node_hash_map<std::string, Session> sessions_;
  std::map<std::string, std::vector<std::string>> responsible_for_;  // Sessions by person.
  std::map<std::string, Figures> schools_;
  std::vector<Unreleased> unreleased_;
  std::vector<Gap> gaps_;
};

// Tables of many folds together.
std::vector<Table> ReleaseTables(const Places& places, const std::vector<const ReleaseFold*>& folds);

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_Q28_RELEASES_H_
