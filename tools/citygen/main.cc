// citygen: writes a city's phases, each behind its length (protobuf's delimited format), and its
// answers as JSON.
//
//   citygen --seed 7 --phases city.phases --answers city.json
#include <google/protobuf/util/delimited_message_util.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <string>

#include "tools/citygen/city.h"

namespace {

using afterbell::citygen::City;
using afterbell::citygen::CityOptions;
using afterbell::citygen::Phase;

int Run(const CityOptions& options, const std::string& phases, const std::string& answers) {
  if (const std::string problem = Problem(options); !problem.empty()) {
    std::cerr << "citygen: " << problem << "\n";
    return 2;
  }
  std::ofstream file;
  if (phases != "-" && !phases.empty()) file.open(phases, std::ios::binary);
  std::ostream& out = phases == "-" ? std::cout : file;
  City city(options);
  Phase phase;
  while (city.NextPhase(&phase)) {
    if (!phases.empty()) google::protobuf::util::SerializeDelimitedToOstream(phase, &out);
  }
  if (!phases.empty() && !out.flush()) {
    std::cerr << "citygen: cannot write " << phases << "\n";
    return 1;
  }
  if (answers == "-") {
    std::cout << ToJson(city.answers());
    return 0;
  }
  std::ofstream json(answers);
  json << ToJson(city.answers());
  if (!json.flush()) {
    std::cerr << "citygen: cannot write " << answers << "\n";
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Makes a synthetic city of after-school care and the answers that must come of it.");
  CityOptions options;
  std::string phases;
  std::string answers = "-";
  app.add_option("--seed", options.seed, "another seed, another city");
  app.add_option("--district", options.districts, "jilin, wanzhou, xiji");
  app.add_option("--schools", options.schools_per_district, "schools in each district");
  app.add_option("--pupils", options.pupils_per_school, "pupils in each school");
  app.add_option("--first", options.first_on, "first day of the term");
  app.add_option("--last", options.last_on, "last day of the term");
  app.add_flag("!--no-violations", options.violations, "nothing goes wrong");
  app.add_flag("!--no-repeats", options.repeats, "nothing is asked twice");
  app.add_option("--phases", phases, "where the phases go; '-' is standard output; nothing: nowhere");
  app.add_option("--answers", answers, "where the answers go");
  CLI11_PARSE(app, argc, argv);
  return Run(options, phases, answers);
}
