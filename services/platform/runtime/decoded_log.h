// A partition of the log as this process reads it: each record is checked, hashed and decoded once, whoever
// needs it here.
//
// Readers that keep step share a window of decoded records. Whoever comes to its end first decodes on, for
// all; what its own writer has made is found again by its bytes and not decoded at all. A record leaves the
// window when the last of those readers has passed it, or when `decoded_bytes_max` of the process is reached:
// who is left behind then, as who rebuilds or is set back, decodes and chains for itself, and joins the
// window again where index and H agree. The window stands where the foremost reader is.
//
// Listeners are told when there is something to read. While the partition itself is at work here it is told
// by the log and decodes what has come; the others are told behind it, and shown the records.
//
// Threads: DecodedLog any. A LogReader one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_DECODED_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_DECODED_LOG_H_

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/base/spare.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/listeners.h"
#include "services/platform/log/log.h"

namespace afterbell {

// Memory for decoded records that all partitions of a process share. Threads: any.
struct DecodedBudget {
  explicit DecodedBudget(size_t bytes_max) : bytes_max(bytes_max) {}
  const size_t bytes_max;
  std::atomic<size_t> bytes{0};
};

struct DecodedRecord {
  log::v1::Record record;
  bool valid = true;
  ChainPosition at;  // Behind it; of a void one only the offset has moved.
  LastRecord last;
  SharedEvents events;  // Of its Commit.

  uint64_t offset() const { return at.offset - 1; }
};
using DecodedPtr = std::shared_ptr<const DecodedRecord>;

class LogReader;

class DecodedLog {
 public:
  DecodedLog(std::shared_ptr<LogPartition> log, std::shared_ptr<DecodedBudget> budget);
  ~DecodedLog();

  const std::shared_ptr<LogPartition>& log() const { return log_; }

  // The writer hands `value`, which it is about to append, to the log: where these bytes come next, this is
  // the record. Its offset is filled in then. In order; ExpectNothing when they will be decided again.
  void Expect(std::string value, std::shared_ptr<DecodedRecord> made);
  void ExpectNothing();

  // Calls `told` when there is something to read: with the records, or with null where nobody has decoded
  // them yet. On a thread of the log's or of a reader's, which it must not keep, until the handle is
  // destroyed; destroying it waits for a call under way.
  using Told = std::function<void(const std::vector<DecodedPtr>* decoded)>;
  std::shared_ptr<void> Listen(Told told) { return listeners_.Add(std::move(told)); }

  // The partition itself reads on whenever the log grows, until it says otherwise: whoever listens is told
  // behind it, no longer by the log.
  void SetDriven(bool driven);

  // Nobody reads for now: gives memory back.
  void Rest() { spare_->Drop(); }

 private:
  friend class LogReader;
  struct Expected {
    std::string value;
    std::shared_ptr<DecodedRecord> made;
  };

  absl::Status DecodeMore(std::vector<DecodedPtr>* decoded);
  std::shared_ptr<DecodedRecord> TakeExpected(std::string_view value, uint64_t offset);
  void DropPassed();
  void DropFirst();

  const std::shared_ptr<LogPartition> log_;
  const std::shared_ptr<DecodedBudget> budget_;
  static constexpr size_t kSpareMax = 256;  // As many as are decoded at a time.
  const std::shared_ptr<Spare<DecodedRecord>> spare_ = Spare<DecodedRecord>::Make(kSpareMax);

  std::mutex mutex_;  // Guards all down to readers_.
  Chain chain_;       // At the end of the window.
  absl::Status failed_;
  std::deque<std::pair<DecodedPtr, size_t>> window_;  // With its bytes, about.
  uint64_t first_ = 0;                                // The serial of the front.
  std::deque<Expected> expected_;
  std::vector<LogReader*> readers_;

  ListenersFor<const std::vector<DecodedPtr>*> listeners_;
  std::atomic<bool> driven_{false};
  std::shared_ptr<void> growth_;
};

class LogReader {
 public:
  // From behind a record that was read before.
  LogReader(std::shared_ptr<DecodedLog> log, ChainPosition at, LastRecord last = {});
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // The next record, valid or void, again and again until it is passed; null where there is none yet, or the
  // log has to fetch it first. DATA_LOSS for bytes that are no record, and where the log has another history.
  absl::StatusOr<DecodedPtr> Next();
  void Pass();

  // Goes back (or on).
  void MoveTo(const ChainPosition& at, const LastRecord& last = {});
  // Reads no more for now: nothing is kept for it.
  void Leave();

  // Behind the last record passed.
  const ChainPosition& at() const { return at_; }
  const LastRecord& last() const { return last_; }
  uint64_t void_records() const { return void_records_; }
  // Whether the log is known to hold more.
  bool IsBehind() const { return at_.offset < log_->log()->End(); }

 private:
  friend class DecodedLog;
  static constexpr uint64_t kAlone = UINT64_MAX;

  bool Join();
  void TakeShared();
  absl::Status DecodeAlone();

  const std::shared_ptr<DecodedLog> log_;
  ChainPosition at_;
  LastRecord last_;
  uint64_t void_records_ = 0;
  std::deque<DecodedPtr> taken_;  // Not passed yet.
  uint64_t next_offset_ = 0;      // Where to read on behind these.
  uint64_t serial_ = kAlone;      // In the window, of what is to be taken next. Guarded by its lock.
  std::unique_ptr<Chain> chain_;  // Behind taken_, while it reads alone.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_DECODED_LOG_H_
