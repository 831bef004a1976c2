// Which steps are taken on a day of the city, and at which minute.
#ifndef AFTERBELL_TOOLS_CITYGEN_SCHEDULE_H_
#define AFTERBELL_TOOLS_CITYGEN_SCHEDULE_H_

#include <string>
#include <vector>

#include "tools/citygen/calendar.h"
#include "tools/citygen/planted.h"
#include "tools/citygen/town.h"

namespace afterbell::citygen {

enum class Step {
  // Before the term: setup.cc.
  kNation,
  kAreas,
  kPolicy,
  kOfficials,
  kSchools,
  kLeaders,
  kAdults,
  kPosts,
  kClasses,
  kTeacherPosts,
  kTerms,
  kHolidays,
  kPupils,
  kGuardians,
  kGuardianships,
  kSubmitPlan,
  kReviewPlan,
  kFilePlan,
  kPlanInForce,
  kFeeStandards,
  kNominate,
  kScreen,
  kApprove,
  kPledge,
  kTrain,
  kGroups,
  // Who takes part, before the term and again: enrolling.cc.
  kClaim,
  kVerify,
  kStart,
  kSubmit,
  kReview,
  kDraft,
  kGuardianSigns,
  kSchoolSigns,
  kEnroll,
  kPlace,
  kPlaceInFull,
  kPlaceElsewhere,
  kWithdraw,
  // Sessions: week.cc, days.cc.
  kPlanWeek,
  kDuties,
  kBar,
  kAbsences,
  kArrive,
  kTakeOver,
  kCheckIn,
  kRoll,
  kEarlyLeave,
  kDismiss,
  kRelease,
  kLateRelease,
  kMend,
  kSign,
  kLeave,
  // Money: money.cc.
  kPostNotice,
  kWithdrawNotice,
  kIssue,
  kPay,
  kPayAgain,
  // Moves the clock, so that the last deadlines fall due.
  kEnd,
};

// "check_in", for a phase's label.
std::string NameOf(Step step);

enum class Level { kCity, kDistrict, kSchool };
Level LevelOf(Step step);

struct Moment {
  Micros at = 0;
  Step step = Step::kEnd;
  int town = -1;  // The district's number; -1: all.
  int slot = 0;   // Of the day; of a review: its place in the district's steps.
  int month = 0;  // Enrolling: the first month; money: the month billed.
  std::string date;
};

// In order of time; of the same time, in the order of districts.
std::vector<Moment> MomentsOf(const std::string& date, const Calendar& calendar, const Town& town,
                              const Planted& planted);

// The first day on which anything is done.
std::string FirstDay(const Calendar& calendar);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_SCHEDULE_H_
