#include "services/registry/projection/schools.h"

#include <algorithm>

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {

void ProjectSchools(const v1::RegistryEvent& event, ViewRows rows) {
  if (!event.has_school_registered()) return;
  const v1::SchoolRegistered& school = event.school_registered();
  // The tree of areas only grows, and parents come first, so what lies above is known by now.
  for (const std::string& area : reference::AreasOf(rows, school.district_id())) {
    rows.Put(kSchoolsIn, {area, school.code(), school.school_id()}, school);
  }
}

absl::StatusOr<v1::GetSchoolAnswer> GetSchool(const QueryRows& rows, const v1::GetSchoolRequest& request) {
  const auto school = reference::School(rows, request.school_id());
  if (!school) return Unknown("school", request.school_id());
  v1::GetSchoolAnswer answer;
  *answer.mutable_school() = *school;
  return answer;
}

absl::StatusOr<v1::ListSchoolsAnswer> ListSchools(const QueryRows& rows,
                                                  const v1::ListSchoolsRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  v1::ListSchoolsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kSchoolsIn, Prefix(request.district_id()), request, request.header(),
               answer.mutable_page(), [&](const v1::SchoolRegistered& school) {
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
