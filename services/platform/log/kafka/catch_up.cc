#include "services/platform/log/kafka/catch_up.h"

#include <algorithm>
#include <utility>

namespace afterbell::kafka {
namespace {

// How often cursors are looked at when nobody asks.
constexpr std::chrono::milliseconds kTick(20);
// A cursor unread for so long may be taken over,
constexpr std::chrono::milliseconds kTakeOverIdle(50);
// and any, for a reader that has waited for so long.
constexpr std::chrono::milliseconds kWaitedLong(500);

// What a cursor fetches. It keeps the cursor, not the log.
struct CursorSink final : public Sink {
  CursorSink(Partition* its, std::shared_ptr<Cursor> one) : partition(its), cursor(std::move(one)) {}
  void Took(rd_kafka_message_t* const* messages, size_t count) override {
    partition->TookForCursor(cursor.get(), messages, count);
  }
  void Met(rd_kafka_resp_err_t error) override { partition->MetForCursor(cursor.get(), error); }

  Partition* const partition;
  const std::shared_ptr<Cursor> cursor;
};

}  // namespace

CatchUp::CatchUp(const KafkaLogOptions& options) : options_(options), thread_([this] { Work(); }) {}

void CatchUp::Want(Partition* partition) {
  {
    const std::lock_guard lock(mutex_);
    wanting_.insert(partition);
  }
  wanted_.notify_one();
}

void CatchUp::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
  while (!actives_.empty()) Drop(actives_.begin());
  fetchers_.clear();
}

void CatchUp::Work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto needed = [this] { return stopping_ || !wanting_.empty(); };
      if (actives_.empty() && unserved_.empty()) {
        wanted_.wait(lock, needed);
      } else {
        wanted_.wait_for(lock, kTick, needed);
      }
      if (stopping_) return;
      unserved_.merge(wanting_);
      wanting_.clear();
    }
    Tend();
    for (Partition* partition : std::exchange(unserved_, {})) Serve(partition);
  }
}

void CatchUp::Tend() {
  for (auto active = actives_.begin(); active != actives_.end();) {
    const auto one = active++;
    if (!TendOne(*one)) Drop(one);
  }
}

bool CatchUp::TendOne(Active& active) {
  Partition* const partition = active.partition;
  Cursor* const cursor = active.cursor.get();
  if (!partition->damaged().ok()) return false;
  bool start, stop, stalled;
  uint64_t from;
  {
    const std::lock_guard lock(partition->mutex());
    const auto now = Clock::now();
    const bool joined = cursor->run.next() >= partition->window().first();
    if (joined && cursor->read >= partition->window().first()) return false;
    if (!cursor->hungry && now - cursor->last_read > options_.cursor_idle) return false;
    const uint64_t ahead = cursor->run.BytesFrom(cursor->read);
    stalled = cursor->fetching && !joined && now - cursor->last_took > options_.stall_timeout;
    stop = cursor->fetching && (joined || cursor->restart || ahead >= cursor->ahead_bytes);
    start = !joined && (cursor->restart || (!cursor->fetching && ahead < cursor->ahead_bytes / 2));
    cursor->restart = false;
    from = cursor->run.next();
  }
  if (stalled) {
    ReplaceFetcher(active.fetcher);
    return false;
  }
  if (stop) StopFetching(active);
  return !start || StartFetching(active, from);
}

bool CatchUp::StartFetching(Active& active, uint64_t from) {
  {
    const std::lock_guard lock(active.partition->mutex());
    active.cursor->fetching = true;
    active.cursor->last_took = Clock::now();
  }
  return fetchers_[active.fetcher]
      ->Start(active.partition->topic(), active.partition->number(), from,
              std::make_shared<CursorSink>(active.partition, active.cursor))
      .ok();
}

void CatchUp::StopFetching(Active& active) {
  bool was;
  {
    const std::lock_guard lock(active.partition->mutex());
    was = std::exchange(active.cursor->fetching, false);
  }
  if (!was || fetchers_[active.fetcher]->Stop(active.partition->topic(), active.partition->number())) return;
  ReplaceFetcher(active.fetcher);
}

