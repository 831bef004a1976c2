#include "services/platform/projection/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "absl/strings/escaping.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

// Below every partition's rows: what the folder says of itself.
constexpr char kSchemaKey[] = "\xff\xff\xff\xffschema";
// Below a partition's rows: its position. A row key never begins with a zero byte.
constexpr std::string_view kPositionKey("\0position", 9);

std::string Prefix(uint32_t partition) {
  std::string prefix;
  for (int shift = 24; shift >= 0; shift -= 8) prefix += static_cast<char>(partition >> shift & 0xff);
  return prefix;
}

constexpr size_t kPrefixBytes = 4;

constexpr int kOpenFilesMax = 256;
// A row, of the filter of a file: with ten one lookup of a hundred errs, with sixteen one of two thousand.
constexpr double kFilterBits = 10, kAbsentFilterBits = 16;

rocksdb::Slice SliceOf(std::string_view text) { return rocksdb::Slice(text.data(), text.size()); }

// Lets rows go that nobody may ask for any more.
class Expiry : public rocksdb::CompactionFilter {
 public:
  explicit Expiry(std::function<bool(std::string_view)> expired) : expired_(std::move(expired)) {}
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    const bool row = key.size() > kPrefixBytes && key[kPrefixBytes] != '\0' && key != kSchemaKey;
    return row && expired_(std::string_view(value.data(), value.size()));
  }
  const char* Name() const override { return "afterbell.Expiry"; }

 private:
  const std::function<bool(std::string_view)> expired_;
};

// One for each file that is written: by a flush or by a compaction.
class ExpiryFactory : public rocksdb::CompactionFilterFactory {
 public:
  explicit ExpiryFactory(std::function<bool(std::string_view)> expired) : expired_(std::move(expired)) {}
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<Expiry>(expired_);
  }
  bool ShouldFilterTableFileCreation(rocksdb::TableFileCreationReason) const override { return true; }
  const char* Name() const override { return "afterbell.ExpiryFactory"; }

 private:
  const std::function<bool(std::string_view)> expired_;
};

rocksdb::Options DatabaseOptions(const StoreOptions& options) {
  rocksdb::Options database;
  database.create_if_missing = true;
  if (options.env != nullptr) database.env = options.env;
  database.write_buffer_size = options.write_buffer_bytes;
  database.max_write_buffer_number = 3;
  database.max_background_jobs = 2;
  database.max_open_files = options.asked_for_absent ? -1 : kOpenFilesMax;
  database.compression = rocksdb::kNoCompression;
  if (options.merge_files > 0) {
    database.level0_file_num_compaction_trigger = options.merge_files;
    database.level0_slowdown_writes_trigger = 3 * options.merge_files;
    database.level0_stop_writes_trigger = 4 * options.merge_files;
  }
  database.info_log_level = rocksdb::WARN_LEVEL;
  database.keep_log_file_num = 2;
  database.avoid_flush_during_shutdown = false;
  // One thread writes, and each batch in the order of its keys: where the last row went the next one follows.
  database.allow_concurrent_memtable_write = false;
  database.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kPrefixBytes));
  // Most of what is asked for one row is whether there is one: a filter tells without a search.
  database.memtable_prefix_bloom_size_ratio = 0.05;
  database.memtable_whole_key_filtering = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = options.cache;
  table.filter_policy.reset(
      rocksdb::NewBloomFilterPolicy(options.asked_for_absent ? kAbsentFilterBits : kFilterBits));
  database.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return database;
}

std::string FilesFolder(const StoreOptions& options) { return options.directory + ".files"; }

// What a killed process left there.
void ClearFiles(rocksdb::Env* env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env->GetChildren(directory, &names).ok()) return;
  for (const std::string& name : names) env->DeleteFile(directory + "/" + name).PermitUncheckedError();
  env->DeleteDir(directory).PermitUncheckedError();
}

