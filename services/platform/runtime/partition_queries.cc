// A partition asked: who waits for a position, and single records of its log.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {

using log::v1::Record;

void Partition::Wait(const log::v1::Position& position, SteadyTime deadline,
                     std::function<void(const absl::Status&)> reached) {
  absl::Status refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!halted_.ok() || stopping_) {
      refused = halted_.ok() ? absl::UnavailableError("this instance is stopping") : halted_;
    } else if (waiters_.size() >= shared_.limits.waiters_max()) {
      refused = absl::ResourceExhaustedError(absl::StrCat("waiters_max: ", shared_.limits.waiters_max()));
    } else {
      waiters_.push_back({position, deadline, reached});
    }
  }
  if (!refused.ok()) return reached(refused);
  Poke();
}

uint64_t Partition::WrittenIndexOf(const std::string& service, uint32_t partition) const {
  if (service == id_.service && partition == id_.number) return written_index_;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].id.service == service && sources_[i].id.number == partition)
      return written_sources_[i].index;
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
    if (own && at.index() > chain_.at().index && log_->knows_end() && chain_.at().offset >= log_->End()) {
      *never = absl::FailedPreconditionError("the position lies beyond the end of the log");
      return false;
    }
    if (WrittenIndexOf(at.service(), at.partition()) < at.index()) return false;
  }
  return true;
}

void Partition::ServeWaiters() {
  std::vector<std::pair<Waiter, absl::Status>> served;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < waiters_.size();) {
      absl::Status never;
      if (Reached(waiters_[i].position, &never) || !never.ok()) {
        served.emplace_back(std::move(waiters_[i]), never);
        waiters_.erase(waiters_.begin() + i);
      } else {
        ++i;
      }
    }
    const bool wanted = !waiters_.empty();
    if (wanted && !wants_seen_ && unseen_ > 0) again_ = true;
    wants_seen_ = wanted;
  }
  for (auto& [waiter, status] : served) waiter.reached(status);
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
