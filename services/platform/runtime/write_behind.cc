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

void WriteBehind::Write(Batch batch) {
  const auto held = std::make_shared<Batch>(std::move(batch));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Store* const written[] = {held->state, held->requests, held->history};
    for (size_t kind = 0; kind < stores_.size(); ++kind) {
      std::vector<Store*>& known = stores_[kind];
      if (written[kind] != nullptr && std::find(known.begin(), known.end(), written[kind]) == known.end())
        known.push_back(written[kind]);
    }
    tasks_.push_back([this, held] {
      const absl::Status status = WriteStores(held.get());
      if (absl::IsResourceExhausted(status)) return status;
      if (status.ok()) {
        AFTERBELL_CHECK(unwritten_ >= held->records);
        unwritten_ -= held->records;
      }
      held->done(status);
      return absl::OkStatus();
    });
  }
  changed_.notify_one();
}

void WriteBehind::EndLoad(Store* store, bool flush) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back([store, flush] { return flush ? store->Flush() : store->EndLoad(); });
  }
  changed_.notify_one();
}

uint64_t WriteBehind::unflushed() const {
  // A record has rows in a store of each kind: the kind that is furthest behind counts.
  uint64_t most = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::vector<Store*>& of_a_kind : stores_) {
    uint64_t records = 0;
    for (const Store* store : of_a_kind) records += store->unflushed();
    most = std::max(most, records);
  }
  return unwritten_ + most;
}

std::vector<Store*> WriteBehind::AllStores() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Store*> all;
  for (const std::vector<Store*>& of_a_kind : stores_)
    all.insert(all.end(), of_a_kind.begin(), of_a_kind.end());
  return all;
}

void WriteBehind::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    const auto wanted = [this] { return stopping_ || !tasks_.empty(); };
    if (!changed_.wait_for(lock, kAgain, wanted)) {
      lock.unlock();
      refused_ = !TryStores();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    const std::function<absl::Status()> task = std::move(tasks_.front());
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

// Requests first: one that is known too early is answered from the log, one that is not would be decided
// twice. A batch that is tried again writes the same rows again.
absl::Status WriteBehind::WriteStores(Batch* batch) {
  const auto write_beside = [&](Store* store, const std::shared_ptr<const std::vector<RowChange>>& rows) {
    if (store == nullptr) return absl::OkStatus();
    return store->Write(batch->partition, NewestOf(*rows), batch->beside, batch->records);
  };
  absl::Status status = write_beside(batch->requests, batch->request_rows);
  if (status.ok()) status = write_beside(batch->history, batch->history_rows);
  if (!status.ok()) return status;
  std::vector<RowChange> changes;
  changes.reserve(batch->rows.size());
  for (const CapturedRow& row : batch->rows) {
    changes.push_back({StoreKey(*row.table, *row.key), {}});
    if (row.row != nullptr) changes.back().value = row.row->SerializeAsString();
  }
  std::sort(changes.begin(), changes.end(),
            [](const RowChange& a, const RowChange& b) { return a.key < b.key; });
  return batch->state->Write(batch->partition, changes, batch->position, batch->records);
}

// False: a disk refuses.
bool WriteBehind::TryStores() {
  bool all = true;
  for (Store* store : AllStores()) {
    if (store->refused()) store->TryAgain();
    all = all && !store->refused();
  }
  return all;
}

void WriteBehind::FlushWhereMuch() {
  if (unflushed() < unflushed_max_ / 2) return;
  for (Store* store : AllStores()) {
    if (store->unflushed() > unflushed_max_ / kSmallShare) store->FlushSoon();
  }
}

}  // namespace afterbell
