// The table itself. Units and words are those of docs/policy-cells.tsv (spaces become
// underscores, qualifiers are left out); what no source has is said beside it.
#include "services/platform/policy/keys.h"

#include <algorithm>

#include "services/platform/base/time.h"

namespace afterbell::policy {
namespace {

// Whose child is cared for first, and whose waiver is claimed and verified: one vocabulary.
#define AFTERBELL_PUPIL_CATEGORIES                                                             \
  "left_behind_child migrant_worker_child disabled_child poor_family_child dual_worker_child " \
  "registered_poor_household minimum_living_household aided_student lower_grade_pupil"

constexpr KeyInfo kKeys[] = {
    // --- Scope and calendar
    {"stages_covered", kWords, "", kStages},
    {"voluntary", kFlag},
    {"eligibility", kChoice, "", "none pickup_difficulty"},
    {"priority_groups", kWords, "", AFTERBELL_PUPIL_CATEGORIES},
    {"effective_from", kDate | kTerm | kEntries, "", "", "effective_from:term issued:date"},
    {"cycle", kChoice | kEntries, "", "term school_year", "pattern:choice budget:choice"},
    // By stage: one value each, narrowed by scope.stage. By kind of activity: entries.
    {"days_per_week", kCount | kChoice | kEntries, "days/week", "school_days",
     "class_activity:count club:count"},
    {"service_weekdays", kWords, "", "mon tue wed thu fri sat sun"},
    {"excluded_days", kWords, "",
     "none statutory_holiday vacation holiday mon tue wed thu fri sat sun thu_afternoon"},
    {"weeks_per_year", kCount, "weeks/school-year"},
    {"daily_min", kMinutes | kCount, "minutes class_hours"},
    {"daily_max", kMinutes | kCount,
     "minutes class_hours minutes_after_dismissal minutes_of_evening_study_only"},
    {"slots_counting_to_daily_min", kWords},  // Slots of the school's plan.
    {"start_time", kTime | kChoice | kEntries, "", "after_afternoon_dismissal third_afternoon_lesson",
     "noon:time afternoon:time"},
    // By stage, grade or season: narrowed by scope. Otherwise entries.
    {"end_time", kTime | kMinutes | kChoice | kEntries,
     "not_after not_before target minutes_after_dismissal minutes_after_the_normal_end_of_work",
     "linked_to_working_hours linked_to_end_of_work",
     "lower_grades:time upper_grades:time noon:time afternoon:time earliest:time latest:time"},
    {"end_time_bound", kChoice, "", "not_after not_before target"},
    {"end_time_by_season", kTime, "not_after not_before target"},  // Narrowed by scope.season.
    {"end_time_by_grade", kTime | kEntries, "not_after not_before target dismissal",
     "",  // Narrowed by scope.grade.
     "lower_grades:time upper_grades:time from:time to:time"},
    {"morning_slot", kChoice | kEntries, "", "before_lessons breakfast", "from:time to:time"},
    {"noon_slot", kWords | kEntries, "", "lunch meal rest", "from:time to:time writing:minutes rest:minutes"},
    {"evening_study", kEntries, "end_not_after",
     "junior_secondary senior_secondary junior_boarder mon-fri evening",
     "stage:choice days:choice max_minutes:minutes end:time for:words when:choice"},
    {"top_pupil_coaching", kChoice | kEntries, "", "extension_allowed daily 1 2 3 4 5 6 7 8 9 10 11 12",
     "grades:words from:time to:time days:choice by_choice:flag"},
    {"special_late_care", kChoice, "", "may should"},
    {"where_times_set", kChoice, "",
     "locality district_government education_bureau school parents_committee central_school"},
    {"operator", kChoice, "", "school parents_committee"},

    // --- Content
    {"content_split", kWords | kEntries, "minutes class_hours", "static_tutoring dynamic_activity",
     "homework:minutes activity:minutes grades_1_2_first:minutes grades_1_2_second:minutes "
     "homework_daily_min:count homework_mon:count"},
    {"learning_activity_max", kCount, "class_hours"},
    {"written_homework", kEntries, "", "no_increase none none_after_service at_school_same_day",
     "volume:choice grades_1_2:choice primary_participants:choice done:choice extra:choice"},
    {"interest_classes", kEntries, "", "allowed forbidden",
     "interest_group:choice interest_class:choice club:choice class_club:choice individual_course:choice "
     "speciality:choice subject_tutoring:choice"},
    {"collective_teaching", kWords, "",  // What is forbidden.
     "collective_teaching new_lesson remedial_lesson exam_training contest_training subject_teaching "
     "extension_of_teaching"},
    {"projects_named", kWords},

    // --- Enrollment
    {"need_survey", kChoice, "",
     "form_to_all questionnaire mobilisation_phase wide_consultation summer_survey class_teachers "
     "class_teachers_and_meetings committee_and_class_teachers headcount_of_willing"},
    {"application_form", kChoice, "",
     "guardian_applies to_class by_choice by_school_rules written written_to_school written_to_committee "
     "pupil_applies_guardian_signs pupil_fills_guardian_signs signed_letter_then_form form "
     "form_in_duplicate"},
    {"approval_steps", kWords, "",
     "notice choice class_receipt class_review school_review school_approval committee_and_school_review "
     "principal_approval school_carries_out public_notice agreement staffing regroup arrangement "
     "bureau_report"},
    {"approved_list_notice", kFlag},
    {"agreement", kWords, "", "school guardian third_party parents_committee"},  // Its parties.
    {"report_participants_up", kChoice, "", "ministry direct_report_system county_bureau"},
    {"refusal_forbidden", kFlag},
    {"no_demand_no_service", kFlag},
    {"non_participants", kChoice, "",
     "managed_without_discrimination leave_on_time collected_at_ordinary_time"},
    {"tie_break", kChoice, "", "seeded_draw time"},             // S-09; never for basic care.
    {"review_sla_days", kCount | kEntries, "", "", "*:count"},  // S-11; by step.

    // --- Grouping
    {"base_unit", kChoice, "", "class actual_numbers grade interest school_and_class_clubs class_and_clubs"},
    {"merge_threshold", kCount, "pupils"},
    {"group_size_max", kCount, "pupils/temp_class"},
    {"group_size_min", kCount},  // S-16; pupils.
    {"small_school_mix", kCount, "pupils_on_roll"},

    // --- Staffing
    {"main_staff", kChoice, "",
     "school_teachers own_staff varied hired_by_committee duty_teachers_or_parent_volunteers "
     "care_guards_and_parents class_and_subject_teachers"},
    {"staff_participation", kChoice, "", "voluntary encouraged expected"},
    // Three independent conditions (C-11) that the sources print in one row.
    {"min_staff_per_session", kCount, "staff/session"},
    {"teachers_per_group", kCount, "teachers/group"},
    {"min_parents_per_class_club", kCount, "parents/class_club-time"},
    {"pupils_per_auxiliary", kCount, "pupils/auxiliary"},
    {"ratio_coefficient", kEntries, "", "", "*:count"},  // S-17; percent, by stage and need.
    {"staff_excluded", kWords},
    {"staff_preference", kWords},
    {"external_staff", kWords},
    {"third_party_allowed", kChoice, "",
     "none no_paid_cooperation no_subject_training non_subject_selected individual_courses public_bodies "
     "selected_and_evaluated"},
    {"institution_kinds_barred", kWords, "", "subject_training training_institution"},
    {"institution_selection", kChoice, "",
     "district_selects_school_chooses fair_competition_review platform_supported"},
    {"third_party_exit", kWords},
    {"leader_duty", kCount | kEntries, "cadres_outdoors/day",
     "daily vice_principal middle_cadre grade_or_floor",
     "period:choice levels:words fixed_person_per:choice"},
    {"fixed_guards", kEntries, "persons/day", "",
     "outdoor_teachers:count outdoor_cadres:count indoor_teachers:count"},
    {"guardian_duty_on_approval", kWords, "", "guard help_manage"},
    {"teacher_pledge", kFlag},
    {"staff_training", kFlag},
    {"workload", kWords},

    // --- Money: guardians
    {"fee_model", kChoice | kEntries, "",
     "free per_month per_class_hour per_term per_course committee_set none_set",
     "basic_care:choice individual_course:choice grades_1_2_homework_care:choice rest:choice"},
    {"fee_amount_yuan", kFen,  // The key says yuan, the value is in fen: never multiply again.
     "fen fen/pupil-month fen/pupil-class_hour fen/person-class_hour fen/pupil-term", "", "", true},
    {"fee_cap", kFen, "fen/pupil-month", "", "", true},
    {"fee_cap_period", kChoice, "", "month term", "", true},
    {"fee_status", kChoice, "", "provisional trial one_autumn_term"},
    {"fee_approval", kWords, "",  // Who approves, in order.
     "price_bureau education_bureau same_level_government publication province provincial_education "
     "provincial_price "
     "provincial_government parents_committee development_reform_bureau"},
    {"collector", kChoice | kEntries, "", "school parents_committee third_party nobody",
     "lunch:choice course:choice"},
    {"collection_period", kChoice | kWords, "", "class_hour month term"},
    {"cross_term", kFlag, "allowed"},
    {"notice_before_collecting", kFlag},
    {"waiver", kEntries, "percent_removed", "",  // By category of pupil.
     "registered_poor_household:count minimum_living_household:count poor_family_child:count "
     "aided_student:count"},
    {"waiver_stacking", kChoice, "", "highest multiply add_capped"},     // S-07
    {"withdrawal_refund", kChoice, "", "actual_days class_hours none"},  // S-02
    {"absence_refund", kChoice | kWords},                                // S-03; kinds of absence.
    {"arrears_after_days", kCount},                                      // S-06
    {"refund_due_days", kCount},                                         // S-05
    {"private_school_fee", kChoice, "", "no_separate_fee"},
    {"lunch_fee", kChoice, "", "separate_guidance price_rules"},
    {"materials_fee", kWords},
    {"individual_help_fee", kChoice, "", "free"},
    {"lunch_coverage", kCount, "percent"},
    {"surplus", kChoice, "", "refund"},

    // --- Money: public and staff
    {"public_money", kWords, "", "government_purchase fiscal_subsidy"},
    {"subsidy_bound", kChoice, "", "max min exact"},
    {"subsidy_amount", kFen,
     "fen/group-class_hour fen/participant fen/participant-term fen/participant-year"},
    {"subsidy_period", kChoice, "", "class_hour term year"},
    {"subsidy_payer", kChoice, "", "city_finance"},
    {"remote_uplift_max_percent", kCount},
    {"participant_definition", kChoice | kEntries, "", "", "*:count"},  // S-04; with thresholds.
    {"cost_shared_by", kWords, "", "government school guardian"},
    {"shortfall_bearer", kWords, "", "county_finance school guardian"},
    {"utilities_bearer", kChoice, "", "service_money school"},
    {"uses_allowed", kWords, "",
     "staff_pay teacher_allowance leader_allowance manager_allowance logistics_allowance "
     "other_staff_allowance outsider_pay "
     "utilities equipment consumables upkeep running training venue administration public_expenses"},
    {"uses_forbidden", kWords, "",
     "management_fee unrelated other_school_spending other_use retain occupy divert benefit_passing"},
    {"staff_share", kCount, "percent"},
    {"staff_pay_rate", kFen, "fen fen/person-hour"},
    {"staff_pay_distribution", kWords, "", "by_work no_equal_division nature content time real_name"},
    {"performance_pay", kWords, "", "outside inside total_raised"},
    {"pay_release", kWords},
    {"budget_cycle", kWords},
    {"account", kChoice, "", "earmarked school_special_account school_finance separate_ledger"},
    {"accounts_publication", kEntries, "", "regularly monthly term_end",
     "expenditure:choice income_and_expenditure_to_guardians:choice settlement:choice"},
    {"publication_interval_days", kCount},  // S-05; what `regularly` means.

    // --- Safety and records
    {"insurance", kWords},
    {"attendance_returns", kWords},
    {"off_campus_service", kWords},
    {"care_log", kFlag},
    {"gate_register", kFlag},
    {"risk_assessment", kFlag | kWords},
    {"emergency_plan", kChoice, "", "required each_term accident_response"},
    {"release_rule", kChoice, "",
     "mutual_confirmation hand_to_hand_to_class_teacher parents_escort_club_members class_teacher_to_bus"},
    {"bus", kChoice | kEntries, "", "", "*:words"},  // Times by weekdays.
    {"guardian_liability_after", kChoice, "", "end_of_service after_leaving_school"},
    {"retention_months", kEntries, "", "", "*:count"},  // S-13; by class of data.

    // --- Oversight
    {"plan_filing", kChoice, "", "review filing review_and_filing"},
    {"prohibitions", kWords, "",
     "against_will subject_teaching more_homework unlawful_charge unlawful_allowance staff_ethics "
     "bad_record_party "
     "unreviewed_entry tied_commerce premises_to_trainers induced_training divert benefit_passing "
     "remedial_lesson "
     "interest_class paid_cooperation new_lesson extra_homework"},
    {"sanctions", kWords, "",
     "admonition_talk public_criticism person_held_responsible award_disqualification "
     "qualification_cancelled by_law "
     "investigation fine discipline"},
    {"rectification_days", kCount},  // S-05
    {"report_due_days", kCount},     // S-05; what `promptly` means.
    {"inspectors", kWords},
    {"evaluation_link", kWords},
    {"supervision_steps", kWords},
    {"satisfaction_survey", kChoice, "", "often"},
    {"price_cost_review", kWords},
    {"epidemic_conditions", kFlag},
    {"yearly_report", kYearDay},
    {"demonstration", kChoice, "", "yearly regularly"},
    {"complaints", kChoice, "", "number_on_fee_board online_opinion_watch city_and_district_platforms"},
    {"information_platform", kChoice | kWords, "",
     "school_must district_may encouraged direct_report_system training_institution_platform "
     "prepaid_fund_platform"},

    // --- What no source sets: S-01, and the limits that deadlines of a running school need.
    {"class_hour_minutes", kMinutes, "minutes/class_hour"},
    {"class_hour_rounding", kChoice, "", "down half_up up"},  // Of the part of a class-hour that is left.
    {"absence_grace_minutes", kMinutes},       // After the start, until an absence is unexplained.
    {"absence_escalation_minutes", kMinutes},  // From there, until somebody higher is told.
    {"pickup_grace_minutes", kMinutes},        // After the end, until a pupil not collected is overdue.
    {"custody_gap_seconds", kCount},           // Without a responsible adult, until it is a gap.
};

struct Rename {
  std::string_view from;
  std::string_view to;
};
// Names that documents of the domain use for a key of the table.
constexpr Rename kAliases[] = {
    {"fee_amount", "fee_amount_yuan"},
    {"waiver_rate", "waiver"},
    {"waiver_category", "waiver"},
    {"allowance_in_pay_total", "performance_pay"},
    {"eligibility_test", "eligibility"},
    {"project_kinds_allowed", "interest_classes"},
    {"fee_authority", "fee_approval"},
    {"late_care_duty", "special_late_care"},
    {"plan_filing_mode", "plan_filing"},
    {"refund_basis", "withdrawal_refund"},
    {"absence_refund_kinds", "absence_refund"},
};

struct Part {
  std::string_view compound;
  std::string_view part;
  std::string_view key;
};
constexpr Part kParts[] = {
    {"fee_amount_yuan", "fee_amount", "fee_amount_yuan"},
    {"fee_amount_yuan", "fee_cap", "fee_cap"},
    {"fee_amount_yuan", "fee_cap_period", "fee_cap_period"},
    {"public_money", "subsidy_bound", "subsidy_bound"},
    {"public_money", "subsidy_amount", "subsidy_amount"},
    {"public_money", "subsidy_period", "subsidy_period"},
    {"public_money", "remote_uplift_max_percent", "remote_uplift_max_percent"},
    {"public_money", "payer", "subsidy_payer"},
    {"min_adults_per_session", "staff/session", "min_staff_per_session"},
    {"min_adults_per_session", "teachers/group", "teachers_per_group"},
    {"min_adults_per_session", "parents/class_club-time", "min_parents_per_class_club"},
};

struct TypeName {
  Types type;
  std::string_view name;
};
constexpr TypeName kTypeNames[] = {
    {kCount, "count"}, {kFen, "fen"},         {kMinutes, "minutes"}, {kFlag, "flag"}, {kChoice, "choice"},
    {kDate, "date"},   {kTerm, "term"},       {kYearDay, "yearday"}, {kTime, "time"}, {kWords, "words"},
    {kShare, "share"}, {kEntries, "entries"}, {kUnset, "unset"},     {kNote, "note"},
};

Types TypeNamed(std::string_view name) {
  for (const TypeName& type : kTypeNames) {
    if (type.name == name) return type.type;
  }
  return 0;
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "2021-autumn" and "2021-spring": the two terms of a school year, named by the year they begin in.
bool IsTerm(std::string_view text) {
  return text.size() > 5 && AreDigits(text.substr(0, 4)) &&
         (text.substr(4) == "-autumn" || text.substr(4) == "-spring");
}

bool IsYearDay(std::string_view text) {
  return text.size() == 5 && IsDate("2024-" + std::string(text));  // A leap year: 02-29 is a day.
}

}  // namespace

std::span<const KeyInfo> Keys() { return kKeys; }

const KeyInfo* FindKey(std::string_view key) {
  static const std::vector<const KeyInfo*> sorted = [] {
    std::vector<const KeyInfo*> rows;
    for (const KeyInfo& row : kKeys) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->key < b->key; });
    return rows;
  }();
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), key,
                       [](const KeyInfo* row, std::string_view wanted) { return row->key < wanted; });
  return at != sorted.end() && (*at)->key == key ? *at : nullptr;
}

