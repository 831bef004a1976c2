// What goes wrong in the city, on purpose: where, when, whose. Each is placed where it can happen
// and nothing else of that day disturbs it; a city too small for one has none of it.
#ifndef AFTERBELL_TOOLS_CITYGEN_PLANTED_H_
#define AFTERBELL_TOOLS_CITYGEN_PLANTED_H_

#include <string>
#include <vector>

#include "tools/citygen/calendar.h"
#include "tools/citygen/town.h"

namespace afterbell::citygen {

// A group of a school on a day, and a pupil where one is concerned.
struct Spot {
  int school = -1;  // -1: not planted.
  std::string date;
  int group = 0;
  int pupil = -1;

  bool Is(const School& s, const std::string& on) const { return school == s.number && date == on; }
  bool Is(const School& s, const std::string& on, const Pupil& p) const {
    return Is(s, on) && pupil == p.number;
  }
};

struct Planted {
  Spot uncleared;      // Xiji: a volunteer nobody reviewed stands on duty.
  Spot bar;            // Jilin: a teacher (the last one) is barred for ethics on a Saturday,
  Spot barred_comes;   // and comes all the same.
  Spot not_enrolled;   // Jilin: a pupil who takes no part is checked in.
  Spot double_in;      // Jilin: a pupil still in the first session is checked into the second.
  Spot no_duty;        // Wanzhou: a cleared teacher without duty takes over a group.
  Spot stranger;       // Wanzhou: a pupil is to go with somebody else's guardian.
  Spot free_issue;     // Xiji: the accountant issues a charge.
  Spot full;           // Xiji: the group is full (date: none); the pupil is the 41st,
  int full_then = -1;  // and goes to this group then.

  // Wanzhou: money taken before the notice was posted, told afterwards.
  int early_school = -1;
  std::string early_paid_on;
  std::string early_notice_on;
  std::vector<int> early_pupils;

  // Wanzhou: the notice is withdrawn between the issue and the payments of a month.
  int gap_school = -1;
  int gap_month = 0;
  std::vector<int> gap_pupils;  // They try to pay while none stands.

  // True for a pupil who must come that day, on time, and stay to the end.
  bool KeepsStill(const School& school, const std::string& date, const Pupil& pupil) const;
  // How many of a school's last teachers are no longer given duties.
  int TeachersOut(const School& school, const std::string& date) const;
};

// Days after a month's issue of charges, at the school whose notice is withdrawn.
inline constexpr int kGapFrom = 2;  // Withdrawn in the morning.
inline constexpr int kGapTried = 3;
inline constexpr int kGapTo = 6;  // Posted again in the morning.

// Days of the term on which fee notices are posted: in order, and too late.
inline constexpr int kNoticeDay = 9;
inline constexpr int kEarlyPaidDay = 19;
inline constexpr int kLateNoticeDay = 27;

// Moves pupils of the town into the group that is to be full.
Planted Plant(const Calendar& calendar, Town& town);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_PLANTED_H_
