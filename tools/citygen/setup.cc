// A school before the term: its people, classes, plan, cleared adults and care groups.
#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/staffing/v1/staffing_commands.pb.h"
#include "tools/citygen/world.h"

namespace afterbell::citygen {
namespace {

namespace enr = enrollment::v1;
namespace reg = registry::v1;
namespace stf = staffing::v1;

constexpr int kRoomPupils = 50;
constexpr char kPrimary[] = "primary";

// An adult who serves pupils must be cleared for what it does.
struct Server {
  std::string person;
  std::string role;
};

std::vector<Server> ServersOf(const School& school) {
  std::vector<Server> all = {{school.leader, "duty_leader"}};
  for (const std::string& teacher : school.teachers) all.push_back({teacher, "care_teacher"});
  return all;
}

class Setup {
 public:
  Setup(World& world, const Moment& moment, School& school)
      : world_(world),
        moment_(moment),
        school_(school),
        town_(world.TownOf(school)),
        principal_(World::As("principal", school.principal, school)),
        office_(World::As("academic_affairs_office", school.office, school)) {}

  void Emit() {
    switch (moment_.step) {
      case Step::kSchools:
        return Register();
      case Step::kLeaders:
        return Leaders();
      case Step::kAdults:
        return Adults();
      case Step::kPosts:
        return Assign(World::BureauA(town_), school_.principal, "principal");
      case Step::kClasses:
        return Classes();
      case Step::kTeacherPosts:
        return Posts();
      case Step::kPupils:
        return Pupils();
      case Step::kGuardians:
        return Guardians();
      case Step::kGuardianships:
        return Guardianships();
      case Step::kSubmitPlan:
      case Step::kReviewPlan:
      case Step::kFilePlan:
      case Step::kPlanInForce:
        return Plan();
      case Step::kNominate:
      case Step::kScreen:
      case Step::kApprove:
      case Step::kPledge:
      case Step::kTrain:
        for (const Server& server : ServersOf(school_)) Clear(server);
        return;
      case Step::kGroups:
        return Groups();
      default:
        return;
    }
  }

 private:
  void Register() {
    reg::RegisterSchool command;
    command.set_school_id(school_.id);
    command.set_district_id(school_.district->id);
    command.set_code(school_.district->id + "-" + std::to_string(school_.place + 1));
    command.add_stages(kPrimary);
    for (const char* grade : {"1", "2", "3", "4", "5", "6"}) command.add_grades(grade);
    command.set_nature("public");
    command.set_effective_on(moment_.date);
    world_.writer.Ask(World::BureauA(town_), "", command);
    world_.AnswersOf(school_).school_ids.push_back(school_.id);
  }

  void Person(const Actor& actor, const std::string& school_id, const std::string& person,
              reg::PersonKind kind, const std::string& class_id = "") {
    reg::RegisterPerson command;
    command.set_person_id(person);
    command.set_kind(kind);
    if (!class_id.empty()) command.set_class_id(class_id);
    world_.writer.Ask(actor, school_id, command);
  }

  void Leaders() {
    for (const std::string* person :
         {&school_.principal, &school_.group_a, &school_.group_b, &school_.office}) {
      Person(World::BureauA(town_), "", *person, reg::STAFF);
    }
  }

  void Adults() {
    for (const std::string* person : {&school_.accountant, &school_.gate, &school_.leader}) {
      Person(office_, "", *person, reg::STAFF);
    }
    for (const std::string& teacher : school_.teachers) Person(office_, "", teacher, reg::STAFF);
    Person(office_, "", school_.volunteer, reg::OUTSIDER);
  }

  void Assign(const Actor& actor, const std::string& person, const std::string& role,
              const std::string& class_id = "") {
    reg::AssignPost command;
    command.set_person_id(person);
    command.set_role(role);
    if (!class_id.empty()) command.set_class_id(class_id);
    command.set_from_on(moment_.date);
    world_.writer.Ask(actor, school_.id, command);
  }

  void Posts() {
    Assign(principal_, school_.group_a, "school_leading_group");
    Assign(principal_, school_.group_b, "school_leading_group");
    Assign(principal_, school_.office, "academic_affairs_office");
    Assign(principal_, school_.accountant, "school_accountant");
    Assign(principal_, school_.gate, "gate_guard");
    Assign(principal_, school_.leader, "duty_leader");
    for (size_t i = 0; i < school_.classes.size(); ++i) {
      Assign(principal_, school_.teachers[i], "class_teacher", school_.classes[i].id);
    }
    for (const std::string& teacher : school_.teachers) Assign(principal_, teacher, "care_teacher");
  }

  void Classes() {
    for (const Class& each : school_.classes) {
      reg::OpenClass command;
      command.set_class_id(each.id);
      command.set_grade(each.grade);
      command.set_stage(kPrimary);
      command.set_code(each.code);
      command.set_school_year(world_.options.first_on.substr(0, 4));
      world_.writer.Ask(office_, school_.id, command);
    }
    for (const Group& group : school_.groups) {
      reg::RegisterVenue command;
      command.set_venue_id(group.venue_id);
      command.set_kind("classroom");
      command.set_capacity_pupils(kRoomPupils);
      command.set_floor(school_.classes[group.class_number].grade);
      command.set_on_site(true);
      world_.writer.Ask(office_, school_.id, command);
    }
  }

  void Pupils() {
    for (const Pupil& pupil : school_.pupils) {
      Person(office_, school_.id, pupil.id, reg::PUPIL, school_.classes[pupil.class_number].id);
    }
    world_.AnswersOf(school_).pupils += static_cast<int64_t>(school_.pupils.size());
  }

