#include "services/inspection/domain/commands.h"

namespace afterbell::inspection {

const std::vector<CommandInfo>& Commands() {
  static const auto* const kCommands = new std::vector<CommandInfo>{
      {"suspect_violation", Where::kSchool, {}},
      {"report_violation",
       Where::kSchool,
       {"responsible_inspector", "education_supervision_office", "education_bureau", "principal",
        "school_leading_group", "academic_affairs_office", "guardian"}},
      {"confirm_violation",
       Where::kSchool,
       {"education_bureau", "responsible_inspector", "education_supervision_office"}},
      {"dismiss_violation",
       Where::kSchool,
       {"education_bureau", "responsible_inspector", "education_supervision_office"}},
  };
  return *kCommands;
}

}  // namespace afterbell::inspection
