// What makes another schema, and what does not.
#include "services/platform/decider/schema.h"

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using google::protobuf::FileDescriptorProto;
using Text = google::protobuf::StringValue;

constexpr StateTable<Text, key::Id, key::Date> kNotices{"s/notice", "pupil/date", Ranged(1)};
constexpr ViewTable<Mark, key::Id> kDays{"v/day", "school", Point()};

template <class Table>
std::string WithNotices(const Table& table) {
  return SchemaOf({&table, &kDays}, 1);
}
const std::string& Schema() {
  static const std::string schema = WithNotices(kNotices);
  return schema;
}

TEST(Schema, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(Schema().size(), 16u);
  EXPECT_EQ(Schema().find_first_not_of("0123456789abcdef"), std::string::npos) << Schema();
}

TEST(Schema, IsTheSameInAnyOrderOfTables) { EXPECT_EQ(SchemaOf({&kDays, &kNotices}, 1), Schema()); }

TEST(Schema, IsAnotherWithEachPartOfADeclaration) {
  static constexpr StateTable<Text, key::Id, key::Date> kSame{"s/notice", "pupil/date", Ranged(1)};
  EXPECT_EQ(WithNotices(kSame), Schema()) << "a table is what it says";
  static constexpr StateTable<Text, key::Id, key::Date> kName{"s/notices", "pupil/date", Ranged(1)};
  EXPECT_NE(WithNotices(kName), Schema());
  static constexpr StateTable<Text, key::Id, key::Date> kWord{"s/notice", "pupil/day", Ranged(1)};
  EXPECT_NE(WithNotices(kWord), Schema());
  static constexpr StateTable<Text, key::Id, key::Month> kPart{"s/notice", "pupil/date", Ranged(1)};
  EXPECT_NE(WithNotices(kPart), Schema());
  static constexpr StateTable<Text, key::Id> kFewer{"s/notice", "pupil", Ranged(0)};
  EXPECT_NE(WithNotices(kFewer), Schema());
  static constexpr ViewTable<Text, key::Id, key::Date> kKind{"s/notice", "pupil/date", Ranged(1)};
  EXPECT_NE(WithNotices(kKind), Schema());
  static constexpr StateTable<Text, key::Id, key::Date> kParts{"s/notice", "pupil/date", Ranged(0)};
  EXPECT_NE(WithNotices(kParts), Schema());
  static constexpr StateTable<Text, key::Id, key::Date> kKeep{"s/notice", "pupil/date", Point()};
  EXPECT_NE(WithNotices(kKeep), Schema());
  static constexpr StateTable<google::protobuf::BytesValue, key::Id, key::Date> kRow{"s/notice", "pupil/date",
                                                                                     Ranged(1)};
  EXPECT_NE(WithNotices(kRow), Schema());
}

TEST(Schema, IsAnotherWithATableMore) { EXPECT_NE(SchemaOf({&kNotices}, 1), Schema()); }

TEST(Schema, IsAnotherWithTheRevision) { EXPECT_NE(SchemaOf({&kNotices, &kDays}, 2), Schema()); }

TEST(Schema, SaysADeclarationAsPeopleReadIt) {
  EXPECT_EQ(KeyShape(kNotices), "pupil:id/date:date");
  static constexpr StateTable<Text> kOne{"s/one", "", Point()};
  EXPECT_EQ(KeyShape(kOne), "");
  EXPECT_EQ(KindName(kNotices.kind), "state");
  EXPECT_EQ(KeepText(kNotices.keep), "ranged by 1");
  EXPECT_EQ(KeepText(kDays.keep), "point");
  EXPECT_EQ(KeepText(Queue()), "queue");
}

// ---- rows whose messages change: one build's files, and the next one's

const google::protobuf::Message* row_of_build = nullptr;
const google::protobuf::MessageLite& RowOfBuild() { return *row_of_build; }

FileDescriptorProto File(const std::string& text) {
  FileDescriptorProto file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &file));
  file.set_syntax("proto3");
  return file;
}

