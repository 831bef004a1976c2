#include "services/staffing/domain/facts.h"

namespace afterbell::staffing {
namespace {

using state::Presence;

// What one person's comings and goings add up to.
class PresenceFold {
 public:
  void Take(const Presence& presence) {
    switch (presence.kind()) {
      case Presence::CHECKED_IN:
        Begin(presence.at());
        checked_in_ = true;
        break;
      case Presence::TOOK_OVER:
        Begin(presence.at());
        break;
      case Presence::HANDED_OVER:
        if (!checked_in_) End(presence.at());  // Who checked in is there still, without the group.
        break;
      case Presence::CHECKED_OUT:
        End(presence.at());
        checked_in_ = false;
        break;
      default:
        break;
    }
  }
  std::vector<Interval> Finish(Micros closed_at) {
    End(closed_at);
    return std::move(intervals_);
  }

 private:
  void Begin(Micros at) {
    if (!since_) since_ = at;
  }
  void End(Micros at) {
    if (since_ && *since_ < at) intervals_.push_back({*since_, at});
    since_.reset();
  }

  std::optional<Micros> since_;
  bool checked_in_ = false;
  std::vector<Interval> intervals_;
};

}  // namespace

std::vector<Interval> PresenceOf(const Rows& rows, std::string_view school_id, std::string_view person_id,
                                 std::string_view date, std::string_view session_id, Micros closed_at) {
  PresenceFold fold;
  rows.Scan(kPresences, Prefix(school_id, person_id, key::Date(date)), [&](const Presence& presence) {
    const bool counts = presence.session_id().empty() || presence.session_id() == session_id;
    if (counts && presence.at() <= closed_at) fold.Take(presence);
  });
  return fold.Finish(closed_at);
}

int MinutesWithin(const Interval& duty, const std::vector<Interval>& presence) {
  Micros within = 0;
  for (const Interval& there : presence) {
    within += std::max<Micros>(0, std::min(duty.to, there.to) - std::max(duty.from, there.from));
  }
  return static_cast<int>(within / kMicrosPerMinute);
}

}  // namespace afterbell::staffing
