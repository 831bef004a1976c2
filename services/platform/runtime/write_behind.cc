#include "services/platform/runtime/write_behind.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "services/platform/base/check.h"

namespace afterbell {
namespace {

// How long a write that a disk refused waits before it is tried again.
constexpr std::chrono::milliseconds kAgain(100);
// Of the limit: what one store may have in memory when stores are written out.
constexpr uint64_t kSmallShare = 64;
// Rows of a state that make a file of their own: to insert each into RocksDB's memory would cost more. And
// rows that are waited for, where none of the partitions is in a hurry.
constexpr size_t kFileRows = 16384;
constexpr size_t kStateFileRows = 65536;
// Rows beside the states of a service that are worth a file, and how many such files may wait.
constexpr size_t kBesideFileRows = 131072;
constexpr size_t kBesideFilesWaiting = 2;

}  // namespace

WriteBehind::WriteBehind(uint64_t unflushed_max)
    : unflushed_max_(unflushed_max), thread_([this] { Run(); }) {}

WriteBehind::~WriteBehind() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void WriteBehind::Do(Task task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void WriteBehind::Know(Store* store, std::vector<Store*>* stores) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::find(stores->begin(), stores->end(), store) == stores->end()) stores->push_back(store);
}

template <class AnyBatch>
bool WriteBehind::Waiting<AnyBatch>::Add(AnyBatch batch, size_t rows_enough) {
  rows += batch.size();
  const bool now = batch.soon || rows >= rows_enough;
  batches.push_back(std::move(batch));
  return now;
}

template <class AnyBatch>
void WriteBehind::Done(const std::vector<AnyBatch>& batches, const absl::Status& status,
                       std::atomic<uint64_t>* unwritten) {
  for (const AnyBatch& batch : batches) {
    if (status.ok()) {
      AFTERBELL_CHECK(*unwritten >= batch.records);
      *unwritten -= batch.records;
    }
    batch.done(status);
  }
}

void WriteBehind::Write(Batch batch) {
  Store* const state = batch.state;
  Know(state, &states_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    States& waiting = waiting_states_[state];
    if (waiting.Add(std::move(batch), kStateFileRows)) MakeTask(state, &waiting);
  }
  changed_.notify_one();
}

// With the lock held.
void WriteBehind::MakeTask(Store* state, States* waiting) {
  if (waiting->has_task || waiting->batches.empty()) return;
  waiting->has_task = true;
  tasks_.push_back([this, state, taken = std::make_shared<States>()] {
    if (taken->batches.empty()) {  // The first try.
      const std::lock_guard<std::mutex> lock(mutex_);
      std::swap(*taken, waiting_states_[state]);
    }
    const absl::Status status = WriteStates(state, taken->batches);
    if (absl::IsResourceExhausted(status)) return status;
    Done(taken->batches, status, &unwritten_);
    return absl::OkStatus();
  });
}

void WriteBehind::Write(BesideBatch batch) {
  const BesideStores stores{batch.requests, batch.history};
  for (Store* store : {batch.requests, batch.history}) Know(store, &others_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Besides& waiting = waiting_beside_[stores];
    if (waiting.has_task) beside_rows_ += batch.size();
    if (waiting.Add(std::move(batch), kBesideFileRows)) MakeTask(stores, &waiting);
  }
  changed_.notify_one();
}

// With the lock held.
void WriteBehind::MakeTask(const BesideStores& stores, Besides* waiting) {
  if (waiting->has_task || waiting->batches.empty()) return;
  waiting->has_task = true;
  beside_rows_ += waiting->rows;
  tasks_.push_back([this, stores, taken = std::make_shared<Besides>()] {
    if (taken->batches.empty()) {  // The first try.
      const std::lock_guard<std::mutex> lock(mutex_);
      std::swap(*taken, waiting_beside_[stores]);
    }
    const absl::Status status = WriteBeside(stores, taken->batches);
    if (absl::IsResourceExhausted(status)) return status;
    AFTERBELL_CHECK(beside_rows_ >= taken->rows);
    beside_rows_ -= taken->rows;
    Done(taken->batches, status, &unwritten_beside_);
    return absl::OkStatus();
  });
}

