// All partitions of the services a process hosts: opened, claimed, kept in step, stopped.
//
// Threads: everything may be called from any thread once Open has returned.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_RUNTIME_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_RUNTIME_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/base/directory_lock.h"
#include "services/platform/runtime/partition.h"

namespace afterbell {

struct RuntimeOptions {
  // Made if it is not there; one process at a time, and beside it those that prepare. The rows of a service
  // lie in <service>-<schema>/, so that builds of several schemas find theirs.
  std::string projections_directory;
  std::vector<const Service*> services;  // Outlive the runtime.
  EventLog* log = nullptr;               // Outlives it too.
  // Of a log that is begun here; a log that exists says so itself.
  uint32_t school_partitions = 16;
  log::v1::Clock clock = log::v1::REAL;
  int threads = 2;
  Limits limits = DefaultLimits();
  std::string address;          // What claims advertise.
  std::function<Micros()> now;  // The REAL clock; the system's when empty.
  bool own = true;              // False: follow, until Own is called.
  // Only folds the rows of services, in folders that nobody else has open, beside the process that serves:
  // what the build of another schema needs in order to start at once. Claims nothing.
  bool prepare = false;
  bool begin = true;                  // False: a log that nobody has begun is not begun here.
  rocksdb::Env* store_env = nullptr;  // The disk of the stores; null: this machine's.
  uint32_t level_max = kLevelMax;
  // Told that commands are refused because stores have no room (false), and that they are not any more; on a
  // thread of the runtime, which it must not keep.
  std::function<void(bool has_room)> has_room_changed;
};

class Runtime {
 public:
  static absl::StatusOr<std::unique_ptr<Runtime>> Open(RuntimeOptions options);
  ~Runtime();

  // Where this process is called; to be said before anything is claimed.
  void SetAddress(const std::string& address) { shared_.address = address; }

  // Calls `claimed` for each claim that is read from here on, on a thread of the pool, which it must not
  // keep.
  void OnClaim(std::function<void(const PartitionId& id, const Owner& owner)> claimed);

  // Claims every partition; one; or lets one go: others may claim it, and it decides until they have.
  void OwnAll();
  void Own(const PartitionId& id);
  void Release(const PartitionId& id);
  void ReleaseAll();

  // Returns when every partition that was to be owned decides, and every other has read what its log was
  // known to hold; or with why one halted. However long the log takes to fold:
  // DEADLINE_EXCEEDED only when no partition got on for `stuck_at_most`.
  // `progress` is called every ten seconds, with how many records were read of how many.
  using Progress = std::function<void(uint64_t read, uint64_t end)>;
  absl::Status WaitReady(std::chrono::seconds stuck_at_most, const Progress& progress = {});

  // Returns when no partition has anything left to do: all records read everywhere, all reactions and
  // due deadlines decided. For players and tests; a city is never quiet.
  absl::Status WaitQuiet(std::chrono::seconds at_most);

  // WaitQuiet, and all facts are recorded as seen: nothing more is recorded until somebody asks for it.
  absl::Status WaitSettled(std::chrono::seconds at_most);

  // Returns when others have claimed every partition that this process owned; false after `at_most`.
  bool WaitReleased(std::chrono::milliseconds at_most);

  // Answers what is in flight, records `seen` where facts are among it, and lets go. Later calls are refused
  // UNAVAILABLE.
  void Stop();

  // Of the Genesis, for ever; and what identities and positions begin with, which changes when the log is
  // restored.
  const std::string& log_id() const { return shared_.log_id; }
  const std::string& incarnation() const { return shared_.incarnation; }
  // What it went by when a record was written.
  std::string LogIdOf(const PartitionId& id, uint64_t index) const;
  const std::string& instance_id() const { return shared_.instance_id; }
  log::v1::Clock clock() const { return shared_.clock; }
  uint32_t level_max() const { return options_.level_max; }
  const Limits& limits() const { return shared_.limits; }
  uint32_t school_partitions() const { return shared_.school_partitions; }
  const std::vector<std::string>& rebuilt() const { return rebuilt_; }
  // Folders with the rows of other builds, which could start with them again.
  std::vector<std::string> OtherSchemas() const;

  std::vector<std::string> services() const;

  // The partition of a school (empty: the commons) in a service.
  PartitionId PartitionOf(std::string_view service, std::string_view school_id) const;

  void Submit(const PartitionId& id, CommandCall call);

  // Submits once the partition holds `position` (the caller's own reading), waiting until the deadline.
  void SubmitAfter(const PartitionId& id, const log::v1::Position& position, CommandCall call);

  // Calls `done` with rows that hold at least `min_position`, waiting for them until the deadline; on a
  // thread of the pool, which it must not keep.
  void Query(const PartitionId& id, const log::v1::Position& min_position, SteadyTime deadline,
             std::function<void(absl::StatusOr<ReadView>)> done);

  // Rows as the store holds them, once it has all that was read back by now, and as long as they are kept.
  // Waits: not for a thread of the pool.
  absl::StatusOr<ReadView> View(const PartitionId& id);

  // As of which level deciders behave, by registry's commons as far as it is read here.
  uint32_t level() const;

  // Records of a partition that name an entity, oldest first: at most `records_max`, after an index. `view`
  // is what a Query gave, while that lasts.
  using Commits = std::vector<std::shared_ptr<const log::v1::Commit>>;
  absl::StatusOr<Commits> RecordsOf(const PartitionId& id, const ReadView& view, std::string_view entity,
                                    uint64_t after, int records_max);

  // The name of a serialised command of a hosted service; empty where it has none.
  std::string CommandName(std::string_view service, std::string_view command) const;

  // The state of a partition as a digest, and its index.
  struct PartitionDigest {
    PartitionId id;
    uint64_t index;
    std::string digest;
  };
  // Of the stores, once they hold all that was read back by now.
  std::vector<PartitionDigest> Digests();

  std::map<PartitionId, Partition::Stats> stats() const;

  // Records read back whose rows no file holds yet.
  uint64_t unflushed() const { return write_behind_->unflushed(); }

 private:
  Runtime() = default;
  absl::Status FindLog();
  absl::Status WaitWritten(const PartitionId& id);
  absl::Status Lock(const std::string& directory);
  absl::Status OpenStores(const Service& service, Stores* stores);
  void Tick();
  void LookForRoom();

  RuntimeOptions options_;
  Shared shared_;
  std::vector<DirectoryLock> locks_;
  std::atomic<Micros> newest_{0};
  std::shared_ptr<rocksdb::Cache> store_cache_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<WriteBehind> write_behind_;
  std::vector<std::unique_ptr<Commons>> commons_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::map<std::string, Stores> services_;  // The stores of each.
  std::map<PartitionId, std::shared_ptr<Partition>> partitions_;
  bool has_room_ = true;  // Used by Tick alone.
  std::vector<std::string> rebuilt_;
  std::mutex claimed_mutex_;
  std::vector<std::function<void(const PartitionId&, const Owner&)>> claimed_;  // Guarded by claimed_mutex_.
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread timer_;
};

// Opaque text of a position, and back. INVALID_ARGUMENT for what is none.
std::string TokenOf(const log::v1::Position& position);
absl::StatusOr<log::v1::Position> PositionOf(std::string_view token, std::string_view field);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_RUNTIME_H_
