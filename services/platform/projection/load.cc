#include "services/platform/projection/load.h"

#include <rocksdb/env.h>
#include <rocksdb/sst_file_writer.h>

#include <utility>
#include <vector>

namespace afterbell {
namespace {

// What a row costs in memory besides its bytes, roughly.
constexpr size_t kRowBytes = 96;

size_t BytesOf(const std::string& key, const std::optional<std::string>& value) {
  return kRowBytes + key.size() + (value ? value->size() : 0);
}

}  // namespace

std::optional<std::optional<std::string>> Load::Part::Get(const std::string& key) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto row = rows_.find(key);
  if (row == rows_.end()) return std::nullopt;
  return row->second;
}

std::vector<std::pair<std::string, std::optional<std::string>>> Load::Part::From(
    const std::string& prefix, const std::string& from) const {
  std::vector<std::pair<std::string, std::optional<std::string>>> found;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto row = rows_.lower_bound(from);
       row != rows_.end() && row->first.compare(0, prefix.size(), prefix) == 0; ++row) {
    found.emplace_back(row->first, row->second);
  }
  return found;
}

void Load::Changes::Set(std::string key, std::optional<std::string> value) const {
  const size_t bytes = BytesOf(key, value);
  const auto [row, added] = part_->rows_.try_emplace(std::move(key), std::move(value));
  size_t before = 0;
  if (!added) {
    before = BytesOf(row->first, row->second);
    row->second = std::move(value);  // Not moved from: it was not added.
  }
  part_->bytes_ += bytes - before;
  load_->options_.budget->bytes_ += bytes - before;
}

void Load::Clear(rocksdb::Env* env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env->GetChildren(directory, &names).ok()) return;
  for (const std::string& name : names) env->DeleteFile(directory + "/" + name).PermitUncheckedError();
  env->DeleteDir(directory).PermitUncheckedError();
}

Load::Load(rocksdb::DB* db, Options options) : db_(db), options_(std::move(options)) {
  const std::lock_guard<std::mutex> lock(options_.budget->mutex_);
  options_.budget->loads_.insert(this);
}

Load::~Load() {
  const std::lock_guard<std::mutex> lock(options_.budget->mutex_);
  options_.budget->loads_.erase(this);
  for (const auto& [number, part] : parts_) options_.budget->bytes_ -= part.bytes_;
  Clear(options_.database.env, options_.directory);
}

Load::Part* Load::Of(uint32_t partition) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [part, added] = parts_.try_emplace(partition);
  if (added) part->second.in_database_ = options_.holds_rows;
  return &part->second;
}

bool Load::Put(Part* part, const std::function<void(const Changes&)>& changes, rocksdb::Status* status) {
  {
    const std::lock_guard<std::mutex> lock(part->mutex_);
    if (over_) return false;
    changes(Changes(this, part));
  }
  const LoadBudget& budget = *options_.budget;
  *status = budget.bytes_ > budget.bytes_max_ ? Spill() : rocksdb::Status::OK();
  return true;
}

rocksdb::Status Load::Spill() {
  LoadBudget& budget = *options_.budget;
  const std::lock_guard<std::mutex> spilling(budget.mutex_);
  if (budget.bytes_ <= budget.bytes_max_) return rocksdb::Status::OK();  // Another one made room.
  Load* of_most = nullptr;
  Part* most = nullptr;
  for (Load* load : budget.loads_) {
    const std::lock_guard<std::mutex> lock(load->mutex_);
    for (auto& [number, part] : load->parts_) {
      if (most != nullptr && part.bytes_ <= most->bytes_) continue;
      of_most = load;
      most = &part;
    }
  }
  const std::lock_guard<std::mutex> lock(most->mutex_);
  return of_most->over_ ? rocksdb::Status::OK() : of_most->WriteFile({most});
}

rocksdb::Status Load::End() {
  if (over_) return rocksdb::Status::OK();
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::unique_lock<std::mutex>> locks;
  std::vector<Part*> parts;
  size_t bytes = 0;
  for (auto& [number, part] : parts_) {
    locks.emplace_back(part.mutex_);
    parts.push_back(&part);
    bytes += part.bytes_;
  }
  if (over_) return rocksdb::Status::OK();
  // Little is not worth a file: no more files come, so a memtable may hold rows from here on.
  const bool little = bytes <= options_.database.write_buffer_size / 2;
  const rocksdb::Status status = little ? WriteBatch(parts) : WriteFile(parts);
  if (status.ok()) {
    over_ = true;
    Clear(options_.database.env, options_.directory);
  }
  return status;
}

rocksdb::Status Load::Visit(const std::vector<Part*>& parts, const Visitor& visit) const {
  for (const Part* part : parts) {
    for (const auto& [key, value] : part->rows_) {
      if (value ? options_.expired && options_.expired(key, *value) : !part->in_database_) continue;
      if (rocksdb::Status status = visit(key, value); !status.ok()) return status;
    }
  }
  return rocksdb::Status::OK();
}

rocksdb::Status Load::WriteBatch(const std::vector<Part*>& parts) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status = Visit(parts, [&](const std::string& key, const std::optional<std::string>& value) {
    return value ? batch.Put(key, *value) : batch.Delete(key);
  });
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  if (status.ok() && batch.Count() > 0) status = db_->Write(options, &batch);
  if (status.ok()) Forget(parts);
  return status;
}

rocksdb::Status Load::WriteFile(const std::vector<Part*>& parts) {
  rocksdb::Env* const env = options_.database.env;
  rocksdb::Status status = env->CreateDirIfMissing(options_.directory);
  if (!status.ok()) return status;
  const std::string path = options_.directory + "/" + std::to_string(++files_) + ".sst";
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options_.database), options_.database);
  status = file.Open(path);
  bool any = false;
  if (status.ok()) {
    status = Visit(parts, [&](const std::string& key, const std::optional<std::string>& value) {
      any = true;
      return value ? file.Put(key, *value) : file.Delete(key);
    });
  }
  if (status.ok() && any) status = file.Finish();
  if (status.ok() && any) {
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.write_global_seqno = false;
    status = db_->IngestExternalFile({path}, ingest);
  }
  if (!any || !status.ok()) env->DeleteFile(path).PermitUncheckedError();
  if (status.ok()) Forget(parts);
  return status;
}

// They are in the database.
void Load::Forget(const std::vector<Part*>& parts) {
  for (Part* part : parts) {
    part->in_database_ = true;
    options_.budget->bytes_ -= part->bytes_.exchange(0);
    part->rows_.clear();
  }
}

}  // namespace afterbell
