// Answers as JSON, for people and for programs in other languages.
#include <nlohmann/json.hpp>

#include "tools/citygen/answers.h"

namespace afterbell::citygen {
namespace {

using nlohmann::json;

json Of(const Incomes& incomes) {
  return {{"per_month_8000", incomes.per_month_8000},
          {"per_month_10000", incomes.per_month_10000},
          {"per_class_hour_300_cap_17000", incomes.per_class_hour_300_cap_17000},
          {"per_term_30000", incomes.per_term_30000}};
}

json Attendance(const DistrictAnswers& d) {
  return {{"sessions_planned", d.sessions_planned},
          {"sessions_held", d.sessions_held},
          {"duties", d.duties},
          {"check_ins", d.check_ins},
          {"class_hours", d.class_hours},
          {"absences", d.absences},
          {"absences_notified", d.absences_notified},
          {"absences_unexplained", d.absences_unexplained},
          {"absence_notices", d.absence_notices}};
}

json Releases(const DistrictAnswers& d) {
  return {
      {"to_guardian", d.to_guardian},
      {"to_class_teacher", d.to_class_teacher},
      {"alone_agreed", d.alone_agreed},
      {"left_early", d.left_early},
      {"late_releases", d.late_releases},
      {"last_minutes_after_end", d.last_minutes_after_end},
      {"all_released", d.to_guardian + d.to_class_teacher + d.alone_agreed + d.left_early == d.check_ins}};
}

json Money(const DistrictAnswers& d) {
  return {{"charges", d.charges},       {"gross_fen", d.gross_fen}, {"cap_removed_fen", d.cap_removed_fen},
          {"waiver_fen", d.waiver_fen}, {"net_fen", d.net_fen},     {"issued", d.issued},
          {"payments", d.payments},     {"paid_fen", d.paid_fen}};
}

json Of(const DistrictAnswers& d) {
  return {{"district_id", d.district_id},
          {"school_ids", d.school_ids},
          {"pupils", d.pupils},
          {"guardians", d.guardians},
          {"applications", d.applications},
          {"enrolled", d.enrolled},
          {"withdrawn", d.withdrawn},
          {"enrolled_again", d.enrolled_again},
          {"statuses_claimed", d.statuses_claimed},
          {"statuses_verified", d.statuses_verified},
          {"groups", d.groups},
          {"attendance", Attendance(d)},
          {"q28_releases", Releases(d)},
          {"money", Money(d)},
          {"q02_incomes_fen", Of(d.incomes)}};
}

json Of(const Suspicion& s) {
  json all = {{"codes", s.codes},
              {"school_id", s.school_id},
              {"subject_id", s.subject_id},
              {"occurred_at", s.occurred_at}};
  if (!s.pupil_id.empty()) all["pupil_id"] = s.pupil_id;
  if (!s.payment_id.empty()) all["payment_id"] = s.payment_id;
  return all;
}

json Of(const EarlyCollection& early) {
  json payments = json::array();
  for (const EarlyPayment& p : early.payments) {
    payments.push_back({{"payment_id", p.payment_id},
                        {"pupil_id", p.pupil_id},
                        {"amount_fen", p.amount_fen},
                        {"paid_at", p.paid_at}});
  }
  return {
      {"school_id", early.school_id}, {"notice_posted_at", early.notice_posted_at}, {"payments", payments}};
}

json Refusals(const Answers& answers) {
  json all = json::array();
  for (const auto& [key, count] : answers.refusals) {
    all.push_back(
        {{"rule", key.rule}, {"reason", key.reason}, {"district_id", key.district_id}, {"count", count}});
  }
  return all;
}

}  // namespace

std::string ToJson(const Answers& answers) {
  json all = {{"seed", answers.seed},
              {"phases", answers.phases},
              {"calls", answers.calls},
              {"repeats_of_request", answers.repeats_of_request},
              {"repeats_of_command", answers.repeats_of_command},
              {"calls_by_command", answers.calls_by_command},
              {"refusals", Refusals(answers)},
              {"districts", json::array()},
              {"suspicions", json::array()},
              {"q11_early_collections", json::array()},
              {"planted", json::array()}};
  for (const DistrictAnswers& district : answers.districts) all["districts"].push_back(Of(district));
  for (const Suspicion& suspicion : answers.suspicions) all["suspicions"].push_back(Of(suspicion));
  for (const EarlyCollection& early : answers.early_collections)
    all["q11_early_collections"].push_back(Of(early));
  for (const PlantedNote& note : answers.planted) {
    all["planted"].push_back({{"what", note.what},
                              {"school_id", note.school_id},
                              {"date", note.date},
                              {"subject_id", note.subject_id}});
  }
  return all.dump(2) + "\n";
}

}  // namespace afterbell::citygen