std::string MoveAside(const std::string& directory) {
  for (int n = 1;; ++n) {
    const std::string aside = directory + ".quarantined-" + std::to_string(n);
    if (std::filesystem::exists(aside)) continue;
    std::filesystem::rename(directory, aside);
    return aside;
  }
}

// A disk that is full or takes no writes: what cannot be written now may be written later.
bool IsRefusedByDisk(const rocksdb::Status& status) {
  if (status.ok()) return false;
  const std::string text = status.ToString();
  return status.IsNoSpace() || text.find("Read-only file system") != std::string::npos ||
         text.find("quota exceeded") != std::string::npos;
}

void MarkDamaged(const std::string& mark, const std::string& why) { std::ofstream(mark) << why << "\n"; }

}  // namespace

std::shared_ptr<rocksdb::Cache> MakeStoreCache(size_t bytes) { return rocksdb::NewLRUCache(bytes); }

// What was written to the database, and is in its memory alone.
struct Store::Unflushed {
  struct Batch {
    uint64_t sequence;  // After it was written.
    uint64_t records;
  };
  mutable std::mutex mutex;
  std::deque<Batch> batches;
  std::atomic<uint64_t> records{0};
  std::atomic<bool> refused{false};  // By the disk.

  void Wrote(uint64_t sequence, uint64_t more) {
    const std::lock_guard<std::mutex> lock(mutex);
    batches.push_back({sequence, more});
    records += more;
  }
  void Flushed(uint64_t sequence) {
    const std::lock_guard<std::mutex> lock(mutex);
    for (; !batches.empty() && batches.front().sequence <= sequence; batches.pop_front())
      records -= batches.front().records;
  }
};

class Store::FlushListener : public rocksdb::EventListener {
 public:
  explicit FlushListener(std::shared_ptr<Unflushed> unflushed) : unflushed_(std::move(unflushed)) {}
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& flushed) override {
    unflushed_->Flushed(flushed.largest_seqno);
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (IsRefusedByDisk(*status)) unflushed_->refused = true;
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    if (info.new_bg_error.ok()) unflushed_->refused = false;
  }

 private:
  const std::shared_ptr<Unflushed> unflushed_;
};

class Store::PartitionRows : public BytesRows {
 public:
  PartitionRows(const Store& store, uint32_t partition, const rocksdb::Snapshot* snapshot)
      : db_(store.db_.get()),
        damage_mark_(store.damage_mark_),
        prefix_(Prefix(partition)),
        snapshot_(snapshot) {
    options_.snapshot = snapshot;
  }
  ~PartitionRows() override {
    if (snapshot_ != nullptr) db_->ReleaseSnapshot(snapshot_);
  }

  std::optional<std::string> GetBytes(std::string_view key) const override {
    std::string full;
    full.reserve(prefix_.size() + key.size());
    full.append(prefix_).append(key);
    std::string value;
    const rocksdb::Status status = db_->Get(options_, full, &value);
    if (status.IsNotFound()) return std::nullopt;
    Check(status);
    return value;
  }

  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override {
    const std::string full = prefix_ + std::string(prefix);
    const std::string start = from > prefix ? prefix_ + std::string(from) : full;
    std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options_));
    for (row->Seek(start); row->Valid() && row->key().starts_with(full); row->Next()) {
      const std::string_view key =
          std::string_view(row->key().data(), row->key().size()).substr(prefix_.size());
      if (key == kPositionKey) continue;
      if (!visit(key, std::string_view(row->value().data(), row->value().size()))) return;
    }
    Check(row->status());
  }

 private:
  // A view that cannot be read answers nothing: the process ends and the next start quarantines the folder.
  void Check(const rocksdb::Status& status) const {
    if (status.ok()) return;
    MarkDamaged(damage_mark_, status.ToString());
    std::fprintf(stderr, "projection cannot be read: %s\n", status.ToString().c_str());
    std::abort();
  }

  rocksdb::DB* db_;
  const std::string damage_mark_;
  const std::string prefix_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

