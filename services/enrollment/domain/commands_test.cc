// The table of commands names every command, once.
#include "services/enrollment/domain/commands.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

TEST(Commands, AreAllInTheTable) {
  std::set<std::string> listed;
  for (const CommandInfo& command : Commands()) {
    EXPECT_TRUE(listed.insert(std::string(command.name)).second) << command.name;
    EXPECT_EQ(command.where, Where::kSchool);
    EXPECT_FALSE(command.roles.empty()) << command.name;
  }
  const auto* oneof = v1::EnrollmentCommand::descriptor()->oneof_decl(0);
  EXPECT_EQ(listed.size(), oneof->field_count());
  for (int i = 0; i < oneof->field_count(); ++i) EXPECT_TRUE(listed.count(oneof->field(i)->name()) > 0);
}

TEST(Commands, AreCommandsOfThisService) {
  EnrollmentKit kit;
  kit.When(v1::EnrollmentCommand()).ThenInvalid("command");
}

}  // namespace
}  // namespace afterbell::enrollment
