// What must come out when the city has been played. Written while the steps are made, never
// computed from the calls afterwards: so a wrong service and a wrong answer cannot agree by
// sharing code.
#ifndef AFTERBELL_TOOLS_CITYGEN_ANSWERS_H_
#define AFTERBELL_TOOLS_CITYGEN_ANSWERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace afterbell::citygen {

// Income of a district had the model been another, on the same enrollment and attendance, with the
// district's own waivers.
struct Incomes {
  int64_t per_month_8000 = 0;
  int64_t per_month_10000 = 0;
  int64_t per_class_hour_300_cap_17000 = 0;
  int64_t per_term_30000 = 0;
};

struct DistrictAnswers {
  std::string district_id;
  std::vector<std::string> school_ids;
  int64_t pupils = 0;
  int64_t guardians = 0;
  int64_t applications = 0;  // Those made again counted again.
  int64_t enrolled = 0;      // Pupils ever enrolled.
  int64_t withdrawn = 0;
  int64_t enrolled_again = 0;
  int64_t statuses_claimed = 0;
  int64_t statuses_verified = 0;
  int64_t groups = 0;
  int64_t sessions_planned = 0;
  int64_t sessions_held = 0;  // Somebody was in.
  int64_t duties = 0;
  int64_t check_ins = 0;    // Pupils into sessions.
  int64_t class_hours = 0;  // Planned, of the sessions attended.
  int64_t absences = 0;     // Pupils missing at sessions: the two that follow.
  int64_t absences_notified = 0;
  int64_t absences_unexplained = 0;
  int64_t absence_notices = 0;  // One a pupil and day.
  // How each check-in ended. Their sum is check_ins: nobody was left.
  int64_t to_guardian = 0;
  int64_t to_class_teacher = 0;
  int64_t alone_agreed = 0;
  int64_t left_early = 0;
  int64_t late_releases = 0;  // Of those, more than ten minutes after the end.
  int64_t last_minutes_after_end = 0;
  // Money, in fen.
  int64_t charges = 0;  // Assessed.
  int64_t gross_fen = 0;
  int64_t cap_removed_fen = 0;
  int64_t waiver_fen = 0;
  int64_t net_fen = 0;
  int64_t issued = 0;
  int64_t payments = 0;
  int64_t paid_fen = 0;
  Incomes incomes;
};

struct RefusalKey {
  std::string rule;
  std::string reason;
  std::string district_id;
  auto operator<=>(const RefusalKey&) const = default;
};

struct Suspicion {
  std::vector<std::string> codes;
  std::string school_id;
  std::string subject_id;   // The adult; of money, the school.
  std::string pupil_id;     // Of money.
  std::string payment_id;   // Of money.
  std::string occurred_at;  // As printed by InstantText.
};

struct EarlyPayment {
  std::string payment_id;
  std::string pupil_id;
  int64_t amount_fen = 0;
  std::string paid_at;
};

// A school that collected before its notice.
struct EarlyCollection {
  std::string school_id;
  std::string notice_posted_at;
  std::vector<EarlyPayment> payments;
};

// What was done on purpose, in words.
struct PlantedNote {
  std::string what;
  std::string school_id;
  std::string date;
  std::string subject_id;
};

struct Answers {
  uint64_t seed = 0;
  int64_t phases = 0;
  int64_t calls = 0;
  int64_t repeats_of_request = 0;                   // The same request id again.
  int64_t repeats_of_command = 0;                   // The same command under another.
  std::map<std::string, int64_t> calls_by_command;  // "attendance.check_in_pupil"
  std::vector<DistrictAnswers> districts;
  std::map<RefusalKey, int64_t> refusals;
  std::vector<Suspicion> suspicions;
  std::vector<EarlyCollection> early_collections;
  std::vector<PlantedNote> planted;
};

// The same as JSON, indented, keys in order.
std::string ToJson(const Answers& answers);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_ANSWERS_H_
