#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

const char kTownship[] =
    "register_district { district_id: 't2' code: 'T2' level: 'township' parent_id: 'd2' time_zone: "
    "'Asia/Shanghai' }";
const char kSchool[] =
    "register_school { school_id: 's2' district_id: 't1' code: 'S2' stages: 'primary' grades: '1' nature: "
    "'public' "
    "remote: true short_of_teachers: true central_school_id: 's1' effective_on: '2026-09-01' }";

TEST(RegisterDistrict, RegistersAnAreaUnderAWiderOne) {
  Commons()
      .As("platform_operator", "op")
      .When(Command(kTownship))
      .Then(Event("district_registered { district_id: 't2' code: 'T2' level: 'township' parent_id: 'd2' "
                  "time_zone: 'Asia/Shanghai' }"));
}

TEST(RegisterDistrict, RefusesAnotherAreaUnderTheSameId) {
  Commons()
      .As("platform_operator", "op")
      .When(Command("register_district { district_id: 't1' code: 'other' level: 'township' parent_id: 'd1' "
                    "time_zone: 'Asia/Shanghai' }"))
      .ThenRefused("REF-01", "WRONG_STATE");
}

TEST(RegisterDistrict, AsksForALevelAZoneAndAWiderParent) {
  const auto register_with = [](const std::string& level, const std::string& parent,
                                const std::string& zone) {
    return Command("register_district { district_id: 'x' code: 'X' level: '" + level + "' parent_id: '" +
                   parent + "' time_zone: '" + zone + "' }");
  };
  RegistryKit commons = Commons();
  commons.As("platform_operator", "op");
  commons.When(register_with("county", "p1", "Asia/Shanghai")).ThenInvalid("level");
  commons.When(register_with("district", "p1", "Mars/Base")).ThenInvalid("time_zone");
  commons.When(register_with("district", "nowhere", "Asia/Shanghai")).ThenNotFound();
  commons.When(register_with("district", "d1", "Asia/Shanghai")).ThenInvalid("parent_id");
  commons.When(register_with("province", "d1", "Asia/Shanghai")).ThenInvalid("parent_id");
}

TEST(RegisterSchool, RegistersASchoolOfTheBureausTerritory) {
  Commons()
      .As("education_bureau", "b1")
      .When(Command(kSchool))
      .Then(
          Event("school_registered { school_id: 's2' district_id: 't1' code: 'S2' stages: 'primary' grades: "
                "'1' nature: 'public' "
                "remote: true short_of_teachers: true central_school_id: 's1' effective_on: '2026-09-01' }"));
}

TEST(RegisterSchool, RefusesASchoolOutsideIt) {
  v1::RegistryCommand command = Command(kSchool);
  command.mutable_register_school()->set_district_id("d2");
  const Refused refused =
      Commons().As("education_bureau", "b1").When(command).ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  EXPECT_EQ(refused.limit, "d1");
  EXPECT_EQ(refused.met, "d2");
}

TEST(RegisterSchool, AsksForAKnownDistrictANatureAndAKnownCentralSchool) {
  RegistryKit commons = Commons();
  commons.As("education_bureau", "b1");
  v1::RegistryCommand command = Command(kSchool);
  command.mutable_register_school()->set_district_id("nowhere");
  commons.When(command).ThenNotFound();
  command = Command(kSchool);
  command.mutable_register_school()->set_nature("secret");
  commons.When(command).ThenInvalid("nature");
  command = Command(kSchool);
  command.mutable_register_school()->set_central_school_id("s9");  // REF-03
  commons.When(command).ThenNotFound();
}

TEST(RegisterSchool, RefusesAnotherSchoolUnderTheSameId) {
  v1::RegistryCommand command = Command(kSchool);
  command.mutable_register_school()->set_school_id("s1");
  Commons().As("education_bureau", "b1").When(command).ThenRefused("REF-01", "WRONG_STATE");
}

TEST(Commands, AreAllOfTheCommandMessageInItsOrder) {
  const auto* oneof = v1::RegistryCommand::descriptor()->oneof_decl(0);
  ASSERT_EQ(TheRegistry().commands().size(), oneof->field_count());
  for (int i = 0; i < oneof->field_count(); ++i)
    EXPECT_EQ(TheRegistry().commands()[i].name, oneof->field(i)->name());
}

TEST(Commands, NoneIsAnErrorOfTheCaller) { Commons().When(v1::RegistryCommand()).ThenInvalid("command"); }

}  // namespace
}  // namespace afterbell::registry
