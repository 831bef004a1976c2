// A partition hearing others: foreign records become rows of facts, and causes of its own decisions.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {
namespace {

using log::v1::Commit;
using log::v1::Record;

constexpr size_t kReadRecords = 2048;
constexpr size_t kReadBytes = 2 << 20;

}  // namespace

absl::Status Partition::AdvanceIntake() {
  for (Source& source : sources_) {
    AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&source, ~uint64_t{0}, /*react=*/true));
  }
  return absl::OkStatus();
}

bool Partition::IsBehind(const Source& source) {
  const uint64_t end = source.log->End();
  if (source.commons == nullptr)
    return source.chain.at().offset < end || source.batch_next < source.batch.records.size();
  return source.commons->offset() < end || source.folded.index < source.commons->index();
}

absl::Status Partition::AdvanceSource(Source* source, uint64_t until_index, bool react) {
  if (source->commons != nullptr) {
    if (source->folded.index >= until_index) return absl::OkStatus();
    AFTERBELL_RETURN_IF_ERROR(source->commons->CatchUp());
    const uint64_t end = std::min(until_index, source->commons->index());
    while (source->folded.index < end && (!react || HasRoom())) {
      const std::shared_ptr<const Commit> commit = source->commons->At(source->folded.index + 1);
      ++source->folded.index;
      folded_ = nullptr;
      commons_rows_.SetAsOf(source->id.service, source->folded.index);
      if (commit != nullptr) AFTERBELL_RETURN_IF_ERROR(FoldForeign(source, *commit, react));
    }
    return absl::OkStatus();
  }
  while (source->folded.index < until_index && (!react || HasRoom())) {
    if (source->batch_next >= source->batch.records.size()) {
      if (source->chain.at().offset >= source->log->End()) return absl::OkStatus();
      absl::StatusOr<LogBatch> batch = source->log->Read(source->chain.at().offset, kReadRecords, kReadBytes);
      if (!batch.ok()) return batch.status();
      source->batch = *std::move(batch);
      source->batch_next = 0;
      if (source->batch.records.empty()) return absl::OkStatus();
    }
    const LogBatch::Entry entry = source->batch.records[source->batch_next++];
    const std::shared_ptr<const void> holds = source->batch.holds;
    Record record;
    if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()))) {
      return absl::DataLossError(absl::StrCat(ToString(source->id), " at ", entry.offset, ": not a record"));
    }
    if (react && record.has_commit() && source->chain.Follows(record.commit())) {
      // Nobody judges on older facts than the judged had.
      for (const log::v1::Seen& seen : record.commit().seen()) {
        for (Source& other : sources_) {
          if (&other == source || other.id.service != seen.service() || other.id.number != seen.partition())
            continue;
          AFTERBELL_RETURN_IF_ERROR(AdvanceSource(&other, seen.index(), react));
          if (other.folded.index >= seen.index()) continue;
          --source->batch_next;  // Not here, or no room: taken up again when there is.
          return absl::OkStatus();
        }
      }
    }
    const Verdict verdict = source->chain.Offer(record, entry.value, entry.offset);
    if (verdict == Verdict::kDiverged) return absl::DataLossError(source->chain.divergence());
    if (verdict == Verdict::kVoid) {
      source->folded.offset = entry.offset + 1;
      folded_ = nullptr;
      continue;
    }
    source->folded = source->chain.at();
    folded_ = nullptr;
    if (record.has_commit()) AFTERBELL_RETURN_IF_ERROR(FoldForeign(source, record.commit(), react));
  }
  return absl::OkStatus();
}

absl::Status Partition::FoldForeign(Source* source, const Commit& commit, bool react) {
  const Recorded recorded{commit, source->id.service, source->id.number};
  newest_ = std::max(newest_, recorded.recorded_at());
  ++unseen_;
  // A record of what was seen is no fact: else two services would tell each other for ever.
  const bool fact = !commit.events().empty() || commit.has_refusal();
  if (fact && react && facts_since_ == SteadyTime::max()) facts_since_ = std::chrono::steady_clock::now();
  if (source->commons == nullptr || (id_.number == 0 && service_.FoldsCommons()))
    service_.Fold(recorded, *rows_);
  if (react) React(recorded);
  return absl::OkStatus();
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
  if (!DecideHead(decider_, &cause, *rows_, &head).ok() || !SaysAnything(head)) return;
  Push(std::move(head), {});
}

}  // namespace afterbell
