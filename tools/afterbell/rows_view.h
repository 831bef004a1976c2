// What lies in the stores of a city: the tables that are declared, for people.
#ifndef AFTERBELL_TOOLS_AFTERBELL_ROWS_VIEW_H_
#define AFTERBELL_TOOLS_AFTERBELL_ROWS_VIEW_H_

#include <string>
#include <vector>

#include "services/platform/decider/service.h"

namespace afterbell {

struct OwnedTables {
  std::string
      owner;  // A service, "platform" (in every partition) or "commons" (in partition 0 of its service).
  TableList tables;  // In order of names.
};

// Of each service, then the platform's, then the commons that those services keep.
std::vector<OwnedTables> TablesOfAll(const std::vector<const Service*>& services);

// A table a line.
std::string AsText(const std::vector<OwnedTables>& all);
// One array, an object a table.
std::string AsJson(const std::vector<OwnedTables>& all);

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_ROWS_VIEW_H_
