// The Commits of one partition, read and parsed once for all who fold them: each has a place of its own, and
// what all have passed is let go.
//
// Threads: one.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "services/platform/decider/decider.h"
#include "services/platform/replay/reader.h"
#include "services/platform/replay/window.h"

namespace afterbell::replay {

class SharedReader {
 public:
  struct Entry {
    RecordReader::CommitPtr commit;
    SharedEvents events;  // Of the Commit.
  };
  using EntryPtr = std::shared_ptr<const Entry>;
  using Place = Window<EntryPtr>::Place;

  explicit SharedReader(RecordReader reader) : reader_(std::move(reader)) {}

  // As of a window: at the first Commit; all places are added before anything is read.
  Place AddPlace() { return window_.AddPlace(); }
  void Pop(Place place) { window_.Pop(place); }
  void Leave(Place place) { window_.Leave(place); }

  // The next Commit of a place, which stays the next until Pop; null at the end. Errors as RecordReader's,
  // met behind the Commits before them.
  absl::StatusOr<EntryPtr> Peek(Place place);

  // As far as anybody has read.
  const RecordReader& reader() const { return reader_; }

 private:
  RecordReader reader_;
  absl::Status failed_;
  Window<EntryPtr> window_;
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_SHARED_READER_H_
