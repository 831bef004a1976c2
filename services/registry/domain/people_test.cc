#include "services/registry/domain/testing.h"

namespace afterbell::registry {
namespace {

const char kClass[] =
    "class_opened { class_id: 'c1' grade: '1' stage: 'primary' code: '1A' school_year: '2026' }";
const char kPupil[] =
    "person_registered { person_id: 'ana' kind: PUPIL sealed_identity: 'x' class_id: 'c1' }";
const char kGuardian[] = "person_registered { person_id: 'mum' kind: GUARDIAN }";
const char kTeacher[] = "person_registered { person_id: 'tea' kind: STAFF }";

RegistryKit SchoolWithPeople() {
  RegistryKit school = AtSchool();
  school.Given(Event(kClass), Event(kPupil), Event(kGuardian)).GivenCommons(Event(kTeacher));
  return school;
}

TEST(OpenClass, OpensAClassOfAGradeTheSchoolHas) {
  AtSchool()
      .As("academic_affairs_office", "o1")
      .When(
          Command("open_class { class_id: 'c1' grade: '2' stage: 'primary' code: '2A' school_year: '2026' }"))
      .Then(Event(
          "class_opened { class_id: 'c1' grade: '2' stage: 'primary' code: '2A' school_year: '2026' }"));
}

TEST(OpenClass, RefusesAGradeOrStageItHasNot) {
  RegistryKit school = AtSchool();
  school.As("academic_affairs_office", "o1");
  const Refused grade = school.When(Command("open_class { class_id: 'c1' grade: '3' stage: 'primary' }"))
                            .ThenRefused("ENR-02", "GRADE_NOT_IN_SCHOOL");
  EXPECT_EQ(grade.limit, "1,2");
  EXPECT_EQ(grade.met, "3");
  const Refused stage =
      school.When(Command("open_class { class_id: 'c1' grade: '1' stage: 'junior_secondary' }"))
          .ThenRefused("ENR-02", "GRADE_NOT_IN_SCHOOL");
  EXPECT_EQ(stage.limit, "primary");
}

TEST(OpenClass, RefusesAnotherClassUnderTheSameIdAndAnUnknownSchool) {
  AtSchool()
      .Given(Event(kClass))
      .When(Command("open_class { class_id: 'c1' grade: '2' stage: 'primary' }"))
      .ThenRefused("ENR-02", "WRONG_STATE");
  RegistryKit("s9").When(Command("open_class { class_id: 'c1' grade: '1' stage: 'primary' }")).ThenNotFound();
}

TEST(RegisterPerson, RegistersAPupilOfAClassAtTheSchool) {
  AtSchool()
      .Given(Event(kClass))
      .As("academic_affairs_office", "o1")
      .When(Command("register_person { person_id: 'ana' kind: PUPIL sealed_identity: 'x' class_id: 'c1' }"))
      .Then(Event(kPupil));
}

TEST(RegisterPerson, StaysQuietWhenThePersonIsSealedAnew) {
  SchoolWithPeople()
      .When(
          Command("register_person { person_id: 'ana' kind: PUPIL sealed_identity: 'other' class_id: 'c1' }"))
      .ThenNothing();
}

TEST(RegisterPerson, RegistersAdultsInTheCommonsOnly) {
  Commons()
      .As("education_bureau", "b1")
      .When(Command("register_person { person_id: 'vol' kind: OUTSIDER }"))
      .Then(Event("person_registered { person_id: 'vol' kind: OUTSIDER }"));
  Commons().When(Command("register_person { person_id: 'tea' kind: STAFF }")).ThenDecided();
  Commons().When(Command("register_person { person_id: 'off' kind: OFFICIAL }")).ThenDecided();
  Commons().When(Command("register_person { person_id: 'ana' kind: PUPIL }")).ThenInvalid("kind");
  Commons().When(Command("register_person { person_id: 'mum' kind: GUARDIAN }")).ThenInvalid("kind");
  AtSchool().When(Command("register_person { person_id: 'tea' kind: STAFF }")).ThenDecided();
  AtSchool().When(Command("register_person { person_id: 'off' kind: OFFICIAL }")).ThenInvalid("kind");
  AtSchool().When(Command("register_person { person_id: 'vol' kind: OUTSIDER }")).ThenInvalid("kind");
  AtSchool().When(Command("register_person { person_id: 'vol' }")).ThenInvalid("kind");
}

TEST(RegisterPerson, RefusesTheSameIdForAnotherPerson) {
  SchoolWithPeople()
      .When(Command("register_person { person_id: 'ana' kind: GUARDIAN }"))
      .ThenRefused("REF-37", "WRONG_STATE");
}

TEST(RegisterPerson, AsksForAKnownClassAndOnlyOfPupils) {
  RegistryKit school = SchoolWithPeople();
  school.When(Command("register_person { person_id: 'ben' kind: PUPIL class_id: 'c9' }")).ThenNotFound();
  school.When(Command("register_person { person_id: 'dad' kind: GUARDIAN class_id: 'c1' }"))
      .ThenInvalid("class_id");
  RegistryKit("s9").When(Command("register_person { person_id: 'ben' kind: PUPIL }")).ThenNotFound();
}

TEST(RecordGuardianship, RecordsWhoseGuardianSomebodyIs) {
  SchoolWithPeople()
      .As("class_teacher", "tea")
      .When(Command("record_guardianship { pupil_id: 'ana' guardian_id: 'mum' relation: 'mother' from_on: "
                    "'2026-09-01' }"))
      .Then(Event("guardianship_recorded { pupil_id: 'ana' guardian_id: 'mum' relation: 'mother' from_on: "
                  "'2026-09-01' }"));
}

TEST(RecordGuardianship, TakesATeacherOfTheTownForAGuardianAndNoPupil) {
  RegistryKit school = SchoolWithPeople();
  school
      .When(Command("record_guardianship { pupil_id: 'ana' guardian_id: 'tea' relation: 'father' from_on: "
                    "'2026-09-01' }"))
      .ThenDecided();
  school
      .When(Command("record_guardianship { pupil_id: 'ana' guardian_id: 'ana' relation: 'self' from_on: "
                    "'2026-09-01' }"))
      .ThenNotFound();
  school
      .When(Command(
          "record_guardianship { pupil_id: 'mum' guardian_id: 'tea' relation: 'x' from_on: '2026-09-01' }"))
      .ThenNotFound();
}

TEST(RecordGuardianship, RefusesAnotherRelationOfTheSameTwo) {
  SchoolWithPeople()
      .Given(Event("guardianship_recorded { pupil_id: 'ana' guardian_id: 'mum' relation: 'mother' from_on: "
                   "'2026-09-01' }"))
      .When(Command("record_guardianship { pupil_id: 'ana' guardian_id: 'mum' relation: 'aunt' from_on: "
                    "'2026-09-01' }"))
      .ThenRefused("ENR-02", "WRONG_STATE");
}

TEST(AssignPost, GivesARoleAtASchoolUnderADerivedId) {
  v1::RegistryEvent expected =
      Event("post_assigned { person_id: 'tea' role: 'class_teacher' class_id: 'c1' from_on: '2026-09-01' }");
  expected.mutable_post_assigned()->set_post_id(DerivedId("post", {"s1", "tea", "class_teacher", "c1"}));
  SchoolWithPeople()
      .As("principal", "pri")
      .When(Command(
          "assign_post { person_id: 'tea' role: 'class_teacher' class_id: 'c1' from_on: '2026-09-01' }"))
      .Then(expected);
}

TEST(AssignPost, GivesOfficesInTheCommonsByTheBureauAndNoPrincipal) {
  RegistryKit commons = Commons();
  commons.Given(Event(kTeacher));
  const v1::RegistryCommand command =
      Command("assign_post { person_id: 'tea' role: 'responsible_inspector' from_on: '2026-09-01' }");
  commons.As("principal", "pri").When(command).ThenRefused("REF-01", "OUTSIDE_TERRITORY");
  commons.As("education_bureau", "b1").When(command).ThenDecided();
}

TEST(AssignPost, RefusesThePostHeldSinceAnotherDay) {
  RegistryKit school = SchoolWithPeople();
  school.As("principal", "pri");
  school.When(Command("assign_post { person_id: 'tea' role: 'principal' from_on: '2026-09-01' }"))
      .ThenDecided();
  school.When(Command("assign_post { person_id: 'tea' role: 'principal' from_on: '2026-09-02' }"))
      .ThenRefused("ATT-33", "WRONG_STATE");
}

TEST(AssignPost, AsksForAKnownAdultRoleAndClass) {
  RegistryKit school = SchoolWithPeople();
  school.When(Command("assign_post { person_id: 'tea' role: 'teecher' from_on: '2026-09-01' }"))
      .ThenInvalid("role");
  school.When(Command("assign_post { person_id: 'nobody' role: 'principal' from_on: '2026-09-01' }"))
      .ThenNotFound();
  school.When(Command("assign_post { person_id: 'ana' role: 'principal' from_on: '2026-09-01' }"))
      .ThenNotFound();
  school
      .When(Command(
          "assign_post { person_id: 'tea' role: 'class_teacher' class_id: 'c9' from_on: '2026-09-01' }"))
      .ThenNotFound();
}

TEST(AssignPost, KnowsNoSchoolThatIsNotRegistered) {
  RegistryKit school("s9");
  school.GivenCommons(Event(kTeacher));
  school.When(Command("assign_post { person_id: 'tea' role: 'principal' from_on: '2026-09-01' }"))
      .ThenNotFound();
}

TEST(RegisterVenue, RegistersRoomsAtTheSchoolAndOffCampusVenuesInTheCommons) {
  AtSchool()
      .As("academic_affairs_office", "o1")
      .When(Command(
          "register_venue { venue_id: 'v1' kind: 'classroom' capacity_pupils: 40 floor: '2' on_site: true }"))
      .Then(Event("venue_registered { venue_id: 'v1' kind: 'classroom' capacity_pupils: 40 floor: '2' "
                  "on_site: true }"));
  Commons()
      .As("education_bureau", "b1")
      .When(Command("register_venue { venue_id: 'v2' kind: 'museum' capacity_pupils: 200 }"))
      .Then(Event("venue_registered { venue_id: 'v2' kind: 'museum' capacity_pupils: 200 }"));
}

TEST(RegisterVenue, RefusesAnotherRoomUnderTheSameId) {
  AtSchool()
      .Given(Event("venue_registered { venue_id: 'v1' kind: 'classroom' capacity_pupils: 40 on_site: true }"))
      .When(Command("register_venue { venue_id: 'v1' kind: 'classroom' capacity_pupils: 50 on_site: true }"))
      .ThenRefused("REF-27", "WRONG_STATE");
}

TEST(RegisterVenue, AsksForThePlaceItBelongsToAndRoomForSomebody) {
  AtSchool()
      .When(Command("register_venue { venue_id: 'v1' kind: 'museum' capacity_pupils: 40 }"))
      .ThenInvalid("on_site");
  Commons()
      .When(Command("register_venue { venue_id: 'v1' kind: 'room' capacity_pupils: 40 on_site: true }"))
      .ThenInvalid("on_site");
  AtSchool()
      .When(Command("register_venue { venue_id: 'v1' kind: 'room' capacity_pupils: 0 on_site: true }"))
      .ThenInvalid("capacity_pupils");
}

TEST(RegisterVenue, KnowsNoSchoolThatIsNotRegistered) {
  RegistryKit("s9")
      .When(Command("register_venue { venue_id: 'v1' kind: 'room' capacity_pupils: 40 on_site: true }"))
      .ThenNotFound();
}

}  // namespace
}  // namespace afterbell::registry
