// A partition hearing others: foreign records become rows of facts, and causes of its own decisions.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

using log::v1::Commit;

}  // namespace

absl::Status Partition::AdvanceIntake() {
  for (Source& source : sources_) {
    AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&source, ~uint64_t{0}, /*react=*/true));
  }
  return absl::OkStatus();
}

bool Partition::IsBehind(const Source& source) {
  if (source.reader != nullptr) return source.reader->IsBehind();
  return source.commons->offset() < source.log->End() || source.folded.index < source.commons->index();
}

absl::Status Partition::AdvanceSource(Source* source, uint64_t until_index, bool react) {
  return source->commons != nullptr ? AdvanceCommons(source, until_index, react)
                                    : AdvanceReader(source, until_index, react);
}

absl::Status Partition::AdvanceCommons(Source* source, uint64_t until_index, bool react) {
  if (source->folded.index >= until_index) return absl::OkStatus();
  AFTERBELL_RETURN_IF_ERROR(source->commons->CatchUp());
  const uint64_t end = std::min(until_index, source->commons->index());
  while (source->folded.index < end && (!react || HasRoom())) {
    const std::shared_ptr<const Commit> commit = source->commons->At(source->folded.index + 1);
    ++source->folded.index;
    folded_ = nullptr;
    commons_rows_.SetAsOf(source->id.service, source->folded.index);
    if (commit != nullptr) FoldForeign(*source, Recorded{*commit, source->id.service, 0}, react);
  }
  return absl::OkStatus();
}

absl::Status Partition::AdvanceReader(Source* source, uint64_t until_index, bool react) {
  while (source->folded.index < until_index && (!react || HasRoom())) {
    AFTERBELL_ASSIGN_OR_RETURN(const DecodedPtr read, source->reader->Next());
    if (read == nullptr) return absl::OkStatus();
    const Commit* const commit = read->valid && read->record.has_commit() ? &read->record.commit() : nullptr;
    if (react && commit != nullptr) {
      AFTERBELL_ASSIGN_OR_RETURN(const bool reached, ReachSeenOf(*commit, *source));
      if (!reached) return absl::OkStatus();  // Not here, or no room: taken up again when there is.
    }
    source->reader->Pass();
    source->folded = source->reader->at();
    folded_ = nullptr;
    if (commit != nullptr)
      FoldForeign(*source, Recorded{*commit, source->id.service, source->id.number, &read->events}, react);
  }
  return absl::OkStatus();
}

// Nobody judges on older facts than the judged had. What a record says it has seen counts for those behind it
// too, for they name only what has changed; so also where the record itself holds nothing for this partition.
absl::StatusOr<bool> Partition::ReachSeenOf(const Commit& commit, const Source& source) {
  for (const log::v1::Seen& seen : commit.seen()) {
    for (Source& other : sources_) {
      if (&other == &source || other.id.service != seen.service() || other.id.number != seen.partition())
        continue;
      AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&other, seen.index(), /*react=*/true));
      if (other.folded.index < seen.index()) return false;
    }
  }
  return true;
}

void Partition::FoldForeign(const Source& source, const Recorded& recorded, bool react) {
  newest_ = std::max(newest_, recorded.recorded_at());
  ++unseen_;
  const bool commons = source.commons != nullptr;
  if (!commons && !Concerns(service_, source.id.service, recorded.commit)) return;
  // A record of what was seen is no fact: else two services would tell each other for ever.
  const bool fact = !recorded.commit.events().empty() || recorded.commit.has_refusal();
  if (fact && react && facts_since_ == SteadyTime::max()) facts_since_ = std::chrono::steady_clock::now();
  if (!commons || (id_.number == 0 && service_.FoldsCommons())) service_.Fold(recorded, *rows_);
  if (react) React(recorded);
}

void Partition::React(const Recorded& cause) {
  const bool commons = cause.partition == 0;
  const bool may_unblock = commons && cause.service == "registry";
  const auto heard = [&](const std::string& event) {
    return service_.Hears(cause.service, commons, EventNumberOf(event));
  };
  if (std::none_of(cause.commit.events().begin(), cause.commit.events().end(), heard) &&
      (!may_unblock || reference::ParametersSet(cause).empty())) {
    return;
  }
  Commit head = NewHead();
  *head.mutable_cause() = cause.Id();
  *head.mutable_occurred_at() = cause.commit.occurred_at();
  head.set_service_date(cause.commit.service_date());
  head.set_district_id(cause.commit.district_id());
  head.set_school_id(cause.commit.school_id());
  SharedEvents events;
  if (!DecideHead(decider_, &cause, *rows_, &head, &events).ok() || !SaysAnything(head)) return;
  Push(std::move(head), &events);
}

}  // namespace afterbell