void CatchUp::Drop(Actives::iterator active) {
  StopFetching(*active);
  bool hungry;
  {
    const std::lock_guard lock(active->partition->mutex());
    std::erase(active->partition->cursors(), active->cursor);
    hungry = active->cursor->hungry || !active->partition->damaged_locked().ok();
  }
  // Who waited for it asks again.
  if (hungry) active->partition->TellGrowth();
  actives_.erase(active);
}

// Its cursors are not fetched any more until they are tended again.
void CatchUp::ReplaceFetcher(size_t number) {
  auto fresh = Fetcher::Make(options_, Client::Role::kCatchUp);
  if (!fresh.ok()) return;
  for (Active& active : actives_) {
    if (active.fetcher != number) continue;
    const std::lock_guard lock(active.partition->mutex());
    active.cursor->fetching = false;
  }
  fetchers_[number] = *std::move(fresh);
}

void CatchUp::Serve(Partition* partition) {
  std::deque<Partition::Want> wants;
  bool tell = false;
  {
    const std::lock_guard lock(partition->mutex());
    wants.swap(partition->wants());
    // Damage is told to those who wait, whatever for.
    tell = !partition->damaged_locked().ok();
  }
  std::deque<Partition::Want> unserved;
  for (const Partition::Want& want : wants) {
    bool here;
    {
      const std::lock_guard lock(partition->mutex());
      const auto& cursors = partition->cursors();
      here = want.offset >= partition->window().first() ||
             std::any_of(cursors.begin(), cursors.end(), [&](const auto& cursor) {
               return cursor->run.Has(want.offset) || cursor->run.next() == want.offset;
             });
    }
    if (here) {
      tell = true;
    } else if (!Open(partition, want)) {
      unserved.push_back(want);
    }
  }
  if (!unserved.empty()) {
    unserved_.insert(partition);
    const std::lock_guard lock(partition->mutex());
    partition->wants().insert(partition->wants().begin(), unserved.begin(), unserved.end());
  }
  if (tell) partition->TellGrowth();
}

bool CatchUp::Open(Partition* partition, const Partition::Want& want) {
  if (actives_.size() >= options_.cursors_max && !MakeRoom(partition, /*of_this_only=*/false, want.since)) {
    return false;
  }
  int fetcher = FetcherFor(partition);
  if (fetcher < 0 && MakeRoom(partition, /*of_this_only=*/true, want.since)) fetcher = FetcherFor(partition);
  if (fetcher < 0) return false;
  auto cursor = std::make_shared<Cursor>(want.offset);
  {
    const std::lock_guard lock(partition->mutex());
    partition->cursors().push_back(cursor);
  }
  actives_.push_back({partition, std::move(cursor), static_cast<size_t>(fetcher)});
  ++opened_;
  if (!StartFetching(actives_.back(), want.offset)) Drop(std::prev(actives_.end()));
  return true;
}

int CatchUp::FetcherFor(Partition* partition) {
  const auto busy = [&](size_t number) {
    return std::any_of(actives_.begin(), actives_.end(), [&](const Active& active) {
      return active.partition == partition && active.fetcher == number;
    });
  };
  for (size_t i = 0; i < fetchers_.size(); ++i) {
    if (!busy(i)) return static_cast<int>(i);
  }
  if (fetchers_.size() >= options_.cursors_of_a_partition_max) return -1;
  auto fetcher = Fetcher::Make(options_, Client::Role::kCatchUp);
  if (!fetcher.ok()) return -1;
  fetchers_.push_back(*std::move(fetcher));
  return static_cast<int>(fetchers_.size()) - 1;
}

bool CatchUp::MakeRoom(Partition* partition, bool of_this_only, Clock::time_point since) {
  const auto now = Clock::now();
  auto oldest = actives_.end();
  Clock::time_point oldest_read = now;
  for (auto active = actives_.begin(); active != actives_.end(); ++active) {
    if (of_this_only && active->partition != partition) continue;
    const std::lock_guard lock(active->partition->mutex());
    // A hungry one has a reader that waits as well.
    const auto read = active->cursor->hungry ? now : active->cursor->last_read;
    if (oldest != actives_.end() && read >= oldest_read) continue;
    oldest = active;
    oldest_read = read;
  }
  if (oldest == actives_.end()) return false;
  if (now - oldest_read < kTakeOverIdle && now - since < kWaitedLong) return false;
  Drop(oldest);
  return true;
}

}  // namespace afterbell::kafka
