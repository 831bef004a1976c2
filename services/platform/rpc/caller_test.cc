// Who calls: only what is written exactly as agreed, and never the system.
#include "services/platform/rpc/caller.h"

#include "gtest/gtest.h"

namespace afterbell {
namespace {

TEST(Caller, IsRolePersonAndDistrict) {
  const auto caller = ParseCaller("principal:people/p7@districts/d1");
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->role, "principal");
  EXPECT_EQ(caller->person_id, "p7");
  EXPECT_EQ(caller->district_id, "d1");
}

TEST(Caller, IsWrittenAsItIsRead) {
  for (const char* actor :
       {"principal:people/p7@districts/d1", "care_teacher:people/a-b.c_d@districts/jilin"}) {
    const auto caller = ParseCaller(actor);
    ASSERT_TRUE(caller.ok()) << caller.status();
    EXPECT_EQ(ToActor(*caller), actor);
  }
}

TEST(Caller, IsNobodyWhereAnythingIsMissingOrNoId) {
  const std::string long_id(65, 'x');
  for (const std::string& actor : {
           std::string(),
           std::string("principal"),
           std::string("principal:people/p7"),
           std::string("people/p7@districts/d1"),
           std::string("principal@districts/d1"),
           std::string(":people/p7@districts/d1"),
           std::string("principal:people/@districts/d1"),
           std::string("principal:people/p7@districts/"),
           std::string("principal@districts/d1:people/p7"),
           std::string("principal:people/p 7@districts/d1"),
           std::string("principal:people/p/7@districts/d1"),
           std::string("principal:people/p7@districts/d1/schools/s1"),
           std::string("principal:people/p7@districts/d1@districts/d2"),
           std::string("principal:people/p7:people/p8@districts/d1"),
           std::string("prin cipal:people/p7@districts/d1"),
           std::string("principal:people/p7@districts/d1 "),
           std::string("principal:people/p7@districts/d1\n"),
           std::string("principal:people/p7") + '\0' + "@districts/d1",
           "principal:people/" + long_id + "@districts/d1",
       }) {
    const auto caller = ParseCaller(actor);
    EXPECT_TRUE(absl::IsUnauthenticated(caller.status())) << actor;
  }
}

TEST(Caller, IsNeverTheSystem) {
  EXPECT_TRUE(absl::IsUnauthenticated(ParseCaller("system:people/p7@districts/d1").status()));
  EXPECT_TRUE(absl::IsUnauthenticated(ParseCaller("system:people/@districts/d1").status()));
}

}  // namespace
}  // namespace afterbell
