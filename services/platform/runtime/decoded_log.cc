#include "services/platform/runtime/decoded_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/log/parse.h"

namespace afterbell {
namespace {

// Decoded at a time: others may wait meanwhile.
constexpr size_t kReadRecords = 256;
constexpr size_t kReadBytes = 1 << 20;
// What a record costs beside its bytes, which are held as text and as messages.
constexpr size_t kBytesPerRecord = 1024;
constexpr size_t kBytesPerByte = 3;

absl::StatusOr<std::shared_ptr<DecodedRecord>> Decode(const PartitionId& id, const LogBatch::Entry& entry,
                                                      Chain* chain, Spare<DecodedRecord>* spare) {
  std::shared_ptr<DecodedRecord> decoded =
      entry.value.size() <= kServesAgainBytes ? spare->Take() : std::make_shared<DecodedRecord>();
  decoded->events.Forget();
  if (!ParseAgain(entry.value, &decoded->record))
    return absl::DataLossError(absl::StrCat(ToString(id), " at ", entry.offset, ": not a record"));
  const Verdict verdict = chain->Offer(decoded->record, entry.value, entry.offset);
  if (verdict == Verdict::kDiverged) return absl::DataLossError(chain->divergence());
  decoded->valid = verdict == Verdict::kValid;
  decoded->at = chain->at();
  decoded->last = chain->last();
  return decoded;
}

}  // namespace

DecodedLog::DecodedLog(std::shared_ptr<LogPartition> log, std::shared_ptr<DecodedBudget> budget)
    : log_(std::move(log)), budget_(std::move(budget)), chain_(log_->id()) {
  growth_ = log_->OnGrowth([this] {
    if (!driven_) listeners_.Tell(nullptr);
  });
}

DecodedLog::~DecodedLog() {
  growth_ = nullptr;
  while (!window_.empty()) DropFirst();
}

void DecodedLog::SetDriven(bool driven) {
  driven_ = driven;
  if (!driven) listeners_.Tell(nullptr);  // What it has not read on to.
}

void DecodedLog::Expect(std::string value, std::shared_ptr<DecodedRecord> made) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expected_.push_back({std::move(value), std::move(made)});
}

void DecodedLog::ExpectNothing() {
  const std::lock_guard<std::mutex> lock(mutex_);
  expected_.clear();
}

// With the lock held. The very bytes that were made for the next place: what was computed then holds.
std::shared_ptr<DecodedRecord> DecodedLog::TakeExpected(std::string_view value, uint64_t offset) {
  if (expected_.empty() || expected_.front().value != value) return nullptr;
  std::shared_ptr<DecodedRecord> made = std::move(expected_.front().made);
  expected_.pop_front();
  if (!chain_.Follows(made->record.commit())) return nullptr;  // Void, though its bytes are known.
  chain_.Accept(made->at.hash, offset);
  made->at = chain_.at();
  made->last = chain_.last();
  return made;
}

// With the lock held.
absl::Status DecodedLog::DecodeMore(std::vector<DecodedPtr>* decoded) {
  if (!failed_.ok()) return failed_;
  const absl::StatusOr<LogBatch> batch = log_->Read(chain_.at().offset, kReadRecords, kReadBytes);
  if (!batch.ok()) return batch.status();
  for (const LogBatch::Entry& entry : batch->records) {
    DecodedPtr record = TakeExpected(entry.value, entry.offset);
    if (record == nullptr) {
      auto made = Decode(log_->id(), entry, &chain_, spare_.get());
      if (!made.ok()) {
        failed_ = made.status();
        break;
      }
      record = *std::move(made);
    }
    const size_t bytes = kBytesPerRecord + kBytesPerByte * entry.value.size();
    budget_->bytes += bytes;
    window_.emplace_back(record, bytes);
    decoded->push_back(std::move(record));
  }
  if (!failed_.ok()) return decoded->empty() ? failed_ : absl::OkStatus();
  if (!batch->records.empty()) chain_.set_offset(batch->next_offset);
  return absl::OkStatus();
}

// With the lock held.
void DecodedLog::DropFirst() {
  budget_->bytes -= window_.front().second;
  window_.pop_front();
  ++first_;
}

// With the lock held: what every reader in step has passed, and what there is no room for.
void DecodedLog::DropPassed() {
  uint64_t needed = first_ + window_.size();
  for (const LogReader* reader : readers_) needed = std::min(needed, reader->serial_);
  while (first_ < needed && !window_.empty()) DropFirst();
  while (budget_->bytes > budget_->bytes_max && !window_.empty()) {
    for (LogReader* reader : readers_) {
      if (reader->serial_ == first_) reader->serial_ = LogReader::kAlone;
    }
    DropFirst();
  }
}

LogReader::LogReader(std::shared_ptr<DecodedLog> log, ChainPosition at, LastRecord last)
    : log_(std::move(log)), at_(std::move(at)), last_(std::move(last)) {
  const std::lock_guard<std::mutex> lock(log_->mutex_);
  log_->readers_.push_back(this);
  Join();
}

