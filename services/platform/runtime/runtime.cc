// A runtime at work: who owns what, what is asked, the clock, the end.
#include "services/platform/runtime/runtime.h"

#include <future>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/reference/reference.h"

namespace afterbell {
namespace {

// How often deadlines of calls and, with a REAL clock, of the domain are looked at.
constexpr std::chrono::milliseconds kTick(100);

// How long a history waits for one record that the log has to fetch.
constexpr std::chrono::milliseconds kFetchAtMost(5000);

// How long a look at the stores waits for what is on its way there.
constexpr std::chrono::seconds kWrittenAtMost(60);

// A snapshot with the commons laid over it.
class SeenRows : public RowSource {
 public:
  SeenRows(std::unique_ptr<BytesRows> stored, const std::vector<Commons*>& commons,
           const stored::StoredPosition& position, std::string own_commons)
      : stored_(std::move(stored)), own_commons_(std::move(own_commons)) {
    for (Commons* each : commons) {
      commons_.Add(each);
      for (const stored::StoredSource& source : position.sources()) {
        if (source.partition() == 0 && source.service() == each->service())
          commons_.SetAsOf(source.service(), source.index());
      }
    }
  }

  AnyRow Find(const TableInfo& table, std::string_view key) const override {
    return Of(table).Find(table, key);
  }
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override {
    Of(table).Walk(table, range, visit);
  }

 private:
  const RowSource& Of(const TableInfo& table) const {
    const bool own = !own_commons_.empty() && table.name.substr(0, own_commons_.size()) == own_commons_;
    if (table.kind != Kind::kCommons || own) return *stored_;
    return commons_;
  }

  const std::unique_ptr<BytesRows> stored_;
  const std::string own_commons_;
  CommonsRows commons_;
};

}  // namespace

Runtime::~Runtime() {
  Stop();
  write_behind_.reset();  // Before those it tells.
  partitions_.clear();
  pool_.reset();
}

void Runtime::OnClaim(std::function<void(const PartitionId&, const Owner&)> claimed) {
  const std::lock_guard<std::mutex> lock(claimed_mutex_);
  claimed_.push_back(std::move(claimed));
}

void Runtime::OwnAll() {
  for (const auto& [id, partition] : partitions_) partition->Own();
}

void Runtime::Own(const PartitionId& id) {
  if (const auto partition = partitions_.find(id); partition != partitions_.end()) partition->second->Own();
}

void Runtime::Release(const PartitionId& id) {
  if (const auto partition = partitions_.find(id); partition != partitions_.end())
    partition->second->Release();
}

void Runtime::ReleaseAll() {
  for (const auto& [id, partition] : partitions_) partition->Release();
}

std::vector<std::string> Runtime::services() const {
  std::vector<std::string> names;
  for (const Service* service : options_.services) names.emplace_back(service->name());
  return names;
}

void Runtime::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  stop_.notify_all();
  if (timer_.joinable()) timer_.join();
  for (const auto& [id, partition] : partitions_) partition->Stop();
  for (const auto& [id, partition] : partitions_) partition->WaitStopped();
  for (const auto& store : stores_) store->Flush().IgnoreError();
}

void Runtime::Tick() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_.wait_for(lock, kTick, [this] { return stopping_; })) {
    lock.unlock();
    const auto now = std::chrono::steady_clock::now();
    const Micros clock = shared_.clock == log::v1::REAL ? shared_.now() : 0;
    for (const auto& [id, partition] : partitions_) {
      partition->Expire(now);
      if (shared_.clock == log::v1::REAL && partition->NextDue() <= clock) partition->Poke();
    }
    LookForRoom();
    lock.lock();
  }
}

void Runtime::LookForRoom() {
  const bool has_room =
      !write_behind_->refused() || write_behind_->unflushed() < shared_.limits.unflushed_records_max();
  if (has_room == has_room_) return;
  has_room_ = has_room;
  if (options_.has_room_changed) options_.has_room_changed(has_room);
}

PartitionId Runtime::PartitionOf(std::string_view service, std::string_view school_id) const {
  return {std::string(service), PartitionOfSchool(school_id, shared_.school_partitions)};
}

void Runtime::Submit(const PartitionId& id, CommandCall call) {
  const auto partition = partitions_.find(id);
  if (partition == partitions_.end()) {
    return call.done(absl::UnimplementedError(absl::StrCat("this process does not host ", ToString(id))),
                     nullptr);
  }
  partition->second->Submit(std::move(call));
}

void Runtime::SubmitAfter(const PartitionId& id, const log::v1::Position& position, CommandCall call) {
  const auto partition = partitions_.find(id);
  if (position.log_id().empty() || partition == partitions_.end()) return Submit(id, std::move(call));
  const auto held = std::make_shared<CommandCall>(std::move(call));
  partition->second->Wait(position, held->deadline, /*written=*/false,
                          [held, partition = partition->second](const absl::StatusOr<ReadView>& view) {
                            if (!view.ok()) return held->done(view.status(), nullptr);
                            partition->Submit(std::move(*held));
                          });
}

