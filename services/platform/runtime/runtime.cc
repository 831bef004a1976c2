#include "services/platform/runtime/runtime.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"

namespace afterbell {
namespace {

// How often deadlines of calls and, with a REAL clock, of the domain are looked at.
constexpr std::chrono::milliseconds kTick(100);

// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kFirstReadAtMost(60);

// Services whose commons hold rows everybody reads (services/platform/reference).
constexpr const char* kCommons[] = {"registry", "staffing"};

Micros SystemMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A snapshot with the commons laid over it.
class ViewRows : public Rows {
 public:
  ViewRows(std::unique_ptr<Rows> stored, const std::vector<Commons*>& commons,
           const stored::StoredPosition& position, std::string own_commons)
      : stored_(std::move(stored)), overlay_(*stored_, &commons_, std::move(own_commons)) {
    for (Commons* each : commons) {
      commons_.Add(each);
      for (const stored::StoredSource& source : position.sources()) {
        if (source.partition() == 0 && source.service() == each->service())
          commons_.SetAsOf(source.service(), source.index());
      }
    }
  }

  std::optional<std::string> GetBytes(std::string_view key) const override { return overlay_.GetBytes(key); }
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override {
    overlay_.ScanBytes(prefix, from, visit);
  }

 private:
  std::unique_ptr<Rows> stored_;
  CommonsRows commons_;
  Overlay overlay_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Open(RuntimeOptions options) {
  std::unique_ptr<Runtime> runtime(new Runtime());
  runtime->options_ = std::move(options);
  RuntimeOptions& opened = runtime->options_;
  Shared& shared = runtime->shared_;
  shared.log = opened.log;
  shared.school_partitions = opened.school_partitions;
  shared.clock = opened.clock;
  shared.instance_id = RandomId();
  shared.address = opened.address;
  shared.limits = opened.limits;
  shared.now = opened.now ? opened.now : SystemMicros;
  AFTERBELL_RETURN_IF_ERROR(runtime->FindLog());
  runtime->pool_ = std::make_unique<Pool>(opened.threads);
  shared.pool = runtime->pool_.get();
  for (const char* service : kCommons) {
    auto log = opened.log->Open({service, 0});
    if (!log.ok()) return log.status();
    runtime->commons_.push_back(std::make_unique<Commons>(*log));
    AFTERBELL_RETURN_IF_ERROR(runtime->commons_.back()->CatchUp());
    shared.commons.push_back(runtime->commons_.back().get());
  }
  for (const Service* service : opened.services) {
    const std::string name(service->name());
    auto store = Store::Open({.directory = opened.projections_directory + "/" + name,
                              .service = name,
                              .schema = service->schema()});
    if (!store.ok()) return store.status();
    if (!(*store)->rebuilt_because().empty()) {
      runtime->rebuilt_.push_back(name + ": " + (*store)->rebuilt_because());
    }
    runtime->stores_[name] = *std::move(store);
    for (uint32_t number = 0; number <= shared.school_partitions; ++number) {
      auto log = opened.log->Open({name, number});
      if (!log.ok()) return log.status();
      std::vector<std::shared_ptr<LogPartition>> reads;
      if (number > 0) {
        for (const std::string_view foreign : service->reads()) {
          auto read = opened.log->Open({std::string(foreign), number});
          if (!read.ok()) return read.status();
          reads.push_back(*std::move(read));
        }
      }
      runtime->partitions_[{name, number}] = std::make_shared<Partition>(
          *service, *std::move(log), std::move(reads), runtime->stores_[name].get(), shared);
    }
  }
  for (const auto& [id, partition] : runtime->partitions_) partition->Start(opened.own);
  runtime->timer_ = std::thread([self = runtime.get()] { self->Tick(); });
  return runtime;
}

// The log's own word about its id, its partitions and its clock, from the first Genesis there is.
absl::Status Runtime::FindLog() {
  const auto ids = options_.log->List();
  if (!ids.ok()) return ids.status();
  for (const PartitionId& id : *ids) {
    auto partition = options_.log->Open(id);
    if (!partition.ok()) return partition.status();
    auto first = ReadWaiting(**partition, 0, 1, 1, kFirstReadAtMost);
    if (!first.ok()) return first.status();
    log::v1::Record record;
    if (first->records.empty() ||
        !record.ParseFromArray(first->records[0].value.data(),
                               static_cast<int>(first->records[0].value.size())) ||
        !record.has_genesis()) {
      return absl::DataLossError(absl::StrCat(ToString(id), " does not begin with a Genesis"));
    }
    shared_.log_id = record.genesis().log_id();
    shared_.school_partitions = record.genesis().school_partitions();
    shared_.clock = record.genesis().clock();
    return absl::OkStatus();
  }
  shared_.log_id = RandomId();
  return absl::OkStatus();
}

Runtime::~Runtime() {
  Stop();
  partitions_.clear();
  pool_.reset();
}

absl::Status Runtime::WaitReady(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (const auto& [id, partition] : partitions_) {
    while (!partition->stats().owner) {
      const absl::Status halted = partition->halted();
      if (!halted.ok()) return halted;
      if (std::chrono::steady_clock::now() > deadline) {
        return absl::DeadlineExceededError(absl::StrCat(ToString(id), " is not ready"));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return absl::OkStatus();
}

absl::Status Runtime::WaitQuiet(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  const auto ends = [this] {
    uint64_t sum = 0;
    for (const auto& [id, partition] : partitions_) sum += partition->End();
    return sum;
  };
  for (;;) {
    const uint64_t before = ends();
    bool quiet = true;
    for (const auto& [id, partition] : partitions_) {
      if (!partition->halted().ok()) return partition->halted();
      quiet = quiet && partition->Quiet();
    }
    // A record that came meanwhile would show in the ends before anybody had read it.
    if (quiet && before == ends()) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > deadline)
      return absl::DeadlineExceededError("the services did not come to rest");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

absl::Status Runtime::WaitSettled(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (bool unseen = true; unseen;) {
    AFTERBELL_RETURN_IF_ERROR(WaitQuiet(
        std::chrono::duration_cast<std::chrono::seconds>(deadline - std::chrono::steady_clock::now())));
    unseen = false;
    for (const auto& [id, partition] : partitions_) {
      if (!partition->HasUnseen()) continue;
      unseen = true;
      partition->RecordSeen();
    }
  }
  return absl::OkStatus();
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
  for (const auto& [name, store] : stores_) store->Flush().IgnoreError();
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
    lock.lock();
  }
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
  partition->second->Wait(position, held->deadline,
                          [held, partition = partition->second](const absl::Status& status) {
                            if (!status.ok()) return held->done(status, nullptr);
                            partition->Submit(std::move(*held));
                          });
}

absl::StatusOr<ReadView> Runtime::View(const PartitionId& id) {
  const auto store = stores_.find(id.service);
  if (store == stores_.end()) return absl::UnimplementedError("this process does not host " + ToString(id));
  Store::View stored = store->second->Snapshot(id.number);
  ReadView view;
  view.recorded_at = stored.position.recorded_at();
  view.position.set_log_id(shared_.log_id);
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
  view.rows = std::make_shared<ViewRows>(std::move(stored.rows), shared_.commons, stored.position,
                                         id.number == 0 ? "c/" + id.service + "/" : std::string());
  return view;
}

void Runtime::Query(const PartitionId& id, const log::v1::Position& min_position, SteadyTime deadline,
                    std::function<void(absl::StatusOr<ReadView>)> done) {
  const auto partition = partitions_.find(id);
  if (partition == partitions_.end()) {
    return done(absl::UnimplementedError(absl::StrCat("this process does not host ", ToString(id))));
  }
  if (min_position.at().empty() && min_position.log_id().empty()) {
    const absl::Status halted = partition->second->halted();
    return done(halted.ok() ? View(id) : absl::StatusOr<ReadView>(halted));
  }
  partition->second->Wait(min_position, deadline,
                          [this, id, done = std::move(done)](const absl::Status& status) {
                            done(status.ok() ? View(id) : absl::StatusOr<ReadView>(status));
                          });
}

std::vector<Runtime::PartitionDigest> Runtime::Digests() {
  std::vector<PartitionDigest> digests;
  for (const auto& [id, partition] : partitions_) {
    const Store::View view = stores_[id.service]->Snapshot(id.number);
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
