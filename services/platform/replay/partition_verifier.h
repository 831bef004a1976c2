// One partition folded again as a standby folds it, and each of its decisions made again on the way.
//
// Threads: one, with all who share the readers.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_PARTITION_VERIFIER_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_PARTITION_VERIFIER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/rows.h"
#include "services/platform/replay/shared_reader.h"
#include "services/platform/replay/verify.h"

namespace afterbell::replay {

// Those who share the readers of one partition number, by service.
using Readers = std::map<std::string, SharedReader, std::less<>>;

class PartitionVerifier {
 public:
  // All that is given outlives this. Readers of what the service reads are added where they are missing.
  PartitionVerifier(const History& history, const Service& service, const PartitionId& id,
                    const VerifyOptions& options, Readers* readers, VerifyReport* report);

  // The next of its own Commits. An error: it cannot be folded any further.
  absl::Status Fold(const SharedReader::Entry& own);

  // Folds no more: nothing is kept for it.
  void Leave();

  // Says the digest of its rows, with where its chain stands.
  void Digest(const ChainPosition& at);

 private:
  struct Source {
    PartitionId id;
    const Commons* commons = nullptr;  // Null for a same-numbered partition,
    SharedReader* reader = nullptr;    // which is read.
    SharedReader::Place place = 0;
    uint64_t seen = 0;
    SharedReader::EntryPtr last;  // The last Commit at or before `seen`.
  };

  Source* SourceOf(std::string_view service, uint32_t partition);
  absl::Status Advance(const log::v1::Commit& commit, const log::v1::Seen& seen);
  void FoldCommons(uint64_t until, Source* source);
  absl::Status FoldForeign(const log::v1::Commit& commit, uint64_t until, Source* source);
  absl::Status Beyond(const log::v1::Commit& commit, const Source& source, uint64_t index) const;
  void Check(const log::v1::Commit& commit);
  void Compare(const log::v1::Commit& recorded, const log::v1::Commit& again);
  std::string EventText(const std::string* event) const;
  void Differ(const log::v1::Commit& commit, std::string what, std::string recorded, std::string again);

  const History& history_;
  const Service& service_;
  const PartitionId& id_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  const absl::StatusOr<EventReader> events_;
  ReplayRows rows_;
  std::vector<Source> sources_;
  log::v1::Commit again_;  // Kept: what it has allocated serves again.
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_PARTITION_VERIFIER_H_
