#include "tools/citygen/schedule.h"

#include <algorithm>
#include <iterator>

namespace afterbell::citygen {
namespace {

constexpr int At(int hour, int minute) { return hour * 60 + minute; }

// A step before the term: so many days before its first, at that minute.
struct Before {
  int days;
  int minute;
  Step step;
};

constexpr Before kSetup[] = {
    {30, At(9, 0), Step::kNation},         {30, At(9, 5), Step::kAreas},
    {30, At(9, 10), Step::kPolicy},        {30, At(9, 20), Step::kOfficials},
    {30, At(9, 30), Step::kSchools},       {30, At(9, 40), Step::kLeaders},
    {30, At(9, 50), Step::kAdults},        {30, At(10, 0), Step::kPosts},
    {30, At(10, 10), Step::kClasses},      {30, At(10, 20), Step::kTeacherPosts},
    {30, At(10, 30), Step::kTerms},        {30, At(10, 40), Step::kHolidays},
    {28, At(9, 0), Step::kPupils},         {28, At(10, 0), Step::kGuardians},
    {28, At(11, 0), Step::kGuardianships}, {25, At(9, 0), Step::kSubmitPlan},
    {25, At(14, 0), Step::kReviewPlan},    {24, At(9, 0), Step::kFilePlan},
    {24, At(14, 0), Step::kPlanInForce},   {24, At(15, 0), Step::kFeeStandards},
    {22, At(9, 0), Step::kNominate},       {22, At(10, 0), Step::kScreen},
    {22, At(11, 0), Step::kApprove},       {21, At(9, 0), Step::kPledge},
    {21, At(10, 0), Step::kTrain},         {20, At(9, 0), Step::kGroups},
    {14, At(9, 0), Step::kClaim},          {13, At(9, 0), Step::kVerify},
};

// How many days before its first day of service a pupil's papers take each step: before the term
// with a day for each; in the term, all on one day.
struct Paper {
  int days;
  int minute;  // In the term.
  Step step;
  int review;
};

constexpr Paper kPapers[] = {
    {12, At(8, 0), Step::kStart, 0},      {11, At(8, 10), Step::kSubmit, 0},
    {10, At(8, 20), Step::kReview, 0},    {9, At(8, 30), Step::kReview, 1},
    {7, At(8, 40), Step::kDraft, 0},      {6, At(8, 50), Step::kGuardianSigns, 0},
    {5, At(9, 0), Step::kSchoolSigns, 0}, {4, At(9, 10), Step::kEnroll, 0},
    {3, At(9, 20), Step::kPlace, 0},
};
constexpr int kAgainDays = 6;  // An application made again: so many days before the month.

class Day {
 public:
  Day(const std::string& date, const Calendar& calendar, const Town& town, const Planted& planted)
      : date_(date), calendar_(calendar), town_(town), planted_(planted) {}

  std::vector<Moment> Moments() {
    Setup();
    Papers();
    for (int t = 0; t < static_cast<int>(town_.districts.size()); ++t) {
      Weeks(t);
      if (calendar_.Serves(*town_.districts[t].district, date_)) Sessions(t);
      Money(t);
    }
    if (planted_.bar.school >= 0 && planted_.bar.date == date_) Add(At(9, 0), Step::kBar);
    if (date_ == calendar_.LastDay()) Add(At(23, 0), Step::kEnd);
    std::stable_sort(moments_.begin(), moments_.end(),
                     [](const Moment& a, const Moment& b) { return a.at < b.at; });
    return std::move(moments_);
  }

 private:
  void Add(int minute, Step step, int town = -1, int slot = 0, int month = 0) {
    moments_.push_back({InstantAt(date_, minute), step, town, slot, month, date_});
  }

  bool IsBeforeTerm(int days) const { return date_ == AddDays(calendar_.first_on(), -days); }

  void Setup() {
    for (const Before& before : kSetup) {
      if (IsBeforeTerm(before.days)) Add(before.minute, before.step);
    }
  }

  void Papers() {
    for (const Paper& paper : kPapers) {
      if (IsBeforeTerm(paper.days)) Add(At(9, 0), paper.step, -1, paper.review, 0);
    }
    if (IsBeforeTerm(3)) {
      Add(At(10, 0), Step::kPlaceInFull);
      Add(At(11, 0), Step::kPlaceElsewhere);
    }
    for (int month = 1; month < static_cast<int>(calendar_.months().size()); ++month) {
      const std::string first = FirstOfMonth(calendar_.months()[month]);
      if (date_ == AddDays(first, -1)) Add(At(20, 0), Step::kWithdraw, -1, 0, month);
      if (date_ != AddDays(first, -kAgainDays)) continue;
      for (const Paper& paper : kPapers) Add(paper.minute, paper.step, -1, paper.review, month);
    }
  }

