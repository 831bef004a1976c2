#include "services/registry/domain/commands.h"

namespace afterbell::registry {

const std::vector<CommandInfo>& Commands() {
  static const auto* const kCommands = new std::vector<CommandInfo>{
      {"move_clock", Where::kCommons, {"platform_operator"}},
      {"register_district", Where::kCommons, {"platform_operator"}},
      {"register_school", Where::kCommons, {"education_bureau"}},
      {"open_class", Where::kSchool, {"academic_affairs_office"}},
      {"register_person", Where::kEither, {"academic_affairs_office", "education_bureau"}},
      {"record_guardianship", Where::kSchool, {"academic_affairs_office", "class_teacher"}},
      {"assign_post", Where::kEither, {"principal", "education_bureau"}},
      {"open_term", Where::kCommons, {"education_bureau"}},
      {"set_service_days", Where::kEither, {"education_bureau", "principal"}},
      {"register_venue",
       Where::kEither,
       {"principal", "school_leading_group", "academic_affairs_office", "education_bureau"}},
      // Whoever issues instruments for an area; what was issued by a body that is no user here is
      // published by the operator. Which body may set what, is policy (REF-37).
      {"publish_instrument",
       Where::kCommons,
       {"national_ministry", "city_leading_group", "district_government", "education_bureau",
        "development_reform_bureau", "price_bureau", "finance_bureau", "human_resources_bureau",
        "platform_operator"}},
      {"announce_fee_standard",
       Where::kCommons,
       {"district_government", "education_bureau", "development_reform_bureau", "price_bureau",
        "finance_bureau", "parents_committee", "platform_operator"}},
      {"submit_school_plan", Where::kSchool, {"principal", "central_school"}},
      {"review_school_plan", Where::kSchool, {"education_bureau"}},
      {"file_school_plan", Where::kSchool, {"education_bureau"}},
      {"bring_plan_into_force", Where::kSchool, {"principal"}},
  };
  return *kCommands;
}

}  // namespace afterbell::registry
