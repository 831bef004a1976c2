// The three districts: their hours, steps and fees, as this tool knows them by itself. It must not
// read infra/policy: its answers are there to prove what is computed from those files.
#ifndef AFTERBELL_TOOLS_CITYGEN_DISTRICT_H_
#define AFTERBELL_TOOLS_CITYGEN_DISTRICT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace afterbell::citygen {

// One period of the day, and the minutes of the day at which its steps are taken.
struct Slot {
  std::string period;
  std::string start_time;
  std::string end_time;
  int class_hours;  // Whole ones of 40 minutes, so that no rounding matters.
  bool last;        // Of the day: pupils go home after it, else back to their class teacher.
  int start;
  int end;
  int arrive;     // Adults check in,
  int take_over;  // take over their groups,
  int check_in;   // pupils have come,
  int roll;       // the roll is called,
  int early;      // some have left early,
  int release;    // most have gone,
  int late;       // the last have gone,
  int sign;       // the log is signed,
  int leave;      // adults check out.
};

enum class ReviewStep { kClass, kSchool, kPublicNotice };
enum class FeeModel { kPerMonth, kPerClassHour, kFree };

struct District {
  std::string id;
  std::vector<Slot> slots;
  std::vector<int> weekdays;
  std::vector<ReviewStep> steps;  // Before the agreement.
  bool plan_reviewed;
  bool plan_filed;
  bool pledge_and_training;
  FeeModel model;
  std::string model_name;
  int64_t amount_fen;
  int64_t cap_fen;                  // 0: none
  std::vector<std::string> waived;  // Categories that pay half.
  std::string account;
  std::vector<std::string> periods() const;
};

// Null for a name that is none of the three.
const District* FindDistrict(std::string_view id);

inline constexpr char kTrainingCourse[] = "on_post_2026";
inline constexpr char kFeeKind[] = "service_fee";
inline constexpr char kNation[] = "cn";

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_DISTRICT_H_
