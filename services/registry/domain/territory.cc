#include "services/registry/domain/territory.h"

#include "services/platform/reference/reference.h"

namespace afterbell::registry {

RowPtr<v1::DistrictRegistered> Area(const Rows& rows, std::string_view area_id) {
  return rows.Get(reference::kAreas, {area_id});
}

std::optional<Refused> OutsideTerritory(const Situation& s, const std::string& area_id,
                                        const std::string& subject) {
  if (s.context.role == "platform_operator") return std::nullopt;
  if (area_id.empty()) {
    const auto own = Area(s.rows, s.context.district_id);
    if (own && own->level() == "nation") return std::nullopt;
  }
  const std::vector<std::string> areas = reference::AreasOf(s.rows, area_id);
  if (std::find(areas.begin(), areas.end(), s.context.district_id) != areas.end()) return std::nullopt;
  return Refused{"REF-01", "OUTSIDE_TERRITORY", subject, s.context.district_id,
                 area_id.empty() ? "nation" : area_id};
}

std::optional<Refused> OutsideSchool(const Situation& s, const std::string& subject) {
  if (s.context.role != "principal" || !s.context.school_id.empty()) return std::nullopt;
  return Refused{"REF-01", "OUTSIDE_TERRITORY", subject, "own school", "commons"};
}

}  // namespace afterbell::registry
