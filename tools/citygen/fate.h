// What a pupil does on a day: comes or not, and how it leaves. Drawn, not remembered.
#ifndef AFTERBELL_TOOLS_CITYGEN_FATE_H_
#define AFTERBELL_TOOLS_CITYGEN_FATE_H_

#include <string>

#include "tools/citygen/world.h"

namespace afterbell::citygen {

enum class Coming { kPresent, kNotified, kUnexplained };

struct Fate {
  Coming coming = Coming::kPresent;
  bool leaves_early = false;  // From the day's last session.
  int late_minutes = 0;       // After its end; 0: in time.
  bool present() const { return coming == Coming::kPresent; }
};

Fate FateOf(const World& world, const School& school, const Pupil& pupil, const std::string& date);

// A minute is late from here on.
inline constexpr int kLateAfterMinutes = 10;

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_FATE_H_
