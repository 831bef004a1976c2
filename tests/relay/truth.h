// A log in Kafka that a test writes itself, void records among the valid ones; and what outsiders are to be
// shown of any log, found in another way than the relay's.
#ifndef AFTERBELL_TESTS_RELAY_TRUTH_H_
#define AFTERBELL_TESTS_RELAY_TRUTH_H_

#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/kafka/kafka_log.h"

namespace afterbell::relay_test {

// Topics of a prefix, and a log of all six services that is begun. Its id.
absl::StatusOr<std::string> MakeLog(const KafkaLogOptions& options, uint32_t school_partitions);

// The only valid writer of a partition of attendance, with claims. Threads: one.
class Writer {
 public:
  // Claims. Errors: of the log.
  static absl::StatusOr<Writer> Open(KafkaLog* log, const PartitionId& id, uint32_t school_partitions);

  // Records to be appended by Flush, valid ones:
  void Claim();
  void Commit(int events);
  void Restored(const std::string& incarnation);
  // and void ones: the last Commit once more, one under the claim before, one that does not follow, a second
  // Genesis.
  void Doubled();
  void Zombie();
  void Late();
  void SecondGenesis();
  // Anything, as it is.
  void Raw(const log::v1::Record& record);

  absl::Status Flush();

  uint64_t valid_events() const { return valid_events_; }
  uint64_t void_records() const { return void_records_; }
  const ChainPosition& at() const { return chain_.at(); }
  log::v1::Commit NextCommit(int events, const std::string& named);

 private:
  Writer(PartitionId id, std::shared_ptr<LogPartition> partition)
      : id_(std::move(id)), partition_(std::move(partition)), chain_(id_) {}
  void Valid(const log::v1::Record& record);

  PartitionId id_;
  std::shared_ptr<LogPartition> partition_;
  Chain chain_;
  std::vector<std::string> schools_;
  std::vector<std::string> waiting_;
  std::string genesis_, last_commit_;
  uint64_t claim_before_ = 0;
  uint64_t named_ = 0, valid_events_ = 0, void_records_ = 0;
};

// An event as it is to be published.
struct PublicIdentity {
  std::string source;
  uint64_t index = 0;
  int ordinal = 0;
  friend auto operator<=>(const PublicIdentity&, const PublicIdentity&) = default;
};
struct PublicContent {
  std::string key, type, value, kind, district, time;
  friend bool operator==(const PublicContent&, const PublicContent&) = default;
};

struct Truth {
  std::map<std::string, std::map<PublicIdentity, PublicContent>> valid;  // By service.
  std::set<std::string> void_values;  // Of events that stand in void records only.
  uint64_t void_records = 0;
};

// Reads the truth topics of all services to their ends.
absl::StatusOr<Truth> ReadTruth(KafkaLog& log);

}  // namespace afterbell::relay_test

#endif  // AFTERBELL_TESTS_RELAY_TRUTH_H_
