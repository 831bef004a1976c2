// What concerns more than one school: areas, schools, officials, the term and its holidays, the
// fee standards. (The policy instruments are loaded by the player.)
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "tools/citygen/world.h"

namespace afterbell::citygen {
namespace {

namespace reg = registry::v1;

void Area(World& world, const std::string& id, const std::string& level, const std::string& parent) {
  reg::RegisterDistrict command;
  command.set_district_id(id);
  command.set_code(id);
  command.set_level(level);
  if (!parent.empty()) command.set_parent_id(parent);
  command.set_time_zone("Asia/Shanghai");
  world.writer.Ask(world.Operator(), "", command);
}

void Officials(World& world, const DistrictTown& d) {
  const auto registers = [&](const Actor& actor, const std::string& person) {
    reg::RegisterPerson command;
    command.set_person_id(person);
    command.set_kind(reg::OFFICIAL);
    world.writer.Ask(actor, "", command);
  };
  registers(World::BureauB(d), d.bureau_a);
  registers(World::BureauA(d), d.bureau_b);
  registers(World::BureauA(d), d.inspector);
}

void Term(World& world, const DistrictTown& d, const std::string& date) {
  const auto assigns = [&](const Actor& actor, const std::string& person, const std::string& role) {
    reg::AssignPost command;
    command.set_person_id(person);
    command.set_role(role);
    command.set_from_on(date);
    world.writer.Ask(actor, "", command);
  };
  assigns(World::BureauB(d), d.bureau_a, "education_bureau");
  assigns(World::BureauA(d), d.bureau_b, "education_bureau");
  assigns(World::BureauA(d), d.inspector, "responsible_inspector");
  reg::OpenTerm command;
  command.set_scope_id(d.district->id);
  command.set_code(world.options.term_code);
  command.set_first_on(world.calendar.first_on());
  command.set_last_on(world.calendar.last_on());
  world.writer.Ask(World::BureauA(d), "", command);
}

void Holidays(World& world, const DistrictTown& d) {
  if (world.calendar.holidays().empty()) return;
  reg::SetServiceDays command;
  command.set_scope_id(d.district->id);
  for (const std::string& date : world.calendar.holidays()) {
    reg::ServiceDay& day = *command.add_days();
    day.set_on(date);
    day.set_serves(false);
    day.set_reason("statutory_holiday");
  }
  world.writer.Ask(World::BureauA(d), "", command);
}

void FeeStandard(World& world, const DistrictTown& d) {
  if (d.district->model == FeeModel::kFree) return;
  reg::AnnounceFeeStandard command;
  command.set_fee_standard_id(d.fee_standard_id);
  command.set_district_id(d.district->id);
  command.set_fee_kind(kFeeKind);
  command.set_listed_name("after_school_service_fee");
  for (const std::string& id : d.fee_value_ids) command.add_parameter_value_ids(id);
  command.set_effective_from(world.calendar.first_on());
  world.writer.Ask(world.Operator(), "", command);
}

}  // namespace

void EmitCity(World& world, const Moment& moment) {
  if (moment.step == Step::kNation) Area(world, kNation, "nation", "");
  if (moment.step != Step::kAreas) return;
  for (const DistrictTown& d : world.town.districts) Area(world, d.district->id, "district", kNation);
}

void EmitDistrict(World& world, const Moment& moment, const DistrictTown& district) {
  switch (moment.step) {
    case Step::kOfficials:
      return Officials(world, district);
    case Step::kTerms:
      return Term(world, district, moment.date);
    case Step::kHolidays:
      return Holidays(world, district);
    case Step::kFeeStandards:
      return FeeStandard(world, district);
    default:
      return;
  }
}

}  // namespace afterbell::citygen