void WriteBehind::Hurry(Store* state) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    MakeTask(state, &waiting_states_[state]);
  }
  changed_.notify_one();
}

void WriteBehind::Hurry(Store* requests, Store* history) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    MakeTask({requests, history}, &waiting_beside_[{requests, history}]);
  }
  changed_.notify_one();
}

bool WriteBehind::crowded() const { return beside_rows_ >= kBesideFilesWaiting * kBesideFileRows; }

void WriteBehind::Flush(Store* store) {
  Do([store] { return store->Flush(); });
}

uint64_t WriteBehind::unflushed() const {
  uint64_t in_memory = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Store* store : states_) in_memory += store->unflushed();
  return std::max<uint64_t>(unwritten_ + in_memory, unwritten_beside_);
}

std::vector<Store*> WriteBehind::StatesWritten() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return states_;
}

void WriteBehind::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    const auto wanted = [this] { return stopping_ || !tasks_.empty(); };
    if (!changed_.wait_for(lock, kAgain, wanted)) {
      lock.unlock();
      refused_ = !TryStores();
      if (!refused_) FlushWhereMuch();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    const bool refused = absl::IsResourceExhausted(task());
    refused_ = !TryStores() || refused;
    if (!refused) FlushWhereMuch();
    lock.lock();
    if (!refused) continue;
    tasks_.push_front(task);
    changed_.wait_for(lock, kAgain, [this] { return stopping_; });
  }
}

// What is tried again writes the same rows again.
absl::Status WriteBehind::WriteStates(Store* state, const std::vector<Batch>& batches) const {
  std::vector<RowBlock> blocks(batches.size());
  std::vector<Store::Part> parts;
  size_t rows = 0;
  for (size_t i = 0; i < batches.size(); ++i) {
    for (const CapturedRow& row : batches[i].rows) {
      if (row.row == nullptr) {
        blocks[i].Clear(StoreKey(*row.table, *row.key));
        continue;
      }
      const size_t bytes = row.row->ByteSizeLong();
      blocks[i].Set(StoreKey(*row.table, ""), *row.key, bytes, [&](char* at) {
        row.row->SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(at));
      });
    }
    rows += blocks[i].size();
    parts.push_back({batches[i].partition, {&blocks[i]}, batches[i].position});
  }
  if (rows >= kFileRows) return state->WriteFile(std::move(parts));
  for (size_t i = 0; i < parts.size(); ++i) {
    const absl::Status status = state->Write(parts[i], batches[i].records);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Of each store one file, with what all partitions have for it.
absl::Status WriteBehind::WriteBeside(const BesideStores& stores,
                                      const std::vector<BesideBatch>& batches) const {
  std::map<uint32_t, Store::Part> requests, histories;
  for (const BesideBatch& batch : batches) {
    for (auto& [parts, rows] :
         {std::pair{&requests, batch.request_rows.get()}, std::pair{&histories, batch.history_rows.get()}}) {
      Store::Part& part = (*parts)[batch.partition];
      part.partition = batch.partition;
      part.rows.push_back(rows);
      part.position = batch.position;
    }
  }
  const auto write = [](Store* store, std::map<uint32_t, Store::Part>* parts) {
    std::vector<Store::Part> in_order;
    for (auto& [number, part] : *parts) in_order.push_back(std::move(part));
    return store->WriteFile(std::move(in_order));
  };
  const absl::Status status = write(stores.first, &requests);
  return status.ok() ? write(stores.second, &histories) : status;
}

// False: a disk refuses.
bool WriteBehind::TryStores() {
  std::vector<Store*> stores = StatesWritten();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stores.insert(stores.end(), others_.begin(), others_.end());
  }
  bool all = true;
  for (Store* store : stores) {
    if (store->refused()) store->TryAgain();
    all = all && !store->refused();
  }
  return all;
}

void WriteBehind::FlushWhereMuch() {
  if (wants_beside()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [stores, waiting] : waiting_beside_) MakeTask(stores, &waiting);
  }
  if (unflushed() < unflushed_max_ / 2) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [state, waiting] : waiting_states_) MakeTask(state, &waiting);
  }
  for (Store* store : StatesWritten()) {
    if (store->unflushed() > unflushed_max_ / kSmallShare) store->FlushSoon();
  }
}

}  // namespace afterbell
