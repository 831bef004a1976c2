#include "services/relay/cloud_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/platform/base/time.h"

namespace afterbell::relay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr Micros kRecorded = 1'788'000'000'123'456;

class CloudEventOfACommit : public ::testing::Test {
 protected:
  CloudEventOfACommit() {
    commit_.set_index(7);
    commit_.set_school_id("s1");
    commit_.set_district_id("jilin");
    commit_.set_service_date("2026-08-29");
    *commit_.mutable_recorded_at() = TimestampOf(kRecorded);
    *commit_.mutable_occurred_at() = TimestampOf(kRecorded - 1);
    attendance::v1::AttendanceEvent event;
    event.mutable_pupil_checked_in()->set_session_id("x1");
    event.mutable_pupil_checked_in()->set_pupil_id("p1");
    commit_.add_events(event.SerializeAsString());
    event.mutable_session_closed()->set_session_id("x1");
    commit_.add_events(event.SerializeAsString());
  }

  absl::StatusOr<CloudEvent> Make(int position) {
    const auto events = CloudEvents::Of("attendance");
    EXPECT_TRUE(events.ok()) << events.status();
    return events->Make(SourceOf("log1", {"attendance", 17}), commit_, position);
  }

  log::v1::Commit commit_;
};

TEST_F(CloudEventOfACommit, SaysWhatWhereAndWhenInHeaders) {
  const auto event = Make(0);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->key, "s1");
  EXPECT_THAT(
      event->headers,
      ElementsAre(Pair("ce_specversion", "1.0"), Pair("ce_id", "7.1"),
                  Pair("ce_source", "/afterbell/log1/attendance/17"),
                  Pair("ce_type", "afterbell.attendance.v1.PupilCheckedIn"),
                  Pair("ce_time", "2026-08-29T10:40:00.123456Z"), Pair("ce_subject", "s1"),
                  Pair("ce_dataschema", "https://type.googleapis.com/afterbell.attendance.v1.PupilCheckedIn"),
                  Pair("content-type", "application/protobuf"), Pair("ce_kind", "FACT"),
                  Pair("ce_district", "jilin"), Pair("ce_index", "7"), Pair("ce_ordinal", "1"),
                  Pair("ce_events", "2"), Pair("ce_occurredat", "2026-08-29T10:40:00.123455Z"),
                  Pair("ce_servicedate", "2026-08-29")));
}

TEST_F(CloudEventOfACommit, CarriesTheSingleMessageByteForByte) {
  attendance::v1::PupilCheckedIn inner;
  inner.set_session_id("x1");
  inner.set_pupil_id("p1");
  // A field of a newer build goes through as it is.
  inner.GetReflection()->MutableUnknownFields(&inner)->AddVarint(999, 5);
  attendance::v1::AttendanceEvent event;
  *event.mutable_pupil_checked_in() = inner;
  commit_.set_events(0, event.SerializeAsString());
  const auto made = Make(0);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->data, inner.SerializeAsString());
}

TEST_F(CloudEventOfACommit, OfTheCommonsIsKeyedByAWordAndIsAboutItsDistrict) {
  commit_.clear_school_id();
  const auto event = Make(1);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->key, "commons");
  EXPECT_THAT(event->headers, ::testing::Contains(Pair("ce_subject", "jilin")));
  EXPECT_THAT(event->headers, ::testing::Contains(Pair("ce_id", "7.2")));
  EXPECT_THAT(event->headers, ::testing::Contains(Pair("ce_kind", "DETERMINATION")));
}

TEST_F(CloudEventOfACommit, IsRefusedForAnEventOfANewerBuild) {
  attendance::v1::AttendanceEvent event;
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(9999, "new");
  commit_.set_events(0, event.SerializeAsString());
  const auto made = Make(0);
  EXPECT_TRUE(absl::IsUnimplemented(made.status()));
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("log1/attendance/17 7.1: an event"));
}

TEST_F(CloudEventOfACommit, IsRefusedForBytesThatAreNotOneEvent) {
  commit_.set_events(0, commit_.events(0) + commit_.events(1));
  EXPECT_TRUE(absl::IsDataLoss(Make(0).status()));
  commit_.set_events(0, commit_.events(1).substr(0, commit_.events(1).size() - 1));
  EXPECT_TRUE(absl::IsDataLoss(Make(0).status()));
}

TEST(CloudEvents, OfAServiceThatIsNotLinkedAreNotFound) {
  EXPECT_TRUE(absl::IsNotFound(CloudEvents::Of("kitchen").status()));
}

}  // namespace
}  // namespace afterbell::relay
