// A projection: the rows of one service's partitions in one RocksDB folder, with the position of
// every source in the same batch, the write-ahead log off.
//
// The log is the only truth; a store can be deleted at any time. After kill -9 it is a prefix of the
// log, and only what was not flushed is read again. A folder that is damaged, of another log, or of another
// schema, is moved aside ("<folder>.quarantined-<n>") and begun anew, and says why. A read or write that
// fails marks the folder ("<folder>.damaged") before anything else is done: so it is moved aside at the next
// opening even where RocksDB would open it.
//
// Many rows at once go in as a sorted file (WriteFile), past RocksDB's memory: a fifth of what it costs to
// insert them there one by one. Rows that are written once and never change (request ids, histories) go in by
// no other way.
//
// Threads: Write and WriteFile one at a time, except WriteFile where nobody calls Write; everything else from
// any.
#ifndef AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_
#define AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/projection/bytes_rows.h"
#include "services/platform/projection/row_block.h"
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

// Memory for what was read, to be shared by the stores of a process.
std::shared_ptr<rocksdb::Cache> MakeStoreCache(size_t bytes);

struct StoreOptions {
  std::string directory;
  std::string service;
  std::string schema;  // What its rows look like: any text, the same for the same.
  std::string log_id;  // Whose rows they are.
  // What may be lost with the process, and is then folded again.
  size_t write_buffer_bytes = 4 << 20;
  // So many files are merged at a time. A lookup asks the filter of each, a scan looks into each. 0: as
  // RocksDB does.
  int merge_files = 0;
  // Mostly for rows that are not there: its files stay open, and their filters err less often.
  bool asked_for_absent = false;
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

  // What a partition has for it: rows, and the position they lead to; both or neither are kept.
  struct Part {
    uint32_t partition = 0;
    std::vector<const RowBlock*> rows;  // The older first.
    stored::StoredPosition position;
  };

  // `records`: how many of the log would have to be read again if this were lost. RESOURCE_EXHAUSTED when the
  // disk has no room or takes no writes: it may be tried again.
  absl::Status Write(const Part& part, uint64_t records = 0);
  absl::Status Write(uint32_t partition, const RowBlock& rows, const stored::StoredPosition& position,
                     uint64_t records = 0) {
    return Write({partition, {&rows}, position}, records);
  }
  // Of several partitions, each once, all or nothing; and nothing of it can be lost any more.
  absl::Status WriteFile(std::vector<Part> parts);

  // Records whose rows no file holds yet.
  uint64_t unflushed() const;
  // Writes out what is in memory, by and by. What it meets shows in refused().
  void FlushSoon();
  // The disk has no room or takes no writes; and tries whether it does again.
  bool refused() const;
  void TryAgain();

  // The newest rows of a partition. Valid as long as the store.
  std::unique_ptr<BytesRows> Live(uint32_t partition) const;

  // Rows and their position as of one moment.
  struct View {
    std::unique_ptr<BytesRows> rows;
    stored::StoredPosition position;
  };
  View Snapshot(uint32_t partition) const;

  // SHA-256 over index, H and every row in order of keys, in hexadecimal; fetch hints left out.
  // Equal digests mean equal state.
  static std::string Digest(const View& view);
  // The same of rows that are elsewhere. `each` calls what it is given with every row, in order of keys.
  using TakeRow = std::function<void(std::string_view key, std::string_view bytes)>;
  static std::string Digest(const stored::StoredPosition& position,
                            const std::function<void(const TakeRow&)>& each);

  // Writes out what is in memory.
  absl::Status Flush();

 private:
  class PartitionRows;
  struct Unflushed;
  class FlushListener;

  Store() = default;
  absl::Status StatusOf(const rocksdb::Status& status) const;
  rocksdb::Status MakeFile(const std::string& path, const std::vector<Part>& parts) const;

  std::string damage_mark_;
  std::string files_;  // The folder of those that are not put in yet.
  std::atomic<uint64_t> files_made_{0};
  std::function<bool(std::string_view value)> expired_;
  std::shared_ptr<Unflushed> unflushed_;
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> in_memory_{false};  // Something is, and in no file.
  std::string rebuilt_because_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_PROJECTION_STORE_H_
