#include "services/platform/decider/entities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "afterbell/attendance/v1/attendance_events.pb.h"

namespace afterbell {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> EntitiesOf(const google::protobuf::Message& message) {
  std::vector<std::string> entities;
  CollectEntities(message, &entities);
  return entities;
}

TEST(Entities, AnEventIsInTheHistoryOfAllItNames) {
  attendance::v1::AttendanceEvent event;
  event.mutable_pupil_checked_in()->set_session_id("s1");
  event.mutable_pupil_checked_in()->set_pupil_id("p1");
  EXPECT_THAT(EntitiesOf(event), UnorderedElementsAre("pupils/p1", "sessions/s1"));
}

TEST(Entities, WhatNamesNothingIsInNone) {
  EXPECT_THAT(EntitiesOf(attendance::v1::AttendanceEvent()), IsEmpty());
}

TEST(Entities, OnlyKindsThatAreKeptCanBeAskedFor) {
  EXPECT_TRUE(IsEntity("sessions/s1"));
  EXPECT_TRUE(IsEntity("people/p1"));
  EXPECT_FALSE(IsEntity("sessions/"));
  EXPECT_FALSE(IsEntity("sessions/s1/x"));
  EXPECT_FALSE(IsEntity("venues/v1"));
  EXPECT_FALSE(IsEntity(""));
}

}  // namespace
}  // namespace afterbell
