// afterbell rows: which tables the services of this build keep. Reads no log and no store.
#include <cstdio>
#include <memory>

#include "services/city/city.h"
#include "tools/afterbell/commands.h"
#include "tools/afterbell/rows_view.h"

namespace afterbell {
namespace {

struct RowsFlags {
  std::string service;
  bool json = false;
};

int Describe(const RowsFlags& flags) {
  std::vector<const Service*> services;
  for (const Service* service : CityServices()) {
    if (flags.service.empty() || service->name() == flags.service) services.push_back(service);
  }
  const std::vector<OwnedTables> all = TablesOfAll(services);
  std::fputs((flags.json ? AsJson(all) : AsText(all)).c_str(), stdout);
  return kExitDone;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Service* service : CityServices()) names.emplace_back(service->name());
  return names;
}

}  // namespace

void AddRows(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<RowsFlags>();
  CLI::App* rows = app->add_subcommand("rows", "What the services keep");
  rows->require_subcommand(1);
  CLI::App* describe = rows->add_subcommand(
      "describe", "Tables by name: key, message of a row, who writes it, how it is kept in memory");
  describe->add_option("--service", flags->service, "What lies in its stores alone")
      ->check(CLI::IsMember(Names()));
  describe->add_flag("--json", flags->json, "One JSON object a table");
  describe->callback([flags, exit_code] { *exit_code = Describe(*flags); });
}

}  // namespace afterbell
