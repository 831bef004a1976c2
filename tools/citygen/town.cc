#include "tools/citygen/town.h"

#include <algorithm>

#include "services/platform/base/ids.h"

namespace afterbell::citygen {
namespace {

constexpr int kGrades = 6;
// Per thousand.
constexpr int kApplying = 880;
constexpr int kSecondGuardian = 600;
constexpr int kInCategory = 60;
constexpr int kClaimNotVerified = 100;  // Of those.
constexpr int kGoingAlone = 60;         // From grade 4.
constexpr int kLeaving = 25;
constexpr int kReturning = 300;  // Of those.

void AddAdults(const Dice& dice, School& school) {
  int next = 0;
  const auto adult = [&] { return dice.Id(Topic::kAdult, school.number + 1, next++); };
  school.principal = adult();
  school.group_a = adult();
  school.group_b = adult();
  school.office = adult();
  school.accountant = adult();
  school.gate = adult();
  school.leader = adult();
  school.volunteer = adult();
  // Two for each group, and a few who are free each day.
  const int teachers = 2 * static_cast<int>(school.classes.size()) + 4;
  for (int i = 0; i < teachers; ++i) school.teachers.push_back(adult());
}

// Classes of at most 40, the lower grades first to have one more.
void AddClasses(const Dice& dice, int pupils, School& school) {
  const int classes = (pupils + kPupilsPerClassMax - 1) / kPupilsPerClassMax;
  int number = 0;
  for (int grade = 1; grade <= kGrades; ++grade) {
    const int here = classes / kGrades + (grade <= classes % kGrades ? 1 : 0);
    for (int i = 1; i <= here; ++i, ++number) {
      const std::string code = std::to_string(grade) + "-" + std::to_string(i);
      school.classes.push_back(
          {dice.Id(Topic::kClass, school.number, number), std::to_string(grade), code, {}});
    }
  }
}

void ChooseCategory(const Dice& dice, const School& school, Pupil& pupil) {
  const std::vector<std::string>& waived = school.district->waived;
  if (waived.empty() || !dice.Chance(kInCategory, Topic::kCategory, school.number, pupil.number)) return;
  const int which =
      dice.Below(static_cast<int>(waived.size()), Topic::kCategory, school.number, pupil.number, 1);
  pupil.category = waived[which];
  pupil.verified = !dice.Chance(kClaimNotVerified, Topic::kClaimLeft, school.number, pupil.number);
}

// Pupils leave at a month's end, and some of them come back a month later.
void ChooseLeaving(const Dice& dice, int months, const School& school, Pupil& pupil) {
  if (months < 2 || !dice.Chance(kLeaving, Topic::kLeaves, school.number, pupil.number)) return;
  pupil.leaves = 1 + dice.Below(months - 1, Topic::kLeaves, school.number, pupil.number, 1);
  const bool again = dice.Chance(kReturning, Topic::kReturns, school.number, pupil.number);
  if (again && pupil.leaves + 1 < months) pupil.returns = pupil.leaves + 1;
}

Pupil MakePupil(const Dice& dice, int months, const School& school, int number, int class_number) {
  const uint64_t s = school.number;
  Pupil pupil;
  pupil.number = number;
  pupil.class_number = class_number;
  pupil.id = dice.Id(Topic::kPupil, s, number);
  pupil.guardians.push_back(dice.Id(Topic::kGuardian, s, number, 0));
  if (dice.Chance(kSecondGuardian, Topic::kHasSecondGuardian, s, number)) {
    pupil.guardians.push_back(dice.Id(Topic::kGuardian, s, number, 1));
  }
  if (!dice.Chance(kApplying, Topic::kApplies, s, number)) return pupil;
  pupil.group = class_number;
  pupil.goes_alone =
      school.classes[class_number].grade >= "4" && dice.Chance(kGoingAlone, Topic::kAlone, s, number);
  ChooseCategory(dice, school, pupil);
  ChooseLeaving(dice, months, school, pupil);
  return pupil;
}

void AddPupils(const Dice& dice, int pupils, int months, School& school) {
  const int classes = static_cast<int>(school.classes.size());
  for (int class_number = 0; class_number < classes; ++class_number) {
    // As even as can be.
    const int here = pupils / classes + (class_number < pupils % classes ? 1 : 0);
    for (int i = 0; i < here; ++i) {
      const int number = static_cast<int>(school.pupils.size());
      school.pupils.push_back(MakePupil(dice, months, school, number, class_number));
      school.classes[class_number].pupils.push_back(number);
    }
  }
}

void AddGroups(const Dice& dice, School& school) {
  for (int i = 0; i < static_cast<int>(school.classes.size()); ++i) {
    Group group{dice.Id(Topic::kGroup, school.number, i), dice.Id(Topic::kVenue, school.number, i), i, {}};
    for (const int pupil : school.classes[i].pupils) {
      if (school.pupils[pupil].Applies()) group.pupils.push_back(pupil);
    }
    school.groups.push_back(std::move(group));
  }
}

DistrictTown MakeDistrict(const CityOptions& options, const Dice& dice, const District& district,
                          int number) {
  DistrictTown town;
  town.district = &district;
  const uint64_t key = 1000000 + number;  // Apart from the schools' adults.
  town.bureau_a = dice.Id(Topic::kAdult, key, 0);
  town.bureau_b = dice.Id(Topic::kAdult, key, 1);
  town.inspector = dice.Id(Topic::kAdult, key, 2);
  town.term_id = TermId(district.id, options.term_code);
  town.fee_standard_id = dice.Id(Topic::kFeeStandard, number);
  for (const FeeValueIds& ids : options.fee_value_ids) {
    if (ids.district_id == district.id) town.fee_value_ids = ids.value_ids;
  }
  return town;
}

}  // namespace

Town BuildTown(const CityOptions& options, const Calendar& calendar, const Dice& dice) {
  Town town;
  town.operator_id = dice.Id(Topic::kAdult, 0, 0);
  const int months = static_cast<int>(calendar.months().size());
  for (const std::string& id : options.districts) {
    const int number = static_cast<int>(town.districts.size());
    town.districts.push_back(MakeDistrict(options, dice, *FindDistrict(id), number));
    for (int place = 0; place < options.schools_per_district; ++place) {
      School school;
      school.number = static_cast<int>(town.schools.size());
      school.place = place;
      school.town = number;
      school.district = FindDistrict(id);
      school.id = dice.Id(Topic::kSchool, school.number);
      AddClasses(dice, options.pupils_per_school, school);
      AddAdults(dice, school);
      AddPupils(dice, options.pupils_per_school, months, school);
      AddGroups(dice, school);
      town.districts.back().schools.push_back(school.number);
      town.schools.push_back(std::move(school));
    }
  }
  return town;
}

std::string School::SessionId(const std::string& date, const Slot& slot, const Group& group) const {
  return DerivedId("session", {id, date, slot.period, group.id});
}

std::string TermId(const std::string& scope_id, const std::string& code) {
  return DerivedId("term", {scope_id, code});
}

std::string PlanId(const std::string& school_id, const std::string& term_id) {
  return DerivedId("plan", {school_id, term_id});
}

std::string AgreementId(const std::string& application_id) {
  return DerivedId("agreement", {application_id});
}

std::string ChargeId(const std::string& pupil_id, const std::string& period) {
  return DerivedId("charge", {pupil_id, kFeeKind, period});
}

std::string ApplicationId(const Dice& dice, const School& school, const Pupil& pupil, int month) {
  return dice.Id(Topic::kApplication, school.number, pupil.number, month);
}

}  // namespace afterbell::citygen
