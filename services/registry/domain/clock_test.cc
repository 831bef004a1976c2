#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

v1::RegistryCommand MoveTo(const std::string& date, const std::string& time) {
  v1::RegistryCommand command;
  *command.mutable_move_clock()->mutable_to() = TimestampOf(InstantOf(date, time));
  return command;
}

v1::RegistryEvent Moved(const std::string& date, const std::string& time) {
  v1::RegistryEvent event;
  *event.mutable_clock_moved()->mutable_to() = TimestampOf(InstantOf(date, time));
  return event;
}

// A simulated log that began on 2026-09-01 at 08:00.
RegistryKit Simulated() {
  RegistryKit commons = Commons();
  commons.OnASimulatedClock().At("2026-09-01", "08:00").As("platform_operator", "op");
  return commons;
}

TEST(MoveClock, GoesForwardFromWhereTheLogBegan) {
  Simulated().When(MoveTo("2026-09-02", "08:00")).Then(Moved("2026-09-02", "08:00"));
}

TEST(MoveClock, GoesOnFromWhereItStands) {
  Simulated()
      .Given(Moved("2026-09-02", "08:00"))
      .When(MoveTo("2026-09-02", "08:01"))
      .Then(Moved("2026-09-02", "08:01"));
}

TEST(MoveClock, StaysQuietWhereItStandsAlready) {
  Simulated().Given(Moved("2026-09-02", "08:00")).When(MoveTo("2026-09-02", "08:00")).ThenNothing();
}

TEST(MoveClock, RefusesOnARealClock) {  // REF-22
  const Refused refused = Commons()
                              .As("platform_operator", "op")
                              .When(MoveTo("2026-09-02", "08:00"))
                              .ThenRefused("REF-22", "WRONG_STATE");
  EXPECT_EQ(refused.limit, "SIMULATED");
  EXPECT_EQ(refused.met, "REAL");
}

TEST(MoveClock, RefusesToGoBack) {  // REF-22
  RegistryKit log = Simulated();
  EXPECT_EQ(log.When(MoveTo("2026-09-01", "07:59")).ThenRefused("REF-22", "WRONG_STATE").limit,
            InstantText(InstantOf("2026-09-01", "08:00")));
  log.Given(Moved("2026-09-02", "08:00"));
  const Refused refused = log.When(MoveTo("2026-09-02", "07:59")).ThenRefused("REF-22", "WRONG_STATE");
  EXPECT_EQ(refused.limit, InstantText(InstantOf("2026-09-02", "08:00")));
  EXPECT_EQ(refused.met, InstantText(InstantOf("2026-09-02", "07:59")));
}

}  // namespace
}  // namespace afterbell::registry
