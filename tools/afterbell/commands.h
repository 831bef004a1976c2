// The commands of the CLI, one file each. Each adds itself to the app; what it returns when it is
// run is the exit code:
//   0  done          1  it could not be done (said on stderr)
//   2  wrong usage   3  done, and the answer is no: a log that does not verify, a difference found
#ifndef AFTERBELL_TOOLS_AFTERBELL_COMMANDS_H_
#define AFTERBELL_TOOLS_AFTERBELL_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/platform/log/log.h"

namespace afterbell {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNo = 3;

void AddCity(CLI::App* app, int* exit_code);
void AddPolicy(CLI::App* app, int* exit_code);
void AddLog(CLI::App* app, int* exit_code);
void AddArchive(CLI::App* log, int* exit_code);  // Below `log`.
void AddReview(CLI::App* app, int* exit_code);
void AddGet(CLI::App* app, int* exit_code);
void AddHistory(CLI::App* app, int* exit_code);
void AddLevel(CLI::App* app, int* exit_code);
void AddCluster(CLI::App* app, int* exit_code);
void AddTopics(CLI::App* app, int* exit_code);
void AddRows(CLI::App* app, int* exit_code);

// A serialised event of a service, for people: ids, never names.
std::string EventText(const std::string& service, const std::string& bytes);
// Where a log is: brokers, or a folder, or the one or the other as the configuration says.
struct LogPlace {
  std::string data;
  std::string kafka;
};
void AddLogPlace(CLI::App* command, LogPlace* place);

// Opens it to be read; takes no lock.
absl::StatusOr<std::unique_ptr<EventLog>> OpenToRead(const LogPlace& place);

// Says what failed on stderr, for people.
int Failed(const absl::Status& status);

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_COMMANDS_H_
