// A runtime opened: the log found, the commons read, the stores of each service, its partitions.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/decider/schema.h"
#include "services/platform/log/begin.h"
#include "services/platform/runtime/record.h"
#include "services/platform/runtime/runtime.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {
namespace {

// Raised when the platform's own rows, positions among them, change their meaning and no declaration of a
// table does; the services have numbers of their own.
constexpr int kPlatformRevision = 3;
constexpr int kRevisionsPerService = 1000;
// Of the folders that builds of all schemas share.
constexpr char kRequestsSchema[] = "2";
constexpr char kHistorySchema[] = "1";
// Files that are merged at a time. Rows are read when memory does not hold them, a request id is asked for by
// every command, a history by a person.
constexpr int kRowsMerged = 12;
constexpr int kRequestsMerged = 32;
constexpr int kHistoryMerged = 64;
// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kFirstReadAtMost(60);

// What its rows look like, in every partition: the commons of its own lie in partition 0.
std::string RowsSchemaOf(const Service& service) {
  return SchemaOf(TablesOf(service, {std::string(service.name()), 0}),
                  kPlatformRevision * kRevisionsPerService + service.revision());
}

std::string FolderOf(const Service& service) {
  return absl::StrCat(std::string(service.name()), "-", RowsSchemaOf(service));
}

// Services whose commons hold rows everybody reads (services/platform/reference).
constexpr const char* kCommons[] = {"registry", "staffing"};

Micros SystemMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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
  runtime->pool_ = std::make_unique<Pool>(opened.threads);
  shared.pool = runtime->pool_.get();
  runtime->write_behind_ = std::make_unique<WriteBehind>(opened.limits.unflushed_records_max());
  shared.write_behind = runtime->write_behind_.get();
  shared.budget = std::make_shared<RowBudget>();
  shared.budget->bytes_max = opened.limits.rows_bytes_max();
  shared.budget->rest_bytes = opened.limits.rows_rest_bytes();
  shared.budget->range_rows_max = opened.limits.range_rows_max();
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
  // One for all who read it here.
  const auto budget = std::make_shared<DecodedBudget>(opened.limits.decoded_bytes_max());
  std::map<PartitionId, std::shared_ptr<DecodedLog>> read_here;
  const auto decoded = [&](const PartitionId& id) -> absl::StatusOr<std::shared_ptr<DecodedLog>> {
    std::shared_ptr<DecodedLog>& known = read_here[id];
    if (known == nullptr) {
      AFTERBELL_ASSIGN_OR_RETURN(auto log, opened.log->Open(id));
      known = std::make_shared<DecodedLog>(std::move(log), budget);
    }
    return known;
  };
  shared.budget->partitions = opened.services.size() * (shared.school_partitions + 1);
  for (const Service* service : opened.services) {
    const std::string name(service->name());
    Stores stores;
    AFTERBELL_RETURN_IF_ERROR(runtime->OpenStores(*service, &stores));
    for (uint32_t number = 0; number <= shared.school_partitions; ++number) {
      AFTERBELL_ASSIGN_OR_RETURN(auto log, decoded({name, number}));
      std::vector<std::shared_ptr<DecodedLog>> reads;
      if (number > 0) {
        for (const std::string_view foreign : service->reads()) {
          AFTERBELL_ASSIGN_OR_RETURN(auto read, decoded({std::string(foreign), number}));
          reads.push_back(std::move(read));
        }
      }
      runtime->partitions_[{name, number}] =
          std::make_shared<Partition>(*service, std::move(log), std::move(reads), stores, shared);
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
  const auto expired = [newest = &newest_, window](std::string_view row) {
    return RequestRecordedAt(row) < *newest - window;
  };
  const auto open = [&](StoreOptions options) -> absl::StatusOr<Store*> {
    options.service = name;
    options.log_id = shared_.incarnation;
    options.write_buffer_bytes = options_.limits.store_buffer_bytes();
    options.cache = store_cache_;
    options.env = options_.store_env;
    auto store = Store::Open(options);
    if (!store.ok()) return store.status();
    if (!(*store)->rebuilt_because().empty())
      rebuilt_.push_back(absl::StrCat(options.directory, ": ", (*store)->rebuilt_because()));
    stores_.push_back(*std::move(store));
    return stores_.back().get();
  };
  AFTERBELL_ASSIGN_OR_RETURN(
      stores->state,
      open({.directory = own + "/rows", .schema = RowsSchemaOf(service), .merge_files = kRowsMerged}));
  services_[name] = *stores;
  if (options_.prepare) return absl::OkStatus();
  AFTERBELL_ASSIGN_OR_RETURN(stores->requests, open({.directory = directory + ".requests",
                                                     .schema = kRequestsSchema,
                                                     .merge_files = kRequestsMerged,
                                                     .asked_for_absent = true,
                                                     .expired = expired}));
  AFTERBELL_ASSIGN_OR_RETURN(
      stores->history,
      open({.directory = directory + ".history", .schema = kHistorySchema, .merge_files = kHistoryMerged}));
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

}  // namespace afterbell
