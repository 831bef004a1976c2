#include "services/registry/projection/schools.h"

#include <algorithm>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::registry {

void ProjectSchools(const v1::RegistryEvent& event, MutableRows& rows) {
  if (!event.has_school_registered()) return;
  const v1::SchoolRegistered& school = event.school_registered();
  // The tree of areas only grows, and parents come first, so what lies above is known by now.
  for (const std::string& area : reference::AreasOf(rows, school.district_id())) {
    rows.Put(Key("v/schools", area, school.code(), school.school_id()), school);
  }
}

absl::StatusOr<v1::GetSchoolAnswer> GetSchool(const Rows& rows, const v1::GetSchoolRequest& request) {
  auto school = reference::School(rows, request.school_id());
  if (!school) return Unknown("school", request.school_id());
  v1::GetSchoolAnswer answer;
  *answer.mutable_school() = *std::move(school);
  return answer;
}

absl::StatusOr<v1::ListSchoolsAnswer> ListSchools(const Rows& rows, const v1::ListSchoolsRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  v1::ListSchoolsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPageOf<v1::SchoolRegistered>(
      rows, Key("v/schools", request.district_id(), ""), request, request.header(), answer.mutable_page(),
      [&](std::string_view, const v1::SchoolRegistered& school) {
        const auto& stages = school.stages();
        if (!request.stage().empty() &&
            std::find(stages.begin(), stages.end(), request.stage()) == stages.end()) {
          return false;
        }
        if (!request.nature().empty() && request.nature() != school.nature()) return false;
        if (request.has_remote() && request.remote() != school.remote()) return false;
        *answer.add_schools() = school;
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
