#include "services/staffing/domain/commands.h"

namespace afterbell::staffing {

// Those who serve ask about themselves alone; the rules see to it.
const std::vector<CommandInfo>& Commands() {
  constexpr Where kSchool = Where::kSchool;
  constexpr Where kCommons = Where::kCommons;
  static const auto& commands = *new std::vector<CommandInfo>{
      {"nominate_person",
       kCommons,
       {"care_teacher", "club_instructor", "duty_leader", "volunteer", "external_specialist", "principal",
        "central_school", "parents_committee"}},
      {"screen_person", kCommons, {"principal", "education_bureau", "central_school"}},
      {"approve_person", kCommons, {"principal", "education_bureau", "central_school"}},
      {"sign_pledge",
       kCommons,
       {"care_teacher", "club_instructor", "duty_leader", "volunteer", "external_specialist", "principal",
        "parents_committee"}},
      {"sign_contract",
       kCommons,
       {"care_teacher", "club_instructor", "duty_leader", "volunteer", "external_specialist", "principal",
        "parents_committee"}},
      {"complete_training",
       kCommons,
       {"care_teacher", "club_instructor", "duty_leader", "volunteer", "external_specialist", "principal",
        "parents_committee"}},
      {"bar_person",
       kCommons,
       {"principal", "education_bureau", "responsible_inspector", "education_supervision_office"}},
      {"assign_duty", kSchool, {"academic_affairs_office", "school_leading_group"}},
      {"settle_duties", kSchool, {}},
  };
  return commands;
}

}  // namespace afterbell::staffing