std::string_view CanonicalOf(std::string_view alias) {
  for (const Rename& rename : kAliases) {
    if (rename.from == alias) return rename.to;
  }
  return {};
}

std::string_view PartOf(std::string_view compound_key, std::string_view part) {
  for (const Part& row : kParts) {
    if (row.compound == compound_key && row.part == part) return row.key;
  }
  return {};
}

Types TypeOf(const v1::Value& value) {
  switch (value.value_case()) {
    case v1::Value::kUnset:
      return kUnset;
    case v1::Value::kCount:
      return kCount;
    case v1::Value::kFen:
      return kFen;
    case v1::Value::kMinutes:
      return kMinutes;
    case v1::Value::kShareBp:
      return kShare;
    case v1::Value::kFlag:
      return kFlag;
    case v1::Value::kChoice:
      return kChoice;
    case v1::Value::kDate:
      if (IsTerm(value.date())) return kTerm;
      return IsYearDay(value.date()) ? kYearDay : kDate;
    case v1::Value::kTime:
      return kTime;
    case v1::Value::kWords:
      return kWords;
    case v1::Value::kEntries:
      return kEntries;
    case v1::Value::kNote:
      return kNote;
    case v1::Value::VALUE_NOT_SET:
      return 0;
  }
  return 0;
}

std::string TypeNames(Types types) {
  std::string names;
  for (const TypeName& type : kTypeNames) {
    if ((types & type.type) == 0) continue;
    if (!names.empty()) names += " or ";
    names += type.name;
  }
  return names;
}

Types EntryTypeOf(const KeyInfo& key, std::string_view entry_name) {
  for (const std::string_view entry : WordsIn(key.entries)) {
    const size_t colon = entry.find(':');
    const std::string_view name = entry.substr(0, colon);
    if (name == entry_name || name == "*") return TypeNamed(entry.substr(colon + 1));
  }
  return 0;
}

std::vector<std::string_view> WordsIn(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    if (end > 0) words.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

bool HasWord(std::string_view list, std::string_view word) {
  const std::vector<std::string_view> words = WordsIn(list);
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace afterbell::policy
