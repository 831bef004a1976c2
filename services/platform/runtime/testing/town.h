// A town for tests of the runtime: three small services on the real Runtime and the real embedded
// log, in a folder of its own, on a disk that can be held up and filled.
//
// One school partition, so that all schools meet. Nothing here sleeps: whoever waits, waits for
// an answer, a position, or the log to grow.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_TOWN_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_TOWN_H_

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/platform/log/chain.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/runtime/runtime.h"
#include "services/platform/runtime/testing/services.h"

namespace afterbell::testing {

// A disk without waiting for it, which stands still or is full when told to.
class TownDisk final : public Storage {
 public:
  // Writes wait from here until Release: what is appended stays in flight.
  void Hold();
  void Release();
  // Writes fail with ENOSPC.
  void Fill(bool full);

  absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status SyncDirectory(const std::string& directory) override;

 private:
  class File;
  absl::Status Pass(const std::string& path);

  const std::shared_ptr<Storage> disk_ = UnsyncedStorage();
  std::mutex mutex_;
  std::condition_variable moved_;
  bool held_ = false;
  bool full_ = false;
};

// How a command was answered.
struct Answer {
  absl::Status status;
  log::v1::Commit commit;  // With OK.
};

// What a partition's log holds, judged by the chain.
struct Read {
  std::vector<log::v1::Commit> commits;  // Valid ones.
  int claims = 0;
  int voids = 0;
  uint64_t index = 0;
};
Read ReadPartition(LogPartition& log);

// Commands of the small services, serialised.
std::string CheckIn(std::string_view session, std::string_view pupil);
std::string Count(std::string_view pupil, std::string_view month);
std::string Issue(std::string_view charge_id);
std::string MoveClock(std::string_view date, std::string_view time);
std::string Set(std::string_view key, std::string_view value);

class Town {
 public:
  Town();
  ~Town();

  // Opens a runtime on the log: with these services (empty: all three), its stores in a folder of
  // that name. It is returned at once: WaitReady tells when an owner decides.
  std::unique_ptr<Runtime> Open(const std::vector<std::string>& services = {},
                                const std::string& stores = "stores", bool own = true);
  absl::StatusOr<std::unique_ptr<Runtime>> TryOpen(const std::vector<std::string>& services,
                                                   const std::string& stores, bool own);
  void Start(const std::vector<std::string>& services = {});  // The town's own runtime.
  absl::Status TryStart();                                    // The same, or why not.
  void Stop();
  void DropStores(const std::string& stores = "stores");
  void DropState(const std::string& service);  // Its rows; what is kept beside them stays.
  // Takes the stores of another town, which is stopped.
  void TakeStores(const Town& other);

  // Sends a command on its way. Without a request id each is a request of its own.
  std::future<Answer> Send(const PartitionId& id, std::string command, std::string request_id = "",
                           Runtime* runtime = nullptr);
  // Sends it and waits for its answer.
  Answer Ask(const PartitionId& id, std::string command, std::string request_id = "");

  void Clock(std::string_view date, std::string_view time);
  void SetParameter(std::string_view key, std::string_view value);

  // Waits until the valid commits of a partition are as wished, and returns them; at most half a minute.
  using Wish = std::function<bool(const std::vector<log::v1::Commit>&)>;
  std::vector<log::v1::Commit> Await(const PartitionId& id, const Wish& wish);

  // Waits until a partition holds a position.
  absl::Status Reach(Runtime& runtime, const PartitionId& id, const log::v1::Position& position);

  Read Log(const PartitionId& id);
  std::shared_ptr<LogPartition> Partition(const PartitionId& id);

  // A town whose log holds the first `records` of one partition and all of the others.
  std::unique_ptr<Town> CutAt(const PartitionId& id, uint64_t records);

  // For runtimes opened from here on.
  Limits limits = DefaultLimits();
  uint32_t level_max = kLevelMax;
  bool next_build = false;  // Attendance with its revision 2.
  bool prepare = false;
  EventLog* through = nullptr;  // What the runtimes see instead of the log.
  log::v1::Clock clock = log::v1::SIMULATED;
  std::function<Micros()> now;
  rocksdb::Env* store_env = nullptr;
  std::function<void(bool has_room)> has_room_changed;

  const std::shared_ptr<TownDisk> disk = std::make_shared<TownDisk>();
  std::unique_ptr<Runtime> runtime;
  EventLog* log() { return log_.get(); }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  TownRegistry registry_;
  TownAttendance attendance_, next_attendance_{2};
  TownBilling billing_;
  std::unique_ptr<EmbeddedLog> log_;
};

inline const PartitionId kRegistry{"registry", 0};
inline const PartitionId kAttendance{"attendance", 1};
inline const PartitionId kBilling{"billing", 1};

}  // namespace afterbell::testing

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_TOWN_H_