LogReader::~LogReader() {
  const std::lock_guard<std::mutex> lock(log_->mutex_);
  std::erase(log_->readers_, this);
  log_->DropPassed();
}

void LogReader::MoveTo(const ChainPosition& at, const LastRecord& last) {
  if (taken_.empty() && at.index == at_.index && at.offset == at_.offset) return;
  taken_.clear();
  chain_ = nullptr;
  at_ = at;
  last_ = last;
  const std::lock_guard<std::mutex> lock(log_->mutex_);
  serial_ = kAlone;
  Join();
}

void LogReader::Leave() {
  taken_.clear();
  const std::lock_guard<std::mutex> lock(log_->mutex_);
  serial_ = kAlone;
  log_->DropPassed();
}

// With the lock held and nothing taken: whether it reads the window from here on.
bool LogReader::Join() {
  if (serial_ != kAlone) return true;
  DecodedLog& log = *log_;
  const ChainPosition& end = log.chain_.at();
  if (end.index < at_.index) {
    // The window stands where the foremost reader is.
    if (!log.failed_.ok()) return false;
    for (LogReader* reader : log.readers_) reader->serial_ = kAlone;
    while (!log.window_.empty()) log.DropFirst();
    log.chain_ = Chain(log.log_->id(), at_, last_);
    serial_ = log.first_;
    return true;
  }
  if (end.index == at_.index && end.hash == at_.hash) {
    // Void records may lie between the two.
    const auto is_here = [&](uint64_t serial) {
      const DecodedRecord& record = *log.window_[serial - log.first_].first;
      return record.valid || record.at.offset <= at_.offset;
    };
    serial_ = log.first_ + log.window_.size();
    while (serial_ > log.first_ && !is_here(serial_ - 1)) --serial_;
    return true;
  }
  for (size_t i = 0; i < log.window_.size(); ++i) {
    const DecodedRecord& record = *log.window_[i].first;
    if (!record.valid || record.at.index != at_.index) continue;
    if (record.at.hash != at_.hash) return false;
    serial_ = log.first_ + i + 1;
    return true;
  }
  return false;
}

// With the lock held, in step.
void LogReader::TakeShared() {
  DecodedLog& log = *log_;
  for (size_t i = serial_ - log.first_; i < log.window_.size() && taken_.size() < kReadRecords; ++i) {
    taken_.push_back(log.window_[i].first);
    ++serial_;
  }
  next_offset_ = serial_ == log.first_ + log.window_.size() ? log.chain_.at().offset : 0;
  log.DropPassed();
}

absl::Status LogReader::DecodeAlone() {
  if (chain_ == nullptr) chain_ = std::make_unique<Chain>(log_->log()->id(), at_, last_);
  const absl::StatusOr<LogBatch> batch = log_->log()->Read(chain_->at().offset, kReadRecords, kReadBytes);
  if (!batch.ok()) return batch.status();
  for (const LogBatch::Entry& entry : batch->records) {
    auto made = Decode(log_->log()->id(), entry, chain_.get(), log_->spare_.get());
    if (!made.ok()) {
      next_offset_ = 0;
      return taken_.empty() ? made.status() : absl::OkStatus();  // Met again behind those before it.
    }
    taken_.push_back(*std::move(made));
  }
  if (!batch->records.empty()) chain_->set_offset(batch->next_offset);
  next_offset_ = batch->records.empty() ? 0 : batch->next_offset;
  return absl::OkStatus();
}

absl::StatusOr<DecodedPtr> LogReader::Next() {
  if (!taken_.empty()) return taken_.front();
  if (!IsBehind()) return nullptr;
  std::vector<DecodedPtr> decoded;
  bool in_step;
  {
    const std::lock_guard<std::mutex> lock(log_->mutex_);
    in_step = Join();
    if (in_step) {
      chain_ = nullptr;
      if (serial_ == log_->first_ + log_->window_.size()) {
        const absl::Status status = log_->DecodeMore(&decoded);
        if (!status.ok()) return status;
      }
      TakeShared();
    }
  }
  if (!decoded.empty()) log_->listeners_.Tell(&decoded);
  if (!in_step) {
    const absl::Status status = DecodeAlone();
    if (!status.ok()) return status;
  }
  return taken_.empty() ? nullptr : taken_.front();
}

void LogReader::Pass() {
  const DecodedPtr passed = std::move(taken_.front());
  taken_.pop_front();
  if (passed->valid) {
    at_ = passed->at;
    last_ = passed->last;
  } else {
    at_.offset = passed->at.offset;
    ++void_records_;
  }
  if (!taken_.empty()) return;
  if (next_offset_ > at_.offset) at_.offset = next_offset_;
  if (chain_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(log_->mutex_);
  Join();  // As soon as may be: what those in step have passed does not wait for it.
}

}  // namespace afterbell
