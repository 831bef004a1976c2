// A partition asked: who waits for a position, and single records of its log.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {

using log::v1::Record;

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

void Partition::ServeWaiters() {
  std::vector<std::pair<Waiter, absl::Status>> served;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    bool wants_seen = false, wants_written = false;
    for (size_t i = 0; i < waiters_.size();) {
      absl::Status never;
      const bool reached = Reached(waiters_[i].position, &never);
      if (!never.ok() || (reached && (!waiters_[i].written || written_index_ == settled().index))) {
        served.emplace_back(std::move(waiters_[i]), never);
        waiters_.erase(waiters_.begin() + i);
      } else {
        wants_seen = wants_seen || !reached;
        wants_written = wants_written || waiters_[i].written;
        ++i;
      }
    }
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
  for (auto& [waiter, status] : served) {
    if (status.ok())
      waiter.reached(view);
    else
      waiter.reached(status);
  }
  for (const Source& source : sources_) {
    if (source.commons != nullptr) commons_rows_.SetAsOf(source.id.service, source.folded.index);
  }
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
