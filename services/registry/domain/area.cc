#include "services/registry/domain/area.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/territory.h"

namespace afterbell::registry {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"nation", "province", "city", "district", "township"};

// From wide to narrow; kLevels.size() for a word that is none.
size_t RankOf(std::string_view level) {
  return std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin();
}

}  // namespace

Decided DecideRegisterDistrict(const Situation& s, const v1::RegisterDistrict& command) {
  v1::RegistryEvent event;
  v1::DistrictRegistered& area = *event.mutable_district_registered();
  area.set_district_id(command.district_id());
  area.set_code(command.code());
  area.set_level(command.level());
  area.set_parent_id(command.parent_id());
  area.set_time_zone(command.time_zone());

  if (auto known = IfKnown(Area(s.rows, command.district_id()), area, "REF-01", command.district_id()))
    return *known;
  if (RankOf(area.level()) == kLevels.size()) {
    return InvalidField("level", area.level(), "nation, province, city, district or township");
  }
  if (!ZoneOffsetMinutes(area.time_zone()))
    return InvalidField("time_zone", area.time_zone(), "a known time zone");
  if (!area.parent_id().empty()) {
    const auto parent = Area(s.rows, area.parent_id());
    if (!parent) return Unknown("district", area.parent_id());
    if (RankOf(parent->level()) >= RankOf(area.level())) {
      return InvalidField("parent_id", area.parent_id(), "an area of a wider level");
    }
  }
  return One(std::move(event));
}

Decided DecideRegisterSchool(const Situation& s, const v1::RegisterSchool& command) {
  v1::RegistryEvent event;
  v1::SchoolRegistered& school = *event.mutable_school_registered();
  school.set_school_id(command.school_id());
  school.set_district_id(command.district_id());
  school.set_code(command.code());
  *school.mutable_stages() = command.stages();
  *school.mutable_grades() = command.grades();
  school.set_nature(command.nature());
  school.set_remote(command.remote());
  school.set_short_of_teachers(command.short_of_teachers());
  school.set_central_school_id(command.central_school_id());
  school.set_effective_on(command.effective_on());

  if (auto known =
          IfKnown(reference::School(s.rows, school.school_id()), school, "REF-01", school.school_id())) {
    return *known;
  }
  if (!Area(s.rows, school.district_id())) return Unknown("district", school.district_id());
  if (auto outside = OutsideTerritory(s, school.district_id(), school.school_id())) return *outside;
  if (school.nature() != "public" && school.nature() != "private") {
    return InvalidField("nature", school.nature(), "public or private");
  }
  // REF-03: who plans for a village school must be there before it.
  if (!school.central_school_id().empty() && !reference::School(s.rows, school.central_school_id())) {
    return Unknown("school", school.central_school_id());
  }
  return One(std::move(event));
}

}  // namespace afterbell::registry
