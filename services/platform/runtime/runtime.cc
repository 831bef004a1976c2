#include "services/platform/runtime/runtime.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/begin.h"

namespace afterbell {
namespace {

// How often deadlines of calls and, with a REAL clock, of the domain are looked at.
constexpr std::chrono::milliseconds kTick(100);

// Having folded more than this before it was ready, a process writes its stores out.
constexpr uint64_t kFlushAfterRecords = 100000;

// How often whoever waits for a long fold hears of it.
constexpr std::chrono::seconds kProgressEvery(10);

// How long a history waits for one record that the log has to fetch.
constexpr std::chrono::milliseconds kFetchAtMost(5000);

// Raised when the platform's own rows change their shape; the services have numbers of their own.
constexpr int kPlatformSchema = 3;
constexpr int kSchemasPerService = 1000;
constexpr int kRequestsSchema = 1;
constexpr int kHistorySchema = 1;
// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kFirstReadAtMost(60);

// What its rows look like: a service's number within the platform's.
int SchemaOf(const Service& service) { return kPlatformSchema * kSchemasPerService + service.schema(); }

std::string FolderOf(const Service& service) {
  return absl::StrCat(std::string(service.name()), "-", SchemaOf(service));
}

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
  shared.begins = opened.begin;
  shared.instance_id = RandomId();
  shared.limits = opened.limits;
  shared.newest = &runtime->newest_;
  shared.now = opened.now ? opened.now : SystemMicros;
  shared.claimed = [self = runtime.get()](const PartitionId& id, const Owner& owner) {
    std::unique_lock<std::mutex> lock(self->claimed_mutex_);
    const auto told = self->claimed_;
    lock.unlock();
    for (const auto& each : told) each(id, owner);
  };
  AFTERBELL_RETURN_IF_ERROR(runtime->FindLog());
  if (opened.prepare) {
    opened.own = false;
    shared.begins = false;
  } else {
    AFTERBELL_RETURN_IF_ERROR(runtime->Lock(opened.projections_directory));
  }
  runtime->store_cache_ = MakeStoreCache(opened.limits.store_cache_bytes());
  if (opened.load) runtime->load_budget_ = MakeLoadBudget(opened.limits.load_bytes_max());
  runtime->pool_ = std::make_unique<Pool>(opened.threads);
  shared.pool = runtime->pool_.get();
  for (const char* service : kCommons) {
    auto log = opened.log->Open({service, 0});
    if (!log.ok()) return log.status();
    runtime->commons_.push_back(std::make_unique<Commons>(*log, opened.level_max));
    // All of it: the stores may rest on any of its records, and rows that are not here yet would be taken for
    // none.
    AFTERBELL_RETURN_IF_ERROR(runtime->commons_.back()->CatchUp(kFirstReadAtMost));
    shared.commons.push_back(runtime->commons_.back().get());
  }
  // Every partition was given it when the log was put back; registry's commons is read before any store is
  // opened.
  shared.incarnation = runtime->commons_.front()->log_id();
  if (shared.incarnation.empty()) shared.incarnation = shared.log_id;
  for (const Service* service : opened.services) {
    const std::string name(service->name());
    Stores stores;
    AFTERBELL_RETURN_IF_ERROR(runtime->OpenStores(*service, &stores));
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
      runtime->partitions_[{name, number}] =
          std::make_shared<Partition>(*service, *std::move(log), std::move(reads), stores, shared);
    }
  }
  for (const auto& [id, partition] : runtime->partitions_) partition->Start();
  runtime->SetAddress(opened.address);
  if (opened.own) runtime->OwnAll();
  runtime->timer_ = std::thread([self = runtime.get()] { self->Tick(); });
  return runtime;
}

// A folder that another process works in must not be taken for a damaged one.
absl::Status Runtime::Lock(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(directory + ": " + error.message());
  auto lock = DirectoryLock::Take(directory);
  if (!lock.ok()) return lock.status();
  locks_.push_back(*std::move(lock));
  return absl::OkStatus();
}

std::vector<std::string> Runtime::OtherSchemas() const {
  std::vector<std::string> others;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options_.projections_directory, error)) {
    const std::string folder = entry.path().filename();
    for (const Service* service : options_.services) {
      const std::string name(service->name());
      if (folder.compare(0, name.size() + 1, name + "-") == 0 && folder != FolderOf(*service))
        others.push_back(entry.path());
    }
  }
  std::sort(others.begin(), others.end());
  return others;
}

