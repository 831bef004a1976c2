// The table of commands names every command, once.
#include "services/staffing/domain/commands.h"

#include "gtest/gtest.h"
#include "services/staffing/domain/staffing_kit.h"

namespace afterbell::staffing {
namespace {

TEST(Commands, AreAllInTheTable) {
  std::set<std::string> listed;
  for (const CommandInfo& command : Commands()) {
    EXPECT_TRUE(listed.insert(std::string(command.name)).second) << command.name;
    EXPECT_EQ(command.roles.empty(), command.name == "settle_duties") << command.name;
    const bool at_school = command.name == "assign_duty" || command.name == "settle_duties";
    EXPECT_EQ(command.where, at_school ? Where::kSchool : Where::kCommons) << command.name;
  }
  const auto* oneof = v1::StaffingCommand::descriptor()->oneof_decl(0);
  EXPECT_EQ(listed.size(), oneof->field_count());
  for (int i = 0; i < oneof->field_count(); ++i) EXPECT_TRUE(listed.count(oneof->field(i)->name()) > 0);
}

TEST(Commands, AreCommandsOfThisService) {
  StaffingKit kit;
  kit.When(v1::StaffingCommand()).ThenInvalid("command");
}

}  // namespace
}  // namespace afterbell::staffing