absl::Status Store::StatusOf(const rocksdb::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  if (IsRefusedByDisk(status)) return absl::ResourceExhaustedError("projection: " + status.ToString());
  MarkDamaged(damage_mark_, status.ToString());
  return absl::DataLossError("projection: " + status.ToString());
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options) {
  std::unique_ptr<Store> store(new Store());
  store->damage_mark_ = options.directory + ".damaged";
  store->unflushed_ = std::make_shared<Unflushed>();
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(options.directory).parent_path(), error);
  if (error) return absl::UnavailableError(options.directory + ": " + error.message());
  const std::string schema = options.service + "/" + options.schema + " of log " + options.log_id;
  store->files_ = FilesFolder(options);
  store->expired_ = options.expired;
  ClearFiles(options.env == nullptr ? rocksdb::Env::Default() : options.env, store->files_);
  if (std::filesystem::exists(store->damage_mark_)) {
    store->rebuilt_because_ = "it was found damaged";
    if (std::filesystem::exists(options.directory))
      store->rebuilt_because_ += "; kept as " + MoveAside(options.directory);
    std::filesystem::remove(store->damage_mark_);
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool existed = std::filesystem::exists(options.directory + "/CURRENT");
    rocksdb::DB* db = nullptr;
    rocksdb::Options database = DatabaseOptions(options);
    if (options.expired)
      database.compaction_filter_factory = std::make_shared<ExpiryFactory>(options.expired);
    database.listeners.push_back(std::make_shared<FlushListener>(store->unflushed_));
    rocksdb::Status status = rocksdb::DB::Open(database, options.directory, &db);
    if (IsRefusedByDisk(status)) return absl::ResourceExhaustedError("projection: " + status.ToString());
    if (status.ok()) {
      store->db_.reset(db);
      std::string found;
      status = db->Get({}, kSchemaKey, &found);
      if (status.IsNotFound() && !existed) {
        rocksdb::WriteOptions write;
        write.disableWAL = true;
        status = db->Put(write, kSchemaKey, schema);
        found = schema;
        if (status.ok()) status = db->Flush({});
      }
      if (status.ok() && found == schema) return store;
      if (status.ok()) {
        store->rebuilt_because_ = "it holds " + found + ", not " + schema;
      } else {
        store->rebuilt_because_ = status.ToString();
      }
      store->db_.reset();
    } else {
      store->rebuilt_because_ = status.ToString();
    }
    if (attempt == 0) store->rebuilt_because_ += "; kept as " + MoveAside(options.directory);
  }
  return absl::DataLossError("projection " + options.directory + ": " + store->rebuilt_because_);
}

Store::~Store() {
  if (db_ == nullptr) return;
  ClearFiles(db_->GetEnv(), files_);
  db_->Close().PermitUncheckedError();
}

stored::StoredPosition Store::Position(uint32_t partition) const {
  stored::StoredPosition position;
  if (const auto bytes = Live(partition)->GetBytes(kPositionKey)) position.ParseFromString(*bytes);
  return position;
}

absl::Status Store::Write(const Part& part, uint64_t records) {
  rocksdb::WriteBatch batch;
  std::string key = Prefix(part.partition);
  const size_t prefix_bytes = key.size();
  key += kPositionKey;
  batch.Put(key, part.position.SerializeAsString());
  for (const RowBlock::Row& row : Sorted(part.rows)) {
    key.resize(prefix_bytes);
    key += row.key;
    if (row.cleared()) {
      batch.Delete(key);
    } else {
      batch.Put(key, SliceOf(row.value));
    }
  }
  in_memory_ = true;
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status written = db_->Write(options, &batch);
  if (IsRefusedByDisk(written)) unflushed_->refused = true;
  if (written.ok() && records > 0) unflushed_->Wrote(db_->GetLatestSequenceNumber(), records);
  return StatusOf(written);
}