absl::Status Runtime::OpenStores(const Service& service, Stores* stores) {
  const std::string name(service.name());
  const std::string directory = options_.projections_directory + "/" + name;
  const std::string own = options_.projections_directory + "/" + FolderOf(service);
  AFTERBELL_RETURN_IF_ERROR(Lock(own));
  const Micros window = static_cast<Micros>(options_.limits.request_days_max()) * kMicrosPerDay;
  const auto expired = [newest = &newest_, window](std::string_view value) {
    stored::StoredRequest row;
    return row.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
           row.recorded_at() < *newest - window;
  };
  const auto open = [&](StoreOptions options) -> absl::StatusOr<Store*> {
    options.service = name;
    options.log_id = shared_.incarnation;
    options.write_buffer_bytes = options_.limits.store_buffer_bytes();
    options.load = load_budget_;
    options.cache = store_cache_;
    options.env = options_.store_env;
    auto store = Store::Open(options);
    if (!store.ok()) return store.status();
    if (!(*store)->rebuilt_because().empty())
      rebuilt_.push_back(absl::StrCat(options.directory, ": ", (*store)->rebuilt_because()));
    stores_.push_back(*std::move(store));
    return stores_.back().get();
  };
  AFTERBELL_ASSIGN_OR_RETURN(stores->state, open({.directory = own + "/rows", .schema = SchemaOf(service)}));
  services_[name] = *stores;
  if (options_.prepare) return absl::OkStatus();
  AFTERBELL_ASSIGN_OR_RETURN(stores->requests, open({.directory = directory + ".requests",
                                                     .schema = kRequestsSchema,
                                                     .written_once = true,
                                                     .expired = expired}));
  AFTERBELL_ASSIGN_OR_RETURN(
      stores->history,
      open({.directory = directory + ".history", .schema = kHistorySchema, .written_once = true}));
  services_[name] = *stores;
  return absl::OkStatus();
}

// The log's own word about its id, its partitions and its clock, from the first Genesis there is.
absl::Status Runtime::FindLog() {
  const auto genesis = FindGenesis(*options_.log, kFirstReadAtMost);
  if (genesis.ok()) {
    shared_.log_id = genesis->log_id();
    shared_.school_partitions = genesis->school_partitions();
    shared_.clock = genesis->clock();
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(genesis.status()) || !shared_.begins) return genesis.status();
  shared_.log_id = RandomId();
  return absl::OkStatus();
}

Runtime::~Runtime() {
  Stop();
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

bool Runtime::WaitReleased(std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (const auto& [id, partition] : partitions_) {
    while (partition->stats().owner && partition->halted().ok()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return true;
}

std::vector<std::string> Runtime::services() const {
  std::vector<std::string> names;
  for (const Service* service : options_.services) names.emplace_back(service->name());
  return names;
}

absl::Status Runtime::WaitReady(std::chrono::seconds stuck_at_most, const Progress& progress) {
  const auto folded = [this] {
    uint64_t sum = 0;
    for (const auto& [id, partition] : partitions_) sum += partition->stats().index;
    return sum;
  };
  auto tell = std::chrono::steady_clock::now() + kProgressEvery;
  const uint64_t at_first = folded();
  uint64_t before = at_first;
  auto deadline = std::chrono::steady_clock::now() + stuck_at_most;
  for (const auto& [id, partition] : partitions_) {
    while (!partition->Ready()) {
      const absl::Status halted = partition->halted();
      if (!halted.ok()) return halted;
      if (std::chrono::steady_clock::now() > deadline) {
        const uint64_t now = folded();
        if (now == before) return absl::DeadlineExceededError(absl::StrCat(ToString(id), " is not ready"));
        before = now;
        deadline = std::chrono::steady_clock::now() + stuck_at_most;
      }
      if (progress && std::chrono::steady_clock::now() > tell) {
        uint64_t read = 0, end = 0;
        for (const auto& [each, stats] : this->stats()) {
          read += stats.read_offset;
          end += stats.end_offset;
        }
        progress(read, end);
        tell = std::chrono::steady_clock::now() + kProgressEvery;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // What took long to fold is written out, so that whoever starts after a kill need not fold it again. An
  // error (no room) is met again by whoever writes next.
  const bool took_long = folded() - at_first > kFlushAfterRecords;
  for (const auto& store : stores_) (took_long ? store->Flush() : store->EndLoad()).IgnoreError();
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
  const auto service = services_.find(id.service);
  if (service == services_.end())
    return absl::UnimplementedError("this process does not host " + ToString(id));
  AFTERBELL_ASSIGN_OR_RETURN(Store::View stored, service->second.state->Snapshot(id.number));
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

absl::StatusOr<std::vector<std::shared_ptr<const log::v1::Commit>>> Runtime::RecordsOf(
    const PartitionId& id, std::string_view entity, uint64_t after, int records_max) {
  const auto service = services_.find(id.service);
  if (service == services_.end() || service->second.history == nullptr)
    return absl::UnimplementedError("this process does not host " + ToString(id));
  std::vector<HistoryEntry> entries;
  AFTERBELL_ASSIGN_OR_RETURN(const Store::View history, service->second.history->Snapshot(id.number));
  ScanHistory(*history.rows, entity, after, [&](const HistoryEntry& entry) {
    entries.push_back(entry);
    return static_cast<int>(entries.size()) < records_max;
  });
  std::vector<std::shared_ptr<const log::v1::Commit>> records;
  for (const HistoryEntry& entry : entries) {
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
    const auto view = services_[id.service].state->Snapshot(id.number);
    if (view.ok()) {
      digests.push_back({id, view->position.index(), Store::Digest(*view)});
    } else {
      digests.push_back({id, 0, view.status().ToString()});
    }
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
