#include "services/enrollment/domain/commands.h"

namespace afterbell::enrollment {

// The parents' committee stands where it acts as the school (C-25); the rules let it through only where
// the place says so.
const std::vector<CommandInfo>& Commands() {
  constexpr Where kSchool = Where::kSchool;
  static const auto& commands = *new std::vector<CommandInfo>{
      {"start_application", kSchool, {"guardian", "student"}},
      {"submit_application", kSchool, {"guardian"}},
      {"review_at_class", kSchool, {"class_teacher"}},
      {"review_at_school", kSchool, {"school_leading_group", "parents_committee"}},
      {"approve_application", kSchool, {"principal"}},
      {"redirect_choice", kSchool, {"class_teacher"}},
      {"post_approved_list", kSchool, {"school_leading_group"}},
      {"report_participants", kSchool, {"school_leading_group"}},
      {"decline_application",
       kSchool,
       {"class_teacher", "school_leading_group", "principal", "parents_committee"}},
      {"draft_agreement", kSchool, {"school_leading_group", "parents_committee"}},
      {"sign_agreement", kSchool, {"guardian", "principal", "third_party_institution", "parents_committee"}},
      {"enroll_pupil", kSchool, {"school_leading_group", "academic_affairs_office"}},
      {"place_pupil",
       kSchool,
       {"principal", "school_leading_group", "academic_affairs_office", "class_teacher"}},
      {"withdraw_enrollment", kSchool, {"guardian", "academic_affairs_office"}},
      {"claim_special_status", kSchool, {"guardian"}},
      {"verify_special_status", kSchool, {"school_leading_group"}},
      {"form_care_group", kSchool, {"academic_affairs_office", "school_leading_group"}},
      {"design_project", kSchool, {"school_leading_group", "club_instructor"}},
      {"offer_project", kSchool, {"school_leading_group", "club_instructor"}},
      {"open_project", kSchool, {"school_leading_group", "club_instructor"}},
  };
  return commands;
}

}  // namespace afterbell::enrollment
