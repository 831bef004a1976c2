// The six services as a process of their own, to be killed: this program again, with --serve.
//
// Over its standard input and output the driver hears the address and asks for digests.
// Threads: one, but for Signal, Freeze and Kill.
#ifndef AFTERBELL_TESTS_FAULT_SERVER_H_
#define AFTERBELL_TESTS_FAULT_SERVER_H_

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/log.h"
#include "tests/fault/process.h"

namespace afterbell::fault {

inline constexpr char kDisk[] = "disk";
inline constexpr char kUnsyncedInMemory[] = "unsynced-in-memory";
inline constexpr char kNoSync[] = "no-sync";  // LyingStorage.

// Where LyingStorage keeps its ledger.
std::string LedgerOf(const std::string& data);

// The rows of a partition.
struct Digest {
  uint64_t index = 0;
  std::string digest;
  friend bool operator==(const Digest&, const Digest&) = default;
};

struct Served {
  std::string data;
  std::string durability = kDisk;   // Of an embedded log.
  std::string kafka, topic_prefix;  // Brokers: an instance of a city on them.
  uint64_t session_ms = 6000;
};

// Adds what is served, and the folder, to a driver's options; parses them; and serves until its input ends if
// this process was told to be the server. The exit code if it is to end now; nothing: go on as the driver.
std::optional<int> ParseOrServe(CLI::App* app, int argc, char** argv, Served* served, std::string* dir);

class Server {
 public:
  // Starts the process and does not wait for it.
  static absl::StatusOr<std::unique_ptr<Server>> Spawn(const Served& served);
  // Waits until it serves; where. An error says why it does not.
  absl::StatusOr<std::string> Address();

  // Waits until the services have come to rest; the digests of their rows then.
  absl::StatusOr<std::map<PartitionId, Digest>> Digests();

  // How many partitions it owns now, and of how many services.
  struct Share {
    size_t partitions = 0, services = 0;
  };
  absl::StatusOr<Share> Owned();

  // Lets a lying disk write back.
  absl::Status WriteBack();

  // From any thread.
  void Signal(int signal) { process_->Signal(signal); }
  void Freeze() { process_->Freeze(); }
  void Kill();
  // Asks it to stop, as a signal would, and waits until it has.
  absl::Status Stop();
  // Kills and waits for the end. OK when it died of SIGKILL and not before, of something else.
  absl::Status KillAndReap();

 private:
  explicit Server(std::unique_ptr<Process> process) : process_(std::move(process)) {}
  absl::StatusOr<std::string> ReadLine();
  absl::Status Ask(char what);

  std::unique_ptr<Process> process_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_SERVER_H_