  void Guardians() {
    for (const Pupil& pupil : school_.pupils) {
      for (const std::string& guardian : pupil.guardians)
        Person(office_, school_.id, guardian, reg::GUARDIAN);
      world_.AnswersOf(school_).guardians += static_cast<int64_t>(pupil.guardians.size());
    }
  }

  void Guardianships() {
    for (const Pupil& pupil : school_.pupils) {
      for (size_t i = 0; i < pupil.guardians.size(); ++i) {
        reg::RecordGuardianship command;
        command.set_pupil_id(pupil.id);
        command.set_guardian_id(pupil.guardians[i]);
        command.set_relation(i == 0 ? "mother" : "father");
        command.set_from_on(moment_.date);
        world_.writer.Ask(office_, school_.id, command);
      }
    }
  }

  void SubmitPlan() {
    reg::SubmitSchoolPlan command;
    command.set_term_id(town_.term_id);
    command.set_version(1);
    for (const Slot& slot : school_.district->slots) {
      reg::PlanSlot& planned = *command.add_slots();
      planned.set_period(slot.period);
      planned.set_start_time(slot.start_time);
      planned.set_end_time(slot.end_time);
      for (const int weekday : school_.district->weekdays) planned.add_weekdays(weekday);
    }
    for (const char* section : {"staff", "content", "funding", "safety"}) command.add_sections(section);
    command.set_content_hash(world_.writer.Evidence());
    command.set_emergency_plan_hash(world_.writer.Evidence());
    world_.writer.Ask(principal_, school_.id, command);
  }

  void Plan() {
    const std::string plan_id = PlanId(school_.id, town_.term_id);
    if (moment_.step == Step::kSubmitPlan) SubmitPlan();
    if (moment_.step == Step::kReviewPlan && school_.district->plan_reviewed) {
      reg::ReviewSchoolPlan command;
      command.set_plan_id(plan_id);
      command.set_version(1);
      command.set_passed(true);
      world_.writer.Ask(World::BureauA(town_), school_.id, command);
    }
    if (moment_.step == Step::kFilePlan && school_.district->plan_filed) {
      reg::FileSchoolPlan command;
      command.set_plan_id(plan_id);
      command.set_version(1);
      world_.writer.Ask(World::BureauB(town_), school_.id, command);
    }
    if (moment_.step == Step::kPlanInForce) {
      reg::BringPlanIntoForce command;
      command.set_plan_id(plan_id);
      command.set_version(1);
      command.set_from_on(world_.calendar.first_on());
      world_.writer.Ask(principal_, school_.id, command);
    }
  }

  // One step of one adult's clearance.
  void Clear(const Server& server) {
    const Actor self = World::As(server.role, server.person, school_);
    switch (moment_.step) {
      case Step::kNominate: {
        stf::NominatePerson command;
        command.set_person_id(server.person);
        command.set_post_kind("school_teacher");
        command.add_school_ids(school_.id);
        command.set_willing(true);
        world_.writer.Ask(self, "", command);
        return;
      }
      case Step::kScreen:
        return Screen(server);
      case Step::kApprove: {
        stf::ApprovePerson command;
        command.set_person_id(server.person);
        command.add_school_ids(school_.id);
        command.add_roles(server.role);
        command.set_valid_from(moment_.date);
        command.set_valid_to(AddDays(world_.calendar.last_on(), 180));
        world_.writer.Ask(principal_, "", command);
        return;
      }
      default:
        if (school_.district->pledge_and_training) Prepare(server, self);
    }
  }

  void Screen(const Server& server) {
    stf::ScreenPerson command;
    command.set_person_id(server.person);
    for (const stf::CheckKind kind :
         {stf::HEALTH, stf::COMPETENCE, stf::ETHICS, stf::BAD_RECORD, stf::QUALIFICATION, stf::BACKGROUND}) {
      stf::Check& check = *command.add_checks();
      check.set_kind(kind);
      check.set_passed(true);
      check.set_evidence_hash(world_.writer.Evidence());
    }
    command.set_passed(true);
    world_.writer.Ask(principal_, "", command);
  }

  void Prepare(const Server& server, const Actor& self) {
    if (moment_.step == Step::kPledge) {
      stf::SignPledge command;
      command.set_person_id(server.person);
      command.set_school_id(school_.id);
      command.set_term_id(town_.term_id);
      command.set_text_hash(world_.writer.Evidence());
      world_.writer.Ask(self, "", command);
    } else {
      stf::CompleteTraining command;
      command.set_person_id(server.person);
      command.set_course_code(kTrainingCourse);
      command.set_on(moment_.date);
      world_.writer.Ask(self, "", command);
    }
  }

  void Groups() {
    for (const Group& group : school_.groups) {
      if (group.pupils.empty()) continue;
      enr::FormCareGroup command;
      command.set_group_id(group.id);
      command.set_term_id(town_.term_id);
      command.set_stage(kPrimary);
      command.add_grades(school_.classes[group.class_number].grade);
      command.set_class_id(school_.classes[group.class_number].id);
      for (const std::string& period : school_.district->periods()) command.add_periods(period);
      for (const int weekday : school_.district->weekdays) command.add_weekdays(weekday);
      command.set_venue_id(group.venue_id);
      world_.writer.Ask(office_, school_.id, command);
      ++world_.AnswersOf(school_).groups;
    }
  }

  World& world_;
  const Moment& moment_;
  School& school_;
  const DistrictTown& town_;
  const Actor principal_;
  const Actor office_;
};

}  // namespace

void EmitSetup(World& world, const Moment& moment, School& school) { Setup(world, moment, school).Emit(); }

}  // namespace afterbell::citygen
