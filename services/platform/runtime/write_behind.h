// Writes stores behind the partitions of a process: what a partition captured on its turn is serialised and
// written here, on a thread of its own, a batch of a partition at a time and in the order they came.
//
// Nobody's answer waits for it. What is not written yet is in memory and in the log. A disk that has no room,
// or takes no writes, is tried again until it does: meanwhile partitions meet `unflushed_records_max` and say
// so.
//
// Threads: any. `done` is called on the thread of the writer, which it must not keep.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_WRITE_BEHIND_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_WRITE_BEHIND_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/projection/store.h"
#include "services/platform/runtime/live_rows.h"

namespace afterbell {

class WriteBehind {
 public:
  // What one partition has for its stores, as of one settled record.
  struct Batch {
    uint32_t partition = 0;
    Store* state = nullptr;
    std::vector<CapturedRow> rows;
    stored::StoredPosition position;
    // Null where nothing is to be written there.
    Store* requests = nullptr;
    Store* history = nullptr;
    std::shared_ptr<const std::vector<RowChange>> request_rows, history_rows;
    stored::StoredPosition beside;  // Of both.
    uint64_t records = 0;           // Of the log, since the batch before.
    // OK, or what no later try would mend.
    std::function<void(const absl::Status&)> done;
  };

  // `unflushed_max`: records whose rows may be in no file. Where more than half of it is, stores are written
  // out.
  explicit WriteBehind(uint64_t unflushed_max);
  // Batches that are not written yet are dropped: their records are in the log.
  ~WriteBehind();

  void Write(Batch batch);

  // Called once for each store that loads: rows go into it one by one from the next batch on. `flush`: what
  // it has is written out.
  void EndLoad(Store* store, bool flush);

  // Records that were read back, and some of whose rows are in no file: of the partitions and of the stores.
  uint64_t unflushed() const;
  void CountRecords(uint64_t more) { unwritten_ += more; }
  // A disk refuses what is to be written.
  bool refused() const { return refused_; }

 private:
  void Run();
  absl::Status WriteStores(Batch* batch);
  void FlushWhereMuch();
  bool TryStores();
  std::vector<Store*> AllStores() const;

  const uint64_t unflushed_max_;
  std::atomic<uint64_t> unwritten_{0};
  std::atomic<bool> refused_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<absl::Status()>> tasks_;  // RESOURCE_EXHAUSTED: to be tried again.
  // That were written to, by what they hold: states, request ids, histories.
  std::array<std::vector<Store*>, 3> stores_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_WRITE_BEHIND_H_
