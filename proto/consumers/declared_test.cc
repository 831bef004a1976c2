// A contract changed as no consumer could bear it is found by its event and field; and what is not declared
// is not seen.
#include "proto/consumers/declared.h"

#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/golden/other_build.h"

namespace afterbell::consumers {
namespace {

using enrollment::v1::EnrollmentEvent;
using golden::FieldDescriptorProto;
using golden::FileDescriptorProto;
using golden::OtherBuild;
using registry::v1::RegistryEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kReadsEnrolled[] = R"(
  event {
    name: "pupil_enrolled" number: 14
    field { path: "pupil_id" number: 3 type: "string" }
    field { path: "product" number: 5 type: "afterbell.enrollment.v1.Product" }
  }
  event {
    name: "care_group_formed" number: 20
    field { path: "weekdays" number: 8 type: "repeated int32" }
  })";
constexpr char kReadsValues[] = R"(
  event {
    name: "policy_parameter_set" number: 12
    field { path: "value" number: 1 type: "afterbell.policy.v1.ParameterValue" }
    field { path: "value.key" number: 3 type: "string" }
  })";

Declared Reads(const char* text) {
  const auto declared = Declared::Parse(text);
  EXPECT_TRUE(declared.ok()) << declared.status();
  return declared.value_or(Declared());
}

std::vector<std::string> ComplaintsAfter(const std::function<void(FileDescriptorProto*)>& change) {
  const OtherBuild build(EnrollmentEvent::descriptor(), change);
  return Reads(kReadsEnrolled).Complaints(build.prototype().GetDescriptor());
}

TEST(Complaints, AreNoneOfWhatOthersMayDo) {
  EXPECT_THAT(ComplaintsAfter([](auto*) {}), IsEmpty());
  EXPECT_THAT(ComplaintsAfter([](auto* file) {
                golden::AddField(file, "PupilEnrolled", "added", 900, FieldDescriptorProto::TYPE_STRING);
                golden::RemoveField(file, "PupilEnrolled", "stage");  // Not read.
              }),
              IsEmpty());
  EXPECT_THAT(Reads(kReadsValues).Complaints(RegistryEvent::descriptor()), IsEmpty());
}

TEST(Complaints, NameAnEventThatIsGone) {
  EXPECT_THAT(
      ComplaintsAfter([](auto* file) { golden::RemoveField(file, "EnrollmentEvent", "pupil_enrolled"); }),
      ElementsAre("pupil_enrolled is gone (declared as field 14)"));
}

TEST(Complaints, NameAnEventThatWasRenumbered) {
  EXPECT_THAT(ComplaintsAfter([](auto* file) {
                golden::FieldIn(file, "EnrollmentEvent", "pupil_enrolled").set_number(900);
              }),
              ElementsAre("pupil_enrolled now has number 900 (declared as field 14)"));
}

TEST(Complaints, NameAFieldThatIsGone) {
  EXPECT_THAT(ComplaintsAfter([](auto* file) { golden::RemoveField(file, "PupilEnrolled", "pupil_id"); }),
              ElementsAre("pupil_enrolled.pupil_id is gone (declared as field 3, string)"));
}

TEST(Complaints, NameAFieldThatWasRenumbered) {
  EXPECT_THAT(
      ComplaintsAfter([](auto* file) { golden::FieldIn(file, "PupilEnrolled", "pupil_id").set_number(900); }),
      ElementsAre("pupil_enrolled.pupil_id now has number 900 (declared as field 3, string)"));
}

TEST(Complaints, NameAFieldOfAnotherType) {
  EXPECT_THAT(ComplaintsAfter([](auto* file) {
                auto& field = golden::FieldIn(file, "PupilEnrolled", "product");
                field.clear_type_name();
                field.set_type(FieldDescriptorProto::TYPE_INT32);
              }),
              ElementsAre(HasSubstr("pupil_enrolled.product is now int32 (declared as field 5, ")));
  EXPECT_THAT(
      ComplaintsAfter([](auto* file) {
        golden::FieldIn(file, "CareGroupFormed", "weekdays").set_label(FieldDescriptorProto::LABEL_OPTIONAL);
      }),
      ElementsAre("care_group_formed.weekdays is now int32 (declared as field 8, repeated int32)"));
}

TEST(Complaints, AskForWhatIsReadOfAMessage) {
  const Declared declared = Reads(R"(event { name: "policy_parameter_set" number: 12
      field { path: "value" number: 1 type: "afterbell.policy.v1.ParameterValue" } })");
  EXPECT_THAT(declared.Complaints(RegistryEvent::descriptor()),
              ElementsAre(HasSubstr("policy_parameter_set.value is declared without what is read of it")));
}

TEST(Strip, LeavesWhatIsDeclared) {
  EnrollmentEvent event;
  auto& enrolled = *event.mutable_pupil_enrolled();
  enrolled.set_pupil_id("ana");
  enrolled.set_product(enrollment::v1::LUNCH);
  EnrollmentEvent expected = event;
  enrolled.set_grade("3");
  enrolled.GetReflection()->MutableUnknownFields(&enrolled)->AddVarint(900, 1);
  Reads(kReadsEnrolled).Strip(&event);
  EXPECT_EQ(event.SerializeAsString(), expected.SerializeAsString());
}

TEST(Strip, LeavesOfAMessageWhatIsDeclaredWithin) {
  RegistryEvent event;
  event.mutable_policy_parameter_set()->mutable_value()->set_key("fee_cap");
  const RegistryEvent expected = event;
  event.mutable_policy_parameter_set()->mutable_value()->set_unit("fen");
  Reads(kReadsValues).Strip(&event);
  EXPECT_EQ(event.SerializeAsString(), expected.SerializeAsString());
}

TEST(Strip, LeavesNothingOfAnEventThatIsNotDeclared) {
  EnrollmentEvent event;
  event.mutable_pupil_placed()->set_pupil_id("ana");
  Reads(kReadsEnrolled).Strip(&event);
  EXPECT_TRUE(event.SerializeAsString().empty());
}

TEST(Declared, SaysWhereItDoesNotParse) {
  EXPECT_THAT(std::string(Declared::Parse("event {\n nme: 'x' }").status().message()), HasSubstr("2:5: "));
}

}  // namespace
}  // namespace afterbell::consumers
