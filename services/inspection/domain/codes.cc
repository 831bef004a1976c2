#include "services/inspection/domain/codes.h"

#include "services/platform/reference/reference.h"

namespace afterbell::inspection {
namespace {

// INS-01, in the order of the ten.
constexpr std::string_view kTen[] = {
    "against_will", "subject_teaching", "more_homework",    "unlawful_charge", "unlawful_allowance",
    "staff_ethics", "bad_record_party", "unreviewed_entry", "tied_commerce",   "premises_to_trainers"};

// INS-03, named types.
constexpr std::string_view kFurther[] = {
    "unposted_charge", "too_few_adults",   "one_for_a_herd",    "cross_term_charge", "equal_division",
    "profit",          "new_lesson",       "written_homework",  "learning_too_long", "inducement",
    "discrimination",  "paid_cooperation", "pupil_refused",     "money_use",         "management_fee",
    "benefit_passing", "custody_gap",      "unsafe_release",    "no_keeper",         "roll_missing",
    "unsafe_venue",    "uninsured",        "end_out_of_bounds", "not_consulted",     "subsidy_out_of_bounds"};

template <class Words>
bool Contains(const Words& words, const std::string& word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

bool IsCode(const Situation& s, const std::string& code) {
  if (Contains(kTen, code) || Contains(kFurther, code)) return true;
  const auto prohibited =
      s.policy.Find("prohibitions", reference::PlaceOf(s.rows, s.context.school_id), s.context.service_date);
  return prohibited && Contains(prohibited->value().words().word(), code);
}

}  // namespace afterbell::inspection