struct Build {
  // Kept for ever: an event, and words.
  FileDescriptorProto events = File(R"(
    name: "attendance_events.proto" package: "afterbell.attendance.v1"
    message_type { name: "Came" field { name: "at" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL } }
    enum_type { name: "Kind" value { name: "NONE" number: 0 } })");
  // What a query answers.
  FileDescriptorProto queries = File(R"(
    name: "attendance_queries.proto" package: "afterbell.attendance.v1"
    message_type { name: "Line" field { name: "at" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL } })");
  // Rows of a service.
  FileDescriptorProto state = File(R"(
    name: "attendance_state.proto" package: "afterbell.attendance.state"
    dependency: "attendance_events.proto" dependency: "attendance_queries.proto"
    message_type {
      name: "Row"
      field { name: "pupil_id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "span" number: 2 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: ".afterbell.attendance.state.Span" }
      field { name: "came" number: 3 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: ".afterbell.attendance.v1.Came" }
      field { name: "kind" number: 4 type: TYPE_ENUM label: LABEL_OPTIONAL type_name: ".afterbell.attendance.v1.Kind" }
      field { name: "line" number: 5 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: ".afterbell.attendance.v1.Line" }
      field { name: "step" number: 6 type: TYPE_ENUM label: LABEL_OPTIONAL type_name: ".afterbell.attendance.state.Step" }
    }
    message_type {
      name: "Span"
      field { name: "from_on" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "before" number: 2 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: ".afterbell.attendance.state.Span" }
    }
    enum_type { name: "Step" value { name: "DRAFT" number: 0 } value { name: "DONE" number: 1 } })");

  std::string Schema(const std::string& row = "afterbell.attendance.state.Row") const {
    google::protobuf::DescriptorPool pool;
    for (const FileDescriptorProto* file : {&events, &queries, &state}) {
      if (pool.BuildFile(*file) == nullptr) return "does not build";
    }
    google::protobuf::DynamicMessageFactory factory;
    row_of_build = factory.GetPrototype(pool.FindMessageTypeByName(row));
    static constexpr std::string_view kTypes[] = {"id"};
    const TableInfo table = {"s/row", "pupil", Kind::kState, Point(), 1, kTypes, &RowOfBuild};
    return SchemaOf({&table}, 1);
  }
};

TEST(Schema, IsAnotherWithAFieldOfARow) {
  const std::string schema = Build().Schema();
  EXPECT_EQ(Build().Schema(), schema);
  Build next;
  next.state.mutable_message_type(0)->mutable_field(0)->set_number(7);
  EXPECT_NE(next.Schema(), schema);
  next = {};
  next.state.mutable_message_type(0)->mutable_field(0)->set_name("person_id");
  EXPECT_NE(next.Schema(), schema);
  next = {};
  next.state.mutable_message_type(0)->mutable_field(0)->set_type(
      google::protobuf::FieldDescriptorProto::TYPE_BYTES);
  EXPECT_NE(next.Schema(), schema);
  next = {};
  next.state.mutable_message_type(0)->mutable_field(0)->set_label(
      google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
  EXPECT_NE(next.Schema(), schema);
}

TEST(Schema, IsAnotherWithAMessageOrAWordWithin) {
  const std::string schema = Build().Schema();
  Build next;
  next.state.mutable_message_type(1)->mutable_field(0)->set_number(3);
  EXPECT_NE(next.Schema(), schema);
  next = {};
  next.state.mutable_enum_type(0)->mutable_value(1)->set_number(2);
  EXPECT_NE(next.Schema(), schema);
}

TEST(Schema, IsTheSameWhereverFieldsStandInTheirFile) {
  Build next;
  next.state.mutable_message_type(0)->mutable_field()->SwapElements(0, 1);
  EXPECT_EQ(next.Schema(), Build().Schema());
}

// They may only grow, and rows carry along what a build does not know.
TEST(Schema, TakesEventsAndTheirWordsByName) {
  Build next;
  auto* came = next.events.mutable_message_type(0)->add_field();
  *came = next.events.message_type(0).field(0);
  came->set_name("by_id");
  came->set_number(2);
  auto* word = next.events.mutable_enum_type(0)->add_value();
  word->set_name("LATE");
  word->set_number(1);
  EXPECT_EQ(next.Schema(), Build().Schema());
  EXPECT_EQ(next.Schema("afterbell.attendance.v1.Came"), Build().Schema("afterbell.attendance.v1.Came"));
  EXPECT_NE(next.Schema("afterbell.attendance.v1.Came"), Build().Schema());
}

// Rows folded before it has a field lack it, and nobody carries it along.
TEST(Schema, TakesTheAnswersOfQueriesByTheirFields) {
  Build next;
  auto* line = next.queries.mutable_message_type(0)->add_field();
  *line = next.queries.message_type(0).field(0);
  line->set_name("by_id");
  line->set_number(2);
  EXPECT_NE(next.Schema(), Build().Schema());
  EXPECT_NE(next.Schema("afterbell.attendance.v1.Line"), Build().Schema("afterbell.attendance.v1.Line"));
}

}  // namespace
}  // namespace afterbell