// In order of keys, each once.
rocksdb::Status Store::MakeFile(const std::string& path, const std::vector<Part>& parts) const {
  const rocksdb::Options options = db_->GetOptions();
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options), options);
  rocksdb::Status status = file.Open(path);
  for (const Part& part : parts) {
    std::string key = Prefix(part.partition);
    const size_t prefix_bytes = key.size();
    key += kPositionKey;
    if (status.ok()) status = file.Put(key, part.position.SerializeAsString());
    for (const RowBlock::Row& row : Sorted(part.rows)) {
      if (!status.ok()) break;
      if (expired_ && !row.cleared() && expired_(row.value)) continue;
      key.resize(prefix_bytes);
      key += row.key;
      status = row.cleared() ? file.Delete(key) : file.Put(key, SliceOf(row.value));
    }
  }
  return status.ok() ? file.Finish() : status;
}

absl::Status Store::WriteFile(std::vector<Part> parts) {
  if (parts.empty()) return absl::OkStatus();
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.partition < b.partition; });
  // Before 7.10 RocksDB may order a file wrongly among what was written before it and is in no file yet.
  rocksdb::Status status = in_memory_.exchange(false) ? db_->Flush({}) : rocksdb::Status::OK();
  if (!status.ok()) in_memory_ = true;
  rocksdb::Env* const env = db_->GetEnv();
  const std::string path = files_ + "/" + std::to_string(++files_made_) + ".sst";
  if (status.ok()) status = env->CreateDirIfMissing(files_);
  if (status.ok()) status = MakeFile(path, parts);
  if (status.ok()) {
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.write_global_seqno = false;
    status = db_->IngestExternalFile({path}, ingest);
  }
  if (!status.ok()) env->DeleteFile(path).PermitUncheckedError();
  if (IsRefusedByDisk(status)) unflushed_->refused = true;
  return StatusOf(status);
}

uint64_t Store::unflushed() const { return unflushed_->records; }

void Store::FlushSoon() {
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;
  db_->Flush(options).PermitUncheckedError();
}

bool Store::refused() const { return unflushed_->refused; }

// The database waits to be told that it may go on.
void Store::TryAgain() {
  if (!db_->Resume().ok()) return;
  unflushed_->refused = false;
  FlushSoon();
}

std::unique_ptr<BytesRows> Store::Live(uint32_t partition) const {
  return std::make_unique<PartitionRows>(*this, partition, nullptr);
}

Store::View Store::Snapshot(uint32_t partition) const {
  View view;
  const rocksdb::Snapshot* snapshot = db_->GetSnapshot();
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string bytes;
  if (db_->Get(options, Prefix(partition) + std::string(kPositionKey), &bytes).ok()) {
    view.position.ParseFromString(bytes);
  }
  view.rows = std::make_unique<PartitionRows>(*this, partition, snapshot);
  return view;
}

std::string Store::Digest(const View& view) {
  return Digest(view.position, [&](const TakeRow& take) {
    view.rows->ScanBytes("", "", [&](std::string_view key, std::string_view bytes) {
      take(key, bytes);
      return true;
    });
  });
}

std::string Store::Digest(const stored::StoredPosition& position,
                          const std::function<void(const TakeRow&)>& each) {
  // A running hash over lengths and bytes, so that no two different sets of rows look alike.
  std::string chain = std::to_string(position.index()) + " " + position.hash();
  for (const stored::StoredSource& source : position.sources()) {
    chain += " " + source.service() + "/" + std::to_string(source.partition()) + "@" +
             std::to_string(source.index());
  }
  std::string block = Sha256(chain);
  constexpr size_t kBlockBytes = 1 << 20;
  each([&](std::string_view key, std::string_view value) {
    block += std::to_string(key.size()) + ":" + std::string(key) + std::to_string(value.size()) + ":" +
             std::string(value);
    if (block.size() > kBlockBytes) block = Sha256(block);
  });
  return absl::BytesToHexString(Sha256(block));
}

absl::Status Store::Flush() { return StatusOf(db_->Flush({})); }

}  // namespace afterbell
