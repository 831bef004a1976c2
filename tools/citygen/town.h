// Who lives in the city: districts, schools, adults, classes, groups, pupils and their guardians,
// with what each will do all term. Made once from options and dice; a few hundred bytes a pupil,
// the only thing that grows with the city.
#ifndef AFTERBELL_TOOLS_CITYGEN_TOWN_H_
#define AFTERBELL_TOOLS_CITYGEN_TOWN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/citygen/calendar.h"
#include "tools/citygen/dice.h"
#include "tools/citygen/district.h"
#include "tools/citygen/options.h"

namespace afterbell::citygen {

struct Pupil {
  std::string id;
  std::vector<std::string> guardians;  // One or two; the first applies and pays.
  int number = 0;                      // In the school.
  int class_number = 0;
  int group = -1;               // In the school; -1: takes no part.
  std::string category;         // A special status that is claimed; empty: none.
  bool verified = false;        // Claims alone change nothing.
  bool goes_alone = false;      // By the agreement.
  int leaves = -1;              // The first month (index) without service; -1: stays.
  int returns = -1;             // The first month after an application made again.
  int class_hours[2] = {0, 0};  // Attended, of even and of odd months.

  bool Applies() const { return group >= 0; }
  bool ActiveIn(int month) const {
    return Applies() && (leaves < 0 || month < leaves || (returns >= 0 && month >= returns));
  }
};

struct Class {
  std::string id;
  std::string grade;
  std::string code;  // "3-1"
  std::vector<int> pupils;
};

// One care group a class.
struct Group {
  std::string id;
  std::string venue_id;
  int class_number = 0;
  std::vector<int> pupils;  // All who are ever placed in it.
};

struct School {
  int number = 0;  // In the city; draws are made by it.
  int place = 0;   // In the district.
  int town = 0;    // The district's number in Town::districts.
  const District* district = nullptr;
  std::string id;
  std::string principal;
  std::string group_a;  // School leading group.
  std::string group_b;
  std::string office;
  std::string accountant;
  std::string gate;
  std::string leader;                 // Duty leader.
  std::string volunteer;              // An outsider whom nobody reviewed.
  std::vector<std::string> teachers;  // The first ones are class teachers, in order of classes.
  std::vector<Class> classes;
  std::vector<Group> groups;
  std::vector<Pupil> pupils;

  std::string SessionId(const std::string& date, const Slot& slot, const Group& group) const;
};

struct DistrictTown {
  const District* district = nullptr;
  std::string bureau_a;
  std::string bureau_b;
  std::string inspector;
  std::string term_id;
  std::string fee_standard_id;
  std::vector<std::string> fee_value_ids;
  std::vector<int> schools;
};

struct Town {
  std::string operator_id;
  std::vector<DistrictTown> districts;
  std::vector<School> schools;
};

Town BuildTown(const CityOptions& options, const Calendar& calendar, const Dice& dice);

// Ids that the services derive; made here with the same parts.
std::string TermId(const std::string& scope_id, const std::string& code);
std::string PlanId(const std::string& school_id, const std::string& term_id);
std::string AgreementId(const std::string& application_id);
std::string ChargeId(const std::string& pupil_id, const std::string& period);

// The id of a pupil's application for the months from `month` on.
std::string ApplicationId(const Dice& dice, const School& school, const Pupil& pupil, int month);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_TOWN_H_
