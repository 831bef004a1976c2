// Plays a synthetic city against services, over gRPC, like any client: phase by phase, the calls of
// a phase at once, attendance in batches. Counts what was answered and holds it against what each
// call expects. What an instance does not answer is asked of another, with the same request id.
#ifndef AFTERBELL_TOOLS_AFTERBELL_PLAYER_H_
#define AFTERBELL_TOOLS_AFTERBELL_PLAYER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/base/time.h"
#include "tools/afterbell/client.h"
#include "tools/citygen/city.pb.h"

namespace afterbell {

struct PlayedCounts {
  uint64_t calls = 0;
  uint64_t answered = 0;  // OK, quiet ones among them.
  uint64_t refused = 0;
  std::map<std::string, uint64_t> refusals;  // "ENR-23 GROUP_FULL" -> how often
  uint64_t unexpected = 0;
  std::vector<std::string> first_unexpected;  // At most ten, in words.
};

// The head of a call, and the call as an item of attendance's ExecuteBatchRequest.
log::v1::CommandHeader HeaderOfCall(const citygen::Call& call);
std::string BatchItemOf(const citygen::Call& call);

// The same request id for the same thing asked, so that a term that is carried on asks it again
// rather than anew.
std::string DerivedUuid(const std::string& name);

class Player {
 public:
  static constexpr size_t kOutstandingMax = 64;  // Calls under way.
  static constexpr size_t kBatchMax = 100;       // Commands in one attendance call.
  static constexpr size_t kUnexpectedKept = 10;

  // `patience`: how long a call is asked again of this service's other instances.
  Player(const Instances& instances, std::chrono::seconds patience,
         std::vector<policy::v1::Instrument> instruments)
      : client_(instances, patience), patience_(patience), instruments_(std::move(instruments)) {}
  Player(const std::string& address, std::vector<policy::v1::Instrument> instruments)
      : Player(Instances{{"", {address}}}, std::chrono::seconds(0), std::move(instruments)) {}

  // Moves the clock to the phase, waits with `settle` for what follows from that, and makes the
  // phase's calls. UNAVAILABLE when the services are gone.
  absl::Status Play(const citygen::Phase& phase, const std::function<absl::Status()>& settle);

  const PlayedCounts& counts() const { return counts_; }

  // Request ids that were answered OK or refused by a rule, each once; the instruments' and the
  // clock's among them.
  size_t distinct_requests() const { return requests_.size(); }

 private:
  void MoveClock(const google::protobuf::Timestamp& at);
  void PublishInstruments();
  void Send(const citygen::Call& call);
  void SendBatch(std::vector<const citygen::Call*> calls);
  void SendAgain();
  void Note(const citygen::Call& call, int code, const std::string& rule, const std::string& reason,
            const std::string& message);

  Client client_;
  const std::chrono::seconds patience_;
  std::vector<const citygen::Call*> again_;  // Items of batches that nobody decided.
  const std::vector<policy::v1::Instrument> instruments_;
  PlayedCounts counts_;
  std::unordered_set<std::string> requests_;
  absl::Status lost_;
};

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_PLAYER_H_
