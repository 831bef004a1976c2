// One partition of a service, relayed: read on behind its checkpoint, judged by the chain, published, and
// checkpointed as far as everything is acknowledged.
//
// What is taken and not yet acknowledged stands in a queue, a record an entry; a checkpoint is made of the
// last entry before which nothing is outstanding. Going back (Rewind) is beginning again behind that: the
// same as a start after a kill.
//
// Threads: one.
#ifndef AFTERBELL_SERVICES_RELAY_SOURCE_H_
#define AFTERBELL_SERVICES_RELAY_SOURCE_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/relay/v1/checkpoint.pb.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"
#include "services/relay/cloud_event.h"
#include "services/relay/options.h"
#include "services/relay/publisher.h"

namespace afterbell::relay {

class Source {
 public:
  // Outlived by all it is given.
  Source(PartitionId id, std::shared_ptr<LogPartition> log, const CloudEvents* events,
         const RelayOptions* options, Publisher* publisher);

  // Begins behind a checkpoint, or at the start of the log without one. FAILED_PRECONDITION or DATA_LOSS when
  // the log is not the one that was published: nothing may be published behind it, by anybody, until somebody
  // has looked. Other errors pass by themselves.
  absl::Status Begin(std::optional<v1::Checkpoint> checkpoint);

  // Takes what there is and there is room for; whether it took anything. An error is for good.
  absl::StatusOr<bool> Advance();

  // Writes down what was acknowledged, and puts a checkpoint of it if it is time, or there is one and `now`.
  void Checkpoint(bool now);

  // After the publisher's client was replaced: what was not acknowledged is to be taken again.
  absl::Status Rewind();

  // Everything taken is acknowledged, and checkpointed.
  bool Settled() const { return taken_.empty() && putting_ == nullptr && done_.index() == kept_index_; }

  const PartitionId& id() const { return id_; }
  LogPartition& log() { return *log_; }
  uint64_t offset() const { return chain_.at().offset; }
  uint64_t records_behind() const;
  uint64_t published() const { return published_; }
  uint64_t void_records() const { return void_; }

 private:
  // A valid record that was taken.
  struct Taken {
    v1::Checkpoint after;
    uint64_t published;  // Events, with those of this record.
    std::shared_ptr<Receipt> receipt;
  };

  absl::Status Verify(const v1::Checkpoint& checkpoint);
  void StandBehind(const v1::Checkpoint& checkpoint);
  // False: there is no room for it now.
  absl::StatusOr<bool> Take(const LogBatch::Entry& entry);
  absl::Status MakeEvents(const log::v1::Commit& commit, std::vector<CloudEvent>* events) const;

  const PartitionId id_;
  const std::shared_ptr<LogPartition> log_;
  const CloudEvents& events_;
  const RelayOptions& options_;
  Publisher& publisher_;
  const std::string topic_, checkpoint_topic_;

  Chain chain_;
  // Known from the Genesis on: what the log began as, and the source of identities, which changes with a
  // Restored.
  std::string log_id_, source_;
  LogBatch batch_;
  size_t batch_next_ = 0;
  uint64_t published_ = 0, void_ = 0;

  std::deque<Taken> taken_;
  v1::Checkpoint done_;          // Everything up to here is acknowledged,
  uint64_t done_published_ = 0;  // so many events,
  uint64_t kept_published_ = 0;  // of which so many are behind a checkpoint that is acknowledged itself,
  uint64_t kept_index_ = 0;      // which is of this record.
  std::shared_ptr<Receipt> putting_;
  uint64_t putting_published_ = 0, putting_index_ = 0;
  std::chrono::steady_clock::time_point kept_at_;
};

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_SOURCE_H_
