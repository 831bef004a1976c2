// All that a step looks at, and where its calls and answers go.
#ifndef AFTERBELL_TOOLS_CITYGEN_WORLD_H_
#define AFTERBELL_TOOLS_CITYGEN_WORLD_H_

#include <string>
#include <vector>

#include "tools/citygen/answers.h"
#include "tools/citygen/calendar.h"
#include "tools/citygen/dice.h"
#include "tools/citygen/options.h"
#include "tools/citygen/planted.h"
#include "tools/citygen/schedule.h"
#include "tools/citygen/town.h"
#include "tools/citygen/writer.h"

namespace afterbell::citygen {

struct World {
  explicit World(const CityOptions& given)
      : options(given),
        dice(given.seed),
        calendar(given),
        town(BuildTown(given, calendar, dice)),
        again(town.schools.size()),
        writer(dice, answers) {
    if (options.violations) planted = Plant(calendar, town);
  }

  const CityOptions options;
  const Dice dice;
  const Calendar calendar;
  Town town;
  Planted planted;
  Answers answers;
  // By school: calls of a step that are asked again some minutes later.
  std::vector<std::vector<Call>> again;
  PhaseWriter writer;

  DistrictTown& TownOf(const School& school) { return town.districts[school.town]; }
  DistrictAnswers& AnswersOf(const School& school) { return answers.districts[school.town]; }

  static Actor As(const std::string& role, const std::string& person, const School& school) {
    return {role, person, school.district->id};
  }
  Actor Operator() const { return {"platform_operator", town.operator_id, kNation}; }
  static Actor BureauA(const DistrictTown& d) { return {"education_bureau", d.bureau_a, d.district->id}; }
  static Actor BureauB(const DistrictTown& d) { return {"education_bureau", d.bureau_b, d.district->id}; }

  // The school's calls that were put aside: half of them as the same request, half as a new one.
  void AskAgain(const School& school) {
    for (const Call& call : again[school.number]) {
      if (call.request_id()[0] < '8') {
        writer.SameRequest(call);
      } else {
        writer.SameCommand(call);
      }
    }
    again[school.number].clear();
  }

  void Note(const std::string& what, const School& school, const std::string& date,
            const std::string& subject) {
    answers.planted.push_back({what, school.id, date, subject});
  }
};

// Each makes the calls of one moment: of the city, of one district, or of one school. A step that
// a place does not have makes none.
void EmitCity(World& world, const Moment& moment);
void EmitDistrict(World& world, const Moment& moment, const DistrictTown& district);
void EmitSetup(World& world, const Moment& moment, School& school);
void EmitEnrolling(World& world, const Moment& moment, School& school);
void EmitWeek(World& world, const Moment& moment, School& school);
void EmitDay(World& world, const Moment& moment, School& school);
void EmitMoney(World& world, const Moment& moment, School& school);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_WORLD_H_
