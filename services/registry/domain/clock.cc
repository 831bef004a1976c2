#include "services/registry/domain/clock.h"

#include "services/platform/reference/tables.h"

namespace afterbell::registry {

Decided DecideMoveClock(const Situation& s, const v1::MoveClock& command) {
  const auto clock = s.rows.Get(reference::kClock, {});
  const Micros to = MicrosOf(command.to());
  if (clock && MicrosOf(clock->to()) == to) return Quiet();
  if (!s.context.simulated_clock) return Refused{"REF-22", "WRONG_STATE", "clock", "SIMULATED", "REAL"};
  // Before its first move a simulated clock stands where the log began.
  const Micros now = clock ? MicrosOf(clock->to()) : s.context.recorded_at;
  if (to < now) return Refused{"REF-22", "WRONG_STATE", "clock", InstantText(now), InstantText(to)};
  v1::RegistryEvent event;
  *event.mutable_clock_moved()->mutable_to() = command.to();
  return One(std::move(event));
}

}  // namespace afterbell::registry
