#include "services/attendance/domain/commands.h"

namespace afterbell::attendance {

const std::vector<CommandInfo>& Commands() {
  static const std::vector<CommandInfo> kCommands = {
      {"plan_session", Where::kSchool, {"academic_affairs_office", "school_leading_group"}},
      {"note_staffing", Where::kSchool, {}},
      {"take_over_group", Where::kSchool, {"care_teacher", "temp_class_head", "club_instructor"}},
      {"check_in_adult",
       Where::kSchool,
       {"gate_guard", "duty_leader", "care_teacher", "club_instructor", "volunteer", "external_specialist"}},
      {"check_out_adult",
       Where::kSchool,
       {"gate_guard", "duty_leader", "care_teacher", "club_instructor", "volunteer", "external_specialist"}},
      {"call_roll", Where::kSchool, {"care_teacher"}},
      {"check_in_pupil", Where::kSchool, {"care_teacher", "gate_guard"}},
      {"record_non_participant", Where::kSchool, {"care_teacher", "gate_guard"}},
      {"notify_absence", Where::kSchool, {"guardian", "class_teacher"}},
      {"begin_dismissal", Where::kSchool, {"care_teacher", "temp_class_head"}},
      {"release_pupil", Where::kSchool, {"care_teacher", "temp_class_head", "club_instructor"}},
      {"record_early_leave", Where::kSchool, {"care_teacher", "gate_guard"}},
      {"close_session", Where::kSchool, {"care_teacher"}},
      {"sign_care_log", Where::kSchool, {"care_teacher"}},
      {"count_class_hours", Where::kSchool, {}},
      {"find_absences", Where::kSchool, {}},
  };
  return kCommands;
}

}  // namespace afterbell::attendance
