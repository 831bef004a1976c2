// On Sundays the office plans the sessions of the coming week and assigns the duties; once, a
// principal bars a teacher.
#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/staffing/v1/staffing_commands.pb.h"
#include "tools/citygen/roster.h"

namespace afterbell::citygen {
namespace {

namespace att = attendance::v1;
namespace stf = staffing::v1;

// The n-th teacher of those who still serve; the turn moves on each day.
const std::string& Turn(const World& world, const School& school, const std::string& date, int n) {
  const int teachers = static_cast<int>(school.teachers.size()) - world.planted.TeachersOut(school, date);
  return school.teachers[(n + world.calendar.DayNumber(date)) % teachers];
}

class Week {
 public:
  Week(World& world, const Moment& moment, School& school)
      : world_(world),
        moment_(moment),
        school_(school),
        office_(World::As("academic_affairs_office", school.office, school)),
        dates_(world.calendar.ServiceDaysFrom(*school.district, AddDays(moment.date, 1))) {}

  void Plan() {
    for (const Group& group : school_.groups) {
      if (group.pupils.empty()) continue;
      for (const Slot& slot : school_.district->slots) {
        att::PlanSession command;
        command.set_group_id(group.id);
        for (const std::string& date : dates_) command.add_dates(date);
        command.set_period(slot.period);
        command.set_start_time(slot.start_time);
        command.set_end_time(slot.end_time);
        command.set_venue_id(group.venue_id);
        command.set_on_site(true);
        world_.writer.Ask(office_, school_.id, command);
        world_.AnswersOf(school_).sessions_planned += static_cast<int64_t>(dates_.size());
      }
    }
  }

  void Duties() {
    for (const std::string& date : dates_) {
      for (int g = 0; g < static_cast<int>(school_.groups.size()); ++g) {
        if (school_.groups[g].pupils.empty()) continue;
        const OnDuty on_duty = RosterOf(world_, school_, date, g);
        for (const Slot& slot : school_.district->slots) {
          Assign(date, slot, g, on_duty.responsible, "care_teacher");
          Assign(date, slot, g, on_duty.assistant, "care_teacher");
          world_.AnswersOf(school_).duties += 2;
        }
      }
      DutiesRefused(date);
    }
  }

  void Bar() {
    stf::BarPerson command;
    command.set_person_id(school_.teachers.back());
    command.set_ground(stf::ETHICS_PROBLEM);
    *command.mutable_from_at() = TimestampOf(moment_.at);
    command.set_evidence_hash(world_.writer.Evidence());
    world_.writer.Ask(World::As("principal", school_.principal, school_), "", command);
    world_.Note("a teacher is barred for ethics", school_, moment_.date, school_.teachers.back());
  }

 private:
  Call& Assign(const std::string& date, const Slot& slot, int group, const std::string& person,
               const std::string& role) {
    stf::AssignDuty command;
    command.set_session_id(school_.SessionId(date, slot, school_.groups[group]));
    command.set_person_id(person);
    command.set_role(role);
    *command.mutable_from_at() = TimestampOf(InstantAt(date, slot.start));
    *command.mutable_to_at() = TimestampOf(InstantAt(date, slot.end));
    return world_.writer.Ask(office_, school_.id, command);
  }

  void DutiesRefused(const std::string& date) {
    const Planted& planted = world_.planted;
    const Slot& slot = school_.district->slots.back();
    if (planted.uncleared.Is(school_, date)) {
      Call& call = Assign(date, slot, planted.uncleared.group, school_.volunteer, "volunteer");
      world_.writer.Refused(call, "STF-15", "ADULT_NOT_CLEARED");
      world_.Note("a duty for an adult nobody reviewed", school_, moment_.date, school_.volunteer);
    }
    if (planted.barred_comes.Is(school_, date)) {
      Call& call = Assign(date, slot, planted.barred_comes.group, school_.teachers.back(), "care_teacher");
      world_.writer.Refused(call, "STF-13", "ADULT_BARRED");
      world_.Note("a duty for a teacher barred for ethics", school_, moment_.date, school_.teachers.back());
    }
  }

  World& world_;
  const Moment& moment_;
  School& school_;
  const Actor office_;
  const std::vector<std::string> dates_;
};

}  // namespace

OnDuty RosterOf(const World& world, const School& school, const std::string& date, int group) {
  return {Turn(world, school, date, 2 * group), Turn(world, school, date, 2 * group + 1)};
}

std::string FreeTeacher(const World& world, const School& school, const std::string& date) {
  return Turn(world, school, date, 2 * static_cast<int>(school.groups.size()));
}

void EmitWeek(World& world, const Moment& moment, School& school) {
  Week week(world, moment, school);
  if (moment.step == Step::kPlanWeek) week.Plan();
  if (moment.step == Step::kDuties) week.Duties();
  if (moment.step == Step::kBar && world.planted.bar.school == school.number) week.Bar();
}

}  // namespace afterbell::citygen
