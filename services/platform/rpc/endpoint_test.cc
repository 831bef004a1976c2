#include "services/platform/rpc/endpoint.h"

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

constexpr int kNobodysNumber = 99;

inspection::v1::InspectionCommand Report() {
  inspection::v1::InspectionCommand command;
  command.mutable_report_violation()->set_case_id("c1");
  command.mutable_report_violation()->add_event_refs()->set_index(7);
  return command;
}

void AddLater(google::protobuf::Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(kNobodysNumber, "later");
}

TEST(BytesOf, AreTheSameWhereAllIsKnown) {
  inspection::v1::InspectionCommand command = Report();
  const CommandBytes bytes = BytesOf(&command);
  EXPECT_EQ(bytes.came, Report().SerializeAsString());
  EXPECT_EQ(bytes.known, bytes.came);
}

TEST(BytesOf, LeaveOutOfWhatIsRecordedWhatALaterBuildKnows) {
  inspection::v1::InspectionCommand command = Report();
  AddLater(command.mutable_report_violation());
  AddLater(command.mutable_report_violation()->mutable_event_refs(0));
  const std::string came = command.SerializeAsString();
  const CommandBytes bytes = BytesOf(&command);
  EXPECT_EQ(bytes.came, came) << "whoever asks again with another field asks something else";
  EXPECT_EQ(bytes.known, Report().SerializeAsString());
}

}  // namespace
}  // namespace afterbell
