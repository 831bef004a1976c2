// afterbell: run a city, load and show policy, look into a log, ask questions of history.
#include <cstdio>

#include "services/platform/config/config.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "tools/afterbell/commands.h"

namespace afterbell {

int Failed(const absl::Status& status) {
  std::fprintf(stderr, "afterbell: %s\n", std::string(status.message()).c_str());
  return kExitFailed;
}

void AddLogPlace(CLI::App* command, LogPlace* place) {
  CLI::Option* data = command->add_option("--data", place->data, "Folder of the log");
  command->add_option("--kafka", place->kafka, "Brokers of the log")->excludes(data);
}

absl::StatusOr<std::unique_ptr<EventLog>> OpenToRead(const LogPlace& place) {
  const auto config = LoadConfig("");
  if (!config.ok()) return config.status();
  const bool told = !place.data.empty() || !place.kafka.empty();
  const std::string& brokers = told ? place.kafka : config->kafka();
  if (!brokers.empty()) {
    KafkaLogOptions options;
    options.brokers = brokers;
    auto log = KafkaLog::Open(options);
    if (!log.ok()) return log.status();
    return std::unique_ptr<EventLog>(*std::move(log));
  }
  EmbeddedLogOptions options;
  options.directory = (told ? place.data : config->data_directory()) + "/log";
  options.read_only = true;
  auto log = EmbeddedLog::Open(options);
  if (!log.ok()) return log.status();
  return std::unique_ptr<EventLog>(*std::move(log));
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
  afterbell::AddCluster(&app, &exit_code);
  afterbell::AddTopics(&app, &exit_code);
  afterbell::AddRows(&app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? afterbell::kExitDone : afterbell::kExitUsage;
  }
  return exit_code;
}
