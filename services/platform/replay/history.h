// History: everything a log holds, as of a recorded moment, for those who fold it.
//
// A cut at any recorded moment is a prefix of every partition and holds no effect without its cause
// (recorded time is later than that of all a record had seen). So two questions suffice to read a
// city: what one partition recorded, in its order; and what all services recorded for one partition
// number, with the commons, merged by recorded time. Schools with the same number lie together in
// every service, so numbers are folded apart, on all cores.
//
// Nothing is kept but the commons, which are low in volume: a fold over years streams.
//
// Threads: a loaded history is constant and may be read from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_HISTORY_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_HISTORY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/log.h"
#include "services/platform/replay/reader.h"
#include "services/platform/runtime/commons.h"

namespace afterbell::replay {

struct HistoryOptions {
  static constexpr Micros kEverything = INT64_MAX;

  Micros as_of = kEverything;  // Known then: Commits recorded later are not there.
  int threads = 0;             // 0: as many as there are cores.
};

class History {
 public:
  // Reads the Genesis of the log and all commons. Outlived by `log`.
  // Errors: NOT_FOUND for a log without records, DATA_LOSS for a damaged or altered commons.
  static absl::StatusOr<std::unique_ptr<History>> Load(EventLog* log, const HistoryOptions& options);

  const std::string& log_id() const { return log_id_; }
  log::v1::Clock clock() const { return clock_; }
  bool simulated() const { return clock_ == log::v1::SIMULATED; }
  uint32_t school_partitions() const { return school_partitions_; }
  Micros as_of() const { return options_.as_of; }
  int threads() const { return options_.threads; }

  // The partitions that hold anything, by service in the order of ServiceOrder, then by number.
  const std::vector<PartitionId>& partitions() const { return partitions_; }

  // The Commits of one partition up to the cut; of all that is there with `uncut`.
  RecordReader Read(const PartitionId& id, bool uncut = false) const;

  // Rows of the commons (registry's and staffing's), by index, and how far the cut lets one see.
  const std::vector<std::unique_ptr<Commons>>& commons() const { return commons_; }
  uint64_t CommonsEnd(std::string_view service) const;

  using Visit = std::function<void(const Recorded& recorded)>;
  // Whose Commits are visited; empty: those of all.
  using Services = std::vector<std::string_view>;

  // Visits the Commits of these services' partition `number` and of their commons, in order of recorded
  // time; at the same moment the commons first, then by service and index. Number 0: the commons alone. What
  // nobody asks for is not read, and its chain not run: SurveyChains says of all partitions whether it holds.
  absl::Status FoldNumber(uint32_t number, const Services& services, const Visit& visit) const;

  // FoldNumber for every school partition, on all cores: begin(number) is called once for each and
  // returns what visits its records, all on one thread. Who adds up over numbers must not count the
  // commons (recorded.partition 0) more than once.
  absl::Status FoldAll(const Services& services, const std::function<Visit(uint32_t number)>& begin) const;

  // How much there is to read of each partition number, these services' together, in no unit; 0: the commons.
  std::vector<uint64_t> SizesOfNumbers(const Services& services) const;

  // What the chain says of each partition, up to the cut.
  struct Survey {
    PartitionId id;
    ChainPosition at;
    uint64_t commits = 0;
    uint64_t void_records = 0;
    Micros newest = 0;  // The last Commit was recorded then.
    std::string fault;  // Empty: the chain holds.

    // What a reader that is through its partition knows.
    void End(const RecordReader& reader);
  };
  std::vector<Survey> SurveyChains() const;

 private:
  History() = default;
  absl::Status ReadGenesis();
  absl::Status ReadCommons(EventLog* log);

  struct OfCommons {
    std::string_view service;
    RecordReader::CommitPtr commit;
  };

  HistoryOptions options_;
  std::string log_id_;
  log::v1::Clock clock_ = log::v1::CLOCK_UNSPECIFIED;
  uint32_t school_partitions_ = 0;
  std::vector<PartitionId> partitions_;
  std::map<PartitionId, std::shared_ptr<LogPartition>> logs_;
  std::vector<std::unique_ptr<Commons>> commons_;
  std::map<std::string, uint64_t, std::less<>> commons_end_;
  std::vector<OfCommons> commons_records_;  // Of all services, in order.
};

// The place of a service in every order that has none of its own: registry, enrollment, attendance,
// staffing, billing, inspection; a service that is not one of these comes after them.
int ServiceOrder(std::string_view service);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_HISTORY_H_
