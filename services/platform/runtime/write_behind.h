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

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/projection/store.h"
#include "services/platform/runtime/live_rows.h"

namespace afterbell {

class WriteBehind {
 public:
  // What one partition has for its store, as of one settled record.
  struct Batch {
    uint32_t partition = 0;
    Store* state = nullptr;
    std::vector<CapturedRow> rows;
    stored::StoredPosition position;
    uint64_t records = 0;  // Of the log, since the batch before.
    bool soon = false;     // Not only when there is enough for a file.
    // OK, or what no later try would mend.
    std::function<void(const absl::Status&)> done;
    size_t size() const { return rows.size(); }
  };
  // What it has for the stores beside that (beside.h).
  struct BesideBatch {
    uint32_t partition = 0;
    Store* requests = nullptr;
    Store* history = nullptr;
    std::shared_ptr<const RowBlock> request_rows, history_rows;
    stored::StoredPosition position;  // Of both.
    uint64_t records = 0;
    bool soon = false;  // Not only when there is enough for a file.
    std::function<void(const absl::Status&)> done;
    size_t size() const { return request_rows->size() + history_rows->size(); }
  };

  // `unflushed_max`: records whose rows may be in no file. Where more than half of it is, stores are written
  // out.
  explicit WriteBehind(uint64_t unflushed_max);
  // Batches that are not written yet are dropped: their records are in the log.
  ~WriteBehind();

  // Of a partition the next one when this is done. What is much goes into one file, together with what other
  // partitions have for the same store by then.
  void Write(Batch batch);
  // Goes into files, together with what else there is for the same stores by then. In the order they came.
  void Write(BesideBatch batch);

  // What waits for these stores goes though it is little.
  void Hurry(Store* state);
  void Hurry(Store* requests, Store* history);

  // What the store has is written out.
  void Flush(Store* store);

  // Records that were read back, and some of whose rows are in no file: of the partitions and of the stores.
  uint64_t unflushed() const;
  // So many of what is beside the states that partitions are to give it.
  bool wants_beside() const { return unwritten_beside_ >= unflushed_max_ / 2; }
  void CountRecords(uint64_t more) { unwritten_ += more; }
  void CountBeside(uint64_t more) { unwritten_beside_ += more; }
  // More of what is beside the states is to be written than the writer keeps up with. Ends by itself.
  bool crowded() const;
  // A disk refuses what is to be written.
  bool refused() const { return refused_; }

 private:
  void Run();
  using Task = std::function<absl::Status()>;  // RESOURCE_EXHAUSTED: to be tried again.
  using BesideStores = std::pair<Store*, Store*>;
  // For the state of a service, or for the stores beside it, until a task takes it.
  template <class AnyBatch>
  struct Waiting {
    std::vector<AnyBatch> batches;
    size_t rows = 0;
    bool has_task = false;

    // Whether it is to be taken now.
    bool Add(AnyBatch batch, size_t rows_enough);
  };
  using States = Waiting<Batch>;
  using Besides = Waiting<BesideBatch>;

  void Do(Task task);
  void Know(Store* store, std::vector<Store*>* stores);
  // Of batches that were written, or that no later try would mend.
  template <class AnyBatch>
  static void Done(const std::vector<AnyBatch>& batches, const absl::Status& status,
                   std::atomic<uint64_t>* unwritten);
  void MakeTask(Store* state, States* waiting);
  absl::Status WriteStates(Store* state, const std::vector<Batch>& batches) const;
  void MakeTask(const BesideStores& stores, Besides* waiting);
  absl::Status WriteBeside(const BesideStores& stores, const std::vector<BesideBatch>& batches) const;
  void FlushWhereMuch();
  bool TryStores();
  std::vector<Store*> StatesWritten() const;

  const uint64_t unflushed_max_;
  std::atomic<uint64_t> unwritten_{0}, unwritten_beside_{0};
  std::atomic<bool> refused_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::map<Store*, States> waiting_states_;
  std::map<BesideStores, Besides> waiting_beside_;
  std::atomic<size_t> beside_rows_{0};   // For which there is a task.
  std::vector<Store*> states_, others_;  // That were written to.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_WRITE_BEHIND_H_
