#include "services/relay/source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/log/begin.h"
#include "services/relay/checkpoints.h"

namespace afterbell::relay {
namespace {

using log::v1::Record;
using std::chrono::steady_clock;

constexpr size_t kReadRecords = 1024;
constexpr size_t kReadBytes = 1 << 20;
// Records of one turn, so that one partition far behind does not keep the others waiting.
constexpr int kTurnRecordsMax = 512;
constexpr std::chrono::seconds kReadAtMost(10);

absl::Status AnotherHistory(const PartitionId& id, const v1::Checkpoint& checkpoint, const std::string& why) {
  return absl::FailedPreconditionError(absl::StrCat(ToString(id), ": its checkpoint, record ",
                                                    checkpoint.index(), " of log ", checkpoint.log_id(),
                                                    ", is of another history: ", why));
}

}  // namespace

Source::Source(PartitionId id, std::shared_ptr<LogPartition> log, const CloudEvents* events,
               const RelayOptions* options, Publisher* publisher)
    : id_(std::move(id)),
      log_(std::move(log)),
      events_(*events),
      options_(*options),
      publisher_(*publisher),
      topic_(absl::StrCat(options_.log.topic_prefix, ".", id_.service, ".public.v1")),
      checkpoint_topic_(CheckpointTopic(options_.log.topic_prefix)),
      chain_(id_),
      kept_at_(steady_clock::now()) {}

// --- Where it stands ---

absl::Status Source::Begin(std::optional<v1::Checkpoint> checkpoint) {
  if (checkpoint) {
    if (absl::Status same = Verify(*checkpoint); !same.ok()) return same;
    done_ = *std::move(checkpoint);
    kept_index_ = done_.index();
  }
  StandBehind(done_);
  return absl::OkStatus();
}

// The record that the checkpoint names must be there, and be the one that was published.
absl::Status Source::Verify(const v1::Checkpoint& checkpoint) {
  const auto genesis = ReadGenesis(*log_, kReadAtMost);
  if (!genesis.ok()) return genesis.status();
  if (genesis->log_id() != checkpoint.log_id())
    return AnotherHistory(id_, checkpoint, absl::StrCat("this is log ", genesis->log_id()));
  if (checkpoint.offset() >= log_->End())
    return AnotherHistory(id_, checkpoint, absl::StrCat("the log ends before it, at ", log_->End()));
  const auto batch = ReadWaiting(*log_, checkpoint.offset(), 1, 1, kReadAtMost);
  if (!batch.ok()) return batch.status();
  if (batch->records.empty() || batch->records[0].offset != checkpoint.offset() ||
      Chain::Next(checkpoint.previous_hash(), batch->records[0].value) != checkpoint.hash()) {
    return AnotherHistory(id_, checkpoint, absl::StrCat("another record stands at ", checkpoint.offset()));
  }
  return absl::OkStatus();
}

void Source::StandBehind(const v1::Checkpoint& checkpoint) {
  ChainPosition at;
  if (checkpoint.index() > 0) {
    log_id_ = checkpoint.log_id();
    at = {checkpoint.index(), checkpoint.hash(), checkpoint.claim_index(), checkpoint.offset() + 1,
          checkpoint.incarnation().empty() ? log_id_ : checkpoint.incarnation()};
    source_ = SourceOf(at.log_id, id_);
  }
  chain_ = Chain(id_, std::move(at));
  batch_ = {};
  batch_next_ = 0;
  taken_.clear();
  putting_ = nullptr;
  published_ = done_published_;
}

absl::Status Source::Rewind() {
  if (done_.index() > 0) {
    if (absl::Status same = Verify(done_); !same.ok()) return same;
  }
  StandBehind(done_);
  return absl::OkStatus();
}

uint64_t Source::records_behind() const {
  const uint64_t end = log_->End();
  return end - std::min(end, chain_.at().offset);
}

// --- Taking ---

absl::StatusOr<bool> Source::Advance() {
  bool took = false;
  for (int i = 0; i < kTurnRecordsMax; ++i) {
    if (batch_next_ >= batch_.records.size()) {
      auto batch = log_->Read(chain_.at().offset, kReadRecords, kReadBytes);
      if (!batch.ok()) return batch.status();
      if (batch->records.empty()) break;
      batch_ = *std::move(batch);
      batch_next_ = 0;
    }
    const auto taken = Take(batch_.records[batch_next_]);
    if (!taken.ok()) return taken.status();
    if (!*taken) break;
    ++batch_next_;
    took = true;
  }
  return took;
}

absl::StatusOr<bool> Source::Take(const LogBatch::Entry& entry) {
  Record record;
  if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", entry.offset, ": not a record"));

  // Whether there is room is asked before the chain moves: a record is taken whole or not yet.
  std::vector<CloudEvent> events;
  if (record.has_commit() && chain_.Follows(record.commit())) {
    if (absl::Status made = MakeEvents(record.commit(), &events); !made.ok()) return made;
    size_t bytes = 0;
    for (const CloudEvent& event : events) bytes += event.bytes();
    const uint64_t unkept = published_ - kept_published_;
    const bool may_repeat = unkept == 0 || unkept + events.size() <= options_.limits.events_repeated_max();
    if (!events.empty() && (!may_repeat || !publisher_.HasRoom(events.size(), bytes))) return false;
  }
  Taken taken;
  taken.after.set_previous_hash(chain_.at().hash);
  const Verdict verdict = chain_.Offer(record, entry.value, entry.offset);
  if (verdict == Verdict::kDiverged) return absl::DataLossError(chain_.divergence());
  if (verdict == Verdict::kVoid) {
    ++void_;
    return true;
  }
  const ChainPosition& at = chain_.at();
  if (at.index == 1) {
    log_id_ = at.log_id;
    taken.after.set_previous_hash(Chain::Start(at.log_id, id_));
  }
  // What comes after it may have the index of a record that is lost, and was published: it goes by another
  // name.
  if (at.index == 1 || record.has_restored()) source_ = SourceOf(at.log_id, id_);
  taken.after.set_log_id(log_id_);
  if (at.log_id != log_id_) taken.after.set_incarnation(at.log_id);
  taken.after.set_service(id_.service);
  taken.after.set_partition(id_.number);
  taken.after.set_index(at.index);
  taken.after.set_hash(at.hash);
  taken.after.set_claim_index(at.claim_index);
  taken.after.set_offset(entry.offset);
  taken.receipt = std::make_shared<Receipt>();
  for (const CloudEvent& event : events) publisher_.Publish(topic_, event, taken.receipt);
  published_ += events.size();
  taken.published = published_;
  taken_.push_back(std::move(taken));
  return true;
}

absl::Status Source::MakeEvents(const log::v1::Commit& commit, std::vector<CloudEvent>* events) const {
  for (int i = 0; i < commit.events_size(); ++i) {
    auto event = events_.Make(source_, commit, i);
    if (!event.ok()) return event.status();
    events->push_back(*std::move(event));
  }
  return absl::OkStatus();
}

// --- Checkpoints ---

void Source::Checkpoint(bool now) {
  while (!taken_.empty() && taken_.front().receipt->outstanding == 0) {
    done_ = std::move(taken_.front().after);
    done_published_ = taken_.front().published;
    taken_.pop_front();
  }
  if (putting_ != nullptr) {
    if (putting_->outstanding > 0) return;
    kept_published_ = putting_published_;
    kept_index_ = putting_index_;
    putting_ = nullptr;
  }
  if (done_.index() == kept_index_) return;
  const auto& limits = options_.limits;
  const bool old = steady_clock::now() - kept_at_ >= std::chrono::milliseconds(limits.checkpoint_ms_max());
  // At half of what may be repeated, so that reading need not wait for a checkpoint.
  const bool many = done_published_ - kept_published_ >= (limits.events_repeated_max() + 1) / 2;
  if (!now && !old && !many) return;
  putting_ = std::make_shared<Receipt>();
  putting_published_ = done_published_;
  putting_index_ = done_.index();
  kept_at_ = steady_clock::now();
  publisher_.Put(checkpoint_topic_, id_.number, ToString(id_), done_.SerializeAsString(), putting_);
}

}  // namespace afterbell::relay
