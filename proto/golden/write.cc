// Adds the golden bytes that are missing, each at the end of its file in the source tree, and changes no line
// that is there:
//
//   bazel run //proto/golden:write
//
// Read what was added before it is committed: it is what every later build must read.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "proto/golden/golden.h"
#include "proto/golden/kept_types.h"

namespace afterbell::golden {
namespace {

std::string HeadOf(const KeptType& kept) {
  return "# Samples of " + kept.prototype->GetDescriptor()->full_name() +
         " as they were once written (golden.h): blocks are added at the\n"
         "# end by `bazel run //proto/golden:write`, and never changed.\n";
}

int Write(const std::string& folder) {
  for (const KeptType& kept : KeptTypes()) {
    const std::string path = folder + "/" + kept.name + ".txt";
    std::ostringstream there;
    if (std::ifstream file(path); file) there << file.rdbuf();
    const auto goldens = ParseGoldens(there.str());
    if (!goldens.ok()) {
      std::fprintf(stderr, "%s: %s\n", path.c_str(), std::string(goldens.status().message()).c_str());
      return 1;
    }
    std::string added = there.str().empty() ? HeadOf(kept) : "";
    const std::vector<Golden> missing = Missing(*kept.prototype, *goldens);
    for (const Golden& golden : missing) added += BlockOf(golden);
    if (!missing.empty() && !(std::ofstream(path, std::ios::app) << added << std::flush)) {
      std::perror(path.c_str());
      return 1;
    }
    if (!missing.empty()) std::printf("%s: %zu added\n", path.c_str(), missing.size());
  }
  return 0;
}

}  // namespace
}  // namespace afterbell::golden

int main() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");  // Of bazel run.
  if (workspace == nullptr) {
    std::fprintf(stderr, "run it as: bazel run //proto/golden:write\n");
    return 2;
  }
  return afterbell::golden::Write(std::string(workspace) + "/proto/golden");
}
