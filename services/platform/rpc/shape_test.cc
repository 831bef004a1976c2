// The shape of a request: each kind of field is refused with its path.
#include "services/platform/rpc/shape.h"

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/decider/decider.h"

namespace afterbell {
namespace {

using ::testing::HasSubstr;

registry::v1::RegistryCommand Command(const std::string& text) {
  registry::v1::RegistryCommand command;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command;
}

absl::Status Check(const std::string& text) { return CheckShape(Command(text), "command"); }

TEST(Shape, OfAWellFormedCommandIsAccepted) {
  for (const char* text : {
           "move_clock { to { seconds: 1 } }",
           "register_person { person_id: 'p1' kind: 1 }",
           "register_person { person_id: 'p1' kind: 1 class_id: 'c1' }",
           "open_term { scope_id: 'd1' code: '2026-autumn' first_on: '2026-09-01' last_on: '2027-01-20' }",
           "register_venue { venue_id: 'v1' kind: 'hall' }",  // 0 and false are answers.
           "announce_fee_standard { fee_standard_id: 'f' district_id: 'd' fee_kind: 'k' listed_name: 'n'"
           " parameter_value_ids: ['a', 'b'] effective_from: '2026-09-01' }",
       }) {
    EXPECT_EQ(Check(text), absl::OkStatus()) << text;
  }
}

TEST(Shape, NamesTheFieldThatIsWrong) {
  const struct {
    const char* text;
    const char* field;
  } kCases[] = {
      {"move_clock {}", "command.move_clock.to"},
      {"register_person { kind: 1 }", "command.register_person.person_id"},
      {"register_person { person_id: 'a/b' kind: 1 }", "command.register_person.person_id"},
      {"register_person { person_id: 'a b' kind: 1 }", "command.register_person.person_id"},
      {"register_person { person_id: 'p1' }", "command.register_person.kind"},
      {"register_person { person_id: 'p1' kind: 1 class_id: 'c 1' }", "command.register_person.class_id"},
      {"open_term { scope_id: 'd1' code: 'c' first_on: '2026-02-29' last_on: '2026-03-01' }",
       "command.open_term.first_on"},
      {"open_term { scope_id: 'd1' code: 'c' first_on: '2026-02-28' last_on: 'tomorrow' }",
       "command.open_term.last_on"},
      {"open_term { scope_id: 'd1' first_on: '2026-02-28' last_on: '2026-03-01' }", "command.open_term.code"},
      {"open_term { scope_id: 'd1' code: 'a\\000b' first_on: '2026-02-28' last_on: '2026-03-01' }",
       "command.open_term.code"},
      {"register_venue { venue_id: 'v1' kind: 'hall' capacity_pupils: -1 }",
       "command.register_venue.capacity_pupils"},
      {"announce_fee_standard { fee_standard_id: 'f' district_id: 'd' fee_kind: 'k' listed_name: 'n'"
       " parameter_value_ids: ['a', '/'] effective_from: '2026-09-01' }",
       "command.announce_fee_standard.parameter_value_ids[1]"},
      {"review_school_plan { plan_id: 'p' version: -1 }", "command.review_school_plan.version"},
  };
  for (const auto& each : kCases) {
    const absl::Status status = Check(each.text);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << each.text << ": " << status;
    EXPECT_EQ(FieldOf(status), each.field) << each.text << ": " << status;
  }
}

TEST(Shape, AnEnumThatIsNotKnownIsRefused) {
  registry::v1::RegistryCommand command;
  command.mutable_register_person()->set_person_id("p1");
  command.mutable_register_person()->set_kind(static_cast<registry::v1::PersonKind>(999));
  const absl::Status status = CheckShape(command, "command");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(FieldOf(status), "command.register_person.kind");
}

TEST(Shape, MonthsAreMonths) {
  attendance::v1::CountClassHours count;
  count.set_subject(attendance::v1::OF_PUPIL);
  count.set_subject_id("p1");
  for (const char* month : {"2026-13", "2026-9", "2026-09-01", "september"}) {
    count.set_month(month);
    EXPECT_EQ(FieldOf(CheckShape(count, "")), "month") << month;
  }
  count.set_month("2026-09");
  EXPECT_EQ(CheckShape(count, ""), absl::OkStatus());
}

TEST(Shape, LimitsAreNamed) {
  registry::v1::RegistryCommand text;
  text.mutable_open_term()->set_scope_id("d1");
  text.mutable_open_term()->set_code(std::string(kTextBytesMax + 1, 'x'));
  const absl::Status too_long = CheckShape(text, "command");
  EXPECT_TRUE(absl::IsResourceExhausted(too_long));
  EXPECT_THAT(std::string(too_long.message()), HasSubstr("text_bytes_max: command.open_term.code"));

  registry::v1::RegistryCommand list;
  auto& school = *list.mutable_register_school();
  school.set_school_id("s1");
  school.set_district_id("d1");
  school.set_code("c");
  for (int i = 0; i <= kListItemsMax; ++i) school.add_stages("primary");
  const absl::Status too_many = CheckShape(list, "command");
  EXPECT_TRUE(absl::IsResourceExhausted(too_many));
  EXPECT_THAT(std::string(too_many.message()), HasSubstr("list_items_max: command.register_school.stages"));
}

}  // namespace
}  // namespace afterbell
