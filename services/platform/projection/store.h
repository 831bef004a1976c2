// A projection: the rows of one service's partitions in one RocksDB folder, with the position of
// every source in the same batch, the write-ahead log off.
//
// The log is the only truth; a store can be deleted at any time. After kill -9 it is a prefix of the
// log, and only what was not flushed is read again. A folder that is damaged, of another log, or of another
// schema, is moved aside ("<folder>.quarantined-<n>") and begun anew, and says why. A read or write that
// fails marks the folder ("<folder>.damaged") before anything else is done: so it is moved aside at the next
// opening even where RocksDB would open it.
//
// A store that was opened may load first (StoreOptions::load): rows stay in memory and are put in as
// sorted files (load.h), until somebody takes a snapshot or calls EndLoad or Flush.
//
// Threads: Write and the live rows of a partition belong to that partition's thread; snapshots and
// digests may be taken from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_
#define AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/projection/bytes_rows.h"
#include "services/platform/projection/stored.pb.h"

namespace rocksdb {
class Cache;
class DB;
class Env;
class Snapshot;
class Status;
struct Options;
}  // namespace rocksdb

namespace afterbell {

class Load;
class LoadBudget;

// One row set or cleared.
struct RowChange {
  std::string key;
  std::optional<std::string> value;  // Nothing: cleared.
  uint64_t serial = 0;               // Rises with every change of the same rows: tells the newest of a row.
};

// The newest change of each row, in order of keys: so they cost a store least.
std::vector<const RowChange*> NewestOf(const std::vector<RowChange>& changes);

// Memory for what was read, to be shared by the stores of a process.
std::shared_ptr<rocksdb::Cache> MakeStoreCache(size_t bytes);
// Memory for rows on their way into stores that load, likewise.
std::shared_ptr<LoadBudget> MakeLoadBudget(size_t bytes);

struct StoreOptions {
  std::string directory;
  std::string service;
  std::string schema;  // What its rows look like: any text, the same for the same.
  std::string log_id;  // Whose rows they are.
  // What may be lost with the process, and is then folded again.
  size_t write_buffer_bytes = 4 << 20;
  // For what was recorded before it is opened. Null: it does not load.
  std::shared_ptr<LoadBudget> load;
  // Where rows are written once: so many files are merged at a time, late. 0: as RocksDB does. A lookup asks the
  // filter of each file, a scan looks into each.
  int merge_files = 0;
  std::shared_ptr<rocksdb::Cache> cache;  // Null: one of its own, of RocksDB's size.
  rocksdb::Env* env = nullptr;            // Null: this machine's disk. Outlives the store.
  // Rows of which this says true may vanish at any time. Empty: none. Called from any thread.
  std::function<bool(std::string_view value)> expired;
};

class Store {
 public:
  // Opens or begins the folder. `rebuilt_because` says why it was begun anew, if it was.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~Store();

  const std::string& rebuilt_because() const { return rebuilt_because_; }

  // Where a partition's rows stand; the empty message for one not begun.
  stored::StoredPosition Position(uint32_t partition) const;

  // Applies changes, in order, and the position they lead to, all or nothing. `records`: how many of the log
  // would have to be read again if this were lost. RESOURCE_EXHAUSTED when the disk has no room or takes no
  // writes: it may be tried again.
  absl::Status Write(uint32_t partition, const std::vector<const RowChange*>& changes,
                     const stored::StoredPosition& position, uint64_t records = 0);
  absl::Status Write(uint32_t partition, const std::vector<RowChange>& changes,
                     const stored::StoredPosition& position, uint64_t records = 0);

  // Records whose rows no file holds yet. A load counts none: whoever is killed in one folds again.
  uint64_t unflushed() const;
  // Writes out what is in memory, by and by. What it meets shows in refused().
  void FlushSoon();
  // The disk has no room or takes no writes; and tries whether it does again.
  bool refused() const;
  void TryAgain();

  // The newest rows of a partition. Valid as long as the store.
  std::unique_ptr<BytesRows> Live(uint32_t partition) const;

  // Rows and their position as of one moment. Ends a load; an error (RESOURCE_EXHAUSTED) when that cannot be.
  struct View {
    std::unique_ptr<BytesRows> rows;
    stored::StoredPosition position;
  };
  absl::StatusOr<View> Snapshot(uint32_t partition) const;

  // SHA-256 over index, H and every row in order of keys, in hexadecimal; fetch hints left out.
  // Equal digests mean equal state.
  static std::string Digest(const View& view);
  // The same of rows that are elsewhere. `each` calls what it is given with every row, in order of keys.
  using TakeRow = std::function<void(std::string_view key, std::string_view bytes)>;
  static std::string Digest(const stored::StoredPosition& position,
                            const std::function<void(const TakeRow&)>& each);

  // Puts what was loaded into the database; from here on rows go there themselves.
  absl::Status EndLoad() const;
  // That, and writes out what is in memory.
  absl::Status Flush();

 private:
  class PartitionRows;
  struct Unflushed;
  class FlushListener;

  Store() = default;
  void BeginLoad(const StoreOptions& options, const rocksdb::Options& database, bool holds_rows);

  absl::Status StatusOf(const rocksdb::Status& status) const;

  std::string damage_mark_;
  std::shared_ptr<Unflushed> unflushed_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<Load> load_;  // Null: there was none. Kept when it is over: rows may hold on to it.
  std::string rebuilt_because_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_
