// The Commits of one partition, read and parsed once for all who fold them: each has a place of its own, and
// what all have passed is let go.
//
// Threads: one.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/decider/decider.h"
#include "services/platform/replay/reader.h"

namespace afterbell::replay {

class SharedReader {
 public:
  struct Entry {
    RecordReader::CommitPtr commit;
    SharedEvents events;  // Of the Commit.
  };
  using EntryPtr = std::shared_ptr<const Entry>;
  using Place = size_t;  // Of one who reads.

  explicit SharedReader(RecordReader reader) : reader_(std::move(reader)) {}

  // At the first Commit. All places are added before anything is read.
  Place AddPlace();

  // The next Commit of a place, which stays the next until Pop; null at the end. Errors as RecordReader's,
  // met behind the Commits before them.
  absl::StatusOr<EntryPtr> Peek(Place place);
  void Pop(Place place);
  // Nothing is kept for it any more.
  void Leave(Place place);

  // As far as anybody has read.
  const RecordReader& reader() const { return reader_; }

 private:
  void DropPassed();

  RecordReader reader_;
  absl::Status failed_;
  std::deque<EntryPtr> entries_;
  uint64_t first_ = 0;            // The number of entries_.front().
  std::vector<uint64_t> places_;  // The numbers of what they are at.
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_