  void Weeks(int t) {
    if (WeekdayOf(date_) != 7) return;
    if (calendar_.ServiceDaysFrom(*town_.districts[t].district, AddDays(date_, 1)).empty()) return;
    Add(At(18, 0), Step::kPlanWeek, t);
    Add(At(18, 30), Step::kDuties, t);
  }

  void Sessions(int t) {
    Add(At(8, 0), Step::kAbsences, t);
    const std::vector<Slot>& slots = town_.districts[t].district->slots;
    for (int i = 0; i < static_cast<int>(slots.size()); ++i) {
      const Slot& slot = slots[i];
      Add(slot.arrive, Step::kArrive, t, i);
      Add(slot.take_over, Step::kTakeOver, t, i);
      Add(slot.check_in, Step::kCheckIn, t, i);
      Add(slot.roll, Step::kRoll, t, i);
      Add(slot.early, Step::kEarlyLeave, t, i);
      Add(slot.end, Step::kDismiss, t, i);
      Add(slot.release, Step::kRelease, t, i);
      Add(slot.late, Step::kLateRelease, t, i);
      if (!slot.last) Add(slot.late + 2, Step::kMend, t, i);
      Add(slot.sign, Step::kSign, t, i);
      Add(slot.leave, Step::kLeave, t, i);
    }
  }

  void Money(int t) {
    if (date_ == AddDays(calendar_.first_on(), kNoticeDay)) Add(At(9, 0), Step::kPostNotice, t);
    if (date_ == planted_.early_notice_on) Add(At(9, 0), Step::kPostNotice, t);
    for (int month = 0; month < static_cast<int>(calendar_.months().size()); ++month) {
      const int days = DaysBetween(calendar_.IssueDay(month), date_);
      if (days == 0) Add(At(10, 0), Step::kIssue, t, 0, month);
      const bool gap = planted_.gap_school >= 0 && planted_.gap_month == month;
      if (gap && days == kGapFrom) Add(At(8, 0), Step::kWithdrawNotice, t, 0, month);
      if (gap && days == kGapTo) Add(At(9, 0), Step::kPostNotice, t, 0, month);
      if (days < 1 || days > kPayDays) continue;
      Add(At(12, 0), Step::kPay, t, 0, month);
      Add(At(12, 30), Step::kPayAgain, t, 0, month);
    }
  }

  const std::string& date_;
  const Calendar& calendar_;
  const Town& town_;
  const Planted& planted_;
  std::vector<Moment> moments_;
};

constexpr const char* kNames[] = {
    "nation",        "areas",           "policy",         "officials",     "schools",     "leaders",
    "adults",        "posts",           "classes",        "teacher_posts", "terms",       "holidays",
    "pupils",        "guardians",       "guardianships",  "submit_plan",   "review_plan", "file_plan",
    "plan_in_force", "fee_standards",   "nominate",       "screen",        "approve",     "pledge",
    "train",         "groups",          "claim",          "verify",        "start",       "submit",
    "review",        "draft",           "guardian_signs", "school_signs",  "enroll",      "place",
    "place_in_full", "place_elsewhere", "withdraw",       "plan_week",     "duties",      "bar",
    "absences",      "arrive",          "take_over",      "check_in",      "roll",        "early_leave",
    "dismiss",       "release",         "late_release",   "mend",          "sign",        "leave",
    "post_notice",   "withdraw_notice", "issue",          "pay",           "pay_again",   "end"};
static_assert(std::size(kNames) == static_cast<size_t>(Step::kEnd) + 1);

}  // namespace

std::string NameOf(Step step) { return kNames[static_cast<int>(step)]; }

Level LevelOf(Step step) {
  switch (step) {
    case Step::kNation:
    case Step::kAreas:
    case Step::kPolicy:
    case Step::kEnd:
      return Level::kCity;
    case Step::kOfficials:
    case Step::kTerms:
    case Step::kHolidays:
    case Step::kFeeStandards:
      return Level::kDistrict;
    default:
      return Level::kSchool;
  }
}

std::vector<Moment> MomentsOf(const std::string& date, const Calendar& calendar, const Town& town,
                              const Planted& planted) {
  return Day(date, calendar, town, planted).Moments();
}

std::string FirstDay(const Calendar& calendar) { return AddDays(calendar.first_on(), -kSetup[0].days); }

}  // namespace afterbell::citygen
