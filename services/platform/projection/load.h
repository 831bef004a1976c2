// How a store takes what was recorded before it was opened: rows are kept in memory, a partition's by
// themselves and in order of their keys, and put into the database as sorted files. A row that changes a
// thousand times meanwhile is written once, and nothing goes through a memtable.
//
// Files are put in while nothing else is written: no memtable holds a row before End. (Before 7.10 RocksDB
// may order an ingested file wrongly among what a memtable holds.)
//
// The loads of a process share one budget of memory: whoever passes it puts in the largest part of all.
//
// Threads: a partition's rows are written by one thread at a time, and read by any; End may be called from
// any.
#ifndef AFTERBELL_SERVICES_PLATFORM_PROJECTION_LOAD_H_
#define AFTERBELL_SERVICES_PLATFORM_PROJECTION_LOAD_H_

#include <rocksdb/db.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"

namespace afterbell {

class Load;

// Memory for rows that are being loaded, about. Threads: any.
class LoadBudget {
 public:
  explicit LoadBudget(size_t bytes_max) : bytes_max_(bytes_max) {}

 private:
  friend class Load;
  const size_t bytes_max_;
  std::atomic<size_t> bytes_{0};
  std::mutex mutex_;  // Held while a part is put in. Taken before a load's, which is taken before a part's.
  std::set<Load*> loads_;
};

class Load {
 public:
  struct Options {
    rocksdb::Options database;  // As it was opened.
    std::string directory;      // Of files before they are put in: made and removed here, empty before.
    std::shared_ptr<LoadBudget> budget;
    bool holds_rows = false;  // The database does, from before.
    // Rows that need not be written. May be empty.
    std::function<bool(const std::string& key, const std::string& value)> expired;
  };

  // By the database's keys. Nothing: cleared.
  using LoadedRows = absl::btree_map<std::string, std::optional<std::string>, std::less<>>;

  // The rows of one partition that are not in the database yet.
  class Part {
   public:
    // Ask here first, then the database. Nothing: not here; nothing within: cleared. Threads: any.
    std::optional<std::optional<std::string>> Get(const std::string& key) const;
    // The rows whose keys begin so, from one on.
    std::vector<std::pair<std::string, std::optional<std::string>>> From(const std::string& prefix,
                                                                         const std::string& from) const;

   private:
    friend class Load;
    mutable std::mutex mutex_;
    LoadedRows rows_;
    std::atomic<size_t> bytes_{0};
    bool in_database_ = false;  // Some of its rows: what is cleared may be there.
  };

  // What a killed process left in a folder of files.
  static void Clear(rocksdb::Env* env, const std::string& directory);

  Load(rocksdb::DB* db, Options options);
  // Rows that were not put in are lost: End first.
  ~Load();

  // Stays where it is as long as this object.
  Part* Of(uint32_t partition);

  // One row and another, all or nothing as far as files go. False: the load is over, and the database is to
  // be written. An error (no space): the rows are kept all the same, and are to be put again.
  class Changes;
  bool Put(Part* part, const std::function<void(const Changes&)>& changes, rocksdb::Status* status);

  // Puts what is in memory into the database, at once; rows go there themselves from here on.
  rocksdb::Status End();
  bool over() const { return over_; }

 private:
  // Makes room in the budget.
  rocksdb::Status Spill();
  // Of several partitions, in order of keys; all are locked. Visits what is worth writing.
  using Visitor =
      std::function<rocksdb::Status(const std::string& key, const std::optional<std::string>& value)>;
  rocksdb::Status Visit(const std::vector<Part*>& parts, const Visitor& visit) const;
  rocksdb::Status WriteFile(const std::vector<Part*>& parts);
  rocksdb::Status WriteBatch(const std::vector<Part*>& parts);
  void Forget(const std::vector<Part*>& parts);

  rocksdb::DB* const db_;
  const Options options_;
  std::mutex mutex_;  // Of parts_.
  std::map<uint32_t, Part> parts_;
  std::atomic<uint64_t> files_{0};
  std::atomic<bool> over_{false};
};

// What a Put gives a partition.
class Load::Changes {
 public:
  void Set(std::string key, std::optional<std::string> value) const;

 private:
  friend class Load;
  Changes(Load* load, Part* part) : load_(load), part_(part) {}
  Load* const load_;
  Part* const part_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_PROJECTION_LOAD_H_
