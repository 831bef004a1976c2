// What was once written is read for ever, and everything that may be written has golden bytes. The rest
// plants what must be found: contracts changed as nobody may change them.
#include "proto/golden/golden.h"

#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/golden/kept_types.h"
#include "proto/golden/other_build.h"
#include "proto/golden/sample.h"

namespace afterbell::golden {

void PrintTo(const KeptType& kept, std::ostream* out) { *out << kept.name; }
void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.text; }

namespace {

using attendance::v1::AttendanceEvent;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

std::vector<Golden> Load(const std::string& name) {
  std::ifstream file("proto/golden/" + name + ".txt");
  std::ostringstream text;
  text << file.rdbuf();
  const auto goldens = ParseGoldens(text.str());
  EXPECT_TRUE(goldens.ok()) << name << ".txt: " << goldens.status();
  return goldens.value_or(std::vector<Golden>());
}

// --- the real ones ---------------------------------------------------------------------------------

class Kept : public ::testing::TestWithParam<KeptType> {};

TEST_P(Kept, IsReadAsItWasWritten) {
  for (const std::string& complaint : Complaints(*GetParam().prototype, Load(GetParam().name))) {
    ADD_FAILURE()
        << "proto/golden/" << GetParam().name << ".txt: " << complaint
        << "\nThese bytes may lie in a log. Leave the block as it is and mend the proto: what has another "
           "meaning is a new message or a new field (docs/compatibility.md).";
  }
}

TEST_P(Kept, HasGoldenBytesOfEveryMemberAndField) {
  for (const Golden& golden : Missing(*GetParam().prototype, Load(GetParam().name))) {
    ADD_FAILURE() << "proto/golden/" << GetParam().name << ".txt has no bytes of " << golden.text
                  << "\nrun: bazel run //proto/golden:write";
  }
}

TEST_P(Kept, CanBeSampledWhole) {
  const auto* oneof = GetParam().prototype->GetDescriptor()->oneof_decl(0);
  ASSERT_GT(oneof->field_count(), 0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    std::set<std::string> set;
    for (int variant = 0; variant < VariantsOf(oneof->field(i)); ++variant) {
      const std::unique_ptr<google::protobuf::Message> message(GetParam().prototype->New());
      SampleField(oneof->field(i), variant, message.get());
      set.merge(FieldsSet(*message));
    }
    EXPECT_THAT(set, IsSupersetOf(FieldsOf(oneof->field(i)->message_type()))) << oneof->field(i)->name();
  }
}

INSTANTIATE_TEST_SUITE_P(, Kept, ::testing::ValuesIn(KeptTypes()),
                         [](const auto& info) { return info.param.name; });

// --- planted ---------------------------------------------------------------------------------------

std::vector<std::string> ComplaintsAfter(const std::function<void(FileDescriptorProto*)>& change) {
  return Complaints(OtherBuild(AttendanceEvent::descriptor(), change).prototype(), Load("attendance_events"));
}

TEST(Golden, HoldsOfTheSameContractInAnotherBuild) {
  const OtherBuild same(AttendanceEvent::descriptor(), [](FileDescriptorProto*) {});
  EXPECT_THAT(Complaints(same.prototype(), Load("attendance_events")), IsEmpty());
  EXPECT_THAT(Missing(same.prototype(), Load("attendance_events")), IsEmpty());
}

TEST(Golden, FindsARenumberedField) {
  const auto complaints =
      ComplaintsAfter([](auto* file) { FieldIn(file, "PupilCheckedIn", "pupil_id").set_number(900); });
  EXPECT_THAT(complaints, Contains(HasSubstr("pupil_checked_in: PupilCheckedIn has no field 2")));
}

TEST(Golden, FindsAFieldWithAnotherType) {
  const auto with = [](FieldDescriptorProto::Type type) {
    return ComplaintsAfter([&](auto* file) { FieldIn(file, "RollCalled", "present").set_type(type); });
  };
  EXPECT_THAT(with(FieldDescriptorProto::TYPE_UINT32),
              Contains(HasSubstr("roll_called: is written as other")));
  EXPECT_THAT(with(FieldDescriptorProto::TYPE_UINT64), Contains(HasSubstr("roll_called: now reads")));
  EXPECT_THAT(with(FieldDescriptorProto::TYPE_STRING),
              Contains(HasSubstr("roll_called: RollCalled has no field")));
}

TEST(Golden, FindsTextThatBecameBytes) {
  const auto complaints = ComplaintsAfter([](auto* file) {
    FieldIn(file, "PupilCheckedIn", "pupil_id").set_type(FieldDescriptorProto::TYPE_BYTES);
  });
  EXPECT_THAT(complaints, Contains(HasSubstr("pupil_checked_in: now reads")));
}

TEST(Golden, FindsAListThatBecameOne) {
  const auto complaints = ComplaintsAfter([](auto* file) {
    FieldIn(file, "SessionStaffed", "duty_ids").set_label(FieldDescriptorProto::LABEL_OPTIONAL);
  });
  EXPECT_THAT(complaints, Contains(HasSubstr("session_staffed: is written as other bytes")));
}

TEST(Golden, FindsTwoFieldsThatChangedPlaces) {
  const auto complaints = ComplaintsAfter([](auto* file) {
    FieldIn(file, "PupilCheckedIn", "pupil_id").set_number(1);
    FieldIn(file, "PupilCheckedIn", "session_id").set_number(2);
  });
  EXPECT_THAT(complaints, Contains(HasSubstr("pupil_checked_in: now reads")));
}

TEST(Golden, FindsAnEventThatIsGone) {
  const auto complaints =
      ComplaintsAfter([](auto* file) { RemoveField(file, "AttendanceEvent", "pupil_checked_in"); });
  EXPECT_THAT(complaints,
              Contains(HasSubstr("pupil_checked_in: AttendanceEvent has no such member any more")));
}

TEST(Golden, FindsAnEventOfAnotherKind) {
  const auto complaints = ComplaintsAfter([](auto* file) {
    MessageIn(file, "PupilCheckedIn")
        .mutable_options()
        ->SetExtension(log::v1::event_kind, log::v1::DETERMINATION);
  });
  EXPECT_THAT(complaints, Contains(HasSubstr("is DETERMINATION and was recorded as FACT")));
}

TEST(Golden, AsksForAVersionWithANewFieldAndForANewEvent) {
  const OtherBuild build(AttendanceEvent::descriptor(), [](FileDescriptorProto* file) {
    AddField(file, "PupilCheckedIn", "added", 900, FieldDescriptorProto::TYPE_STRING);
    file->add_message_type()->set_name("SessionAdded");
    auto& member =
        AddField(file, "AttendanceEvent", "session_added", 900, FieldDescriptorProto::TYPE_MESSAGE);
    member.set_type_name(".other.SessionAdded");
    member.set_oneof_index(0);
  });
  const std::vector<Golden> goldens = Load("attendance_events");
  EXPECT_THAT(Complaints(build.prototype(), goldens), IsEmpty());
  const std::vector<Golden> missing = Missing(build.prototype(), goldens);
  ASSERT_THAT(missing, SizeIs(2));
  EXPECT_THAT(missing[0].text, AllOf(HasSubstr("pupil_checked_in { session_id: "), HasSubstr(" added: ")));
  EXPECT_EQ(missing[1].text, "session_added { }");

  // Once added they hold, and nothing more is asked for.
  std::string file;
  for (const Golden& golden : goldens) file += BlockOf(golden);
  for (const Golden& golden : missing) file += BlockOf(golden);
  const auto grown = ParseGoldens(file);
  ASSERT_TRUE(grown.ok()) << grown.status();
  EXPECT_THAT(Complaints(build.prototype(), *grown), IsEmpty());
  EXPECT_THAT(Missing(build.prototype(), *grown), IsEmpty());
}

TEST(Golden, FindsBytesThatWereChangedByHand) {
  std::vector<Golden> goldens = Load("attendance_events");
  ASSERT_FALSE(goldens.empty());
  goldens[0].bytes.back() ^= 1;
  EXPECT_THAT(Complaints(AttendanceEvent::default_instance(), goldens), SizeIs(1));
}

TEST(Goldens, SayTheLineOfWhatIsNoBlock) {
  EXPECT_THAT(std::string(ParseGoldens("# head\n\nname FACT\n0g\ntext\n").status().message()),
              HasSubstr("line 3"));
  EXPECT_THAT(std::string(ParseGoldens("name FACT\n00").status().message()), HasSubstr("line 2"));
}

}  // namespace
}  // namespace afterbell::golden
