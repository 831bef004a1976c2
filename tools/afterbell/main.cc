// afterbell: run a city, load and show policy, look into a log, ask questions of history.
#include <cstdio>

#include "services/platform/config/config.h"
#include "tools/afterbell/commands.h"

namespace afterbell {

int Failed(const absl::Status& status) {
  std::fprintf(stderr, "afterbell: %s\n", std::string(status.message()).c_str());
  return kExitFailed;
}

absl::StatusOr<std::unique_ptr<EmbeddedLog>> OpenReadOnlyLog(const std::string& told) {
  const auto config = LoadConfig("");
  if (!config.ok()) return config.status();
  EmbeddedLogOptions options;
  options.directory = (told.empty() ? config->data_directory() : told) + "/log";
  options.read_only = true;
  return EmbeddedLog::Open(options);
}

}  // namespace afterbell

int main(int argc, char** argv) {
  CLI::App app(
      "afterbell: after-school service for a city, from one event log.\n"
      "Begin with `afterbell city --play`: a term of three districts, then questions about it.");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every command");
  int exit_code = afterbell::kExitDone;
  afterbell::AddCity(&app, &exit_code);
  afterbell::AddPolicy(&app, &exit_code);
  afterbell::AddLog(&app, &exit_code);
  afterbell::AddReview(&app, &exit_code);
  afterbell::AddGet(&app, &exit_code);
  afterbell::AddHistory(&app, &exit_code);
  afterbell::AddLevel(&app, &exit_code);
  afterbell::AddTopics(&app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? afterbell::kExitDone : afterbell::kExitUsage;
  }
  return exit_code;
}
