// The keys that some code reads today. Whoever writes the first reader of a key adds it here, so
// that coverage (coverage.h) shows which parameters a district sets and nothing obeys yet.
#include "services/platform/policy/keys.h"

namespace afterbell::policy {

std::span<const std::string_view> KeysRead() {
  static const std::vector<std::string_view> keys = {
      // One a line, in alphabetical order.
      "absence_grace_minutes",
      "agreement",
      "application_form",
      "approval_steps",
      "approved_list_notice",
      "class_hour_minutes",
      "class_hour_rounding",
      "collector",
      "days_per_week",
      "eligibility",
      "excluded_days",
      "fee_amount_yuan",
      "fee_cap",
      "fee_cap_period",
      "fee_model",
      "group_size_max",
      "min_parents_per_class_club",
      "min_staff_per_session",
      "notice_before_collecting",
      "operator",
      "plan_filing",
      "prohibitions",
      "pupils_per_auxiliary",
      "release_rule",
      "service_weekdays",
      "staff_excluded",
      "staff_training",
      "stages_covered",
      "subsidy_period",
      "teacher_pledge",
      "teachers_per_group",
      "waiver",
      "waiver_stacking",
      "withdrawal_refund",
  };
  return keys;
}

}  // namespace afterbell::policy
