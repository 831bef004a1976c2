#include "tools/citygen/fate.h"

namespace afterbell::citygen {
namespace {

// Per thousand.
constexpr int kNotified = 35;
constexpr int kUnexplained = 15;
constexpr int kEarly = 12;
constexpr int kLate = 18;
// Minutes after the end at which the late ones are fetched.
constexpr int kLateFrom = 12;
constexpr int kLateTo = 28;

}  // namespace

Fate FateOf(const World& world, const School& school, const Pupil& pupil, const std::string& date) {
  Fate fate;
  if (world.planted.KeepsStill(school, date, pupil)) return fate;
  const uint64_t day = world.calendar.DayNumber(date);
  const int coming = world.dice.Below(1000, Topic::kAbsence, school.number, pupil.number, day);
  if (coming < kNotified + kUnexplained) {
    fate.coming = coming < kNotified ? Coming::kNotified : Coming::kUnexplained;
    return fate;
  }
  const int ending = world.dice.Below(1000, Topic::kEnding, school.number, pupil.number, day);
  fate.leaves_early = ending < kEarly;
  if (!fate.leaves_early && !pupil.goes_alone && ending < kEarly + kLate) {
    const int minutes = kLateTo - kLateFrom + 1;
    fate.late_minutes =
        kLateFrom + world.dice.Below(minutes, Topic::kEnding, school.number, pupil.number, 100000 + day);
  }
  return fate;
}

}  // namespace afterbell::citygen
