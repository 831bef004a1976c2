// One partition lived through again: its own Commits at their recorded places, what it had seen of
// others before each, deadlines and reactions that were not recorded in between.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_PLAYER_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_PLAYER_H_

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/platform/replay/again.h"
#include "services/platform/replay/events.h"
#include "services/platform/replay/rows.h"
#include "services/platform/replay/tally.h"
#include "services/platform/replay/whatif.h"
#include "services/platform/replay/window.h"

namespace afterbell::replay {

// What a partition says in the other history, for those who read it: the recorded Commits as they
// stand now, and before them such as were not recorded.
struct Told {
  uint64_t place;  // Index of the recorded Commit that this is, or that it comes before.
  RecordReader::CommitPtr commit;
  std::shared_ptr<const SharedEvents> events;  // Of the Commit.
};
using Stream = Window<Told>;

class Player {
 public:
  // What was recorded of a partition and has a place of its own: the same in every other history.
  struct Ahead {
    std::unordered_set<uint64_t> reacted;     // Causes whose reaction was recorded.
    std::unordered_map<uint64_t, int> fired;  // Deadlines: how often their firing was.
  };

  // `streams` are those of the same number by service, this partition's own among them. All outlive
  // this object.
  Player(const History& history, const Service& service, const PartitionId& id, const EventReader& events,
         const WhatIfOptions& options, std::map<std::string, Stream, std::less<>>* streams, Tally* tally);

  // Reads ahead which deadlines and reactions were recorded, so that these wait for their places: for all
  // players of this partition, each of which is then told.
  absl::StatusOr<std::shared_ptr<const Ahead>> ReadAhead() const;
  void Know(std::shared_ptr<const Ahead> ahead);

  // The next own Commit, everything recorded before it having been played.
  absl::Status Play(const Told& recorded);

 private:
  using CommitPtr = RecordReader::CommitPtr;

  struct Source {
    PartitionId id;
    const Commons* commons = nullptr;  // Null for a same-numbered partition.
    uint64_t commons_end = 0;
    uint64_t commons_next = 1;
    Stream* stream = nullptr;
    Stream::Place place = 0;
    uint64_t seen = 0;  // How far the recorded Commits have seen.
  };

  // The next record of a source up to an index; one without a Commit when there is none.
  Told Next(Source& source, uint64_t until) const;
  void Fold(Source& source, const Told& told, uint64_t place);
  // Folds what `wants` says, in order of recorded time over all sources.
  template <class Wants>
  void FoldWhile(uint64_t place, const Wants& wants);
  absl::Status Advance(const log::v1::Commit& recorded);
  bool MayReact(const Recorded& cause, bool commons) const;
  void ReactAnew(const Recorded& cause, uint64_t place);
  void FireAnew(const log::v1::Commit& before);
  void Fire(const Deadline& deadline, uint64_t place);
  Micros ClockBefore(const log::v1::Commit& recorded) const;

  void DecideRecorded(const Told& told);
  void Stand(const Told& told, std::vector<std::string> events, const log::v1::Commit* again);
  void Insert(log::v1::Commit head, std::vector<std::string> events, uint64_t place);
  log::v1::Commit NewHead(Micros not_before);
  absl::Status DecideHead(const Recorded* cause, log::v1::Commit* head);
  void NoteFlip(Flip::Kind kind, const log::v1::Commit& recorded, const log::v1::Commit& again,
                const absl::Status& status);
  uint64_t CauseKey(std::string_view service, uint32_t partition, uint64_t index) const;

  const History& history_;
  const Service& service_;
  const PartitionId id_;
  const EventReader& events_;
  const WhatIfOptions& options_;
  // The null what-if asks the rules about every record they may read, as the runtime does not: what a service
  // wrongly says it does not hear or fold (decider/service.h) then shows as a difference.
  const bool asks_about_all_ = options_.mode == PolicyMode::kAsDecided;
  Stream& out_;
  Tally& tally_;
  ReplayRows rows_;
  std::vector<Source> sources_;
  std::shared_ptr<const Ahead> ahead_;
  std::unordered_map<uint64_t, int> fired_;    // Deadlines whose recorded firing is still to come.
  std::unordered_map<uint64_t, Told> causes_;  // Folded, and their reaction still to come.
  Micros newest_ = 0;
  uint64_t inserted_ = 0;
  log::v1::Commit again_;    // Kept: what it has allocated serves again.
  Micros looked_until_ = 0;  // Deadlines until then were looked at, but for new ones.
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_PLAYER_H_
