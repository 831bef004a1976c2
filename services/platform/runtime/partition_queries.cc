// A partition asked: who waits for a position, and single records of its log.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {

using log::v1::Record;

namespace {

// How long queries are answered before commands have their turn again; one is, however long it takes.
constexpr std::chrono::milliseconds kQueriesInATurn(1);

}  // namespace

void Partition::Wait(const log::v1::Position& position, SteadyTime deadline, bool written,
                     std::function<void(absl::StatusOr<ReadView>)> reached) {
  absl::Status refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!halted_.ok() || stopping_) {
      refused = halted_.ok() ? absl::UnavailableError("this instance is stopping") : halted_;
    } else if (waiters_.size() >= shared_.limits.waiters_max()) {
      refused = absl::ResourceExhaustedError(absl::StrCat("waiters_max: ", shared_.limits.waiters_max()));
    } else {
      waiters_.push_back({position, deadline, written, std::move(reached)});
      wants_written_ = wants_written_ || written;
      wants_all_news_ = true;
    }
  }
  if (!refused.ok()) return reached(refused);
  Poke();
}

uint64_t Partition::SettledIndexOf(const std::string& service, uint32_t partition) const {
  if (service == id_.service && partition == id_.number) return settled().index;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].id.service == service && sources_[i].id.number == partition)
      return (*committed_sources_)[i].index;
  }
  return ~uint64_t{0};  // Not read here: nothing to wait for.
}

bool Partition::Reached(const log::v1::Position& position, absl::Status* never) const {
  if (!position.log_id().empty() && position.log_id() != shared_.incarnation) {
    *never = absl::FailedPreconditionError(
        "the position is of another log, or of this one before it was restored");
    return false;
  }
  for (const log::v1::Seen& at : position.at()) {
    const bool own = at.service() == id_.service && at.partition() == id_.number;
    // Nobody was told of a record that is not in the log: when all of it is known and read, there is no more.
    if (own && at.index() > settled().index && log_->knows_end() && settled().offset >= log_->End()) {
      *never = absl::FailedPreconditionError("the position lies beyond the end of the log");
      return false;
    }
    if (SettledIndexOf(at.service(), at.partition()) < at.index()) return false;
  }
  return true;
}

ReadView Partition::ViewOfSettled() const {
  ReadView view;
  // Nobody owns it: it lives as long as the partition.
  view.rows = std::shared_ptr<const RowSource>(std::shared_ptr<void>(), &rows_->settled());
  view.recorded_at = committed_newest_;
  view.position.set_log_id(shared_.incarnation);
  const auto add = [&view](const PartitionId& id, uint64_t index) {
    log::v1::Seen* at = view.position.add_at();
    at->set_service(id.service);
    at->set_partition(id.number);
    at->set_index(index);
  };
  add(id_, settled().index);
  for (size_t i = 0; i < sources_.size(); ++i) add(sources_[i].id, (*committed_sources_)[i].index);
  view.history = [this](std::string_view entity, uint64_t after, int records_max) {
    std::vector<HistoryEntry> entries;
    if (history_ == nullptr) return entries;
    history_->Scan(HistoryPrefix(entity), HistoryKeyAfter(entity, after),
                   [&](std::string_view key, std::string_view value) {
                     entries.push_back(HistoryEntryOf(key, value));
                     return static_cast<int>(entries.size()) < records_max;
                   });
    return entries;
  };
  return view;
}

// Those whose position is reached, in the order they came, and those whose never will be. What is too much
// for one turn stays for the next: commands come between.
void Partition::ServeWaiters() {
  std::deque<std::pair<Waiter, absl::Status>> served;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    bool wants_seen = false, wants_written = false;
    std::vector<Waiter> kept;
    for (Waiter& waiter : waiters_) {
      absl::Status never;
      const bool reached = Reached(waiter.position, &never);
      if (!never.ok() || (reached && (!waiter.written || written_index_ == settled().index))) {
        served.emplace_back(std::move(waiter), never);
      } else {
        wants_seen = wants_seen || !reached;
        wants_written = wants_written || waiter.written;
        kept.push_back(std::move(waiter));
      }
    }
    waiters_.swap(kept);
    if (wants_seen && !wants_seen_ && unseen_ > 0) again_ = true;
    wants_seen_ = wants_seen;
    wants_written_ = wants_written;
  }
  if (served.empty()) return;
  // Queries see the commons as of what was read back, not of what was folded since.
  for (const Source& source : sources_) {
    if (source.commons != nullptr)
      commons_rows_.SetAsOf(source.id.service, SettledIndexOf(source.id.service, 0));
  }
  const ReadView view = ViewOfSettled();
  const SteadyTime enough = std::chrono::steady_clock::now() + kQueriesInATurn;
  do {
    auto& [waiter, status] = served.front();
    if (status.ok())
      waiter.reached(view);
    else
      waiter.reached(status);
    served.pop_front();
  } while (!served.empty() && std::chrono::steady_clock::now() < enough);
  for (const Source& source : sources_) {
    if (source.commons != nullptr) commons_rows_.SetAsOf(source.id.service, source.folded.index);
  }
  if (!served.empty()) KeepForNextTurn(&served);
}

// So many that there is room for; the newest are refused.
void Partition::KeepForNextTurn(std::deque<std::pair<Waiter, absl::Status>>* served) {
  const size_t most = shared_.limits.queries_waiting_max();
  while (served->size() > most) {
    served->back().first.reached(absl::Status(absl::ResourceExhaustedError(
        absl::StrCat("queries_waiting_max: ", most, " queries wait at ", ToString(id_)))));
    served->pop_back();
  }
  std::vector<Waiter> waiters;
  for (auto& [waiter, status] : *served) waiters.push_back(std::move(waiter));
  const std::lock_guard<std::mutex> lock(mutex_);
  waiters_.insert(waiters_.begin(), std::make_move_iterator(waiters.begin()),
                  std::make_move_iterator(waiters.end()));
  again_ = true;
}

absl::StatusOr<std::shared_ptr<Record>> Partition::ReadRecord(uint64_t offset,
                                                              std::chrono::milliseconds at_most) const {
  absl::StatusOr<LogBatch> batch =
      at_most.count() == 0 ? log_->Read(offset, 1, 1) : ReadWaiting(*log_, offset, 1, 1, at_most);
  if (!batch.ok()) return batch.status();
  if (batch->records.empty() && offset < log_->End())
    return absl::UnavailableError(absl::StrCat(ToString(id_), " at ", offset, ": not fetched yet"));
  auto record = std::make_shared<Record>();
  if (batch->records.empty() || !record->ParseFromArray(batch->records[0].value.data(),
                                                        static_cast<int>(batch->records[0].value.size()))) {
    return absl::DataLossError(absl::StrCat(ToString(id_), " at ", offset, ": no record"));
  }
  return record;
}

}  // namespace afterbell