absl::StatusOr<ReadView> Runtime::View(const PartitionId& id) {
  const auto service = services_.find(id.service);
  if (service == services_.end())
    return absl::UnimplementedError("this process does not host " + ToString(id));
  AFTERBELL_RETURN_IF_ERROR(WaitWritten(id));
  Store::View stored = service->second.state->Snapshot(id.number);
  ReadView view;
  view.recorded_at = stored.position.recorded_at();
  view.position.set_log_id(shared_.incarnation);
  log::v1::Seen* own = view.position.add_at();
  own->set_service(id.service);
  own->set_partition(id.number);
  own->set_index(stored.position.index());
  for (const stored::StoredSource& source : stored.position.sources()) {
    log::v1::Seen* seen = view.position.add_at();
    seen->set_service(source.service());
    seen->set_partition(source.partition());
    seen->set_index(source.index());
  }
  view.rows = std::make_shared<SeenRows>(std::move(stored.rows), shared_.commons, stored.position,
                                         id.number == 0 ? reference::CommonsPrefix(id.service) : "");
  return view;
}

void Runtime::Query(const PartitionId& id, const log::v1::Position& min_position, SteadyTime deadline,
                    std::function<void(absl::StatusOr<ReadView>)> done) {
  const auto partition = partitions_.find(id);
  if (partition == partitions_.end()) {
    return done(absl::UnimplementedError(absl::StrCat("this process does not host ", ToString(id))));
  }
  partition->second->Wait(min_position, deadline, /*written=*/false, std::move(done));
}

absl::Status Runtime::WaitWritten(const PartitionId& id) {
  const auto partition = partitions_.find(id);
  if (partition == partitions_.end()) return absl::OkStatus();
  std::promise<absl::Status> written;
  partition->second->Wait({}, std::chrono::steady_clock::now() + kWrittenAtMost, /*written=*/true,
                          [&](const absl::StatusOr<ReadView>& view) { written.set_value(view.status()); });
  const absl::Status status = written.get_future().get();
  // One that halted or stopped holds what it held.
  return absl::IsUnavailable(status) ? absl::OkStatus() : status;
}

uint32_t Runtime::level() const {
  CommonsRows rows;
  for (const auto& commons : commons_) {
    rows.Add(commons.get());
    rows.SetAsOf(commons->service(), commons->index());
  }
  return reference::LevelOf(rows);
}

absl::StatusOr<Runtime::Commits> Runtime::RecordsOf(const PartitionId& id, const ReadView& view,
                                                    std::string_view entity, uint64_t after,
                                                    int records_max) {
  Commits records;
  for (const HistoryEntry& entry : view.history(entity, after, records_max)) {
    auto record = partitions_.at(id)->ReadRecord(entry.offset, kFetchAtMost);
    if (!record.ok()) return record.status();
    if ((*record)->commit().index() != entry.index) {
      return absl::DataLossError(absl::StrCat(ToString(id), " at ", entry.offset, ": record ",
                                              (*record)->commit().index(), ", not ", entry.index));
    }
    records.emplace_back(*record, &(*record)->commit());
  }
  return records;
}

std::string Runtime::LogIdOf(const PartitionId& id, uint64_t index) const {
  const auto partition = partitions_.find(id);
  return partition == partitions_.end() ? shared_.incarnation : partition->second->LogIdOf(index);
}

std::string Runtime::CommandName(std::string_view service, std::string_view command) const {
  for (const Service* each : options_.services) {
    if (each->name() == service) return each->CommandName(command);
  }
  return {};
}

std::vector<Runtime::PartitionDigest> Runtime::Digests() {
  std::vector<PartitionDigest> digests;
  for (const auto& [id, partition] : partitions_) {
    if (const absl::Status written = WaitWritten(id); !written.ok()) {
      digests.push_back({id, 0, written.ToString()});
      continue;
    }
    const Store::View view = services_[id.service].state->Snapshot(id.number);
    digests.push_back({id, view.position.index(), Store::Digest(view)});
  }
  return digests;
}

std::map<PartitionId, Partition::Stats> Runtime::stats() const {
  std::map<PartitionId, Partition::Stats> all;
  for (const auto& [id, partition] : partitions_) all[id] = partition->stats();
  return all;
}

std::string TokenOf(const log::v1::Position& position) {
  return absl::WebSafeBase64Escape(position.SerializeAsString());
}

absl::StatusOr<log::v1::Position> PositionOf(std::string_view token, std::string_view field) {
  log::v1::Position position;
  std::string bytes;
  if (token.empty()) return position;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes) ||
      !position.ParseFromString(bytes)) {
    return InvalidField(field, token, "a position token of an earlier answer");
  }
  return position;
}

}  // namespace afterbell
