#include "tools/citygen/planted.h"

#include <algorithm>

namespace afterbell::citygen {
namespace {

constexpr int kEarlyPayers = 5;
constexpr int kGapPayers = 3;

// Takes part all term and goes home with a guardian.
bool IsSteady(const Pupil& pupil) {
  return pupil.Applies() && pupil.leaves < 0 && !pupil.goes_alone && pupil.category.empty();
}

class Planter {
 public:
  Planter(const Calendar& calendar, Town& town) : calendar_(calendar), town_(town) {}

  // The district's school at that place (or the one it has); null without the district.
  School* SchoolOf(std::string_view district, int place) {
    for (const DistrictTown& d : town_.districts) {
      if (d.district->id != district) continue;
      return &town_.schools[d.schools[place % d.schools.size()]];
    }
    return nullptr;
  }

  // The n-th group that has pupils, on the n-th service day; no spot where there is none.
  Spot At(const School* school, int service_day, int nth_group) const {
    Spot spot;
    if (school == nullptr) return spot;
    spot.date = calendar_.ServiceDay(*school->district, service_day);
    if (spot.date.empty()) return spot;
    for (int i = 0; i < static_cast<int>(school->groups.size()); ++i) {
      const int group = (nth_group + i) % static_cast<int>(school->groups.size());
      if (school->groups[group].pupils.empty()) continue;
      spot.group = group;
      spot.school = school->number;
      return spot;
    }
    return spot;
  }

  // The same with a steady pupil of the group.
  Spot WithPupil(const School* school, int service_day, int nth_group) const {
    Spot spot = At(school, service_day, nth_group);
    if (spot.school < 0) return spot;
    for (const int pupil : school->groups[spot.group].pupils) {
      if (IsSteady(school->pupils[pupil])) spot.pupil = pupil;
    }
    if (spot.pupil < 0) spot.school = -1;
    return spot;
  }

  Spot WithOutsider(const School* school, int service_day) const {
    Spot spot = At(school, service_day, 0);
    if (spot.school < 0) return spot;
    for (const Pupil& pupil : school->pupils) {
      if (!pupil.Applies() && !school->groups[pupil.class_number].pupils.empty()) {
        spot.pupil = pupil.number;
        spot.group = pupil.class_number;
        return spot;
      }
    }
    spot.school = -1;
    return spot;
  }

  void Bar(const School* school, Planted& planted) const {
    Spot spot = At(school, 20, 0);
    if (spot.school < 0) return;
    while (WeekdayOf(spot.date) != 6) spot.date = AddDays(spot.date, 1);
    const std::vector<std::string> next = calendar_.ServiceDaysFrom(*school->district, AddDays(spot.date, 2));
    if (next.size() < 2) return;
    planted.bar = spot;
    planted.barred_comes = spot;
    planted.barred_comes.date = next[1];
  }

  std::vector<int> Steady(const School& school, int count) const {
    std::vector<int> pupils;
    for (const Pupil& pupil : school.pupils) {
      if (IsSteady(pupil) && static_cast<int>(pupils.size()) < count) pupils.push_back(pupil.number);
    }
    return pupils;
  }

  void EarlyMoney(const School* school, Planted& planted) const {
    if (school == nullptr || AddDays(calendar_.first_on(), kLateNoticeDay) >= calendar_.IssueDay(0)) return;
    planted.early_school = school->number;
    planted.early_paid_on = AddDays(calendar_.first_on(), kEarlyPaidDay);
    planted.early_notice_on = AddDays(calendar_.first_on(), kLateNoticeDay);
    planted.early_pupils = Steady(*school, kEarlyPayers);
  }

  void Gap(const School* school, Planted& planted) const {
    if (school == nullptr || calendar_.months().size() < 2 || school->number == planted.early_school) return;
    planted.gap_school = school->number;
    planted.gap_month = 1;
    planted.gap_pupils = Steady(*school, kGapPayers);
  }

  // Fills the first group with pupils of the same grade's second class, up to the limit.
  void Full(School* school, Planted& planted) const {
    if (school == nullptr || school->classes.size() < 2 ||
        school->classes[0].grade != school->classes[1].grade)
      return;
    std::vector<int>& here = school->groups[0].pupils;
    std::vector<int>& there = school->groups[1].pupils;
    if (here.size() + there.size() <= kPupilsPerClassMax) return;
    while (here.size() < kPupilsPerClassMax) {
      school->pupils[there.front()].group = 0;
      here.push_back(there.front());
      there.erase(there.begin());
    }
    planted.full.school = school->number;
    planted.full.group = 0;
    planted.full.pupil = there.front();
    planted.full_then = 1;
  }

 private:
  const Calendar& calendar_;
  Town& town_;
};

}  // namespace

bool Planted::KeepsStill(const School& school, const std::string& date, const Pupil& pupil) const {
  return double_in.Is(school, date, pupil) || stranger.Is(school, date, pupil);
}

int Planted::TeachersOut(const School& school, const std::string& date) const {
  return bar.school == school.number && date > bar.date ? 1 : 0;
}

Planted Plant(const Calendar& calendar, Town& town) {
  Planter planter(calendar, town);
  Planted planted;
  planter.Full(planter.SchoolOf("xiji", 1), planted);
  planted.uncleared = planter.At(planter.SchoolOf("xiji", 0), 9, 0);
  planter.Bar(planter.SchoolOf("jilin", 1), planted);
  planted.not_enrolled = planter.WithOutsider(planter.SchoolOf("jilin", 0), 5);
  planted.double_in = planter.WithPupil(planter.SchoolOf("jilin", 1), 7, 1);
  planted.no_duty = planter.At(planter.SchoolOf("wanzhou", 0), 6, 0);
  planted.stranger = planter.WithPupil(planter.SchoolOf("wanzhou", 1), 11, 2);
  if (const School* school = planter.SchoolOf("xiji", 0); school != nullptr) {
    planted.free_issue = {school->number, calendar.IssueDay(0), 0, 0};
  }
  planter.EarlyMoney(planter.SchoolOf("wanzhou", 0), planted);
  planter.Gap(planter.SchoolOf("wanzhou", 1), planted);
  return planted;
}

}  // namespace afterbell::citygen
